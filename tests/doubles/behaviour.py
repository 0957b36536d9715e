"""How the provider double answers one request: well, slowly, wrongly or not at all."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from PIL import Image

from tests.doubles.wire import head_of

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}

FAULTS = frozenset(
    {
        "",
        "close_before_body",  # the head was read, the body was not: not billed
        "close_after_body",
        "reset_after_body",
        "accept_then_silent",
        "silent_after_headers",
        "drip_headers",
        "drip",
        "flood",
        "endless_chunks",
        "html200",
        "cut_json",
        "cut_b64",
        "junk_b64",
        "gzip",
        "short_body",
        "deep_json",
        "nan",
        "zero_bytes",
    }
)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    delay: float = 0.0  # seconds between the end of the request and the first byte of the answer
    held: bool = False  # no answer, and no job ends, before the provider's release()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None  # text is sent as it is, everything else as JSON; None: a picture
    fault: str = ""
    match: str = ""  # only for requests whose prompt contains this
    times: int = 1  # how many requests; 0: every one from now on
    pictures: int = 1
    bytes: int = 0  # pad each picture to at least this many bytes
    width: int = 0  # another size than was asked for
    height: int = 0
    prefixed: bool = False  # base64 as a data URL
    by_url: bool = False  # a link instead of base64
    revised_prompt: str = ""
    usage: bool = True
    # Of streams alone: how it ends ("completed", "ends" without a result, "cut", "spoilt", "error" as ``body`` says),
    # which unfinished pictures are cut off, and whether each event waits for the provider's step().
    stream: str = "completed"
    broken_partials: tuple[int, ...] = ()
    stepped: bool = False
    billed: bool | None = None  # None: as the status and the fault suggest
    # Of jobs alone: how many checks say "processing" first, and how the job ends.
    checks: int = 1
    ends: str = "completed"

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError(f"no such fault: {self.fault!r}")

    @property
    def counts(self) -> bool:
        if self.billed is not None:
            return self.billed
        return self.status < 400 and self.fault != "close_before_body"


@lru_cache(maxsize=64)
def picture(width: int, height: int, colour: str, kind: str = "png", at_least: int = 0) -> bytes:
    """A real picture: two tones, cheap to make and small, padded behind its pixels where size matters."""
    image = Image.new("RGB", (width, height), f"#{colour}")
    image.paste("#f4f1ea", (0, 0, width // 2, height // 3))
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **({"compress_level": 1} if kind == "png" else {}))
    content = buffer.getvalue()
    missing = at_least - len(content)
    if missing <= 0:
        return content
    return (_padded_png if kind == "png" else _appended)(content, missing)


def _padded_png(content: bytes, missing: int) -> bytes:
    """A private ancillary chunk before the end: every reader skips it and the file stays valid."""
    block = hashlib.sha256(b"padding").digest() * (missing // 32 + 1)
    chunk = b"prVt" + block[:missing]
    sealed = len(chunk[4:]).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    return content[:-12] + sealed + content[-12:]


def _appended(content: bytes, missing: int) -> bytes:
    return content + b"\0" * missing


def colour_of(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()[:6]


def drawn(fields: dict[str, Any], behaviour: Behaviour) -> tuple[bytes, str]:
    """The picture and its format. Large ones are all alike, so that a hundred of them are held once."""
    kind = fields.get("output_format") or "png"
    colour = "2f6f5e" if behaviour.bytes else colour_of(fields["prompt"])
    return picture(*size_of(fields, behaviour), colour, kind, behaviour.bytes), kind


def reply_to(fields: dict[str, Any], behaviour: Behaviour, file_url: Any) -> bytes:
    """The body of a good answer, in OpenAI's shape."""
    content, kind = drawn(fields, behaviour)
    item = _item(content, kind, behaviour, file_url)
    if behaviour.bytes and not behaviour.by_url:
        return _large(item, behaviour.pictures)
    extra = b""
    if behaviour.revised_prompt:
        extra = b',"revised_prompt":' + json.dumps(behaviour.revised_prompt).encode()
    body = b'{"created":1784792914,"data":[' + b",".join([b"{" + item + extra + b"}"] * behaviour.pictures) + b"]"
    if behaviour.usage:
        body += b',"usage":' + json.dumps(usage_of(bool(fields.get("image_count")))).encode()
    return body + b"}"


