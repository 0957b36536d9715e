"""How many answers are received at once. A thousand may arrive in the same second; the others wait at their headers,
where they hold little memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

AT_ONCE = 32
# A slow sender gives its lane up and goes on beside it, so that it never holds the others up.
SECONDS = 2.0


@dataclass(slots=True)
class Lane:
    """One answer's place, from its headers to its end."""

    lanes: asyncio.Semaphore
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)

    async def enter(self) -> None:
        await self.lanes.acquire()
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self.leave)

    def leave(self) -> None:
        """Once, however often it is called."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.lanes.release()
