"""Just enough HTTP/1.1 over asyncio streams for a provider double: what arrives is kept to the byte."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a multipart form, in the place where it was sent."""

    name: str
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A request as it arrived. ``headers`` keeps order and repetition, names in lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    parts: tuple[Part, ...] = field(default=())

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def fields(self) -> dict[str, Any]:
        """The request's values by name, whichever way they were sent; files are left out."""
        if self.parts:
            return {part.name: part.content.decode() for part in self.parts if not part.filename}
        return self.json if self.body else {}

    @property
    def files(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.filename)

    @property
    def key(self) -> str:
        """What one submission is counted by."""
        return (
            self.header("idempotency-key")
            or self.header("x-client-request-id")
            or str(self.fields.get("prompt", "") if self.body else "")
        )


async def read_head(reader: asyncio.StreamReader) -> Recorded | None:
    """The request line and headers; None when the other side has closed between two requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _version = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines)
    return Recorded(method=method, path=path, headers=tuple((name.lower(), value.strip()) for name, value in pairs))


async def read_body(reader: asyncio.StreamReader, head: Recorded) -> Recorded:
    body = await reader.readexactly(int(head.header("content-length") or 0))
    media_type = head.header("content-type")
    parts = _parts(media_type, body) if media_type.startswith("multipart/form-data") else ()
    return Recorded(method=head.method, path=head.path, headers=head.headers, body=body, parts=parts)


def _parts(media_type: str, body: bytes) -> tuple[Part, ...]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + media_type.encode() + b"\r\n\r\n" + body)
    boundary = message.get_boundary()
    assert boundary, "a multipart form names its boundary"
    pieces = body.split(b"--" + boundary.encode())
    return tuple(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> Part:
    head, content = piece.removeprefix(b"\r\n").split(b"\r\n\r\n", 1)
    message = BytesParser(policy=HTTP).parsebytes(head + b"\r\n\r\n")
    return Part(
        name=str(message.get_param("name", "", header="content-disposition")),
        filename=str(message.get_param("filename", "", header="content-disposition") or ""),
        media_type=message.get_content_type() if message["content-type"] else "",
        content=content.removesuffix(b"\r\n"),
    )


REASONS = {200: "OK", 201: "Created", 202: "Accepted", 302: "Found", 400: "Bad Request", 404: "Not Found"}


def head_of(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
