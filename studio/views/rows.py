"""Reads what a page shows of attempts and their pictures in one query of plain values, without building models."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet

from studio.models import Attempt
from studio.models.generations import HELD, OPEN, State
from studio.models.images import Health
from studio.worker import redeem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from studio.models import Image, Team, User

SMALL, LARGE = 512, 1280


class Picture(NamedTuple):
    """What a tile needs of one image."""

    id: int
    width: int
    height: int
    colour: str
    health: str
    small: int | None  # width of the 512 px rendition, where it is made
    large: int | None  # width of the 1280 px one

    @property
    def waits(self) -> bool:
        """Nobody has looked at it yet, so it has no renditions."""
        return self.health == Health.NEW


class About(NamedTuple):
    """Which take of what, made how: the same for an attempt and for its pictures."""

    take: int
    model: str
    size: str
    width: int | None
    height: int | None
    quality: str
    takes: int
    title: str
    version: int


class Row(NamedTuple):
    """One attempt with its pictures."""

    id: int
    state: str
    tries: int
    not_before: datetime | None
    cancel_requested_at: datetime | None
    percent: int | None
    error_code: str
    error_message: str
    cost: int | None
    changed_at: datetime
    created_at: datetime
    submitted_at: datetime | None
    finished_at: datetime | None
    partial: str  # the newest unfinished picture, where one is shown
    partials: int  # how many came so far
    partials_wanted: int
    estimate_each: int | None
    person: int | None  # who asked for the generation
    retried_by: int | None  # who asked for this attempt of it
    project: int
    prompt: int
    provider: str
    connection: int
    calls_at_once: int
    account: str  # the connection's name
    paused_at: datetime | None  # the connection's; while it is set, nothing is sent
    paused_reason: str
    tried_again: bool  # a later attempt at the same take exists
    about: About
    pictures: tuple[Picture, ...]
    is_crowded: bool  # it waits until a call of its connection ends
    is_askable: bool  # nobody knows its outcome, and there is something left to ask after

    def is_of(self, person: int) -> bool:
        return person in {self.person, self.retried_by}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_running(self) -> bool:
        return self.is_open and self.state != State.QUEUED

    @property
    def waits(self) -> bool:
        """Nothing of it was sent or drawn yet; the same as Tally counts."""
        return self.state in {State.QUEUED, State.LEASED} and self.submitted_at is None

    @property
    def waits_for_a_look(self) -> bool:
        return any(picture.waits for picture in self.pictures)


_ABOUT = (
    "take",
    "generation__model",
    "generation__size",
    "generation__width",
    "generation__height",
    "generation__quality",
    "generation__takes",
    "generation__version__prompt__title",
    "generation__version__number",
)
_ATTEMPT = (
    "id",
    "state",
    "tries",
    "not_before",
    "cancel_requested_at",
    "percent",
    "error_code",
    "error_message",
    "cost",
    "changed_at",
    "created_at",
    "submitted_at",
    "finished_at",
    "partial",
    "partials",
    "generation__partials",
    "generation__estimate_each",
    "generation__created_by_id",
    "created_by_id",
    "generation__project_id",
    "generation__version__prompt_id",
    "generation__connection__provider",
    "generation__connection_id",
    "generation__connection__concurrency",
    "generation__connection__name",
    "generation__connection__paused_at",
    "generation__connection__paused_reason",
    "tried_again",
)
_PICTURE = ("id", "width", "height", "colour", "health")
_WIDTHS = ("small__width", "large__width")


def attempt_rows(attempts: QuerySet[Attempt]) -> list[Row]:
    """Newest first. One query, whatever the number of attempts, pictures and renditions; one more where some wait, and
    one where the outcome of some is unknown.

    It joins eight tables at most: beyond that PostgreSQL takes the joins in the order in which they are written.
    """
    values = (
        attempts.annotate(tried_again=Exists(_later()))
        .order_by("-id", "images__index")
        .values_list(
            *_ATTEMPT,
            *_ABOUT,
            *(f"images__{name}" for name in _PICTURE),
            "images__renditions__edge",
            "images__renditions__width",
        )
    )
    return _askable(_crowded([_row(list(lines)) for _, lines in groupby(values, key=lambda line: line[0])]))


def _crowded(rows: list[Row]) -> list[Row]:
    """The same, with those marked that wait because their connection already makes as many calls as it may."""
    waiting = {row.connection for row in rows if row.state == State.QUEUED}
    if not waiting:
        return rows
    held = Attempt.objects.filter(state__in=HELD, generation__connection__in=waiting).order_by()
    calls = dict(held.values_list("generation__connection").annotate(calls=Count("pk")))
    return [row._replace(is_crowded=_is_crowded(row, calls.get(row.connection, 0))) for row in rows]


def _askable(rows: list[Row]) -> list[Row]:
    unknown = {row.id for row in rows if row.state == State.UNKNOWN}
    if not unknown:
        return rows
    found = redeem.askable(Attempt.objects.filter(pk__in=unknown))
    return [row._replace(is_askable=row.id in found) for row in rows]


def of_person(team: Team, person: User) -> QuerySet[Attempt]:
    """Those that this person asked for: the generation, or another attempt at it."""
    mine = Q(generation__created_by=person) | Q(created_by=person)
    return Attempt.objects.for_team(team).filter(mine)


def undecided(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Those of unknown outcome that nobody has tried again or given up: they wait for a person."""
    return attempts.filter(~Exists(_later()), state=State.UNKNOWN)


def _later() -> QuerySet[Attempt]:
    return Attempt.objects.filter(
        generation=OuterRef("generation"), take=OuterRef("take"), number__gt=OuterRef("number")
    )


def _is_crowded(row: Row, calls: int) -> bool:
    return row.state == State.QUEUED and calls >= row.calls_at_once


def _row(lines: list[tuple[Any, ...]]) -> Row:
    """From its lines: one for each rendition of each picture, or one alone."""
    first = len(_ATTEMPT)
    second = first + len(_ABOUT)
    last = second + len(_PICTURE)
    found: dict[tuple[Any, ...], dict[int, int]] = {}
    for line in lines:
        if line[second] is not None:
            found.setdefault(line[second:last], {})[line[last]] = line[last + 1]
    pictures = tuple(Picture._make((*of, widths.get(SMALL), widths.get(LARGE))) for of, widths in found.items())
    return Row._make((*lines[0][:first], About(*lines[0][first:second]), pictures, False, False))


def picture_rows(images: QuerySet[Image]) -> Iterable[tuple[Picture, About]]:
    """In the order of ``images``, in one query."""
    joins = {
        name: FilteredRelation("renditions", condition=Q(renditions__edge=edge))
        for name, edge in (("small", SMALL), ("large", LARGE))
    }
    values = images.annotate(**joins).values_list(
        *_PICTURE, *_WIDTHS, "attempt__take", *(f"attempt__{name}" for name in _ABOUT[1:])
    )
    cut = len(_PICTURE) + len(_WIDTHS)
    return [(Picture(*line[:cut]), About(*line[cut:])) for line in values]
