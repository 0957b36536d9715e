"""Reads a JSON answer while it arrives: long base64 strings go straight to a file, all the rest stays small in memory.

It needs no key name: a string above the threshold whose beginning can be base64 is a picture, and an answer in which
it turns out to be none is refused. A long text that shows a picture, as ``![…](data:…)``, is that picture, and what is
written around it is left out. Any other long string, such as a prompt that is sent back, is text.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
import secrets
from typing import TYPE_CHECKING, Any, Protocol

import pybase64

from studio.providers.values import Spilled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THRESHOLD = 64 * 1024
MAX_SKELETON = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_SPILLS = 32
MAX_PREFIX = 256  # of "data:image/png;base64,"
LONGEST_ESCAPE = 6  # backslash, u and four digits

_BASE64 = re.compile(rb"(data:[\w./;+=-]{0,200};base64,)?[A-Za-z0-9+/]*={0,2}")
# What a chat shows, with its escapes as they came, and what may follow it.
_SHOWN = re.compile(rb"\(<?(data:image\\?/[\w.+-]{1,100};base64,(?:[A-Za-z0-9+/=]|\\[/nr])*)")
_AFTER = re.compile(rb"[)> ]")
_LINE_ENDS = b"\t\r\n"
_WHITESPACE = _LINE_ENDS + b" "
_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


class Malformed(ValueError):
    """This is not JSON that we take: broken, too deep, too large, or with a damaged picture in it."""


class Sink(Protocol):
    """An open file, and where it is."""

    path: Path

    def write(self, content: bytes) -> None: ...

    def close(self) -> None: ...


class Base64:
    """A strict decoder that is fed in pieces and writes to a sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._head = b""  # until it is known whether a data: prefix stands before the picture
        self._started = self._ended = False
        self._carry = b""
        self._digest = hashlib.sha256()
        self._bytes = 0

    def feed(self, piece: bytes) -> None:
        if not self._started:
            piece = self._without_prefix(piece)
        # Four searches are a fraction of one translation, and most answers hold no white space at all.
        if any(space in piece for space in _WHITESPACE):
            piece = piece.translate(None, _WHITESPACE)
        piece = self._carry + piece
        whole = len(piece) & ~3
        self._carry = piece[whole:]
        if whole:
            self._decode(piece[:whole])

    def close(self) -> Spilled:
        if not self._started:
            self._started = True
            self.feed(self._head)
        if self._carry:
            raise Malformed("The base64 of a picture is cut.")
        self._sink.close()
        return Spilled(path=self._sink.path, bytes=self._bytes, sha256=self._digest.hexdigest())

    def _without_prefix(self, piece: bytes) -> bytes:
        self._head += piece
        if not self._head.startswith(b"data:"[: len(self._head)]):
            self._started = True
            return self._head
        prefix, comma, rest = self._head.partition(b",")
        if comma and prefix.endswith(b";base64"):
            self._started = True
            return rest
        if comma or len(self._head) > MAX_PREFIX:
            raise Malformed("A data URL without base64.")
        return b""

    def _decode(self, block: bytes) -> None:
        if self._ended:
            raise Malformed("Something follows the end of a picture.")
        self._ended = block.endswith(b"=")
        try:
            content = pybase64.b64decode(block, validate=True)
        except binascii.Error:
            raise Malformed("A picture is damaged.") from None
        self._digest.update(content)
        self._bytes += len(content)
        self._sink.write(content)


