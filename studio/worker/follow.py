"""Follows a job at a provider until it is finished. Asking is free, so it is repeated whatever happens."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from studio.egress import client
from studio.providers import failures
from studio.providers.values import Account, Call, Failure, Outcome, RemoteJob, Reply
from studio.worker.deciding import Unclear

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from studio.providers.protocols import Adapter
    from studio.worker.floor import Floor

RETRIABLE = frozenset({408, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 30.0
MOST_DOUBLED = 6
# Questions in a row that bring nothing, before anybody is told: one that gets lost is no news.
SILENT_AFTER = 2

_random = random.SystemRandom()


@dataclass(slots=True)
class Follower:
    adapter: Adapter
    account: Account
    floor: Floor
    cancelled: asyncio.Event
    show: Callable[[RemoteJob], Awaitable[None]]
    tell: Callable[[bool], Awaitable[None]]  # whether the provider answers
    is_silent: bool | None = False  # as it was told last; None where nobody knows
    last_text: str = ""
    _asked_to_cancel: bool = False

    async def follow(self, job: RemoteJob) -> Outcome | Unclear:
        since, faults = monotonic(), 0
        while monotonic() - since < self.floor.pace.patience:
            await self._pause(job, faults)
            reply = await self._ask(self.adapter.check(job, self.account))
            if reply is None:
                faults = await self._fault(faults)
                continue
            outcome = self.adapter.read_check(reply, job)
            # What pauses the connection, such as a quota that is spent, does not pass while somebody waits here.
            if reply.status in RETRIABLE and not (isinstance(outcome, Failure) and outcome.pauses):
                faults = await self._fault(faults)
                continue
            faults, self.last_text = 0, reply.text
            await self._told(is_silent=False)
            if not isinstance(outcome, RemoteJob):
                return outcome
            if outcome.percent != job.percent:
                await self.show(outcome)
            job = outcome
        return Unclear(code=failures.TIMEOUT)

    async def _fault(self, faults: int) -> int:
        if faults + 1 >= SILENT_AFTER:
            await self._told(is_silent=True)
        return faults + 1

    async def _told(self, *, is_silent: bool) -> None:
        """Written down where it changes, and not with every question."""
        if is_silent != self.is_silent:
            self.is_silent = is_silent
            await self.tell(not is_silent)

    async def _pause(self, job: RemoteJob, faults: int) -> None:
        """Until it is time to ask again, or until somebody wants it cancelled."""
        # A job that is resumed is asked for at once, but not without pause where nobody answers.
        least = max(job.poll_after, self.floor.pace.wait_least if faults else 0.0)
        seconds = min(LONGEST_PAUSE, least * 2 ** min(faults, MOST_DOUBLED)) * _random.uniform(0.8, 1.2)
        if self._asked_to_cancel:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self.cancelled.wait()
        except TimeoutError:
            return
        self._asked_to_cancel = True
        call = self.adapter.cancel(job, self.account)
        if call is not None:
            await self._ask(call)

    async def _ask(self, call: Call) -> Reply | None:
        try:
            return await self.floor.send(call)
        except client.EgressError:
            return None
