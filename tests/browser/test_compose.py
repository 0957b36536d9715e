"""Compose in a real browser: typing is never disturbed, nothing typed is lost, everything follows within a moment."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from studio.models import Generation, Prompt, User
from tests import factories
from tests.browser.composing import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def caret(field: Locator) -> list[int]:
    found: list[int] = field.evaluate("field => [field.selectionStart, field.selectionEnd]")
    return found


@pytest.mark.parametrize("words", ["golden hour", "北光珈琲 と 柔らかな光", "ضوء الصباح الهادئ", "é̂ 👩‍🎨 “quoted”"])
def test_typing_updates_the_prompt_and_leaves_caret_and_scroll_alone(page: Page, words: str) -> None:
    field = page.locator("#f-lighting")
    field.fill("")
    field.press_sequentially("before after")
    for _ in range(5):
        field.press("ArrowLeft")
    page.locator(".brief").evaluate("pane => pane.scrollTop = 60")
    scroll = page.locator(".brief").evaluate("pane => pane.scrollTop")
    page.keyboard.insert_text(words)
    place = caret(field)
    expect(page.locator("#preview dd[data-segment=lighting]")).to_have_text(f"before {words}after")
    saved(page, f"before {words}after", attribute="lighting")
    expect(field).to_be_focused()
    assert field.input_value() == f"before {words}after"
    assert caret(field) == place
    assert page.locator(".brief").evaluate("pane => pane.scrollTop") == scroll


def test_a_word_that_is_being_composed_is_sent_when_it_is_done(page: Page) -> None:
    page.locator("#f-setting").fill("")
    saved(page, "oak table", attribute="setting") if False else expect(
        page.locator("dt[data-segment=setting]")
    ).to_have_count(0)
    drafts: list[str] = []
    page.on("request", lambda request: drafts.append(request.url) if request.url.endswith("/draft/") else None)
    page.locator("#f-setting").focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "すず", "selectionStart": 2, "selectionEnd": 2})
    page.wait_for_timeout(500)
    assert drafts == []
    session.send("Input.insertText", {"text": "鈴"})
    expect(page.locator("dd[data-segment=setting]")).to_have_text("鈴")


def test_fields_and_prompt_are_linked_both_ways(page: Page) -> None:
    page.locator("#f-lighting").focus()
    expect(page.locator("dd[data-segment=lighting]")).to_have_class(re.compile("hot"))
    page.locator("dd[data-segment=setting]").click()
    expect(page.locator("#f-setting")).to_be_focused()
    expect(page.locator("dd[data-segment=lighting]")).not_to_have_class(re.compile("hot"))
    page.locator("dd[data-segment=mood] [data-index='1']").click()
    expect(page.locator("#f-mood-1")).to_be_focused()
    page.locator("dt[data-segment=subject] a").press("Enter")
    expect(page.locator("#f-subject")).to_be_focused()


def test_a_finding_is_fixed_in_one_click_and_the_fix_taken_back(page: Page) -> None:
    finding = page.locator("[data-finding]", has_text="minimal")
    expect(page.locator(".chip.lintd")).to_have_count(1)
    finding.locator("button").click()
    expect(page.locator("[data-finding]", has_text="minimal")).to_have_count(0)
    expect(page.locator("#f-style-1")).to_have_count(0)
    page.locator("#undo button").click()
    expect(page.locator("#f-style-1")).to_have_value("minimal")
    expect(page.locator("[data-finding]", has_text="minimal")).to_have_count(1)


def test_a_fix_takes_typed_text_along(page: Page) -> None:
    page.locator("#f-subject").fill("A tin of tea")
    page.locator("[data-finding]", has_text="minimal").locator("button").click()
    expect(page.locator("#f-style-1")).to_have_count(0)
    expect(page.locator("#f-subject")).to_have_value("A tin of tea")
    saved(page, "A tin of tea")


def test_output_follows_the_catalogue(page: Page) -> None:
    page.locator("label.size", has_text="16:9").click()
    expect(page.locator("#output")).to_contain_text("1280 × 720")
    page.locator(".tiers label", has_text="2K").click()
    expect(page.locator("#output")).to_contain_text("2048 × 1152")
    page.get_by_role("button", name="More takes").click()
    expect(page.locator("#generate")).to_contain_text("Generate 2 takes")
    page.locator("label.size", has_text="Exact").click()
    page.locator("#width").fill("1000")
    page.locator("#height").fill("500")
    expect(page.locator("#output")).to_contain_text("1000 × 500")


def test_generate_by_keyboard_shows_pending_tiles_and_a_double_press_makes_one_job(page: Page) -> None:
    page.locator("#f-subject").focus()
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#takes .tile")).to_have_count(1)
    assert Generation.objects.count() == 1
    expect(page.locator("#generate")).not_to_have_attribute("aria-disabled", "true")
    page.locator("#generate").dblclick()
    expect(page.locator("#takes .tile")).to_have_count(2)
    assert Generation.objects.count() == 2


def test_what_is_chosen_while_a_generate_is_on_its_way_stays_chosen(page: Page) -> None:
    def slowly(route: Route) -> None:
        answer = route.fetch()
        page.locator("label.size", has_text="16:9").click()
        route.fulfill(response=answer)

    page.route("**/generate/", slowly)
    page.locator("#generate").click()
    expect(page.locator("#takes .tile")).to_have_count(1)
    expect(page.locator("#output")).to_contain_text("1280 × 720")
    expect(page.locator("[name=ratio]:checked")).to_have_value("16:9")


def test_a_blocked_generate_says_why_and_loses_nothing(page: Page) -> None:
    page.locator("#f-subject").fill("Poster of [LANDMARK]")
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("LANDMARK")
    expect(page.locator("#f-subject")).to_have_value("Poster of [LANDMARK]")
    assert not Generation.objects.exists()


def test_keys_go_to_fields_and_findings(page: Page) -> None:
    page.keyboard.press("Alt+2")
    expect(page.locator("#f-setting")).to_be_focused()
    page.keyboard.press("Alt+1")
    expect(page.locator("#f-subject")).to_be_focused()
    page.keyboard.press("F8")
    expect(page.locator("[data-finding]").first).to_be_focused()
    page.locator("#f-subject").fill("Saved by key")
    page.keyboard.press("Control+s")
    saved(page, "Saved by key")


def test_a_phone_shows_one_pane_at_a_time_and_generate_always(
    open_page: Callable[..., Page], owner: User, address: str
) -> None:
    page = open_page(owner, address, viewport={"width": 320, "height": 640}, has_touch=True)
    for step, shown in (("Brief", "#f-subject"), ("Prompt", "#preview"), ("Output", "#connection")):
        page.locator(".m-steps label", has_text=step).click()
        expect(page.locator(shown)).to_be_visible()
        expect(page.locator("#generate")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator(".m-steps label", has_text="Prompt").click()
    page.locator("dd[data-segment=setting]").click()
    expect(page.locator("#f-setting")).to_be_focused()


def test_without_scripts_the_page_saves_previews_and_generates(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt
) -> None:
    page = open_page(owner, address, java_script_enabled=False)
    page.locator("#f-subject").fill("A tin\nwithout scripts")
    page.get_by_role("button", name="Save and update preview").click()
    expect(page.locator("dd[data-segment=subject]")).to_have_text(re.compile("A tin\\s+without scripts"))
    prompt.refresh_from_db()
    assert prompt.recipe.subject == "A tin\nwithout scripts"
    page.get_by_role("button", name="Add line").click()
    page.locator("#f-text-1").fill("AQUA+")
    page.locator("#references input[type=file]").set_input_files(
        {"name": "tin.png", "mimeType": "image/png", "buffer": factories.make_picture()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#f-text-1")).to_have_value("AQUA+")
    expect(page.locator("#references [name=reference]")).to_have_count(1)
    page.locator("#generate").click()
    expect(page.locator("#takes .tile")).to_have_count(1)


def test_on_a_phone_generate_shows_the_takes_and_the_count_at_once(
    open_page: Callable[..., Page], owner: User, address: str
) -> None:
    page = open_page(owner, address, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.locator("#f-subject")).to_be_visible()
    page.locator("#generate").click()
    expect(page.locator("#takes .tile")).to_be_in_viewport(ratio=0.5)
    expect(page.locator("#tab-dot")).to_be_visible()
    expect(page.locator("#tab-dot")).to_contain_text("1")


def test_exact_pixels_and_takes_say_what_they_take(page: Page) -> None:
    page.locator("label.size", has_text="Exact").click()
    for typed in ("", "-5", "10.5"):
        page.locator("#width").fill("800")
        expect(page.locator("#held-back")).to_be_empty()
        page.locator("#width").fill(typed)
        expect(page.locator("#held-back")).to_have_text("Give width and height in whole pixels.")
        expect(page.locator("#generate")).to_be_disabled()
        expect(page.locator("#width")).to_have_value(typed)
    most = page.locator("#takes-in").get_attribute("max")
    page.locator("#width").fill("800")
    page.locator("#takes-in").fill("12")
    page.locator("#takes-in").press("Tab")
    expect(page.locator("#held-back")).to_contain_text(f"Choose from 1 to {most} takes")
    expect(page.locator("#takes-in")).to_have_value("12")
    page.locator("#takes-in").fill("0")
    page.locator("#takes-in").press("Tab")
    expect(page.locator("#takes-in")).to_have_value("1")
    expect(page.locator("#held-back")).to_be_empty()
    expect(page.locator("#generate")).to_contain_text("Generate 1 take")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_page_is_as_tall_as_the_window(
    open_page: Callable[..., Page], owner: User, address: str, size: tuple[int, int]
) -> None:
    page = open_page(owner, address, viewport={"width": size[0], "height": size[1]})
    assert page.evaluate("document.documentElement.scrollHeight") == size[1]
