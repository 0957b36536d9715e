"""How an attempt's calls take their turns at a provider that counts them: paid calls, questions, uploads and all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from studio.services import throttles
from studio.services.throttles import Lapsed, Throttled, Turn

if TYPE_CHECKING:
    from studio.worker.writer import Writer

T = TypeVar("T")
BeforeSend = Callable[[], Awaitable[None]]

# So long before its turn a call begins to connect. An open connection that says nothing is not liked for long.
LEAD = 2.0


@dataclass(slots=True)
class Turns:
    key: Throttled
    writer: Writer
    # Of the call that is made next, where it was waited for already.
    next: Turn | None = None

    async def approach(self) -> None:
        """Wait until the turn of the next call is near, before anything is taken that others wait for."""
        self.next = self.next or await self._take(0.0)
        await self.next.approach(LEAD)

    async def use(self, send: Callable[[BeforeSend], Awaitable[T]], before_send: BeforeSend | None) -> T:
        """Send in turn. ``send`` is called again when its connection took longer than its turn lasts, which nobody has
        noticed: ``before_send`` was not awaited."""
        turn, self.next = self.next or await self._take(0.0), None
        lead = LEAD
        while True:
            await turn.approach(lead)
            begun = monotonic()
            try:
                return await send(partial(_come, turn, before_send))
            except Lapsed:
                lead = monotonic() - begun + LEAD
            turn = await self._take(lead)

    async def _take(self, ahead: float) -> Turn:
        asked = monotonic()
        seconds = await self.writer.write(partial(throttles.take, self.key, ahead=ahead))
        return Turn.after(seconds or 0.0, asked=asked)


async def _come(turn: Turn, before_send: BeforeSend | None) -> None:
    await turn.come()
    if before_send is not None:
        await before_send()
