"""Hostile and odd files, generated: each with whether it is taken, or the code that it is refused with."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

Make = Callable[[], bytes]


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def scene(width: int = 80, height: int = 40) -> Image.Image:
    """Four different quarters, so that every turn of it differs."""
    image = Image.new("RGB", (width, height), "#c83c28")
    image.paste("#2860c8", (width // 2, 0, width, height // 2))
    image.paste("#28a050", (0, height // 2, width // 2, height))
    image.paste("#f0dc50", (width // 2, height // 2, width, height))
    return image


def photo(width: int = 96, height: int = 64) -> Image.Image:
    return Image.effect_mandelbrot((width, height), (-2, -1.2, 1, 1.2), 60).convert("RGB")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *, depth: int = 8, colour: int = 0, before: bytes = b"", channels: int = 1) -> bytes:
    """A PNG written by hand, for sizes that Pillow would need the memory for."""
    row = b"\x00" + bytes((width * depth * channels + 7) // 8)
    squeeze = zlib.compressobj(1)
    body = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def frames(count: int, size: tuple[int, int], format: str) -> bytes:
    first, *rest = (Image.new("RGB", size, (number % 256, 0, 0)) for number in range(count))
    return saved(first, format, save_all=True, append_images=rest, duration=40)


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def zipped(name: bytes, text: bool) -> bytes:
    """A chunk whose text or profile unpacks to 100 MiB."""
    squeeze = zlib.compressobj(9)
    bomb = b"".join(squeeze.compress(bytes(1024 * 1024)) for _ in range(100)) + squeeze.flush()
    return png(8, 8, before=chunk(name, (b"Comment" if text else b"icc") + b"\0\0" + bomb))


def tagged() -> bytes:
    """A photograph with everything in it that must not leave: place, author, comment, XMP with a script."""
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    exif[0x9C9D] = "SECRET-AUTHOR".encode("utf-16-le")
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><script>SECRET-XMP</script></x:xmpmeta>"
    return saved(
        photo(), "JPEG", quality=95, exif=exif, comment=b"SECRET-COMMENT <script>", xmp=xmp, icc_profile=srgb_profile()
    )


def tagged_png() -> bytes:
    words = PngInfo()
    words.add_text("Comment", "SECRET-COMMENT <script>")
    words.add_itxt("XML:com.adobe.xmp", "<script>SECRET-XMP</script>")
    return saved(photo(), "PNG", pnginfo=words, exif=tagged_exif(), icc_profile=srgb_profile())


def tagged_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-AUTHOR <script>"
    return exif.tobytes()


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def display_p3() -> bytes:
    """Display P3 as an ICC matrix profile: its primaries adapted to D50, and the sRGB curve."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    curve = b"para\0\0\0\0\0\x03\0\0" + b"".join(map(fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 3) + b"P3\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.51512, 0.24120, -0.00105),
        b"gXYZ": xyz(0.29198, 0.69225, 0.04189),
        b"bXYZ": xyz(0.15710, 0.06657, 0.78407),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ") + bytes(12)
    head += b"acsp" + bytes(28) + fixed(0.9642) + fixed(1.0) + fixed(0.8249) + bytes(48)
    return head + table + body


def grey_deep() -> bytes:
    image = Image.new("I;16", (64, 1))
    for x in range(64):
        image.putpixel((x, 0), x * 1024)
    return saved(image.resize((64, 16), Image.Resampling.NEAREST), "PNG")


def palette(**options: Any) -> bytes:
    return saved(scene().quantize(16), "PNG", **options)


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(scene(), "PNG", exif=exif)


def mpo() -> bytes:
    """What telephones write: a second picture behind the first."""
    return saved(photo(), "MPO", save_all=True, append_images=[photo(48, 32)])


