"""The brief in a real browser: lines, chips, references, findings and the title that follows the first words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from studio.models import Prompt, Reference, Team, User
from studio.prompts.recipe import Recipe, ReferenceUse, TextLine
from tests import factories
from tests.browser.composing import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_chips_are_made_edited_and_removed(page: Page) -> None:
    mood = page.locator("#f-mood")
    mood.press_sequentially("warm")
    mood.press("Enter")
    mood.press_sequentially("quiet,")
    expect(page.locator("dd[data-segment=mood]")).to_have_text("calm, minimal, warm, quiet")
    page.get_by_role("button", name="Remove calm").click()
    page.locator("#f-mood-0").fill("spare")
    expect(page.locator("dd[data-segment=mood]")).to_have_text("spare, warm, quiet")


def test_text_lines_are_added_and_moved_and_removed(page: Page) -> None:
    page.locator("#line-add").click()
    expect(page.locator("#f-text-1")).to_be_focused()
    page.keyboard.insert_text("ليلة الموسيقى")
    page.locator("#f-script-1").select_option("arabic")
    expect(page.locator("#f-text-1")).to_have_attribute("dir", "rtl")
    expect(page.locator("dd[data-segment=text] [lang=ar]")).to_have_text("ليلة الموسيقى")
    page.get_by_role("button", name="Move line 2 up").click()
    expect(page.locator("#f-text-0")).to_have_value("ليلة الموسيقى")
    expect(page.locator("#f-script-0")).to_have_value("arabic")
    page.get_by_role("button", name="Remove line 1").click()
    expect(page.locator("#f-text-0")).to_have_value("NORTHLIGHT")
    expect(page.locator("#f-text-1")).to_have_count(0)


def test_nothing_typed_into_a_new_line_is_lost(page: Page) -> None:
    expect(page.locator("#line-count")).to_have_text("1 line, spelled exactly")
    page.locator("#line-add").evaluate("button => button.click()")
    page.keyboard.type("AQUA")
    expect(page.locator("dd[data-segment=text]")).to_contain_text("“AQUA”")
    expect(page.locator("#line-count")).to_have_text("2 lines, spelled exactly")
    expect(page.locator("#f-text-1")).to_have_value("AQUA")
    expect(page.locator("#f-text-1")).to_be_focused()
    page.locator("#line-add").click()
    page.locator("[data-finding]", has_text="minimal").locator("button").click()
    expect(page.locator("[data-finding]", has_text="minimal")).to_have_count(0)
    expect(page.locator("#f-text-2")).to_have_value("")
    page.get_by_role("button", name="Remove line 3").click()
    expect(page.locator("#f-text-2")).to_have_count(0)
    expect(page.locator("#line-count")).to_have_text("2 lines, spelled exactly")


def test_the_script_of_a_line_follows_its_letters_until_somebody_chooses(page: Page) -> None:
    page.locator("#line-add").click()
    script = page.locator("#f-script-1")
    page.locator("#f-text-1").fill("AQUA")
    expect(script).to_have_value("latin")
    page.locator("#f-text-1").fill("AQUA すずしい")
    expect(script).to_have_value("japanese-kana")
    expect(page.locator("#f-text-1")).to_have_attribute("lang", "ja")
    expect(page.locator("dd[data-segment=text]")).to_contain_text("in Japanese kana")
    script.select_option("french")
    expect(page.locator("dd[data-segment=text]")).to_contain_text("in French")
    page.locator("#f-text-1").fill("すずしい")
    expect(page.locator("dd[data-segment=text]")).to_contain_text("“すずしい”")
    expect(script).to_have_value("french")


def test_references_are_dropped_in_order_and_renumbered(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt, team: Team
) -> None:
    rows = [factories.make_reference(team=team, label=name) for name in ("tin", "cup")]
    prompt.draft = {"recipe": Recipe(references=tuple(ReferenceUse(sha256=row.sha256) for row in rows)).to_json()}
    prompt.save()
    page = open_page(owner, address)
    page.locator("#f-references-1").select_option("style")
    page.locator("#f-subject").focus()
    plain = page.locator("#format").evaluate("select => getComputedStyle(select).borderTopColor")
    expect(page.locator("#f-references-1")).to_have_css("border-top-color", plain)
    expect(page.locator("#f-references-0")).not_to_have_css("border-top-color", plain)
    expect(page.locator("dd[data-segment=references]")).to_have_text(re.compile(r"Image 1\. Image 2 sets the style"))
    first, second = (page.locator(f"#reference-{row.pk} .thumb") for row in rows)
    second.drag_to(first)
    expect(page.locator("dd[data-segment=references]")).to_have_text(re.compile(r"Image 1 sets the style.*Image 2\."))
    expect(page.locator(f"#reference-{rows[1].pk} .n")).to_have_text("1")
    page.locator(f"#reference-{rows[0].pk}").hover()
    page.get_by_role("button", name="Remove reference 2").click()
    expect(page.locator("#references .ref:not(.add)")).to_have_count(1)


def test_pictures_are_uploaded_by_browsing_and_refused_with_a_sentence(page: Page, team: Team) -> None:
    chooser = page.locator("#references input[type=file]")
    chooser.set_input_files(
        [
            {"name": "tin.png", "mimeType": "image/png", "buffer": factories.make_picture()},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"not a picture"},
        ]
    )
    expect(page.locator("#references [name=reference]")).to_have_count(1)
    expect(page.locator("#upload-wrong")).to_contain_text("notes.txt:")
    expect(page.locator("dd[data-segment=references]")).to_contain_text("Image 1")
    assert Reference.objects.for_team(team).count() == 1


def test_an_upload_that_was_refused_says_so_until_it_is_dismissed(page: Page, settings: Any) -> None:
    settings.STUDIO_UPLOAD_MAX_BYTES = 1024 * 1024
    page.reload()
    picture = {"name": "tin.png", "mimeType": "image/png", "buffer": factories.make_picture()}
    broken = {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n cut"}
    chooser, wrong = page.locator("#references input[type=file]"), page.locator("#upload-wrong")
    refreshed = page.locator("dd[data-segment=references]")
    for files, words in (
        ([picture, broken], "broken.png: "),
        ([picture], "tin.png: Already attached as image 1."),
        ([{"name": "vast.png", "mimeType": "image/png", "buffer": b"0" * (1024 * 1024 + 1)}], "larger than 1 MB"),
    ):
        with page.expect_response("**/draft/"):
            chooser.set_input_files(files)
        expect(wrong).to_contain_text(words)
        expect(refreshed).to_contain_text("Image 1")
        page.locator("#f-subject").press_sequentially("more")
        expect(page.locator("dd[data-segment=subject]")).to_contain_text("more")
        page.locator("#f-subject").fill("A tin")
        expect(page.locator("dd[data-segment=subject]")).to_have_text("A tin")
        expect(wrong.locator("p")).to_have_count(1)
    wrong.get_by_role("button", name="Dismiss").click()
    expect(wrong).to_be_empty()


def test_findings_of_one_kind_share_a_row_that_steps_through_them(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt
) -> None:
    lines = tuple(TextLine(text=text, script="latin") for text in ("ONE", "TWO", "THREE"))
    prompt.draft = {"recipe": Recipe(subject="A 👩‍🎨 close-up of [LANDMARK], aerial view", text=lines).to_json()}
    prompt.save()
    page = open_page(owner, address)
    rows = page.locator("[data-finding]", has_text="no lettering").filter(visible=True)
    expect(rows).to_have_count(1)
    for number in (1, 2, 3, 1):
        expect(rows).to_contain_text(f"Line {number} has no lettering.")
        expect(rows).to_contain_text(f"{number} of 3")
        rows.get_by_role("button", name="next").press("Enter")
    for _ in range(30):
        page.keyboard.press("F8")
        expect(page.locator("[data-finding]:focus")).to_be_visible()
    page.locator("[data-finding]", has_text="LANDMARK").get_by_text("Fill in").click()
    expect(page.locator("#f-fills-0")).to_be_focused()
    page.locator("[data-finding]", has_text="contradict").get_by_text("Choose one").click()
    expect(page.locator("#f-subject")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "aerial view"


def test_an_undo_goes_when_somebody_types_on(page: Page) -> None:
    page.locator("[data-finding]", has_text="minimal").locator("button").click()
    expect(page.locator("#undo")).to_be_visible()
    page.locator("#f-lighting").fill("dusk")
    page.keyboard.press("Escape")
    expect(page.locator("dd[data-segment=lighting]")).to_have_text("dusk")
    expect(page.locator("#undo")).to_have_count(0)
    expect(page.locator("#f-lighting")).to_have_value("dusk")


def test_a_prompt_is_called_by_its_first_words_until_it_has_a_title(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt
) -> None:
    prompt.title = "Untitled prompt"
    prompt.save()
    page = open_page(owner, address)
    page.locator("#f-subject").fill("A lighthouse at dusk")
    expect(page.locator("#title")).to_have_attribute("placeholder", "A lighthouse at dusk")
    saved(page, "A lighthouse at dusk")
    prompt.refresh_from_db()
    assert prompt.title == "A lighthouse at dusk"
    page.locator("#title").fill("Mine")
    page.locator("#f-subject").fill("A lighthouse at dawn")
    saved(page, "A lighthouse at dawn")
    prompt.refresh_from_db()
    assert prompt.title == "Mine"


def test_a_picture_dropped_after_the_session_ended_leads_to_the_sign_in_page(page: Page) -> None:
    Session.objects.all().delete()
    page.locator("#references input[type=file]").set_input_files(
        files=[{"name": "tin.png", "mimeType": "image/png", "buffer": factories.make_picture()}]
    )
    page.wait_for_url("**/accounts/login/**")


def test_an_upload_that_is_refused_says_why_in_a_sentence(page: Page) -> None:
    page.context.clear_cookies(name="studio-csrf")
    page.locator("#references input[type=file]").set_input_files(
        files=[{"name": "tin.png", "mimeType": "image/png", "buffer": factories.make_picture()}]
    )
    expect(page.locator("#upload-wrong")).to_have_text("tin.png: Reload it and try again; your draft is kept.")
