"""Counts the takes that run and that wait: one figure for the top bar, the rail and the jobs page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from studio.models.generations import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from studio.models import Attempt
    from studio.views.rows import Row

# What a tile calls "Waiting": nothing was sent and nothing is drawn yet.
WAITS = Q(state__in=(State.QUEUED, State.LEASED), submitted_at=None)


class Tally(NamedTuple):
    """True while there is anything to count."""

    running: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        return self.running + self.waiting

    def __bool__(self) -> bool:
        return self.total > 0

    @classmethod
    def of(cls, attempts: QuerySet[Attempt]) -> Tally:
        """Of the open ones among these. One query."""
        open_ones = attempts.filter(finished_at=None).order_by()
        found = open_ones.aggregate(total=Count("pk"), waiting=Count("pk", filter=WAITS))
        return cls(found["total"] - found["waiting"], found["waiting"])

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Tally:
        waits = [row.waits for row in rows if row.is_open]
        return cls(waits.count(False), waits.count(True))
