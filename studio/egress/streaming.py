"""Reads an answer that comes as events: unfinished pictures on the way, and one event that is the answer itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from studio.egress.errors import ConnectionLost
from studio.egress.parts import Part
from studio.providers.events import Event, Events

if TYPE_CHECKING:
    from pathlib import Path

    import httpcore

OnEvent = Callable[[Event], Awaitable[None]]


class Stream:
    """``ends`` are the kinds of event that are the answer; an event that tells an error is one in any case.

    Every other event goes to ``on_event`` at once, and its files are the callback's from then on, whatever happens.
    """

    def __init__(self, folder: Path, *, ends: frozenset[str], secret: str, on_event: OnEvent | None) -> None:
        self._folder, self._ends, self._on_event = folder, ends, on_event
        self._events = Events(self._open, secret=secret)
        self._parts: dict[Path, Part] = {}  # those that are nobody else's yet

    async def read(self, response: httpcore.Response, *, most_text: int) -> tuple[Any, bytes]:
        """The answer, None where it was no JSON, and the beginning of everything. Nothing after it is waited for.
        Raises ConnectionLost where the stream ends without one."""
        head = b""
        chunks = cast("AsyncGenerator[bytes, None]", response.aiter_stream())
        try:
            async for chunk in chunks:
                head += chunk[: most_text - len(head)]
                for event in self._events.feed(chunk):
                    if await self._is_answer(event):
                        return event.body, head
            last = self._events.finish()
            if last is not None and last.body is not None and await self._is_answer(last):
                return last.body, head
            if response.status >= 300:
                return None, head
            raise ConnectionLost(detail="the stream ended without a picture")
        finally:
            for part in self._parts.values():
                part.remove()
            with suppress(Exception):  # the outcome is known by now, however the closing goes
                await chunks.aclose()

    async def _is_answer(self, event: Event) -> bool:
        if event.kind in self._ends or (event.is_error and event.body is not None):
            if event.body is not None:
                self._let_go(event)
            return True
        if event.body is None or self._on_event is None:
            for path in event.paths:
                self._parts.pop(path).remove()
            return False
        self._let_go(event)
        await self._on_event(event)
        return False

    def _open(self) -> Part:
        part = Part(self._folder)
        self._parts[part.path] = part
        return part

    def _let_go(self, event: Event) -> None:
        for path in event.paths:
            del self._parts[path]
