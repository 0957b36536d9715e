"""What a team spent, from the ledger: by day, project, person and connection, and call by call for a spreadsheet.

Amounts are micro-dollars. Spent is what was charged or perhaps charged; coming is what is reserved for open calls, held
what stays reserved for those of which nobody knows what became of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.models import Attempt, LedgerEntry
from studio.models.generations import State
from studio.models.money import Entry
from studio.services.amounts import MICRO
from studio.services.budgets import first_of_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio.models import Team
    from studio.models.money import LedgerQuerySet

PAID = (Entry.SETTLED, Entry.DISPUTED)
# More days than these are drawn by month.
MOST_DAYS = 62


class Span(StrEnum):
    THIS_MONTH = "month"
    LAST_MONTH = "last-month"
    DAYS_30 = "30-days"
    ALL = "all"

    def days(self, today: date) -> tuple[date | None, date | None]:
        """First and last day, both included; the whole month, also where it is not over yet."""
        month = first_of_month(today)
        if self is Span.THIS_MONTH:
            return month, _last_of_month(month)
        if self is Span.LAST_MONTH:
            return first_of_month(month - timedelta(days=1)), month - timedelta(days=1)
        return (today - timedelta(days=29), today) if self is Span.DAYS_30 else (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which calls are counted: a span of days, and of one project, person or connection where an id is given."""

    span: Span = Span.THIS_MONTH
    project: int | None = None
    person: int | None = None
    connection: int | None = None

    def entries(self, team: Team) -> LedgerQuerySet:
        first, last = self.span.days(timezone.localdate())
        wanted = {
            "day__gte": first,
            "day__lte": last,
            "project": self.project,
            "person": self.person,
            "connection": self.connection,
        }
        chosen = {name: value for name, value in wanted.items() if value is not None}
        return LedgerEntry.objects.for_team(team).filter(**chosen).order_by()


@dataclass(slots=True)
class Figure:
    spent: int = 0
    coming: int = 0
    calls: int = 0  # those that cost something
    perhaps: int = 0  # of what was spent: paid for without a picture, or never answered
    estimated: int = 0  # of what was spent: by our own price
    held: int = 0
    unknown: int = 0  # calls that it is held for

    def add(self, other: Figure) -> None:
        self.spent += other.spent
        self.coming += other.coming
        self.calls += other.calls
        self.perhaps += other.perhaps
        self.estimated += other.estimated
        self.held += other.held
        self.unknown += other.unknown

    @property
    def reserved(self) -> int:
        return self.coming + self.held

    @property
    def total(self) -> int:
        return self.spent + self.reserved


@dataclass(frozen=True, slots=True)
class Bar:
    """A day of the chart, or a month where days would be too many."""

    first: date
    last: date
    figure: Figure


@dataclass(slots=True)
class Report:
    """Figures by id; None stands for a person who is no longer known."""

    total: Figure = field(default_factory=Figure)
    bars: list[Bar] = field(default_factory=list)
    projects: dict[int, Figure] = field(default_factory=lambda: defaultdict(Figure))
    people: dict[int | None, Figure] = field(default_factory=lambda: defaultdict(Figure))
    connections: dict[int, Figure] = field(default_factory=lambda: defaultdict(Figure))
    by_month: bool = False


def report(team: Team, scope: Scope) -> Report:
    """One query, however much was spent."""
    unknown = Q(kind=Entry.RESERVED, attempt__in=Attempt.objects.filter(state=State.UNKNOWN).order_by().values("pk"))
    rows = (
        scope.entries(team)
        .values_list("day", "project", "person", "connection")
        .annotate(
            spent=Sum("amount", filter=Q(kind__in=PAID), default=0),
            coming=Sum("amount", filter=~Q(kind__in=PAID) & ~unknown, default=0),
            calls=Count("attempt", filter=Q(kind__in=PAID, amount__gt=0), distinct=True),
            perhaps=Sum("amount", filter=Q(kind=Entry.DISPUTED), default=0),
            guessed=Sum("amount", filter=Q(kind=Entry.SETTLED, estimated=True), default=0),
            held=Sum("amount", filter=unknown, default=0),
            outcomes=Count("pk", filter=unknown),
        )
    )
    found, days = Report(), defaultdict[date, Figure](Figure)
    for day, project, person, connection, *amounts in rows:
        figure = Figure(*amounts)
        for place in (
            found.total,
            days[day],
            found.projects[project],
            found.people[person],
            found.connections[connection],
        ):
            place.add(figure)
    today = timezone.localdate()
    first, last = scope.span.days(today)
    first, last = first or min(days, default=today), last or max(today, max(days, default=today))
    found.by_month = (last - first).days > MOST_DAYS
    found.bars = list(_bars(days, _months(first, last) if found.by_month else _days(first, last)))
    return found


