"""The spend page in a browser, by keyboard: filters, a budget, and the switch that stops all calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.models import Halt, Project, Team, User
from studio.models.generations import State
from studio.services import budgets
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
DOLLAR = 1_000_000


def spend(project: Project, amount: int) -> None:
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    generation = factories.make_generation(version=version)
    factories.make_entries(amount, attempt=factories.make_attempt(generation=generation, state=State.DONE))


def test_all_calls_are_stopped_and_let_go_on_by_keyboard(open_page: OpenPage, owner: User, team: Team) -> None:
    page = open_page(owner, f"/t/{team.slug}/spend/")
    page.get_by_role("button", name="Stop all calls").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Why? Your team will read it.")).to_be_focused()
    page.keyboard.type("The invoice looks wrong")
    page.keyboard.press("Enter")
    banner = page.locator(".halted")
    expect(banner).to_contain_text("The invoice looks wrong")
    assert Halt.objects.get().team == team
    page.goto(f"/t/{team.slug}/jobs/")
    banner.get_by_role("button", name="Let calls go on").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Calls go on.")
    expect(banner).to_have_count(0)
    expect(page).to_have_url(f"{page.url.split('/t/')[0]}/t/{team.slug}/jobs/")


def test_a_budget_is_changed_where_the_pencil_leads(open_page: OpenPage, owner: User, team: Team) -> None:
    budgets.save(team=team, user=owner, limit=10 * DOLLAR)
    page = open_page(owner, f"/t/{team.slug}/spend/")
    page.get_by_role("link", name="Change: The team's monthly budget").press("Enter")
    limit = page.get_by_label("At most, in dollars")
    expect(limit).to_be_focused()
    limit.fill("25")
    page.keyboard.press("Enter")
    expect(page.locator("#budgets")).to_contain_text("$0.00 of $25.00 used this month")
    page.get_by_role("button", name="Remove: The team's monthly budget").press("Enter")
    expect(page.get_by_role("button", name="Remove the budget", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#budgets")).to_contain_text("No budget is set")


def test_what_is_chosen_is_shown_and_told_in_a_table(
    open_page: OpenPage, owner: User, team: Team, project: Project
) -> None:
    spend(project, 2 * DOLLAR)
    spend(factories.make_project(team=team, name="Second"), 5 * DOLLAR)
    page = open_page(owner, f"/t/{team.slug}/spend/")
    expect(page.locator("#spent-h")).to_contain_text("$7.00")
    page.get_by_label("Project", exact=True).select_option("Second")
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(page.locator("#spent-h")).to_contain_text("$5.00")
    page.get_by_text("As a table").press("Enter")
    expect(page.get_by_role("cell", name="$5.00")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#spent-h")).to_contain_text("$7.00")


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_reaches_past_the_edge(
    open_page: OpenPage, owner: User, team: Team, project: Project, width: int
) -> None:
    spend(project, 1234 * DOLLAR)
    budgets.save(team=team, user=owner, limit=1000 * DOLLAR, project=project)
    Halt.objects.create(team=team, reason="Because " + "so" * 60)
    page = open_page(owner, f"/t/{team.slug}/spend/", viewport={"width": width, "height": 800})
    expect(page.locator(".bars .spent").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The frame stands still: what scrolls is the page within it.
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator(".page").evaluate("page => page.scrollWidth <= page.clientWidth")
