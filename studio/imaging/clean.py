"""Rebuilds a picture from its pixels: upright, sRGB, eight bits, and nothing else that was in the file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps

from studio.imaging.formats import MEDIA_TYPES
from studio.imaging.inspect import BROKEN, UPLOAD, Caps, Facts, format_of, load, opened

PHOTOGRAPHIC = "jpeg"
LOSSLESS = "png"
SAVING: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG", "compress_level": 4},
    "jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
}
SRGB = ImageCms.createProfile("sRGB")


def clean(source: Path | str, target: Path | str, *, caps: Caps = UPLOAD) -> Facts:
    """Write ``source`` anew to ``target`` (PNG and WebP as PNG, JPEG as JPEG) and say what was written."""
    pixels, name = rebuilt(source, caps=caps)
    return save(pixels, target, name)


def rebuilt(source: Path | str, *, caps: Caps) -> tuple[Image.Image, str]:
    """The pixels alone, and the format to keep them in."""
    with opened(source, caps=caps) as image:
        name = PHOTOGRAPHIC if format_of(image) == "jpeg" else LOSSLESS
        load(image)
        return bare(upright(in_srgb(image))), name


def save(pixels: Image.Image, target: Path | str, name: str) -> Facts:
    pixels.save(target, **SAVING[name])
    return Facts(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=pixels.width,
        height=pixels.height,
        frames=1,
        bytes=Path(target).stat().st_size,
    )


def upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except BROKEN:
        return image  # an unreadable EXIF block says nothing about the direction


def in_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA in sRGB. A profile that cannot be read is dropped, as a browser does."""
    profile = image.info.get("icc_profile")
    image = _deep_to_eight_bits(image)
    if profile and (converted := _convert_colours(image, profile)) is not None:
        return converted
    return _plain(image)


def _plain(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _deep_to_eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey keeps its high byte; Pillow's own conversion would clip everything above 255 to white."""
    if not image.mode.startswith("I"):
        return image
    narrow = image.convert("I").point([value >> 8 for value in range(65536)], "L")
    narrow.info = {key: value for key, value in image.info.items() if key == "exif"}
    return narrow


def _convert_colours(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        ready = _in_space(image, space)
        if ready is None:
            return None
        mode = "RGBA" if ready.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(ready, source, SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, *BROKEN):
        return None
    if converted is not None and converted is not image:
        converted.info = dict(image.info)  # the direction is still in there
    return converted


def _in_space(image: Image.Image, space: str) -> Image.Image | None:
    """The picture in a mode that a profile of this colour space describes; None where they do not belong together."""
    if space == "RGB" and image.mode != "CMYK":
        return _plain(image)
    if space == "GRAY" and image.mode in ("L", "1"):
        return image.convert("L")
    if space == "CMYK" and image.mode == "CMYK":
        return image
    return None


def bare(image: Image.Image) -> Image.Image:
    """A new picture with these pixels: no info, no palette, no reader behind it. Full opacity loses its alpha."""
    mode = "RGB" if image.mode == "RGBA" and _is_opaque(image) else image.mode
    fresh = Image.new(mode, image.size)
    fresh.paste(image)
    return fresh


def _is_opaque(image: Image.Image) -> bool:
    return image.getchannel("A").getextrema()[0] == 255
