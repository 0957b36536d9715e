from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from studio.models import Budget, Connection, LedgerEntry, Project, Team, User
from studio.models.money import Entry, Period
from studio.services import budgets
from studio.services.orders import Refused
from tests import factories

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000
TODAY = date(2026, 3, 15)


@dataclass(frozen=True)
class Place:
    """A team with somebody who spends in a project through a connection."""

    team: Team
    project: Project
    person: User
    connection: Connection

    def spend(self, amount: int, *, kind: Entry = Entry.SETTLED, day: date = TODAY, **other: Any) -> LedgerEntry:
        whose = {"project": self.project, "person": self.person, "connection": self.connection} | other
        version = factories.make_version(prompt=factories.make_prompt(project=whose["project"]))
        generation = factories.make_generation(version=version, connection=whose["connection"])
        attempt = factories.make_attempt(generation=generation)
        return LedgerEntry.objects.create(
            attempt=attempt, kind=kind, amount=amount, day=day, team=whose["project"].team, **whose
        )

    def check(self, amount: int | None) -> None:
        budgets.check(
            team=self.team, project=self.project, person=self.person, connection=self.connection, amount=amount
        )

    def save(self, dollars: int, **whose: Any) -> Budget:
        return budgets.save(team=self.team, user=self.person, limit=dollars * DOLLAR, **whose)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)
    person = factories.make_user("mara")
    team = factories.make_team(owner=person)
    return Place(team, factories.make_project(team=team, name="Tins"), person, factories.make_connection(team=team))


SCOPES: dict[str, tuple[str, ...]] = {
    "team": (),
    "project": ("project",),
    "person": ("person",),
    "connection": ("connection",),
}


def whose(place: Place, scope: str) -> dict[str, Any]:
    return {name: getattr(place, name) for name in SCOPES[scope]}


@pytest.mark.parametrize("scope", SCOPES)
def test_what_fits_exactly_passes_and_a_millionth_more_does_not(place: Place, scope: str) -> None:
    place.save(10, **whose(place, scope))
    place.spend(8 * DOLLAR)
    place.check(2 * DOLLAR)
    with pytest.raises(Refused):
        place.check(2 * DOLLAR + 1)


@pytest.mark.parametrize(
    ("scope", "named"),
    [
        ("team", "The team's monthly budget"),
        ("project", "The monthly budget of project “Tins”"),
        ("person", "The monthly budget of mara"),
        ("connection", "The monthly budget of connection “Layout proof”"),
    ],
)
def test_the_refusal_names_the_budget_the_figures_and_a_next_step(place: Place, scope: str, named: str) -> None:
    place.save(10, **whose(place, scope))
    place.spend(9_500_000)
    with pytest.raises(Refused) as refused:
        place.check(600_000)
    assert refused.value.message == (
        f"{named} would be exceeded: $9.50 of $10.00 is used, and this costs $0.60. "
        "Ask for less, or have an owner raise it on the spend page."
    )


@pytest.mark.parametrize("scope", ["project", "person", "connection"])
def test_what_others_spent_does_not_count(place: Place, scope: str) -> None:
    place.save(1, **whose(place, scope))
    others: dict[str, Any] = {
        "project": factories.make_project(team=place.team),
        "person": factories.make_user(),
        "connection": factories.make_connection(team=place.team, name="Other"),
    }
    place.spend(5 * DOLLAR, **{scope: others[scope]})
    place.check(DOLLAR)


def test_another_teams_money_and_budgets_do_not_count(place: Place) -> None:
    place.save(1)
    team = factories.make_team(owner=place.person)
    budgets.save(team=team, user=place.person, limit=0, person=place.person)
    theirs = factories.make_project(team=team)
    place.spend(5 * DOLLAR, project=theirs, connection=factories.make_connection(team=team))
    place.check(DOLLAR)


def test_a_month_begins_anew_and_a_whole_budget_does_not(place: Place) -> None:
    place.spend(8 * DOLLAR, day=date(2026, 2, 28))
    place.spend(DOLLAR, day=date(2026, 3, 1))
    place.save(10)
    assert [standing.used for standing in budgets.standings(place.team)] == [DOLLAR]
    place.save(10, period=Period.TOTAL)
    assert [standing.used for standing in budgets.standings(place.team)] == [9 * DOLLAR]


def test_reservations_count_and_released_ones_do_not(place: Place) -> None:
    place.save(10)
    entry = place.spend(4 * DOLLAR, kind=Entry.RESERVED)
    assert [standing.used for standing in budgets.standings(place.team)] == [4 * DOLLAR]
    whose = {"team": place.team, "project": place.project, "person": place.person, "connection": place.connection}
    for kind, amount in ((Entry.RELEASED, -4 * DOLLAR), (Entry.DISPUTED, 3 * DOLLAR)):
        LedgerEntry.objects.create(attempt=entry.attempt, kind=kind, amount=amount, day=TODAY, **whose)
    assert [standing.used for standing in budgets.standings(place.team)] == [3 * DOLLAR]


def test_what_is_free_passes_a_budget_that_is_used_up(place: Place) -> None:
    place.save(1)
    place.spend(2 * DOLLAR)
    place.check(0)


def test_an_unknown_price_passes_until_nothing_is_left(place: Place) -> None:
    place.save(1)
    place.spend(DOLLAR - 1)
    place.check(None)
    place.spend(1)
    with pytest.raises(Refused) as refused:
        place.check(None)
    assert "is used up: $1.00 of $1.00" in refused.value.message


@pytest.mark.parametrize(
    ("used", "warned", "stopped"),
    [(7_999_999, False, False), (8_000_000, True, False), (9_999_999, True, False), (10_000_000, False, True)],
)
def test_it_warns_from_80_percent_and_stops_at_100(place: Place, used: int, warned: bool, stopped: bool) -> None:
    place.save(10)
    place.spend(used)
    (standing,) = budgets.standings(place.team)
    assert (standing.is_warned, standing.is_stopped) == (warned, stopped)


def test_a_budget_of_nothing_stops_at_once(place: Place) -> None:
    place.save(0)
    (standing,) = budgets.standings(place.team)
    assert (standing.percent, standing.is_stopped) == (100, True)


def test_there_is_one_budget_for_each_thing(place: Place) -> None:
    place.save(10)
    place.save(20, period=Period.TOTAL)
    place.save(5, project=place.project)
    found = [(standing.budget.limit, standing.budget.period) for standing in budgets.standings(place.team)]
    assert found == [(20 * DOLLAR, Period.TOTAL), (5 * DOLLAR, Period.MONTH)]


def test_only_what_is_the_teams_has_a_budget_in_it(place: Place) -> None:
    theirs = {
        "project": factories.make_project(),
        "person": factories.make_user(),
        "connection": factories.make_connection(),
    }
    for name, row in theirs.items():
        with pytest.raises(Refused):
            place.save(1, **{name: row})
    with pytest.raises(Refused):
        place.save(-1)
    assert not Budget.objects.exists()


def test_a_page_is_told_what_applies_fullest_first(place: Place) -> None:
    place.save(100)
    place.save(10, project=place.project)
    place.save(1, project=factories.make_project(team=place.team))
    place.spend(9 * DOLLAR)
    applying = budgets.applying(
        team=place.team, project=place.project, person=place.person, connection=place.connection
    )
    assert [standing.percent for standing in applying] == [90, 9]
    assert budgets.refusal(applying, DOLLAR) == ""
    assert "“Tins”" in budgets.refusal(applying, DOLLAR + 1)
