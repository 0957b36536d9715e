"""Says what a picture file is from its header alone, and refuses what the studio does not open."""

from __future__ import annotations

import struct
import warnings
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from studio.imaging.formats import MEDIA_TYPES
from studio.prompts.words import gettext_noop

if TYPE_CHECKING:
    from collections.abc import Mapping

# Without this list Pillow would try more than forty readers, one of which starts Ghostscript.
FORMATS = ("PNG", "JPEG", "WEBP")

# What the readers raise on hostile bytes; MemoryError stands apart, it means "too heavy".
READER_ERRORS = (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError, AttributeError)
BROKEN = (*READER_ERRORS, struct.error, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The largest picture that is opened at all."""

    pixels: int
    side: int = 12_000

    @property
    def megapixels(self) -> int:
        return self.pixels // 1_000_000


UPLOAD = Caps(pixels=40_000_000)
RESULT = Caps(pixels=64_000_000)

# A second line behind the caps: Pillow itself raises at twice this.
Image.MAX_IMAGE_PIXELS = RESULT.pixels

MESSAGES: Mapping[str, str] = {
    "empty": gettext_noop("This file is empty. Choose the picture again."),
    "wrong_format": gettext_noop(
        "This file is not a PNG, JPEG or WebP picture. Export it as one of these and try again."
    ),
    "damaged": gettext_noop("This picture is damaged or cut off. Export it again and choose the new file."),
    "animated": gettext_noop("This picture is animated. Export a single frame as PNG or JPEG and choose that."),
    "too_many_pixels": gettext_noop(
        "This picture has more than %(megapixels)s megapixels. Make it smaller and choose it again."
    ),
    "too_long": gettext_noop(
        "This picture has a side of more than %(side)s pixels. Make it smaller and choose it again."
    ),
    "too_heavy": gettext_noop(
        "This picture takes too much memory or time to open. Make it smaller and choose it again."
    ),
}


class BadPicture(Exception):
    """A picture that is refused. ``message`` is a msgid with ``params``; the floor that shows it translates."""

    def __init__(self, code: str, message: str = "", **params: Any) -> None:
        self.code = code
        self.message = message or MESSAGES[code]
        self.params = params
        super().__init__(self.message % params if params else self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    format: str  # "png", "jpeg" or "webp": what the bytes are, whatever their name says
    media_type: str
    width: int
    height: int
    frames: int
    bytes: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def inspect(path: Path | str, *, caps: Caps = UPLOAD) -> Facts:
    """Header only: no pixel is decoded. Raises BadPicture."""
    with opened(path, caps=caps) as image:
        return facts(image, Path(path))


def facts(image: Image.Image, path: Path) -> Facts:
    name = format_of(image)
    return Facts(
        format=name,
        media_type=MEDIA_TYPES[name],
        width=image.width,
        height=image.height,
        frames=1,
        bytes=path.stat().st_size,
    )


def format_of(image: Image.Image) -> str:
    # Phones append a depth or gain map to a JPEG, which Pillow then calls MPO; its first frame is the picture.
    return "jpeg" if image.format == "MPO" else str(image.format).lower()


def opened(path: Path | str, *, caps: Caps) -> Image.Image:
    """An opened, still undecoded picture within ``caps``. Raises BadPicture; OSError only where the file is missing."""
    if Path(path).stat().st_size == 0:
        raise BadPicture("empty")
    image = _open(path)
    try:
        check(image, caps)
    except BadPicture:
        image.close()
        raise
    return image


def _open(path: Path | str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise BadPicture("too_many_pixels", megapixels=RESULT.megapixels) from error
    except MemoryError as error:
        raise BadPicture("too_heavy") from error
    except UnidentifiedImageError as error:
        raise BadPicture("damaged" if _claims_a_format(path) else "wrong_format") from error
    except BROKEN as error:
        raise BadPicture("damaged") from error


def _claims_a_format(path: Path | str) -> bool:
    with Path(path).open("rb") as file:
        head = file.read(12)
    return head.startswith((b"\x89PNG", b"\xff\xd8\xff")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def check(image: Image.Image, caps: Caps) -> None:
    if max(image.size) > caps.side:
        raise BadPicture("too_long", side=caps.side)
    if image.width * image.height > caps.pixels:
        raise BadPicture("too_many_pixels", megapixels=caps.megapixels)
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise BadPicture("animated")


def load(image: Image.Image) -> None:
    """Decode every pixel; only this finds a picture that was cut off. Raises BadPicture."""
    try:
        image.load()
    except MemoryError as error:
        raise BadPicture("too_heavy") from error
    except BROKEN as error:
        raise BadPicture("damaged") from error
