"""The built-in layout proof: a labelled art director's sketch of a request, exact to the pixel, made without a network.

The same request gives the same bytes. It shows layout, lettering and palette, and says on its face that it is a proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.imaging.canvas import Canvas
from studio.imaging.formats import MEDIA_TYPES
from studio.imaging.inspect import Facts
from studio.imaging.palette import choose
from studio.imaging.placing import place
from studio.imaging.reading import read
from studio.imaging.scene import sketch, view
from studio.imaging.sheet import Sheet

if TYPE_CHECKING:
    from PIL import Image

SMALLEST, LARGEST = 256, 3840


def draw(request: Mapping[str, Any], target: Path | str) -> Facts:
    """Draw the proof of a request and write it to ``target`` in the format that was asked for.

    ``request`` holds plain values: width, height, format, compression, take, prompt, recipe (as its ``to_json``) and
    references (each with its ``path``). It may have travelled as JSON.
    """
    width, height = (_side(request.get(name)) for name in ("width", "height"))
    picture = compose(request, width, height)
    name = str(request.get("format") or "png").replace("jpg", "jpeg")
    name = name if name in MEDIA_TYPES else "png"
    picture.save(target, **_saving(name, request.get("compression")))
    return Facts(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=width,
        height=height,
        frames=1,
        bytes=Path(target).stat().st_size,
    )


def compose(request: Mapping[str, Any], width: int, height: int) -> Image.Image:
    take = max(1, int(request.get("take") or 1))
    brief = read(request.get("recipe") or {}, str(request.get("prompt") or ""))
    palette = choose(brief.everything, brief.seed + take - 1)
    sheet = Sheet(width, height, brief=brief, palette=palette, take=take, references=_paths(request))
    left, top, right, bottom = sheet.picture
    scene = view(brief, palette, take)
    canvas = Canvas(right - left, bottom - top, palette.low, light=-1.0 if not scene.mirrored else 1.0)
    spot = sketch(canvas, scene)
    canvas.grain()
    missing = place(canvas, brief, palette, spot)
    sheet.mount(canvas.image, missing)
    return sheet.image


def _paths(request: Mapping[str, Any]) -> list[str]:
    return [str(each["path"] if isinstance(each, Mapping) else each) for each in request.get("references") or ()]


def _side(value: Any) -> int:
    return min(LARGEST, max(SMALLEST, int(value or 1024)))


def _saving(name: str, compression: Any) -> dict[str, Any]:
    """Compression is the quality of JPEG and WebP, as providers use the word; PNG loses nothing."""
    quality = 92 if compression is None else min(100, max(1, int(compression)))
    return {
        "png": {"format": "PNG", "compress_level": 4},
        "jpeg": {"format": "JPEG", "quality": quality, "subsampling": 0 if quality >= 90 else 2},
        "webp": {"format": "WEBP", "quality": quality, "method": 2},
    }[name]
