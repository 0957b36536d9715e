"""The ledger: what an attempt holds before it is sent, and what is left of that when it has ended.

Everything here is called inside the transaction that changes the attempt's state, so that the two are never apart.
While an attempt is open, or its outcome unknown, its entries sum to what was reserved; after its end, to what it cost
or may have cost. Nothing is written for nothing, and a second call changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from studio.models import Attempt, LedgerEntry, Team
from studio.models.money import Entry
from studio.services import budgets

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from studio.models import Generation, User

__all__ = ["dispute", "release", "reserve", "settle"]


def reserve(*, generation: Generation, attempts: Sequence[Attempt], person: User | None) -> None:
    """Hold the estimate of each of these new attempts, for whom it is. Raises Refused where a budget does not reach,
    and then the caller's transaction must end without them."""
    each = generation.estimate_each
    if each == 0 or not attempts:
        return
    # One submit of a team after the other from here on: of forty at once, each counts those before it.
    team = Team.objects.select_for_update(no_key=True).get(pk=generation.team_id)
    budgets.check(
        team=team,
        project=generation.project,
        person=person,
        connection=generation.connection,
        amount=None if each is None else each * len(attempts),
    )
    if each:
        today = timezone.localdate()
        LedgerEntry.objects.bulk_create(
            _whose(attempt, generation, today).entry(Entry.RESERVED, each) for attempt in attempts
        )


def release(attempts: Collection[int]) -> None:
    """They cost nothing."""
    LedgerEntry.objects.bulk_create(whose.entry(Entry.RELEASED, -amount) for whose, amount in _reserved(attempts))


def dispute(attempts: Collection[int]) -> None:
    """They came to nothing and may have cost what was reserved for them."""
    entries = []
    for whose, amount in _reserved(attempts):
        entries += [whose.entry(Entry.RELEASED, -amount), whose.entry(Entry.DISPUTED, amount, estimated=True)]
    LedgerEntry.objects.bulk_create(entries)


def settle(attempt: int, cost: int | None) -> None:
    """It has its picture. ``cost`` is the provider's own figure; without one it is what was reserved, as an
    estimate."""
    held = _reserved([attempt])
    entries = [whose.entry(Entry.RELEASED, -amount) for whose, amount in held]
    for whose, amount in held or _unreserved(attempt, cost):
        charged = amount if cost is None else cost
        if charged:
            entries.append(whose.entry(Entry.SETTLED, charged, estimated=cost is None))
    LedgerEntry.objects.bulk_create(entries)


@dataclass(frozen=True, slots=True)
class _Whose:
    """What all entries of an attempt have in common."""

    attempt: int
    day: date
    team: int
    project: int
    connection: int
    person: int | None

    def entry(self, kind: Entry, amount: int, *, estimated: bool = False) -> LedgerEntry:
        return LedgerEntry(
            attempt_id=self.attempt,
            kind=kind,
            amount=amount,
            estimated=estimated,
            day=self.day,
            team_id=self.team,
            project_id=self.project,
            connection_id=self.connection,
            person_id=self.person,
        )


def _whose(attempt: Attempt, generation: Generation, day: date) -> _Whose:
    return _Whose(
        attempt.pk, day, generation.team_id, generation.project_id, generation.connection_id, attempt.created_by_id
    )


def _reserved(attempts: Collection[int]) -> list[tuple[_Whose, int]]:
    """Those of these attempts that still hold a reservation, and how much."""
    entries = LedgerEntry.objects.filter(attempt__in=attempts).order_by("attempt")
    ended = {entry.attempt_id for entry in entries if entry.kind == Entry.RELEASED}
    return [
        (_Whose(row.attempt_id, row.day, row.team_id, row.project_id, row.connection_id, row.person_id), row.amount)
        for row in entries
        if row.kind == Entry.RESERVED and row.attempt_id not in ended
    ]


def _unreserved(attempt: int, cost: int | None) -> list[tuple[_Whose, int]]:
    """One whose price nobody knew before, and whose provider says it now; under the day on which it was asked for."""
    if not cost or LedgerEntry.objects.filter(attempt=attempt).exists():
        return []
    row = Attempt.objects.select_related("generation").get(pk=attempt)
    return [(_whose(row, row.generation, timezone.localdate(row.created_at)), 0)]
