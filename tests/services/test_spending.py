"""What was spent: figures from the ledger, by day and by whom, and the rows of the spreadsheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.models import Attempt, Connection, LedgerEntry, Project, Team, User
from studio.models.generations import State
from studio.models.money import Entry
from studio.services import spending
from studio.services.spending import Scope, Span
from tests import factories

pytestmark = pytest.mark.django_db

CENT = 10_000
TODAY = date(2026, 3, 15)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_args: TODAY)


def attempt(project: Project, connection: Connection | None = None, **fields: Any) -> Attempt:
    prompt = factories.make_prompt(project=project, title=fields.pop("title", "Coffee tin"))
    version = factories.make_version(prompt=prompt)
    generation = factories.make_generation(version=version, connection=connection, **fields)
    return factories.make_attempt(generation=generation, state=State.DONE)


def spend(project: Project, amount: int, *, connection: Connection | None = None, **fields: Any) -> LedgerEntry:
    return factories.make_entries(amount, attempt=attempt(project, connection), **fields)


def figures(found: dict[Any, spending.Figure]) -> dict[Any, tuple[int, int, int]]:
    return {name: (figure.spent, figure.coming, figure.calls) for name, figure in found.items()}


def test_spent_is_what_was_charged_or_may_have_been_and_coming_what_is_reserved(project: Project) -> None:
    spend(project, 4 * CENT)
    spend(project, 3 * CENT, kind=Entry.DISPUTED)
    spend(project, 2 * CENT, kind=Entry.RESERVED)
    spend(project, 9 * CENT, kind=Entry.RELEASED)
    total = spending.report(project.team, Scope()).total
    assert (total.spent, total.coming, total.calls) == (7 * CENT, 2 * CENT, 2)


def test_what_is_held_for_unknown_outcomes_is_not_on_its_way(project: Project) -> None:
    for amount, state in ((2 * CENT, State.RUNNING), (3 * CENT, State.UNKNOWN), (4 * CENT, State.UNKNOWN)):
        version = factories.make_version(prompt=factories.make_prompt(project=project))
        row = factories.make_attempt(generation=factories.make_generation(version=version), state=state)
        factories.make_entries(amount, attempt=row, kind=Entry.RESERVED)
    total = spending.report(project.team, Scope()).total
    assert (total.coming, total.held, total.unknown, total.total) == (2 * CENT, 7 * CENT, 2, 9 * CENT)


def test_it_is_told_by_project_person_and_connection(project: Project, owner: User, connection: Connection) -> None:
    second = factories.make_project(team=project.team)
    account = factories.make_connection(team=project.team, provider="openai")
    spend(project, CENT, person=owner, connection=connection)
    spend(second, 2 * CENT, person=owner, connection=account)
    spend(second, 4 * CENT, connection=account)
    report = spending.report(project.team, Scope())
    assert figures(report.projects) == {project.pk: (CENT, 0, 1), second.pk: (6 * CENT, 0, 2)}
    assert figures(report.people) == {owner.pk: (3 * CENT, 0, 2), None: (4 * CENT, 0, 1)}
    assert figures(report.connections) == {connection.pk: (CENT, 0, 1), account.pk: (6 * CENT, 0, 2)}


def test_another_teams_money_is_not_counted(project: Project, other_team: Team) -> None:
    spend(factories.make_project(team=other_team), CENT)
    assert spending.report(project.team, Scope()).total.total == 0
    assert list(spending.rows(project.team, Scope(span=Span.ALL))) == []


def test_a_filter_holds_for_every_figure_and_for_the_rows(project: Project, owner: User) -> None:
    spend(project, CENT, person=owner)
    second = factories.make_project(team=project.team, name="Second")
    spend(second, 2 * CENT)
    scope = Scope(project=second.pk)
    report = spending.report(project.team, scope)
    assert (report.total.spent, sum(bar.figure.spent for bar in report.bars)) == (2 * CENT, 2 * CENT)
    assert [row[2] for row in spending.rows(project.team, scope)] == ["Second"]
    assert spending.report(project.team, Scope(person=owner.pk)).total.spent == CENT


@pytest.mark.parametrize(
    ("span", "counted", "first", "last"),
    [
        (Span.THIS_MONTH, {1, 15}, date(2026, 3, 1), date(2026, 3, 31)),
        (Span.LAST_MONTH, {-1, -15}, date(2026, 2, 1), date(2026, 2, 28)),
        (Span.DAYS_30, {1, 15, -1, -15}, date(2026, 2, 14), TODAY),
    ],
)
def test_a_span_counts_whole_days(project: Project, span: Span, counted: set[int], first: date, last: date) -> None:
    """Days of March, and with a minus days before it: -1 is the 28th of February, -15 the 14th, -16 the 13th."""
    amounts = {1: 1, 15: 2, -1: 4, -15: 8, -43: 16}
    for day, amount in amounts.items():
        at = date(2026, 3, day) if day > 0 else date(2026, 3, 1) + timedelta(days=day)
        spend(project, amount * CENT, day=at)
    report = spending.report(project.team, Scope(span=span))
    assert report.total.spent == sum(amounts[day] for day in counted) * CENT
    assert (report.bars[0].first, report.bars[-1].last) == (first, last)
    assert [bar.first for bar in report.bars] == [first + timedelta(days=n) for n in range(len(report.bars))]


def test_a_long_time_is_told_by_month_without_a_gap(project: Project) -> None:
    spend(project, CENT, day=date(2025, 11, 30))
    spend(project, 2 * CENT, day=date(2026, 2, 1))
    spend(project, 4 * CENT)
    report = spending.report(project.team, Scope(span=Span.ALL))
    assert report.by_month
    assert [(bar.first, bar.figure.spent) for bar in report.bars] == [
        (date(2025, 11, 1), CENT),
        (date(2025, 12, 1), 0),
        (date(2026, 1, 1), 0),
        (date(2026, 2, 1), 2 * CENT),
        (date(2026, 3, 1), 4 * CENT),
    ]


def test_it_takes_one_query_however_much_was_spent(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        spend(project, CENT)
    with django_assert_num_queries(1):
        spending.report(project.team, Scope())


def test_a_call_is_one_row_with_what_was_reserved_and_what_was_charged(project: Project, owner: User) -> None:
    account = factories.make_connection(team=project.team, provider="openai", name="Studio account")
    row = attempt(project, account, model="gpt-image-2", size="1536x1024")
    entry = factories.make_entries(42_000, attempt=row, kind=Entry.RELEASED, person=owner)
    entry.pk, entry.kind, entry.amount, entry.estimated = None, Entry.SETTLED, 45_500, False
    entry.save(force_insert=True)
    ((day, _time, *told),) = spending.rows(project.team, Scope())
    assert day == "2026-03-15"
    assert told == [
        project.name,
        "Coffee tin",
        "v1",
        "Studio account",
        "openai",
        "gpt-image-2",
        "1536x1024",
        "Done",
        "0.042000",
        "0.045500",
        "Charged",
        "The provider",
        owner.username,
    ]
    assert len(spending.headings()) == len(told) + 2


@pytest.mark.parametrize(
    ("kind", "charged", "words"),
    [
        (Entry.RESERVED, "", "Reserved"),
        (Entry.RELEASED, "0.000000", "Not charged"),
        (Entry.DISPUTED, "0.010000", "Perhaps charged"),
    ],
)
def test_a_row_tells_what_became_of_the_money(project: Project, kind: Entry, charged: str, words: str) -> None:
    spend(project, CENT, kind=kind)
    (row,) = spending.rows(project.team, Scope())
    assert (row[11], row[12]) == (charged, words)


@pytest.mark.parametrize(
    "title", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1"]
)
def test_no_cell_is_a_formula(project: Project, title: str) -> None:
    factories.make_entries(CENT, attempt=attempt(project, title=title))
    (row,) = spending.rows(project.team, Scope())
    assert row[3] == f"'{title}"
