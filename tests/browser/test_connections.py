"""The connections page in a browser: a test answers in its row, and what is said stays true afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from studio.models import Team, User
from tests import factories
from tests.doubles.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]
KEY = "sk-a-long-secret-key-4F2A"


def test_a_test_answers_in_its_row_and_takes_the_advice_to_test_away(
    open_page: OpenPage, owner: User, team: Team, provider: Provider, settings: Settings
) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    page = open_page(owner, f"/t/{team.slug}/connections/new/?provider=openai")
    page.get_by_label("Name").fill("Client account")
    page.get_by_label("Address").fill(provider.base_url)
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Add the connection").click()
    expect(page.locator("#toasts")).to_contain_text("Test it to see whether it works.")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".prov .status").first).not_to_have_text("Not tested yet")
    # It would go by itself after seven seconds.
    expect(page.locator("#toasts")).not_to_contain_text("Test it to see whether it works.", timeout=2000)


@pytest.mark.parametrize("part", ["<head><style>p { color: red }</style></head>", "<body style='margin: 0'>"])
def test_a_page_of_somebody_else_is_not_put_into_the_row(
    open_page: OpenPage, owner: User, team: Team, part: str
) -> None:
    connection = factories.make_connection(team=team, provider="openai", base_url="https://images.test/v1")
    page = open_page(owner, f"/t/{team.slug}/connections/")
    body = f"<!doctype html><html>{part}<h1>504 Gateway Time-out</h1></html>"
    page.route("**/test/", lambda route: route.fulfill(status=504, content_type="text/html", body=body))
    row = page.locator(f"#connection-{connection.pk}")
    row.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("answered instead of the studio")
    expect(row).to_contain_text("Not tested yet")
    expect(row.get_by_role("button", name="Test", exact=True)).to_be_enabled()


def test_a_refused_form_asks_for_the_key_again(open_page: OpenPage, owner: User, team: Team) -> None:
    page = open_page(owner, f"/t/{team.slug}/connections/new/?provider=openai")
    page.get_by_label("Name").fill("Local")
    page.get_by_label("Address").fill("http://10.0.0.1:8000/v1")
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Add the connection").click()
    expect(page.locator(".field", has=page.get_by_label("Key"))).to_contain_text("Type the key again.")
    expect(page.get_by_label("Key")).to_have_value("")
    expect(page.get_by_label("Name")).to_have_value("Local")