@lru_cache(maxsize=4)
def _large(item: bytes, pictures: int) -> bytes:
    return b'{"data":[' + b",".join([b"{" + item + b"}"] * pictures) + b"]}"


def _item(content: bytes, kind: str, behaviour: Behaviour, file_url: Any) -> bytes:
    if behaviour.by_url:
        return b'"url":' + json.dumps(file_url(content, kind)).encode()
    prefix = f"data:{MEDIA_TYPES[kind]};base64,".encode() if behaviour.prefixed else b""
    return b'"b64_json":"' + prefix + _encoded(content) + b'"'


@lru_cache(maxsize=8)
def _encoded(content: bytes) -> bytes:
    return base64.b64encode(content)


def usage_of(edit: bool) -> dict[str, Any]:
    images = 768 if edit else 0
    return {
        "input_tokens": 37 + images,
        "input_tokens_details": {"image_tokens": images, "text_tokens": 37},
        "output_tokens": 1756,
        "total_tokens": 1793 + images,
    }


def size_of(fields: dict[str, Any], behaviour: Behaviour) -> tuple[int, int]:
    if behaviour.width:
        return behaviour.width, behaviour.height
    size = fields.get("size") or "auto"
    width, height = (1024, 1024) if size == "auto" else (int(edge) for edge in size.split("x"))
    return width, height


async def answer(behaviour: Behaviour, body: bytes, media_type: str = "application/json") -> AsyncIterator[bytes]:
    """The bytes of the whole HTTP answer, faults included, in the pieces in which they leave."""
    headers = {"Content-Type": media_type, "Content-Length": str(len(body)), **behaviour.headers}
    fault = behaviour.fault
    if fault in {"html200", "cut_json", "cut_b64", "junk_b64", "deep_json", "nan", "zero_bytes"}:
        body = _spoilt(fault, body)
        headers["Content-Length"] = str(len(body))
    elif fault == "gzip":
        body = gzip.compress(body, 1)
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
    elif fault == "short_body":
        headers["Content-Length"] = str(len(body) + 100)
    if fault in {"drip", "drip_headers", "flood", "endless_chunks", "silent_after_headers"}:
        async for piece in _without_end(fault, headers, body):
            yield piece
        return
    yield head_of(behaviour.status, headers)
    view = memoryview(body)
    for start in range(0, len(view), 0x40000):
        yield bytes(view[start : start + 0x40000])


def _spoilt(fault: str, body: bytes) -> bytes:
    if fault == "html200":
        return b"<!doctype html><html><title>502 Bad Gateway</title><script>alert(1)</script></html>"
    if fault == "deep_json":
        return b'{"data":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    if fault == "nan":
        return b'{"data":[{"b64_json":NaN}]}'
    if fault == "zero_bytes":
        return b""
    if fault == "cut_json":
        return body[: len(body) // 2]
    end = body.index(b'"}', body.index(b'"b64_json"'))
    return body[: end - 2] + body[end:] if fault == "cut_b64" else body[: end - 8] + b"!?" + body[end - 8 :]


async def _without_end(fault: str, headers: dict[str, str], body: bytes) -> AsyncIterator[bytes]:
    if fault == "drip_headers":
        yield b"HTTP/1.1 200 OK\r\n"
        while True:
            yield b"X-Drip: 1\r\n"
            await asyncio.sleep(0.1)
    if fault == "endless_chunks":
        yield head_of(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        while True:
            yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    if fault == "flood":
        yield head_of(200, headers | {"Content-Length": str(1 << 31)})
        while True:
            yield b" " * 0x10000
    yield head_of(200, headers)
    if fault == "drip":
        for index in range(len(body)):
            yield body[index : index + 1]
            await asyncio.sleep(0.1)
    await asyncio.sleep(3600)