class Spill:
    """Feed it the bytes in whatever pieces they come, then ``finish``. Raises Malformed from either."""

    def __init__(
        self,
        open_sink: Callable[[], Sink],
        *,
        threshold: int = THRESHOLD,
        max_skeleton: int = MAX_SKELETON,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self._open_sink = open_sink
        self._threshold, self._max_skeleton, self._max_depth = threshold, max_skeleton, max_depth
        self._skeleton = bytearray()
        self._depth = 0
        self._in_string = False
        self._string = bytearray()  # a string that is still short, its escapes as they came
        self._decoder: Base64 | None = None  # of a string that has grown long
        self._long_text = False  # a string that has grown long and is no picture
        self._shown = self._ended = False  # the picture stands in a text, and is over
        self._held = b""  # an escape that the end of a piece cut in two
        # Nobody can write this name into an answer by chance or by intent.
        self._mark = secrets.token_hex(16)
        self._spilled: dict[str, Spilled] = {}

    def feed(self, chunk: bytes) -> None:
        chunk, self._held = self._held + chunk, b""
        at = 0
        while at < len(chunk):
            at = self._within(chunk, at) if self._in_string else self._between(chunk, at)

    def finish(self, *, secret: str = "") -> Any:
        """The document, with a Spilled in the place of each long string, and without ``secret`` in any other."""
        if self._in_string or self._held:
            raise Malformed("The answer is cut.")
        try:
            text = self._skeleton.decode("utf-8-sig")
            return self._restored(json.loads(text, parse_constant=_refuse), secret)
        except (ValueError, RecursionError):
            raise Malformed("The answer is not JSON.") from None

    def _between(self, chunk: bytes, at: int) -> int:
        quote = chunk.find(b'"', at)
        end = len(chunk) if quote < 0 else quote
        self._keep(chunk[at:end])
        if quote < 0:
            return end
        self._in_string = True
        return quote + 1

    def _keep(self, piece: bytes | bytearray) -> None:
        self._skeleton += piece
        if len(self._skeleton) > self._max_skeleton:
            raise Malformed("The answer is too long beside its pictures.")
        if self._in_string:
            return
        for bracket in piece.translate(None, _BRACKETS):
            self._depth += 1 if bracket in b"[{" else -1
            if self._depth > self._max_depth:
                raise Malformed("The answer is nested too deeply.")

    def _within(self, chunk: bytes, at: int) -> int:
        end = _end_of_string(chunk, at)
        if end >= 0:
            self._take(chunk[at:end])
            self._close_string()
            return end + 1
        cut = _cut_escape(chunk, at)
        self._take(chunk[at:cut])
        self._held = chunk[cut:]
        return len(chunk)

    def _take(self, piece: bytes) -> None:
        if self._decoder is not None:
            self._decode(self._decoder, piece)
            return
        self._string += piece
        if len(self._string) > self._threshold and not self._long_text:
            self._judge(bytes(self._string))
        if len(self._string) > self._max_skeleton:
            raise Malformed("A text is too long.")

    def _judge(self, string: bytes) -> None:
        """A picture or a text: by the same first bytes, however the answer is cut into pieces."""
        raw = string[: _cut_escape(string[: self._threshold], 0)]
        head = _unescaped(raw)
        if head is None or not _BASE64.fullmatch(head.translate(None, _LINE_ENDS)):
            shown = _SHOWN.search(raw)
            if shown is None or shown.end() < len(raw):  # one that is over already was a small one in a long text
                self._long_text = True
                return
            string, self._shown = string[shown.start(1) :], True
        if len(self._spilled) >= MAX_SPILLS:
            raise Malformed("The answer holds too many pictures.")
        self._decoder = Base64(self._open_sink())
        self._decode(self._decoder, string)
        self._string.clear()

    def _decode(self, decoder: Base64, piece: bytes) -> None:
        if self._ended:
            return
        if self._shown and (after := _AFTER.search(piece)):
            piece, self._ended = piece[: after.start()], True
        decoder.feed(_base64_of(piece))

    def _close_string(self) -> None:
        if self._decoder is None:
            self._keep(b'"%b"' % bytes(self._string))
            self._string.clear()
        else:
            name = f"{self._mark}{len(self._spilled)}"
            self._spilled[name] = self._decoder.close()
            self._decoder = None
            self._keep(b'"%b"' % name.encode())
        self._in_string = self._long_text = self._shown = self._ended = False

    def _restored(self, value: Any, secret: str) -> Any:
        if isinstance(value, str):
            found: Any = self._spilled.get(value)
            return found or (value.replace(secret, "[key]") if secret else value)
        if isinstance(value, list):
            return [self._restored(item, secret) for item in value]
        if isinstance(value, dict):
            if not self._spilled.keys().isdisjoint(value):
                raise Malformed("A picture stands where a name should.")
            return {key: self._restored(item, secret) for key, item in value.items()}
        return value


def _end_of_string(chunk: bytes, at: int) -> int:
    """Where the closing quote is, or -1. A quote after an odd number of backslashes belongs to the string."""
    quote = chunk.find(b'"', at)
    while quote >= 0:
        before = quote
        while before > at and chunk[before - 1] == 0x5C:
            before -= 1
        if (quote - before) % 2 == 0:
            return quote
        quote = chunk.find(b'"', quote + 1)
    return -1


def _cut_escape(chunk: bytes, at: int) -> int:
    """Where to cut a piece without its end, so that no escape is torn: before a backslash whose escape is not whole."""
    start = len(chunk)
    while start > at and chunk[start - 1] == 0x5C:
        start -= 1
    if (len(chunk) - start) % 2:
        return len(chunk) - 1
    slash = chunk.rfind(b"\\u", max(at, len(chunk) - LONGEST_ESCAPE + 1))
    if slash < 0 or start < len(chunk):
        return len(chunk)
    before = slash
    while before > at and chunk[before - 1] == 0x5C:
        before -= 1
    return slash if (slash - before) % 2 == 0 else len(chunk)


def _base64_of(piece: bytes) -> bytes:
    content = _unescaped(piece)
    if content is None:
        raise Malformed("A picture is damaged.")
    return content


def _unescaped(piece: bytes) -> bytes | None:
    """What the piece of a string stands for; None where that is more than ASCII, or no string."""
    if b"\\" not in piece:
        return piece
    try:
        text: str = json.loads(b'"%b"' % piece, strict=False)
        return text.encode("ascii")
    except ValueError:
        return None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON.")
