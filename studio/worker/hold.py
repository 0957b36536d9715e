"""One attempt's writes: each names the owner and the epoch it holds, and says whether it still held them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from studio.models import Attempt
from studio.models.generations import LATE, AttemptQuerySet, State
from studio.worker import receipts

if TYPE_CHECKING:
    from studio.models.references import SentReference
    from studio.worker.claim import Claimed
    from studio.worker.receipts import Receipt
    from studio.worker.writer import Writer


class Lost(Exception):
    """Somebody else decided about this attempt; whoever held it must not touch it any more."""


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
        """Before the paid call, always: what is not marked was not sent."""
        values = {
            "base_url": self.claimed.account.base_url,
            "sent_references": [each.to_json() for each in self.references],
        }
        await self._move(State.SUBMITTING, (State.LEASED,), submitted_at=timezone.now(), **values)

    async def confirm(self) -> None:
        """Still ours? Asked when much time passed between the mark and the call."""
        await self._move(State.SUBMITTING, (State.SUBMITTING,))

    async def save_job(self, remote_id: str, percent: int | None) -> None:
        await self._move(State.RUNNING, LATE, remote_id=remote_id, percent=percent)
        self.remote_id = remote_id

    async def mark_receiving(self) -> None:
        await self._move(State.DOWNLOADING, LATE)

    async def put_back(self, **values: Any) -> None:
        """Queued again. One that somebody has cancelled meanwhile ends here instead."""
        expected = (State.LEASED, State.SUBMITTING, State.DOWNLOADING)
        # Nothing that was sent counts: then a cancelled one has nothing else to tell.
        why = {"error_code": ""} if values.get("submitted_at", ...) is None else {}

        def change() -> bool:
            mine = self._rows()
            cancelled = mine.filter(cancel_requested_at__isnull=False)
            if cancelled.move(State.CANCELLED, expected=expected, owner=None, **(values | why)):
                return True
            return mine.move(State.QUEUED, expected=expected, owner=None, **values) == 1

        await self._write(change, State.QUEUED)

    async def end(self, state: State, *, code: str = "", words: str = "", **values: Any) -> None:
        values |= {"error_code": code, "error_message": words[:600]}
        if state is not State.UNKNOWN:  # which keeps its owner, so that late evidence can still come
            values["owner"] = None
        await self._move(state, (State.LEASED, *LATE), **values)

    async def finish(self, receipt: Receipt) -> None:
        """Done and its pictures, in one transaction."""
        await self._write(lambda: receipts.record(self._rows(), receipt), State.DONE)

    async def _move(self, to: State, expected: tuple[State, ...], **values: Any) -> None:
        await self._write(lambda: self._rows().move(to, expected=expected, **values) == 1, to)

    async def _write(self, change: Any, to: State) -> None:
        if not await self.writer.write(change):
            raise Lost
        self.state = to

    def _rows(self) -> AttemptQuerySet:
        return Attempt.objects.held_by(self.claimed.owner, self.claimed.epoch).filter(pk=self.claimed.pk)