TAKEN: dict[str, Make] = {
    "one pixel": lambda: saved(Image.new("RGB", (1, 1), "red"), "PNG"),
    "png": lambda: saved(photo(), "PNG"),
    "jpeg": lambda: saved(photo(), "JPEG"),
    "progressive jpeg": lambda: saved(photo(), "JPEG", progressive=True),
    "webp": lambda: saved(photo(), "WEBP"),
    "lossless webp with alpha": lambda: saved(photo().convert("RGBA"), "WEBP", lossless=True),
    "16-bit grey": grey_deep,
    "16-bit colour": lambda: png(20, 20, depth=16, colour=2, channels=3),
    "1-bit": lambda: saved(photo().convert("1"), "PNG"),
    "palette": palette,
    "palette with transparency": lambda: palette(transparency=0),
    "grey with alpha": lambda: saved(photo().convert("LA"), "PNG"),
    "cmyk jpeg": lambda: saved(photo().convert("CMYK"), "JPEG"),
    "grey jpeg": lambda: saved(photo().convert("L"), "JPEG"),
    "display p3": lambda: saved(photo(), "JPEG", icc_profile=display_p3()),
    "broken profile": lambda: saved(photo(), "JPEG", icc_profile=b"not a profile"),
    "cmyk profile on rgb": lambda: saved(photo(), "PNG", icc_profile=b"\0" * 128),
    "broken exif": lambda: saved(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "metadata everywhere": tagged,
    "metadata everywhere, png": tagged_png,
    "telephone": mpo,
    "png with a zip behind": lambda: saved(photo(), "PNG") + b"PK\x03\x04<script>evil</script>",
    "jpeg with a page behind": lambda: saved(photo(), "JPEG") + b"<html><script>evil</script></html>",
    "36 megapixels": lambda: png(6000, 6000),
    "thin": lambda: png(12000, 1),
    **{f"turned {number}": (lambda number=number: turned(number)) for number in range(1, 9)},
}
REFUSED: dict[str, tuple[Make, str]] = {
    "nothing": (lambda: b"", "empty"),
    "44 megapixels": (lambda: png(6600, 6700), "too_many_pixels"),
    "84 megapixels": (lambda: png(9000, 9400), "too_many_pixels"),
    "140 megapixels, one bit": (lambda: png(11800, 11900, depth=1), "too_many_pixels"),
    "too long": (lambda: png(12001, 1), "too_long"),
    "gif": (lambda: saved(photo(), "GIF"), "wrong_format"),
    "300 frames": (lambda: frames(300, (40, 40), "GIF"), "wrong_format"),
    "animated webp": (lambda: frames(100, (200, 200), "WEBP"), "animated"),
    "animated png": (lambda: frames(5, (20, 20), "PNG"), "animated"),
    "text bomb": (lambda: zipped(b"zTXt", True), "damaged"),
    "profile bomb": (lambda: zipped(b"iCCP", False), "damaged"),
    "png cut at a tenth": (lambda: cut(saved(photo(), "PNG"), 0.1), "damaged"),
    "png cut in half": (lambda: cut(saved(photo(), "PNG"), 0.5), "damaged"),
    "png cut at the end": (lambda: cut(saved(photo(), "PNG"), 0.95), "damaged"),
    "jpeg cut at a tenth": (lambda: cut(saved(photo(), "JPEG", quality=95), 0.1), "damaged"),
    "jpeg cut in half": (lambda: cut(saved(photo(), "JPEG", quality=95), 0.5), "damaged"),
    "webp cut in half": (lambda: cut(saved(photo(), "WEBP", quality=95), 0.5), "damaged"),
    "only a signature": (lambda: b"\x89PNG\r\n\x1a\n", "damaged"),
    "a flipped bit": (lambda: flipped(saved(photo(), "PNG")), "damaged"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "wrong_format"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", "wrong_format"),
    "eps": (lambda: saved(photo(), "EPS"), "wrong_format"),
    "tiff": (lambda: saved(photo(), "TIFF"), "wrong_format"),
    "bmp": (lambda: saved(photo(), "BMP"), "wrong_format"),
    "ico": (lambda: saved(photo(), "ICO"), "wrong_format"),
    "pdf": (lambda: saved(photo(), "PDF"), "wrong_format"),
    "avif": (lambda: saved(photo(), "AVIF"), "wrong_format"),
    "psd": (lambda: b"8BPS\0\x01" + bytes(60), "wrong_format"),
    "gif and page": (lambda: b"GIF89a/*" + bytes(20) + b"*/=1;<script>", "wrong_format"),
    "noise": (lambda: bytes(range(256)) * 40, "wrong_format"),
}


def flipped(content: bytes) -> bytes:
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]