def _bars(days: dict[date, Figure], spans: Iterable[tuple[date, date]]) -> Iterator[Bar]:
    for first, last in spans:
        figure = Figure()
        for day in [day for day in days if first <= day <= last]:
            figure.add(days[day])
        yield Bar(first, last, figure)


def _days(first: date, last: date) -> Iterator[tuple[date, date]]:
    for count in range((last - first).days + 1):
        day = first + timedelta(days=count)
        yield day, day


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    month = first_of_month(first)
    while month <= last:
        end = _last_of_month(month)
        yield month, end
        month = end + timedelta(days=1)


def _last_of_month(month: date) -> date:
    return first_of_month(month + timedelta(days=31)) - timedelta(days=1)


# For a spreadsheet

WHAT = {
    "attempt_id",
    "kind",
    "amount",
    "estimated",
    "day",
    "project__name",
    "connection__name",
    "connection__provider",
    "person__username",
    "attempt__created_at",
    "attempt__state",
    "attempt__generation__model",
    "attempt__generation__size",
    "attempt__generation__version__number",
    "attempt__generation__version__prompt__title",
}


# Wide ones too: a spreadsheet in a Chinese or Japanese setting reads them as the narrow ones.
FORMULAS = "=+-@\t\r\n＝＋－＠"


def headings() -> list[str]:
    return [
        _("Day"),
        _("Time"),
        _("Project"),
        _("Prompt"),
        _("Version"),
        _("Connection"),
        _("Provider"),
        _("Model"),
        _("Size"),
        _("State"),
        _("Estimate in dollars"),
        _("Charged in dollars"),
        _("Kind"),
        _("Price by"),
        _("Person"),
    ]


def rows(team: Team, scope: Scope) -> Iterator[list[str]]:
    """One row for each attempt, oldest first, as ``headings`` names them; read bit by bit."""
    entries = scope.entries(team).order_by("attempt_id", "id").values(*WHAT)
    for _attempt, group in groupby(entries.iterator(chunk_size=2000), key=lambda entry: entry["attempt_id"]):
        yield [harmless(cell) for cell in _row(list(group))]


def _row(entries: list[dict[str, Any]]) -> list[str]:
    about, amounts = entries[0], {entry["kind"]: entry["amount"] for entry in entries}
    paid = [entry for entry in entries if entry["kind"] in PAID]
    is_open = not paid and sum(amounts.values()) > 0
    charged = sum(entry["amount"] for entry in paid)
    at = timezone.localtime(about["attempt__created_at"])
    return [
        about["day"].isoformat(),
        at.strftime("%H:%M:%S"),
        about["project__name"],
        about["attempt__generation__version__prompt__title"],
        f"v{about['attempt__generation__version__number']}",
        about["connection__name"],
        about["connection__provider"],
        about["attempt__generation__model"],
        about["attempt__generation__size"],
        str(State(about["attempt__state"]).label),
        _dollars(amounts.get(Entry.RESERVED)),
        "" if is_open else _dollars(charged),
        str(Entry(paid[-1]["kind"]).label) if paid else str(Entry.RESERVED.label) if is_open else _("Not charged"),
        _price_by(paid),
        about["person__username"] or "",
    ]


def _price_by(paid: list[dict[str, Any]]) -> str:
    if not paid:
        return ""
    return _("Our estimate") if any(entry["estimated"] for entry in paid) else _("The provider")


def _dollars(micro_dollars: int | None) -> str:
    """For a machine to add up: a full stop, all six places, no sign of a currency."""
    return "" if micro_dollars is None else f"{micro_dollars // MICRO}.{micro_dollars % MICRO:06d}"


def harmless(cell: str) -> str:
    """A spreadsheet takes what begins with one of these for a formula, and would run it."""
    return f"'{cell}" if cell[:1] and cell[0] in FORMULAS else cell
