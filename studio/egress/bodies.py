"""Request bodies with a known length: JSON as bytes, forms as a stream that never holds a file in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.egress.errors import NotSent
from studio.providers import failures
from studio.providers.values import Call, FormField, FormFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    media_type: str
    length: int
    pieces: tuple[bytes | Path, ...]

    async def stream(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            with piece.open("rb") as file:
                while content := file.read(PIECE):
                    yield content


def body_of(call: Call) -> Body | None:
    """The same call gives the same bytes. Raises NotSent where a file is missing."""
    try:
        if call.form is not None:
            return _form(call.form)
        if call.file is not None:
            length = call.file.path.stat().st_size
            return Body(media_type=call.file.media_type, length=length, pieces=(call.file.path,))
        if call.json is not None:
            content = json.dumps(call.json, ensure_ascii=False, separators=(",", ":")).encode()
            return Body(media_type="application/json", length=len(content), pieces=(content,))
    except OSError:
        raise NotSent(failures.REFERENCE_MISSING) from None
    except UnicodeEncodeError:
        raise NotSent(failures.INVALID_REQUEST) from None
    return None


def _form(parts: tuple[FormField | FormFile, ...]) -> Body:
    sizes = [part.path.stat().st_size if isinstance(part, FormFile) else 0 for part in parts]
    # Made from what it divides: the same form has the same bytes, and no text can contain its own hash.
    boundary = hashlib.sha256(repr([*zip(parts, sizes, strict=True)]).encode("utf-8", "surrogatepass")).hexdigest()
    pieces: list[bytes | Path] = []
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
