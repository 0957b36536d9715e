"""The frame in a real browser: keys, palette, theme, menus, and the smallest screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from studio.models import Connection, SignInLink, Team, User
from tests import factories

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Page

    from studio.models import Project, Prompt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., "Page"]
SHEET = "#keys[open]"
PALETTE = "#palette[open]"


@pytest.fixture
def settings_page(open_page: Open, owner: User, team: Team, prompt: Prompt) -> Page:
    page: Page = open_page(owner, reverse("settings", args=[team.slug]))
    return page


def test_the_sheets_rows_are_what_the_keys_do(settings_page: Page, team: Team) -> None:
    page = settings_page
    page.keyboard.press("?")
    expect(page.locator(SHEET).get_by_text("Connections")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(SHEET).wait_for(state="detached")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url(f"**{reverse('connection-list', args=[team.slug])}")


def test_keys_are_letters_while_one_types(open_page: Open, owner: User, team: Team) -> None:
    page = open_page(owner, f"{reverse('connection-create', args=[team.slug])}?provider=openai")
    page.locator("#id_name").press_sequentially("g n ? /")
    expect(page.locator("#id_name")).to_have_value("g n ? /")
    assert page.locator(SHEET).count() == 0


def test_single_keys_can_be_off_and_keys_with_ctrl_stay(open_page: Open, owner: User, team: Team) -> None:
    User.objects.filter(pk=owner.pk).update(single_keys=False)
    page = open_page(owner, reverse("settings", args=[team.slug]))
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    page.locator(PALETTE).wait_for()
    assert page.locator(SHEET).count() == 0


def test_the_palette_goes_where_one_types(settings_page: Page, prompt: Prompt) -> None:
    page = settings_page
    page.keyboard.press("/")
    page.locator(f"{PALETTE} [role=option][aria-selected=true]").wait_for()
    page.keyboard.type(prompt.title)
    page.keyboard.press("Enter")  # at once: the answer is not there yet
    page.wait_for_url(f"**/prompts/{prompt.pk}/")


def test_arrows_choose_and_the_field_says_what_is_chosen(settings_page: Page) -> None:
    page = settings_page
    page.keyboard.press("Control+k")
    options = page.locator(f"{PALETTE} [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    for key, chosen in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", options.count() - 1)):
        page.keyboard.press(key)
        expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
        named = options.nth(chosen).get_attribute("id") or ""
        expect(page.locator("#palette [role=combobox]")).to_have_attribute("aria-activedescendant", named)


def test_the_palette_takes_every_key_from_the_first_and_replaces_what_was_asked_before(settings_page: Page) -> None:
    page = settings_page
    field = page.locator("#palette [role=combobox]")
    for asked in ("light", "dark"):
        page.keyboard.press("Control+k")
        page.keyboard.type(asked)  # at once: whatever follows the opening must not get in between
        expect(page.locator(f"#palette [data-q={asked}]")).to_be_attached()
        expect(field).to_have_value(asked)
        page.locator("#palette").evaluate("dialog => dialog.close()")


def test_the_theme_changes_at_once_and_stays(settings_page: Page, owner: User) -> None:
    page = settings_page
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    with page.expect_response("**/theme/"):
        page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "oklch(0.165 0 0)")
    expect(page.locator("input[name=theme][value=dark]")).to_be_checked()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_focus_comes_back_to_the_menu_whose_entry_opened_a_dialog(settings_page: Page) -> None:
    page = settings_page
    page.locator("button.avatar").click()
    page.locator("#account-menu").get_by_text("Keyboard shortcuts").click()
    page.locator(SHEET).wait_for()
    page.keyboard.press("Escape")
    page.locator(SHEET).wait_for(state="detached")
    expect(page.locator("button.avatar")).to_be_focused()


def test_a_message_goes_when_dismissed(settings_page: Page) -> None:
    page = settings_page
    page.get_by_role("button", name="Save").click()
    page.locator(".toast").get_by_role("button", name="Dismiss").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_an_error_of_a_fragment_is_said_beside_the_page(
    open_page: Open, owner: User, team: Team, connection: Connection
) -> None:
    server = factories.make_connection(team=team, provider="openai", name="A server")
    page = open_page(owner, reverse("connection-list", args=[team.slug]))
    Connection.objects.filter(pk=server.pk).delete()
    page.get_by_role("button", name="Test").click()
    page.locator(".toast").wait_for()
    expect(page.get_by_role("heading", name="Layout proof")).to_be_visible()


def test_a_connection_is_paused_by_keyboard_alone(
    open_page: Open, owner: User, team: Team, connection: Connection
) -> None:
    page = open_page(owner, reverse("connection-list", args=[team.slug]))
    page.get_by_role("button", name="Pause", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=reason]:focus")).to_be_visible()
    page.keyboard.type("Invoice is late")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Resume").wait_for()
    expect(page.get_by_text("Invoice is late")).to_be_visible()


def test_the_first_sign_in_leads_to_work(open_page: Open, prompt: Prompt) -> None:
    person = factories.make_user("newcomer")
    person.set_unusable_password()
    person.save()
    prompt.project.team.memberships.create(user=person)
    page = open_page(factories.make_user(), "/healthz")  # somebody else was signed in on this device
    page.goto(reverse("sign-in", args=[SignInLink.objects.issue(person)]))
    page.get_by_role("button", name="Sign in as newcomer").press("Enter")
    page.get_by_role("link", name="Not now").click()
    page.wait_for_url("**/t/**")
    expect(page.get_by_role("button", name="Account: newcomer")).to_be_visible()


@pytest.mark.parametrize("name", ["settings", "connection-list", "connection-create", "job-list"])
def test_no_page_scrolls_sideways_on_the_smallest_phone(
    open_page: Open, owner: User, team: Team, project: Project, connection: Connection, name: str
) -> None:
    long = "Autumn" * 12
    Team.objects.filter(pk=team.pk).update(name=long)
    type(project).objects.filter(pk=project.pk).update(name=long)
    Connection.objects.filter(pk=connection.pk).update(name=long, paused_at=connection.created_at, paused_reason=long)
    page = open_page(owner, reverse(name, args=[team.slug]), viewport={"width": 320, "height": 640})
    wide = "[...document.querySelectorAll('html, .page, .topbar')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(wide) == 0


def test_the_phones_menu_holds_what_the_rail_holds(open_page: Open, owner: User, team: Team, project: Project) -> None:
    page = open_page(owner, reverse("job-list", args=[team.slug]), viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="More").click()
    page.locator("#more-menu").get_by_text("Settings").click()
    page.wait_for_url("**/settings/")


def test_signing_out_ends_at_the_sign_in_page(settings_page: Page) -> None:
    page = settings_page
    page.locator("button.avatar").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def test_pages_work_without_scripts(sign_in: Callable[[User], Client], owner: User, team: Team) -> None:
    client = sign_in(owner)
    form = {"theme": "light", "single_keys": "on", "language": "en"}
    assert "Settings saved." in client.post(reverse("settings", args=[team.slug]), form, follow=True).content.decode()
