"""The pump: one event loop that claims queued attempts and keeps hundreds of calls open at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import Error

from studio.models import Attempt
from studio.models.generations import HELD, WAITING
from studio.worker import claim, floor, recover, slot, stopping, wake
from studio.worker.drive import Driver
from studio.worker.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine
    from uuid import UUID

    from studio.worker.claim import Claimed
    from studio.worker.floor import Floor
    from studio.worker.pace import Pace

log = logging.getLogger(__name__)

TICK = 0.2


@dataclass(slots=True)
class Pump:
    """Make it inside its event loop; ``run`` returns when it was asked to stop and has let go of everything."""

    engine: UUID
    pace: Pace
    writer: Writer
    floor: Floor
    stop: Callable[[], int]
    # These attempts alone, for a command on a machine without a worker; None: whatever is due.
    only: Collection[int] | None = None
    # By attempt and epoch: one that was taken from us may be claimed anew while its old driver still delivers.
    _driving: dict[tuple[int, int], tuple[Driver, asyncio.Task[None]]] = field(default_factory=dict)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    # Another engine took this one for dead: what is open may still be delivered, nothing new is begun.
    _deposed: bool = False
    _adopting: bool = True
    _looking_for_cancels: bool = True

    async def run(self) -> None:
        beside = [self._beside(work) for work in (self.writer.run(), self._beat(), self._watch_stop())]
        try:
            with contextlib.nullcontext() if self.only is not None else wake.listening(self._woken):
                await self._work()
        finally:
            try:
                await self._drain()
            finally:
                for task in beside:
                    task.cancel()
        for task in beside:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise RuntimeError("The pump stopped because a part of it broke.") from error

    def _beside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._left)
        return task

    def _left(self, task: asyncio.Task[None]) -> None:
        """Without its writer, its beat or its ear for a stop this pump must claim nothing more."""
        if not task.cancelled() and (error := task.exception()):
            log.critical("A part of the pump broke; it finishes what is open and stops.", exc_info=error)
            self._deposed = True
            self._awake.set()

    @property
    def stopping(self) -> bool:
        return self._deposed or self.stop() > stopping.GO_ON

    # Claiming

    async def _work(self) -> None:
        while not self.stopping:
            self._awake.clear()
            try:
                started = await self._claim()
                await self._pass_on_cancels()
                if self.only is not None and not started and await self.writer.call(self._nothing_left):
                    return
            except Error:
                log.exception("The database did not answer; the pump tries again.")
                started = 0
            if not started:
                await self._sleep()

    async def _claim(self) -> int:
        room = self.pace.in_flight - len(self._driving)
        if room <= 0:
            return 0
        claimed: list[Claimed] = []
        if self._adopting:
            self._adopting = False
            orphans = partial(claim.orphans, self.engine, room, stale=self.pace.stale, only=self.only)
            claimed += await self.writer.call(orphans)
        claimed += await self.writer.call(partial(claim.fresh, self.engine, room, only=self.only))
        for each in claimed:
            self._start(each)
        return len(claimed)

    def _start(self, claimed: Claimed) -> None:
        driver = Driver(claimed, self.floor)
        task = asyncio.get_running_loop().create_task(driver.run(), name=f"attempt {claimed.pk}")
        key = claimed.pk, claimed.epoch
        self._driving[key] = driver, task
        task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: tuple[int, int], task: asyncio.Task[None]) -> None:
        self._driving.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            log.error("Attempt %s was left by its driver; the next look puts it right.", key[0], exc_info=error)
        self._awake.set()

    def _nothing_left(self) -> bool:
        """Of the given ones: each has ended, waits for a paused connection or a halt, or is another engine's."""
        rows = Attempt.objects.filter(pk__in=self.only or ())
        coming = rows.filter(state__in=WAITING).allowed()
        mine = rows.held_by(self.engine).filter(state__in=HELD)
        lost = claim.lost_jobs(self.pace.stale, self.only)
        return not any(each.exists() for each in (coming, mine, lost))

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(self.pace.idle):
                await self._awake.wait()
        except TimeoutError:
            self._looking_for_cancels = True

    def _woken(self) -> None:
        self._looking_for_cancels = True
        self._awake.set()

    async def _pass_on_cancels(self) -> None:
        if not (self._looking_for_cancels and self._driving):
            return
        self._looking_for_cancels = False
        for key in await self.writer.call(self._cancels):
            if key in self._driving:
                self._driving[key][0].cancelled.set()

    def _cancels(self) -> list[tuple[int, int]]:
        rows = Attempt.objects.held_by(self.engine).filter(state__in=HELD, cancel_requested_at__isnull=False)
        return list(rows.values_list("pk", "epoch"))

    # Living

    async def _beat(self) -> None:
        while True:
            try:
                alive = await self.writer.write(partial(slot.beat, self.engine, len(self._driving)))
            except Error:
                log.exception("The beat could not be written; the next one tries again.")
                alive = True
            if not alive:
                log.warning("Another engine has taken over; this one finishes what is open.")
                self._deposed = True
                self._awake.set()
                return
            await self._put_right()
            await asyncio.sleep(self.pace.beat)

    async def _put_right(self) -> None:
        """What dead engines left, and what an accident left of our own. The beat goes on whatever becomes of it."""
        try:
            driven = frozenset(pk for pk, _epoch in self._driving)
            await self.writer.call(partial(recover.recover, stale=self.pace.stale, tries=self.pace.tries))
            strays = partial(recover.strays, self.engine, driven, age=10 * self.pace.beat, tries=self.pace.tries)
            await self.writer.call(strays)
        except Exception:  # it is tidying: a pump without a beat would be the greater harm
            log.exception("Lost attempts could not be looked for; the next beat tries again.")
        self._adopting = True
        self._awake.set()

    async def _watch_stop(self) -> None:
        while not self.stopping:
            await asyncio.sleep(TICK)
        self._awake.set()

    # Stopping

    async def _drain(self) -> None:
        """Let go of what can be taken up again, and wait for calls whose pictures could not be asked for again."""
        if self._driving and self.only is None and not self._deposed:
            await self.writer.write(partial(slot.step_aside, self.engine))
        until = monotonic() + self.pace.drain
        while self._driving and monotonic() < until and self.stop() < stopping.LEAVE:
            self._let_go(lambda driver: driver.droppable)
            await self._any_ended()
        self._let_go(lambda driver: True)
        while self._driving:
            await self._any_ended()

    def _let_go(self, which: Callable[[Driver], bool]) -> None:
        for driver, task in list(self._driving.values()):
            if which(driver) and not task.cancelling():
                task.cancel()

    async def _any_ended(self) -> None:
        tasks = [task for _, task in self._driving.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)


async def held(engine: Callable[[], UUID | None], **chosen: Any) -> bool:
    """Take an engine, pump with it, release it. False when there was none to take."""
    pace: Pace = chosen["pace"]
    writer = Writer()
    try:
        taken = await writer.call(engine)
        if taken is None:
            return False
        try:
            with floor.opened(pace, writer) as opened:
                await Pump(engine=taken, writer=writer, floor=opened, **chosen).run()
        finally:
            await writer.call(partial(slot.release, taken))
    finally:
        writer.close()
    return True
