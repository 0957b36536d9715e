"""One attempt's writes: each names the owner and the epoch it holds, and says whether it still held them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from studio.models import Attempt
from studio.models.generations import LATE, AttemptQuerySet, State
from studio.providers import failures
from studio.services import breaker, money
from studio.worker import receipts
from studio.worker.deciding import Becomes, Money

if TYPE_CHECKING:
    from studio.models.references import SentReference
    from studio.worker.claim import Claimed
    from studio.worker.deciding import Decision
    from studio.worker.receipts import Receipt
    from studio.worker.writer import Writer


class Lost(Exception):
    """Somebody else decided about this attempt; whoever held it must not touch it any more."""


class HeldBack(Exception):
    """A halt or a pause came between the claim and the call: it is put back and waits, if it is still ours."""


@dataclass(slots=True)
class Hold:
    claimed: Claimed
    writer: Writer
    # As last committed by us.
    state: State = field(init=False)
    remote_id: str = field(init=False)
    # How the references go to the provider, written down with the mark.
    references: tuple[SentReference, ...] = ()

    def __post_init__(self) -> None:
        self.state, self.remote_id = self.claimed.state, self.claimed.remote_id

    async def mark_drawing(self) -> None:
        """A drawing begins. It stays leased, since nothing leaves this machine; only the time is written down."""
        await self._move(State.LEASED, (State.LEASED,), submitted_at=timezone.now())

    async def mark_sent(self) -> None:
        """Before the paid call, always: what is not marked was not sent. Raises HeldBack where nothing may be sent any
        more, since it was claimed."""
        values = {
            "base_url": self.claimed.account.base_url,
            "sent_references": [each.to_json() for each in self.references],
        }

        await self._mark(State.LEASED, submitted_at=timezone.now(), **values)

    async def confirm(self) -> None:
        """Still ours? Asked when much time passed between the mark and the call."""
        await self._mark(State.SUBMITTING)

    async def save_job(self, remote_id: str, percent: int | None) -> None:
        await self._move(State.RUNNING, LATE, remote_id=remote_id, percent=percent)
        self.remote_id = remote_id

    async def tell(self, answers: bool) -> None:
        """Whether the provider answers the questions about its job; nothing is written where that is told already."""
        code = "" if answers else failures.NO_WORD
        rows = self._rows().filter(state=State.RUNNING).exclude(error_code=code)
        values = {"error_code": code}
        await self.writer.write(lambda: rows.update(changed_at=timezone.now(), **values))

    async def show_partial(self, name: str, number: int) -> bool:
        """False where somebody has decided about this attempt meanwhile."""
        return await self.writer.write(lambda: self._rows().show(name, number))

    async def mark_receiving(self) -> None:
        await self._move(State.DOWNLOADING, LATE)

    async def put_back(self, decision: Decision | None = None, **values: Any) -> None:
        """Queued again. One that somebody has cancelled meanwhile ends here instead."""
        expected = (State.LEASED, State.SUBMITTING, State.DOWNLOADING)
        # Nothing that was sent counts: then a cancelled one has nothing else to tell, and costs nothing.
        free = values.get("submitted_at", ...) is None
        why = {"error_code": ""} if free else {}

        def change() -> bool:
            self._account_for(decision)
            mine = self._rows()
            cancelled = mine.filter(cancel_requested_at__isnull=False)
            if cancelled.move(State.CANCELLED, expected=expected, owner=None, **(values | why)):
                (money.release if free else money.dispute)([self.claimed.pk])
                return True
            return mine.move(State.QUEUED, expected=expected, owner=None, **values) == 1

        await self._write(change, State.QUEUED)

    async def end(self, decision: Decision, *, words: str = "") -> None:
        """Unknown, failed or cancelled, with its money and what it says about its connection, in one transaction."""
        values: dict[str, Any] = {"error_code": decision.code, "error_message": words[:600]}
        if decision.becomes is not Becomes.UNKNOWN:  # which keeps its owner, so that late evidence can still come
            values["owner"] = None
        if decision.money is Money.RELEASE:  # zero is a statement; where that is not sure, nothing is said
            values["cost"] = 0
        to = State(decision.becomes.value)

        def change() -> bool:
            self._account_for(decision)
            if not self._rows().move(to, expected=(State.LEASED, *LATE), **values):
                return False
            if decision.money is not Money.KEEP:
                (money.release if decision.money is Money.RELEASE else money.dispute)([self.claimed.pk])
            return True

        await self._write(change, to)

    async def finish(self, receipt: Receipt) -> None:
        """Done and its pictures, in one transaction."""
        await self._write(lambda: receipts.record(self._rows(), receipt), State.DONE)

    def _account_for(self, decision: Decision | None) -> None:
        """What its connection has to answer for, whoever decided about the attempt meanwhile."""
        if decision is not None and decision.pauses:
            breaker.pause(self.claimed.connection, decision.code)
        if decision is not None and decision.counts:
            breaker.failed(self.claimed.connection, decision.code)

    async def _mark(self, expected: State, **values: Any) -> None:
        def change() -> bool:
            mine = self._rows()
            if not mine.filter(state=expected).allowed().exists():
                return False
            return mine.move(State.SUBMITTING, expected=(expected,), **values) == 1

        if not await self.writer.write(change):
            raise HeldBack
        self.state = State.SUBMITTING

    async def _move(self, to: State, expected: tuple[State, ...], **values: Any) -> None:
        await self._write(lambda: self._rows().move(to, expected=expected, **values) == 1, to)

    async def _write(self, change: Any, to: State) -> None:
        if not await self.writer.write(change):
            raise Lost
        self.state = to

    def _rows(self) -> AttemptQuerySet:
        return Attempt.objects.held_by(self.claimed.owner, self.claimed.epoch).filter(pk=self.claimed.pk)
