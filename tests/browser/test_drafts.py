"""Nothing that was typed is lost: not by a reload, a second tab, a broken line or a crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from studio.models import Generation, User
from tests.browser.composing import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reload_keeps_the_draft(page: Page) -> None:
    page.locator("#f-subject").fill("\n A tin — 缶 ")
    expect(page.locator("dd[data-segment=subject]")).to_contain_text("A tin — 缶")
    saved(page, "\n A tin — 缶 ")
    page.reload()
    expect(page.locator("#f-subject")).to_have_value("\n A tin — 缶 ")
    expect(page.locator("#kept")).to_be_hidden()


def test_a_second_tab_is_told_and_overwrites_nothing(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    other = open_page(owner, address, within=page)
    other.locator("#f-subject").fill("From the second tab")
    saved(page, "From the second tab")
    page.locator("#f-subject").fill("From the first tab")
    expect(page.locator("#behind")).to_contain_text("Another tab or person saved newer work")
    saved(page, "From the second tab")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#behind")).not_to_contain_text("Another tab or person")
    saved(page, "From the first tab")
    other.locator("#f-setting").fill("stone")
    other.get_by_role("link", name="Load it").click()
    expect(other.locator("#f-subject")).to_have_value("From the first tab")


def test_generate_in_a_stale_tab_asks_first_and_the_replaced_words_come_back(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    other = open_page(owner, address, within=page)
    other.locator("#f-setting").fill("from the second tab")
    saved(page, "from the second tab", attribute="setting")
    page.locator("#f-lighting").fill("from the first tab")
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("Nothing was sent.")
    expect(page.locator("#behind")).to_contain_text("Another tab or person saved newer work")
    page.locator("#f-lighting").fill("from the first tab, later")
    expect(page.locator("#saved [data-when=unsaved]")).to_be_visible()
    expect(page.locator("#saved [data-when=saved]")).to_be_hidden()
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("Nothing was sent.")
    saved(page, "from the second tab", attribute="setting")
    assert not Generation.objects.exists()
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#refusal")).to_be_empty()
    saved(page, "from the first tab, later", attribute="lighting")
    page.locator("#aside").get_by_role("button", name="Undo").click()
    expect(page.locator("#f-setting")).to_have_value("from the second tab")
    expect(page.locator("#f-lighting")).to_have_value("window light")


def test_what_cannot_be_saved_is_kept_told_and_saved_later(page: Page, address: str) -> None:
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#f-subject").fill("Typed on a train")
    expect(page.locator("#offline")).to_be_visible()
    page.unroute("**/draft/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#offline")).to_be_hidden()
    saved(page, "Typed on a train")


def test_what_was_never_saved_is_offered_after_a_crash(page: Page) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/draft/", refuse)
    page.locator("#f-subject").fill("Before the crash")
    page.locator("#f-mood").fill("tense")
    expect(page.locator("#offline")).to_be_visible()
    page.reload()
    expect(page.locator("#kept")).to_be_visible()
    page.unroute("**/draft/", refuse)
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#f-subject")).to_have_value("Before the crash")
    expect(page.locator("#f-mood-2")).to_have_value("tense")
    expect(page.locator("#kept")).to_be_hidden()


@pytest.mark.parametrize("arrives", [True, False], ids=["with its beacon", "without"])
def test_a_reload_in_the_middle_of_a_word_takes_it_in_by_itself(page: Page, arrives: bool) -> None:
    if not arrives:
        page.evaluate("navigator.sendBeacon = () => true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    page.locator("#f-subject").fill("Half a sen")
    page.reload()
    expect(page.locator("#f-subject")).to_have_value("Half a sen")
    expect(page.locator("#kept")).to_be_hidden()
    page.wait_for_timeout(500)
    assert len(asked) <= 2
    page.locator("#f-subject").press("Control+End")
    page.locator("#f-subject").press_sequentially("tence")
    saved(page, "Half a sentence")
    expect(page.locator("#behind")).not_to_contain_text("Another tab")
    page.reload()
    expect(page.locator("#f-subject")).to_have_value("Half a sentence")
    expect(page.locator("#kept")).to_be_hidden()


def test_what_is_typed_while_the_words_come_back_joins_them(page: Page) -> None:
    page.evaluate("navigator.sendBeacon = () => true")
    page.locator("#f-subject").fill("Before the reload")
    held: list[Route] = []
    page.route("**/draft/", lambda route: held.append(route))
    page.reload()
    page.locator("#f-setting").fill("typed meanwhile")
    for _ in range(300):
        if held:
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(500)  # a second one would leave by now
    assert len(held) == 1
    held.pop().continue_()
    page.unroute("**/draft/")
    expect(page.locator("#f-subject")).to_have_value("Before the reload")
    expect(page.locator("#f-setting")).to_have_value("typed meanwhile")
    saved(page, "typed meanwhile", attribute="setting")
    saved(page, "Before the reload")


def test_a_reload_writes_over_nobody(page: Page, open_page: Callable[..., Page], owner: User, address: str) -> None:
    page.evaluate("navigator.sendBeacon = () => true")
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#f-subject").fill("Not sent yet")
    expect(page.locator("#offline")).to_be_visible()
    other = open_page(owner, address, within=page)
    other.get_by_role("button", name="Discard it").click()
    other.locator("#f-setting").fill("from the second tab")
    saved(other, "from the second tab", attribute="setting")
    page.unroute("**/draft/")
    page.reload()
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("#f-setting")).to_have_value("from the second tab")
    saved(page, "from the second tab", attribute="setting")


def test_what_was_typed_since_wins_over_what_is_brought_back(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    page.evaluate("navigator.sendBeacon = () => true")
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#f-subject").fill("Before the crash")
    page.locator("#f-setting").fill("a quay")
    page.locator("#f-mood").fill("tense")
    expect(page.locator("#offline")).to_be_visible()
    again = open_page(owner, address, within=page)
    page.close()
    expect(again.locator("#kept")).to_be_visible()
    again.locator("#f-setting").fill("a harbour at night")
    saved(again, "a harbour at night", attribute="setting")
    again.get_by_role("button", name="Bring it back").click()
    expect(again.locator("#f-subject")).to_have_value("Before the crash")
    expect(again.locator("#f-setting")).to_have_value("a harbour at night")
    expect(again.locator("#f-mood-2")).to_have_value("tense")
    expect(again.locator("#kept")).to_be_hidden()


def test_what_was_typed_is_offered_after_loading_the_newer_work(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    other = open_page(owner, address, within=page)
    other.locator("#f-subject").fill("From the second tab")
    saved(page, "From the second tab")
    page.locator("#f-setting").fill("typed here")
    page.get_by_role("link", name="Load it").click()
    expect(page.locator("#f-subject")).to_have_value("From the second tab")
    expect(page.locator("#f-setting")).to_have_value("oak table")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("#f-setting")).to_have_value("typed here")
    expect(page.locator("#kept")).to_be_hidden()


def test_nothing_looks_saved_or_generated_while_the_studio_cannot_be_reached(page: Page) -> None:
    when = page.locator("#saved [data-when=saved]")
    page.locator("#f-mood").fill("tense")
    expect(when).to_be_visible()
    page.context.set_offline(True)
    page.locator("#f-subject").fill("Typed on a train")
    expect(page.locator("#offline")).to_be_visible()
    expect(when).to_be_hidden()
    expect(page.locator("#saved")).to_contain_text("Not saved")
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("Nothing was generated")
    page.context.set_offline(False)
    saved(page, "Typed on a train")
    expect(when).to_be_visible()
    expect(page.locator("#refusal")).to_contain_text("Press Generate again")
    assert not Generation.objects.exists()


def test_what_was_typed_after_the_session_ended_comes_back_after_signing_in(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    Session.objects.all().delete()
    page.locator("#f-subject").fill("Typed too late")
    page.wait_for_url("**/accounts/login/**")
    again = open_page(owner, address, within=page)
    again.get_by_role("button", name="Bring it back").click()
    expect(again.locator("#f-subject")).to_have_value("Typed too late")


def test_bringing_back_after_the_session_ended_loses_nothing(
    page: Page, open_page: Callable[..., Page], owner: User, address: str
) -> None:
    page.evaluate("navigator.sendBeacon = () => false")
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#f-subject").fill("Before the crash")
    expect(page.locator("#offline")).to_be_visible()
    page.reload()
    page.unroute("**/draft/")
    Session.objects.all().delete()
    page.get_by_role("button", name="Bring it back").click()
    page.wait_for_url("**/accounts/login/**")
    again = open_page(owner, address, within=page)
    again.get_by_role("button", name="Bring it back").click()
    expect(again.locator("#f-subject")).to_have_value("Before the crash")


def test_what_was_discarded_is_not_offered_again(page: Page) -> None:
    page.evaluate("navigator.sendBeacon = () => false")
    page.route("**/draft/", lambda route: route.abort())
    page.locator("#f-subject").fill("Not wanted")
    expect(page.locator("#offline")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#kept")).to_be_hidden()
    page.reload()
    expect(page.locator("#saved")).to_be_attached()
    expect(page.locator("#kept")).to_be_hidden()


def test_a_page_that_is_out_of_date_says_so_once_and_keeps_the_words(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/draft/") else None)
    page.clock.install()
    page.context.clear_cookies(name="studio-csrf")
    page.locator("#f-subject").fill("Typed on an old page")
    page.clock.run_for(1000)
    expect(page.locator("#toasts")).to_contain_text("Reload it and try again")
    page.clock.run_for(20_000)
    assert len(asked) == 1
    page.reload()
    expect(page.locator("#f-subject")).to_have_value("Typed on an old page")
