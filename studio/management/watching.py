"""Waits for generations in a terminal: says what happens, cancels on Ctrl-C, and does the worker's part if asked."""

from __future__ import annotations

import math
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.management.scripting import Exit, Stop
from studio.models import Attempt, Connection, Engine
from studio.models.generations import HELD, OPEN, WAITING, State
from studio.providers import failures
from studio.services import generations, halts
from studio.services.reports import newest_attempts, newest_of
from studio.worker import run, slot, stopping
from studio.worker.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from types import FrameType

    from studio.models import Generation

TICK = 0.1  # seconds between two looks, at first
SLOWER_AFTER, SLOW_TICK = 5.0, 0.5
# After a cancel, how long a call that was sent already may take to answer before nobody waits for it.
CANCEL_TAKES = 5.0


@dataclass(slots=True)
class Watch:
    """``titles`` are said before what is told of each generation, where there are several."""

    generations: tuple[Generation, ...]
    say: Callable[[str], None]
    seconds: float | None = None
    inline: bool = False
    titles: tuple[str, ...] = ()
    _presses: int = field(default=0, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _told: dict[tuple[int, int], Any] = field(default_factory=dict, init=False)

    def run(self) -> None:
        """Until all ended, the time is over, or Ctrl-C was pressed and the cancel took effect. Raises Stop when nothing
        would ever come."""
        before = {number: signal.signal(number, self._pressed) for number in (signal.SIGINT, signal.SIGTERM)}
        self._thread = self._work_inline() if self.inline else None
        try:
            ended = self._wait(self.seconds, presses=0)
            stuck = None if ended or self._presses else self._stuck()
            if not ended and (self._presses or self.inline):
                # What will not end by itself and was sent may still bring its picture, to whoever asks for it later.
                self._cancel(OPEN if stuck is None else WAITING)
                self._wait(CANCEL_TAKES, presses=1)
            if stuck is not None:
                raise stuck
        finally:
            self._presses += 10  # whatever still runs in this process ends now
            if self._thread is not None:
                self._thread.join()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        self._presses += 1

    def _newest(self) -> dict[int, list[Attempt]]:
        return newest_of([generation.pk for generation in self.generations])

    def _work_inline(self) -> threading.Thread:
        """The pump in a thread of its own, so that this one stays free for Ctrl-C."""
        ids = [attempt.pk for attempts in self._newest().values() for attempt in attempts]

        def stop() -> int:
            return stopping.LEAVE if self._presses > 1 else stopping.GO_ON

        def work() -> None:
            try:
                run.run_inline(ids, stop=stop)
            finally:
                connections.close_all()

        thread = threading.Thread(target=work, name="inline worker")
        thread.start()
        return thread

    def _wait(self, seconds: float | None, *, presses: int) -> bool:
        """Whether every take has ended, within the time and before more presses than these."""
        began = time.monotonic()
        while True:
            newest = self._newest()
            self._tell(newest)
            if not any(attempt.state in OPEN for attempts in newest.values() for attempt in attempts):
                return True
            waited = time.monotonic() - began
            if self._stuck() is not None:
                return False
            if self._presses > presses or (seconds is not None and waited >= seconds):
                return False
            time.sleep(TICK if waited < SLOWER_AFTER else SLOW_TICK)

    def _stuck(self) -> Stop | None:
        """Why what is open will not end by itself: its connection was paused meanwhile, or nobody works on it."""
        # Before the rows are read: what it still wrote is then seen.
        alone = self._thread is not None and not self._thread.is_alive() and not self._others_work()
        still = {
            pk: states
            for pk, attempts in self._newest().items()
            if (states := {attempt.state for attempt in attempts if attempt.state in OPEN})
        }
        if not still:
            return None
        if set().union(*still.values()) <= set(WAITING) and (stop := self._held_back(still)):
            return stop
        if alone:
            message = _("The work in this process has stopped, and no worker is running. Run status to see what came.")
            return Stop(Exit.INTERNAL, "worker_stopped", message)
        return None

    def _others_work(self) -> bool:
        """A worker runs, or another command holds what is open: the same list may be under way twice."""
        stale = Pace.from_settings().stale
        living = Engine.objects.exclude(pk__in=slot.dead(stale=stale)).values("pk")
        held = Attempt.objects.filter(generation__in=self.generations, state__in=HELD, owner__in=living)
        return slot.is_live(stale=stale) or held.exists()

    def _held_back(self, waiting: Iterable[int]) -> Stop | None:
        """Where all that is left waits for somebody who must let it go on first."""
        rows = list(Connection.objects.filter(generations__in=list(waiting)).distinct().order_by("pk"))
        halted = {row.pk: halts.refusal(connection=row) for row in rows}
        if any(row.paused_at is None and not halted[row.pk] for row in rows):
            return None
        if sentence := next(filter(None, halted.values()), ""):
            return Stop(Exit.TRY_LATER, "halted", sentence)
        message = _("The connection “%(name)s” was paused meanwhile. %(why)s Resume it on the connections page.")
        words = {"name": rows[0].name, "why": _(rows[0].paused_reason) if rows[0].paused_reason else ""}
        return Stop(Exit.TRY_LATER, "connection_paused", " ".join((message % words).split()))

    def _tell(self, newest: dict[int, list[Attempt]]) -> None:
        for place, generation in enumerate(self.generations):
            for attempt in newest[generation.pk]:
                found = (attempt.number, attempt.state, attempt.percent, attempt.not_before)
                if self._told.get((generation.pk, attempt.take)) != found:
                    self._told[generation.pk, attempt.take] = found
                    take = _("Take %(take)d of %(takes)d") % {"take": attempt.take, "takes": generation.takes}
                    where = f"{self.titles[place]}, {take[0].lower()}{take[1:]}" if self.titles else take
                    self.say(f"{where}: {_words(attempt, generation)}")

    def _cancel(self, states: Collection[str]) -> None:
        newest = self._newest()
        for generation in self.generations:
            open_ones = [attempt for attempt in newest[generation.pk] if attempt.state in states]
            if open_ones:
                self.say(_("Cancelling generation %(id)d …") % {"id": generation.pk})
                for message in _cancelled(open_ones):
                    self.say(message)


def _words(attempt: Attempt, generation: Generation) -> str:
    if attempt.state == State.QUEUED and attempt.error_code and attempt.not_before:
        # A second that has begun counts: nobody is told "in 0 s".
        left = math.ceil(max(1.0, (attempt.not_before - timezone.now()).total_seconds()))
        return _("%(connection)s: %(why)s Next try in %(seconds)d s.") % {
            "connection": generation.connection.name,
            "why": _(failures.explain(attempt.error_code).sentence),
            "seconds": left,
        }
    words = str(State(attempt.state).label)
    if attempt.percent is not None and attempt.state in OPEN:
        words = f"{words}, {attempt.percent} %"
    return words


def cancel_all(generation: Generation) -> list[str]:
    """Cancel every take that has not ended; what became of each, each sentence once."""
    return _cancelled([attempt for attempt in newest_attempts(generation) if attempt.state in OPEN])


def _cancelled(attempts: list[Attempt]) -> list[str]:
    messages = []
    for attempt in attempts:
        with transaction.atomic():
            messages.append(str(generations.cancel(attempt=attempt).message))
    return list(dict.fromkeys(messages))
