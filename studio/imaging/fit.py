"""Makes a copy of a clean picture that has at most so many bytes: first coarser, then smaller.

The same picture and the same limit give the same bytes.
"""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from studio.imaging.clean import LOSSLESS, PHOTOGRAPHIC, rebuilt
from studio.imaging.formats import MEDIA_TYPES
from studio.imaging.inspect import UPLOAD, BadPicture, Caps, Facts

if TYPE_CHECKING:
    from collections.abc import Collection

WITH_ALPHA = "webp"
# Best first; a step further costs the eye less than fewer pixels would.
STEPS: dict[str, tuple[dict[str, Any], ...]] = {
    "jpeg": (
        {"format": "JPEG", "quality": 95, "subsampling": 0},
        {"format": "JPEG", "quality": 90, "subsampling": 0},
        {"format": "JPEG", "quality": 85, "subsampling": 2},
        {"format": "JPEG", "quality": 80, "subsampling": 2},
    ),
    "webp": ({"format": "WEBP", "quality": 90, "method": 2}, {"format": "WEBP", "quality": 80, "method": 2}),
    "png": ({"format": "PNG", "compress_level": 4},),
}
BEST_PACKED = {"format": "PNG", "compress_level": 9}
# A better packed PNG is this much smaller at best; what is farther away is not tried.
PACKED = 0.85
# More pixels than these for each byte would hardly survive any quality, and to try it takes long.
PIXELS_PER_BYTE = 4
MARGIN = 0.95


def fit(source: Path | str, target: Path | str, *, most: int, formats: Collection[str], caps: Caps = UPLOAD) -> Facts:
    """``formats``: those that may come out, always with png and jpeg. Raises BadPicture."""
    pixels, name = rebuilt(source, caps=caps)
    size = Path(source).stat().st_size
    content = _encoded(pixels, BEST_PACKED) if name == LOSSLESS and size * PACKED <= most else b""
    if not content or len(content) > most:
        name = PHOTOGRAPHIC if pixels.mode == "RGB" else WITH_ALPHA if WITH_ALPHA in formats else LOSSLESS
        # What is packed without loss will have about as many bytes for each pixel as it had.
        factor = math.sqrt(most / size) * MARGIN if name == LOSSLESS else 1.0
        pixels, content = _coarser(_within(pixels, PIXELS_PER_BYTE * most, factor), name, most)
    Path(target).write_bytes(content)
    return Facts(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=pixels.width,
        height=pixels.height,
        frames=1,
        bytes=len(content),
    )


def _coarser(pixels: Image.Image, name: str, most: int) -> tuple[Image.Image, bytes]:
    steps = STEPS[name]
    while True:
        for step in steps:
            content = _encoded(pixels, step)
            if len(content) <= most:
                return pixels, content
        if max(pixels.size) == 1:
            raise BadPicture("too_heavy")
        # The coarsest step from here on: what fits with it is as large as it can be.
        steps = steps[-1:]
        pixels = _shrunk(pixels, min(MARGIN, math.sqrt(most / len(content)) * MARGIN))


def _within(pixels: Image.Image, area: int, factor: float) -> Image.Image:
    factor = min(factor, math.sqrt(area / (pixels.width * pixels.height)))
    return pixels if factor >= 1 else _shrunk(pixels, factor)


def _shrunk(pixels: Image.Image, factor: float) -> Image.Image:
    width, height = (max(1, math.floor(edge * factor)) for edge in pixels.size)
    return pixels.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _encoded(pixels: Image.Image, step: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pixels.save(buffer, **step)
    return buffer.getvalue()
