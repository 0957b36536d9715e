"""The spend page: figures, filters, the file for a spreadsheet, and budgets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Budget, Connection, Project, Team, User
from studio.models.generations import State
from studio.models.money import Entry, Period
from studio.models.teams import Role
from studio.services import budgets
from tests import factories

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


def address(name: str, team: Team, *more: Any) -> str:
    return reverse(name, args=[team.slug, *more])


@pytest.fixture
def spend(project: Project, owner: User) -> Callable[..., None]:
    def spent(amount: int, *, kind: Entry = Entry.SETTLED, **fields: Any) -> None:
        where = fields.pop("project", project)
        version = factories.make_version(prompt=factories.make_prompt(project=where, title="Coffee tin"))
        generation = factories.make_generation(version=version, connection=fields.pop("connection", None))
        attempt = factories.make_attempt(generation=generation, state=State.DONE)
        factories.make_entries(amount, kind=kind, attempt=attempt, **({"person": owner} | fields))

    return spent


def page_of(client: Client, team: Team, query: str = "") -> str:
    return client.get(address("spend", team) + query).content.decode()


def test_an_empty_page_says_what_will_stand_here(owner_client: Client, team: Team) -> None:
    page = page_of(owner_client, team)
    assert "Nothing was spent here" in page
    assert '<svg class="bars"' not in page


def test_the_page_tells_what_was_spent_and_what_is_on_its_way(
    owner_client: Client, team: Team, spend: Callable[..., None]
) -> None:
    spend(2 * DOLLAR)
    spend(DOLLAR, kind=Entry.RESERVED)
    page = page_of(owner_client, team)
    assert "</span>$2.00</h2>" in page
    assert "1 call charged, $1.00 on its way" in page


def test_what_is_held_for_unknown_outcomes_leads_to_the_jobs(
    owner_client: Client, team: Team, project: Project, spend: Callable[..., None]
) -> None:
    spend(DOLLAR, kind=Entry.RESERVED)
    assert "unknown outcome" not in page_of(owner_client, team)
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    for take in (1, 2):
        generation = factories.make_generation(version=version)
        attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
        factories.make_entries(take * DOLLAR, kind=Entry.RESERVED, attempt=attempt)
    page = page_of(owner_client, team)
    assert "$1.00 on its way" in page
    assert "$3.00 held for 2 unknown outcomes" in page
    assert f'href="{reverse("job-list", args=[team.slug])}?of=team"' in page


def test_what_was_perhaps_charged_or_only_estimated_is_told_apart(
    owner_client: Client, team: Team, spend: Callable[..., None]
) -> None:
    spend(2 * DOLLAR, estimated=False)
    spend(3 * DOLLAR, estimated=True)
    spend(4 * DOLLAR, kind=Entry.DISPUTED)
    page = page_of(owner_client, team)
    assert "</span>$9.00</h2>" in page
    assert "3 calls charged, $4.00 of it only perhaps, $3.00 of it by our estimate" in page


def test_the_chart_is_told_in_words_and_as_a_table(
    owner_client: Client, team: Team, spend: Callable[..., None]
) -> None:
    spend(2 * DOLLAR)
    page = page_of(owner_client, team)
    assert '<title id="chart-title">Spend by day</title>' in page
    description = page.split('<desc id="chart-desc">')[1].split("</desc>")[0]
    assert "$2.00" in description
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    assert table.count("<tr>") == 1
    assert ">$2.00</td>" in table


def test_filters_stand_in_the_address_and_go_along(
    owner_client: Client, team: Team, project: Project, spend: Callable[..., None]
) -> None:
    spend(2 * DOLLAR)
    spend(5 * DOLLAR, project=factories.make_project(team=team, name="Second"))
    page = page_of(owner_client, team, f"?project={project.pk}&span=30-days")
    assert "</span>$2.00</h2>" in page
    assert f'<option value="{project.pk}" selected>' in page
    assert f'{address("spend-csv", team)}?span=30-days&amp;project={project.pk}"' in page


@pytest.mark.parametrize(
    "query",
    [
        "?span=nonsense",
        "?project=x",
        "?project=999999",
        "?person=-1",
        "?connection=" + "9" * 20,
        "?budget=" + "9" * 5000,
    ],
)
def test_an_address_that_makes_no_sense_shows_all(
    owner_client: Client, team: Team, spend: Callable[..., None], query: str
) -> None:
    spend(2 * DOLLAR)
    assert "</span>$2.00</h2>" in page_of(owner_client, team, query)


def test_who_has_left_can_still_be_chosen(
    owner_client: Client, team: Team, spend: Callable[..., None], teammate: User
) -> None:
    spend(2 * DOLLAR, person=teammate)
    spend(3 * DOLLAR)
    teammate.memberships.all().delete()
    page = page_of(owner_client, team, f"?person={teammate.pk}")
    assert "</span>$2.00</h2>" in page
    assert f'<option value="{teammate.pk}" selected>' in page


def test_another_teams_project_shows_nothing_of_it(
    owner_client: Client, team: Team, other_team: Team, spend: Callable[..., None]
) -> None:
    theirs = factories.make_project(team=other_team, name="Their secret")
    spend(2 * DOLLAR, project=theirs)
    page = page_of(owner_client, team, f"?project={theirs.pk}")
    assert "Their secret" not in page
    assert "$2.00" not in page


def test_the_file_has_a_row_for_each_call(owner_client: Client, team: Team, spend: Callable[..., None]) -> None:
    spend(2 * DOLLAR)
    spend(DOLLAR, kind=Entry.RESERVED)
    answer = owner_client.get(address("spend-csv", team))
    content = b"".join(answer.streaming_content).decode()
    assert content.startswith("\ufeff")  # or a spreadsheet takes Chinese for something else
    rows = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert [(row["Prompt"], row["Charged in dollars"], row["Kind"]) for row in rows] == [
        ("Coffee tin", "2.000000", "Charged"),
        ("Coffee tin", "", "Reserved"),
    ]
    assert "attachment" in answer["Content-Disposition"]


def test_the_file_keeps_to_the_filters(
    owner_client: Client, team: Team, project: Project, spend: Callable[..., None]
) -> None:
    spend(2 * DOLLAR, project=factories.make_project(team=team))
    answer = owner_client.get(address("spend-csv", team) + f"?project={project.pk}")
    assert len(b"".join(answer.streaming_content).splitlines()) == 1


# Budgets


@pytest.mark.parametrize("kind", ["team", "project", "person", "connection"])
def test_an_owner_sets_a_budget_for_anything(
    owner_client: Client, team: Team, owner: User, project: Project, connection: Connection, kind: str
) -> None:
    rows: dict[str, Any] = {"project": project, "person": owner, "connection": connection}
    of = f"{kind}:{rows[kind].pk}" if kind in rows else kind
    answer = owner_client.post(address("budget-save", team), {"of": of, "limit": "12.50", "period": "total"})
    assert answer["Location"] == address("spend", team)
    (budget,) = Budget.objects.all()
    assert (budget.team, budget.limit, budget.period) == (team, 12_500_000, Period.TOTAL)
    assert (budget.project, budget.person, budget.connection) == tuple(
        rows[each] if each == kind else None for each in ("project", "person", "connection")
    )


def test_changing_a_budget_starts_from_what_it_is(owner_client: Client, team: Team, project: Project) -> None:
    budget = budgets.save(team=team, user=None, limit=12_500_000, project=project)
    page = page_of(owner_client, team, f"?budget={budget.pk}")
    assert f'<option value="project:{project.pk}" selected>' in page
    assert 'value="12.50"' in page
    values = {"of": f"project:{project.pk}", "limit": "20", "period": "month"}
    owner_client.post(address("budget-save", team), values)
    budget.refresh_from_db()
    assert budget.limit == 20 * DOLLAR


@pytest.mark.parametrize("limit", ["", "-1", "a lot", "NaN", "Infinity", "1.234", "99999999999"])
def test_what_is_no_amount_is_told_at_its_field(owner_client: Client, team: Team, limit: str) -> None:
    values = {"of": "team", "limit": limit, "period": "month"}
    answer = owner_client.post(address("budget-save", team), values)
    assert answer.status_code == 422
    assert 'id="id_limit_error"' in answer.content.decode()
    assert not Budget.objects.exists()


def test_another_teams_rows_are_not_offered(owner_client: Client, team: Team, other_team: Team) -> None:
    theirs = factories.make_project(team=other_team)
    values = {"of": f"project:{theirs.pk}", "limit": "1", "period": "month"}
    assert owner_client.post(address("budget-save", team), values).status_code == 422
    assert not Budget.objects.exists()


def test_the_budget_of_somebody_who_has_left_stays_theirs_when_it_is_changed(
    owner_client: Client, team: Team, teammate: User
) -> None:
    budget = budgets.save(team=team, user=None, limit=DOLLAR, person=teammate)
    teammate.memberships.all().delete()
    assert f'<option value="person:{teammate.pk}" selected>' in page_of(owner_client, team, f"?budget={budget.pk}")
    values = {"of": f"person:{teammate.pk}", "limit": "2", "period": "month"}
    assert owner_client.post(address("budget-save", team), values).status_code == 302
    assert [(row.person, row.limit) for row in Budget.objects.all()] == [(teammate, 2 * DOLLAR)]


def test_a_budget_is_removed(owner_client: Client, team: Team) -> None:
    budget = budgets.save(team=team, user=None, limit=DOLLAR)
    owner_client.post(address("budget-delete", team, budget.pk))
    assert not Budget.objects.exists()


@pytest.mark.parametrize(
    ("spent", "words"),
    [
        (DOLLAR, "$1.00 of $10.00 used this month</span>"),
        (8 * DOLLAR, "$8.00 of $10.00 used this month, <b>80 %</b>"),
        (10 * DOLLAR, "$10.00 of $10.00 used this month, <b>paid calls are refused</b>"),
    ],
)
def test_how_a_budget_stands_is_said_in_words(
    owner_client: Client, team: Team, spend: Callable[..., None], spent: int, words: str
) -> None:
    budgets.save(team=team, user=None, limit=10 * DOLLAR)
    spend(spent)
    page = page_of(owner_client, team)
    assert words in page
    assert "of $10.00</span>" in page.split("<main")[0]  # in the top bar of every page too


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.VIEWER])
def test_who_may_not_change_budgets_sees_no_way_to(team: Team, sign_in: Callable[[User], Client], role: Role) -> None:
    budgets.save(team=team, user=None, limit=DOLLAR)
    page = page_of(sign_in(factories.make_member(team, role)), team)
    assert "$0.00 of $1.00" in page
    assert "budget-form" not in page
    assert reverse("budget-save", args=[team.slug]) not in page
    assert (reverse("calls-stop", args=[team.slug]) in page) == (role == Role.EDITOR)
