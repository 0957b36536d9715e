"""Decides what a page has not seen yet: the cursor that a page carries, and the rows that differ from it.

Times alone cannot do this: a change that is stamped early may be committed late, and another machine's clock may be
slow. So the cursor names every attempt that can still change, with a mark of what the page shows of it, and a time only
to discover attempts that the page does not know, with an overlap for late commits.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from studio.models import Attempt, Image, Team
from studio.models.generations import State
from studio.models.images import Health
from studio.views.rows import Row, attempt_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

# Longer than a commit may wait for a lock, and than clocks of machines with a time service differ.
OVERLAP = timedelta(seconds=15)
# Marks in one cursor: it travels in an address. What is beyond is found by its time of change.
MOST = 250
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ENTRY = re.compile(r"([0-9a-z]{1,12})([QRIUE])([0-9a-z]{1,5})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a page has seen: the newest change, and for each attempt that may change a letter and a mark.

    The letter says what the page shows: Q waiting, R running, I a picture nobody has looked at, U an unknown outcome,
    E an end.
    """

    seen: datetime
    marks: dict[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        micros = round(self.seen.timestamp() * 1_000_000)
        return ".".join([_base36(micros), *(_base36(pk) + mark for pk, mark in self.marks.items())])

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """None for anything that is not one of ours."""
        first, *entries = text.split(".")
        found = [ENTRY.fullmatch(entry) for entry in entries]
        if not re.fullmatch(r"[0-9a-z]{1,11}", first) or not all(found) or len(found) > MOST:
            return None
        marks = {int(match[1], 36): match[2] + match[3] for match in found if match}
        micros = int(first, 36)
        if micros > (timezone.now() + timedelta(days=1)).timestamp() * 1_000_000:
            return None
        return cls(datetime.fromtimestamp(micros / 1_000_000, UTC), marks)


def first_look(team: Team) -> list[Row]:
    """What a page that is drawn now may still see change: the open, the just changed, the pictures not looked at."""
    fresh = timezone.now() - OVERLAP
    unseen = Image.objects.filter(health=Health.NEW).order_by().values("attempt_id")
    parts = (_pks(finished_at=None), _pks(changed_at__gt=fresh), unseen)
    # Mostly there is nothing, in no team: to ask that costs a fraction of the rows' query.
    return _rows(team, *parts) if parts[0].union(*parts[1:], all=True)[:1] else []


def look(team: Team, cursor: Cursor) -> list[Row]:
    """The rows that a page with this cursor shows or should show."""
    return _rows(team, _pks(changed_at__gt=cursor.seen - OVERLAP), _pks(pk__in=list(cursor.marks)))


def _pks(**which: object) -> QuerySet[Attempt, Any]:
    return Attempt.objects.filter(**which).order_by().values("pk")


def _rows(team: Team, first: QuerySet[Any, Any], *more: QuerySet[Any, Any]) -> list[Row]:
    """A union, not an OR: each part is found by its own small index, whatever the team has made so far."""
    return attempt_rows(Attempt.objects.for_team(team).filter(pk__in=first.union(*more)))


def news(rows: Iterable[Row], cursor: Cursor) -> list[Row]:
    return [row for row in rows if cursor.marks.get(row.id) != mark(row)]


def cursor_for(rows: list[Row], *, seen: datetime | None = None) -> Cursor:
    """The cursor of a page that shows these rows as they are."""
    newest = max([row.changed_at for row in rows] + ([seen] if seen else []), default=timezone.now())
    kept = [row for row in rows if letter(row) != "E" or row.changed_at > newest - OVERLAP]
    return Cursor(newest, {row.id: mark(row) for row in kept[:MOST]})


def letter(row: Row) -> str:
    if row.is_open:
        return "Q" if row.state == State.QUEUED else "R"
    if row.waits_for_a_look:
        return "I"
    return "U" if row.state == State.UNKNOWN else "E"


def mark(row: Row) -> str:
    """The letter and a fingerprint of everything about this row that a page shows and that may change."""
    shown = (
        row.state,
        row.changed_at.timestamp(),
        row.percent,
        row.partial,
        row.tries,
        row.cancel_requested_at is not None,
        row.is_crowded,
        row.is_askable,
        row.state == State.QUEUED and row.paused_at is not None,
        [(picture.id, picture.health, picture.small) for picture in row.pictures],
    )
    return letter(row) + _base36(zlib.crc32(repr(shown).encode()) % 36**4)


# Milliseconds between two pulses for one's own takes, by their age: a layout proof is drawn within a second of the
# press, and a fast provider answers within ten; after that a person has looked away.
AT_FIRST = ((timedelta(seconds=3), 250), (timedelta(seconds=20), 900))
USUAL, PATIENT, STILL = 1_500, 4_000, 20_000


def pace(rows: Iterable[Row], person: int) -> int:
    """Milliseconds between two pulses; 0 for none. Patient where nothing has moved for a long time."""
    now = timezone.now()
    waits = [_pace(row, person, now) for row in rows]
    return min((wait for wait in waits if wait), default=0)


def _pace(row: Row, person: int, now: datetime) -> int:
    still = now - row.changed_at
    if row.is_open:
        if still > timedelta(minutes=15):
            return STILL
        return _by_age(now - row.created_at) if row.is_of(person) else PATIENT
    if row.waits_for_a_look and still < timedelta(minutes=10):
        return _by_age(still) if still < timedelta(minutes=1) else STILL
    return 0


def _by_age(age: timedelta) -> int:
    return next((wait for until, wait in AT_FIRST if age < until), USUAL)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"
