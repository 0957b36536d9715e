"""Request bodies with a known length, as streams that never hold a file in memory: JSON, forms and files."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.egress.errors import NotSent
from studio.providers import failures
from studio.providers.values import Call, DataURL, FormField, FormFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

PIECE = 48 * 1024  # whole groups of three bytes, which are four letters in base64


@dataclass(frozen=True, slots=True, kw_only=True)
class InBase64:
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    media_type: str
    length: int
    pieces: tuple[bytes | Path | InBase64, ...]

    async def stream(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            encoded = isinstance(piece, InBase64)
            with (piece.path if isinstance(piece, InBase64) else piece).open("rb") as file:
                while content := file.read(PIECE):
                    yield base64.b64encode(content) if encoded else content


def body_of(call: Call) -> Body | None:
    """The same call gives the same bytes. Raises NotSent where a file is missing."""
    try:
        if call.form is not None:
            return _form(call.form)
        if call.file is not None:
            length = _size(call.file.path)
            return Body(media_type=call.file.media_type, length=length, pieces=(call.file.path,))
        if call.json is not None:
            return _json(call.json)
    except OSError:
        raise NotSent(failures.REFERENCE_MISSING) from None
    except UnicodeEncodeError:
        raise NotSent(failures.INVALID_REQUEST) from None
    return None


def _json(values: Mapping[str, Any]) -> Body:
    """Where a file stands in it, the text is cut and the file is put in between."""
    mark = secrets.token_hex(16)  # which no text of somebody else can hold
    files: list[DataURL] = []

    def stand_in(value: object) -> str:
        if not isinstance(value, DataURL):
            raise TypeError(f"{type(value).__name__} is no value of JSON")
        files.append(value)
        return mark

    first, *others = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=stand_in).split(f'"{mark}"')
    pieces: list[bytes | Path | InBase64] = [first.encode()]
    length = len(first.encode())
    for file, text in zip(files, others, strict=True):
        prefix = "" if file.bare else f"data:{file.media_type};base64,"
        head, tail = f'"{prefix}'.encode(), f'"{text}'.encode()
        pieces += [head, InBase64(path=file.path), tail]
        length += len(head) + _base64_length(_size(file.path)) + len(tail)
    return Body(media_type="application/json", length=length, pieces=tuple(pieces))


def _size(path: Path) -> int:
    """Of a file that can be read: found out while nothing has been sent."""
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_size


def _base64_length(size: int) -> int:
    return (size + 2) // 3 * 4


def _form(parts: tuple[FormField | FormFile, ...]) -> Body:
    sizes = [_size(part.path) if isinstance(part, FormFile) else 0 for part in parts]
    # Made from what it divides: the same form has the same bytes, and no text can contain its own hash.
    boundary = hashlib.sha256(repr([*zip(parts, sizes, strict=True)]).encode("utf-8", "surrogatepass")).hexdigest()
    pieces: list[bytes | Path | InBase64] = []
    length = 0
    for part, size in zip(parts, sizes, strict=True):
        head = f"--{boundary}\r\n{_head(part)}\r\n".encode()
        content: bytes | Path = part.path if isinstance(part, FormFile) else part.value.encode()
        pieces += [head, content, b"\r\n"]
        length += len(head) + (size if isinstance(part, FormFile) else len(part.value.encode())) + 2
    end = f"--{boundary}--\r\n".encode()
    return Body(media_type=f"multipart/form-data; boundary={boundary}", length=length + len(end), pieces=(*pieces, end))


def _head(part: FormField | FormFile) -> str:
    name = f'Content-Disposition: form-data; name="{_quoted(part.name)}"'
    if isinstance(part, FormField):
        return f"{name}\r\n"
    return f'{name}; filename="{_quoted(part.filename)}"\r\nContent-Type: {part.media_type}\r\n'


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
