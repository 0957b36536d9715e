"""Reads a stream of server-sent events while it arrives; what an event carries goes through ``Spill`` piece by piece.

So a picture of many megabytes in one line of text never stands in memory, however the bytes are cut into pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.providers.spill import Malformed, Sink, Spill

if TYPE_CHECKING:
    from pathlib import Path

# What some servers send last; it is no JSON and says nothing.
DONE = b"[DONE]"
MARK = b"\xef\xbb\xbf"
# Of a field's name, and of the value of any field but "data".
MAX_FIELD = 1024


def is_stream(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its name, and its JSON as ``Spill`` gives it; None where it was none. ``paths`` are its files."""

    name: str
    body: Any
    paths: tuple[Path, ...] = ()

    @property
    def kind(self) -> str:
        """What the JSON calls itself, else the event's name: some servers send the one, some the other."""
        said = self.body.get("type") if isinstance(self.body, Mapping) else None
        return said if isinstance(said, str) and said else self.name

    @property
    def is_error(self) -> bool:
        return self.kind == "error" or bool(isinstance(self.body, Mapping) and self.body.get("error"))


class Events:
    """Feed it the bytes in whatever pieces they come; each event is given once, when the line after it is empty."""

    def __init__(self, open_sink: Callable[[], Sink], *, secret: str = "", **limits: int) -> None:
        self._open_sink, self._secret, self._limits = open_sink, secret, limits
        self._begun = False
        self._start = b""  # until it is known whether a byte order mark stands at the beginning
        self._field = bytearray()  # of the line that is being read: its field's name, then a short value
        self._in_value = self._in_data = False
        self._skips_space = self._skips_feed = False
        self._clear()

    def feed(self, chunk: bytes) -> list[Event]:
        if not self._begun:
            chunk, self._start = self._start + chunk, b""
            if len(chunk) < len(MARK) and MARK.startswith(chunk):
                self._start = chunk
                return []
            self._begun = True
            chunk = chunk.removeprefix(MARK)
        return self._lines(chunk)

    def finish(self) -> Event | None:
        """The last event of a stream that ended without an empty line, where it is whole all the same. Ends the last
        event's files in any case: those of one that was cut are in ``paths``, with no ``body``."""
        self._end_line()
        return self._event()

    def _clear(self) -> None:
        self._name = ""
        self._spill: Spill | None = None
        self._head = b""  # the first bytes of the data
        self._sinks: list[Sink] = []
        self._is_broken = False

    def _lines(self, chunk: bytes) -> list[Event]:
        found: list[Event] = []
        at, feed, turn = 0, chunk.find(b"\n"), chunk.find(b"\r")
        while at < len(chunk):
            if self._skips_feed:
                self._skips_feed = False
                if chunk[at] == 0x0A:
                    at += 1
                    continue
            # Each is looked for again only once it is passed: short lines would else cost a search of the whole piece.
            feed = chunk.find(b"\n", at) if 0 <= feed < at else feed
            turn = chunk.find(b"\r", at) if 0 <= turn < at else turn
            end = min((each for each in (feed, turn) if each >= 0), default=-1)
            if end < 0:
                self._within(chunk[at:])
                break
            self._within(chunk[at:end])
            self._skips_feed = end == turn
            if not self._in_value and not self._field:
                if (event := self._event()) is not None:
                    found.append(event)
            else:
                self._end_line()
            at = end + 1
        return found

    def _within(self, piece: bytes) -> None:
        """Some of one line, without its end."""
        if not piece:
            return
        if not self._in_value:
            name, colon, piece = piece.partition(b":")
            self._field += name[: MAX_FIELD - len(self._field)]
            if not colon:
                return
            self._begin_value()
        if self._skips_space and piece:
            self._skips_space = False
            piece = piece.removeprefix(b" ")
        if self._in_data:
            self._take(piece)
        else:
            self._field += piece[: MAX_FIELD - len(self._field)]

    def _begin_value(self) -> None:
        self._in_value = self._skips_space = True
        self._in_data = bytes(self._field) == b"data"
        if self._in_data:
            self._begin_data()
        elif self._field != b"event":
            self._field[:] = b":"  # a comment, or a field that means nothing here
        else:
            self._field += b":"

    def _end_line(self) -> None:
        if self._in_value and self._field.startswith(b"event:"):
            self._name = self._field[6:].decode("utf-8", "replace")
        elif not self._in_value and self._field == b"data":
            self._begin_data()
        self._field.clear()
        self._in_value = self._in_data = self._skips_space = False

    def _begin_data(self) -> None:
        """Lines of data are one text, with a line feed between them."""
        if self._spill is None:
            self._spill = Spill(self._opened, **self._limits)
        else:
            self._take(b"\n")

    def _opened(self) -> Sink:
        self._sinks.append(self._open_sink())
        return self._sinks[-1]

    def _take(self, piece: bytes) -> None:
        self._head += piece[: len(DONE) + 1 - len(self._head)]
        if self._spill is None or self._is_broken:
            return
        try:
            self._spill.feed(piece)
        except Malformed:
            self._is_broken = True

    def _event(self) -> Event | None:
        spill, head, broken = self._spill, self._head, self._is_broken
        name, paths = self._name, tuple(sink.path for sink in self._sinks)
        for sink in self._sinks:
            sink.close()
        self._clear()
        if spill is None or not head or head == DONE:
            return None
        try:
            body = None if broken else spill.finish(secret=self._secret)
        except Malformed:
            body = None
        return Event(name=name, body=body, paths=paths)
