"""Finished texts and JSON in a real browser: what goes in comes out in the request, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from studio.models import Attempt, Prompt, Team, User, Version
from studio.models.generations import State
from studio.prompts.recipe import Fill, Kind, Recipe
from tests import factories
from tests.browser.composing import saved
from tests.doubles.provider import Provider
from tests.prompts.samples import SAMPLES
from tests.worker.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILES = Path(__file__).parent.parent / "prompts" / "samples"
POLAROID = SAMPLES["polaroid.json"]


@pytest.fixture
def prompt(project: Any, team: Team, provider: Provider, settings: Any, unseen: list[int]) -> Prompt:
    """An empty prompt, and the recording provider as its connection."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    factories.make_connection(team=team, provider="openai", base_url=provider.base_url)
    return factories.make_prompt(project=project, recipe=Recipe(kind=Kind.VERBATIM))


def generated(page: Page, start_engine: Callable[[], None], provider: Provider) -> str:
    """Press Generate, and the prompt that the provider received."""
    before = len(provider.submissions)
    if before:
        page.reload()  # two presses in one second are taken for one
    page.locator("#generate").click()
    expect(page.locator("#takes-area .tile")).to_have_count(Attempt.objects.count() or 1)
    if before == 0:
        start_engine()
    until(lambda: len(provider.submissions) > before)
    until(lambda: not Attempt.objects.exclude(state=State.DONE).exists())
    prompt: str = provider.submissions[-1].json["prompt"]
    return prompt


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_is_opened_is_sent_byte_for_byte(
    page: Page, start_engine: Callable[[], None], provider: Provider, name: str
) -> None:
    with page.expect_navigation():
        page.locator(".open-file input[type=file]").set_input_files(FILES / name)
    if page.get_by_role("button", name="Send as written").count() == 0:
        page.locator("#generate").click()
    written = page.get_by_role("button", name="Send as written")
    expect(written.or_(page.locator("#takes-area .tile")).first).to_be_visible()
    if written.is_visible():  # two of them are templates
        written.click()
    start_engine()
    until(lambda: len(provider.submissions) == 1)
    until(lambda: not Attempt.objects.exclude(state=State.DONE).exists())
    assert provider.submissions[0].json["prompt"].encode() == (FILES / name).read_bytes()
    assert Version.objects.get().text.encode() == (FILES / name).read_bytes()


def test_line_ends_of_a_file_survive_saves_and_edits(
    page: Page, start_engine: Callable[[], None], provider: Provider, tmp_path: Path
) -> None:
    file = tmp_path / "prompt.txt"
    file.write_bytes("\ufeffA tin \r\n on a shelf,\r\n\rred\n 缶 e\u0301 \u202eשלום \r\n".encode())
    with page.expect_navigation():
        page.locator(".open-file input[type=file]").set_input_files(file)
    body = page.locator("#f-body")
    body.fill(body.input_value().replace("red", "deep red"))
    saved(page, file.read_bytes().decode().replace("red", "deep red"), attribute="body")
    assert generated(page, start_engine, provider).encode() == file.read_bytes().replace(b"red", b"deep red")


def test_a_file_that_is_no_prompt_is_refused_with_a_sentence(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    for content, words in (
        (b"caf\xe9", "byte 4"),
        (b"a\x00b", "null character"),
        (b" \n", "empty"),
        (b"x" * 200_001, "200 KB"),
    ):
        file.write_bytes(content)
        with page.expect_navigation():
            page.locator(".open-file input[type=file]").set_input_files(file)
        expect(page.locator("#toasts")).to_contain_text(words)
    assert Prompt.objects.get().recipe.body == ""


def opened_as_json(page: Page) -> None:
    with page.expect_navigation():
        page.locator(".open-file input[type=file]").set_input_files(FILES / "polaroid.json")
    expect(page.locator("#tree")).to_be_visible()


def test_one_leaf_is_changed_and_every_other_byte_is_sent_as_before(
    page: Page, start_engine: Callable[[], None], provider: Provider
) -> None:
    opened_as_json(page)
    assert generated(page, start_engine, provider) == POLAROID
    mood = page.get_by_role("textbox", name="environment › lighting › mood", exact=True)
    expect(mood).to_have_value("cozy, intimate, nostalgic")
    mood.fill('bright, "loud", 明るい\nmorning')
    expect(page.locator("dd[data-segment=body] .hot").nth(1)).to_have_text('bright, \\"loud\\", 明るい\\nmorning')
    sent = generated(page, start_engine, provider)
    start = POLAROID.index("cozy, intimate, nostalgic")
    head, tail = POLAROID[:start], POLAROID[start + len("cozy, intimate, nostalgic") :]
    assert sent == head + 'bright, \\"loud\\", 明るい\\nmorning' + tail
    child = Version.objects.latest("number")
    assert child.changed == "body/environment/lighting/mood"
    assert child.parent is not None


def test_the_tree_is_walked_grown_and_cut_by_keyboard(page: Page) -> None:
    opened_as_json(page)
    style = page.get_by_role("textbox", name="style", exact=True)
    style.focus()
    style.press("ArrowDown")
    expect(page.get_by_role("textbox", name="camera_style › camera", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(style).to_be_focused()
    page.locator("summary", has_text="Add to lighting").press("Enter")
    key = page.get_by_role("group").locator("[name='add_key|/environment/lighting']")
    expect(key).to_be_focused()
    page.keyboard.type("gel")
    expect(key).to_have_value("gel")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("مغرة دافئة")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    gel = page.get_by_role("textbox", name="environment › lighting › gel", exact=True)
    expect(gel).to_be_focused()
    expect(gel).to_have_value("مغرة دافئة")
    saved(page, POLAROID.replace('nostalgic" } },', 'nostalgic", "gel": "مغرة دافئة" } },'), attribute="body")
    page.get_by_role("button", name="Remove environment › lighting › gel").press("Enter")
    saved(page, POLAROID, attribute="body")
    page.locator("#undo").get_by_role("button", name="Undo").press("Enter")
    expect(gel).to_have_value("مغرة دافئة")


def test_numbers_are_kept_as_written_and_refused_when_they_are_none(page: Page, prompt: Prompt, address: str) -> None:
    source = '{"seed": 1.50E+2, "on": true, "title": "x"}'
    prompt.draft = {"recipe": Recipe(kind=Kind.JSON, body=source).to_json()}
    prompt.save()
    page.goto(address)
    seed = page.get_by_role("textbox", name="seed", exact=True)
    seed.fill("1.75e+2")
    saved(page, source.replace("1.50E+2", "1.75e+2"), attribute="body")
    seed.fill("a lot")
    expect(page.locator("#behind")).to_contain_text("number")
    saved(page, source.replace("1.50E+2", "1.75e+2"), attribute="body")


def test_broken_json_says_where_and_keeps_every_character(page: Page) -> None:
    page.get_by_role("button", name="JSON", exact=True).click()
    body = page.locator("#f-body")
    body.fill('{\n  "subject": "a tin",\n  "mood": "calm"\n  "light": “soft”\n}\n')
    finding = page.locator("[data-finding]", has_text="Line 4, column 3")
    expect(finding).to_contain_text("comma")
    finding.get_by_role("link").last.click()
    expect(body).to_be_focused()
    selected = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert body.evaluate(selected) == '"'
    page.get_by_role("button", name="Tree").click()
    expect(page.locator("#behind")).to_contain_text("no tree")
    expect(body).to_have_value('{\n  "subject": "a tin",\n  "mood": "calm"\n  "light": “soft”\n}\n')
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("Line 4, column 3")


def test_two_hundred_kilobytes_are_pasted_shown_in_pages_and_copied_whole(page: Page) -> None:
    rows = [{"name": f"scene {number}", "mood": "calm, quiet"} for number in range(4000)]
    source = json.dumps(rows)[:-1]
    source = source[:199_000].rpartition("}, {")[0] + "}]"
    page.get_by_role("button", name="JSON", exact=True).click()
    page.locator("#f-body").fill(source)
    expect(page.locator("dd[data-segment=body]")).to_contain_text("more characters")
    page.get_by_role("button", name="Tree").click()
    expect(page.get_by_role("textbox", name="1 › name", exact=True)).to_have_value("scene 0")
    assert page.locator("#tree .leaf").count() < 200
    page.get_by_role("button", name="Later rows").click()
    field = page.get_by_role("textbox", name="70 › mood", exact=True)
    field.fill("loud")
    edited = source.replace('"scene 69", "mood": "calm, quiet"', '"scene 69", "mood": "loud"')
    saved(page, edited, attribute="body")
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Copy", exact=True).click()
    until(lambda: page.evaluate("window.copied"))
    assert page.evaluate("window.copied") == edited


def test_placeholders_are_filled_in_a_form_and_block_until_then(
    page: Page, start_engine: Callable[[], None], provider: Provider
) -> None:
    page.locator("#f-body").fill("A poster of [LANDMARK], and [LANDMARK] again, for 【活动】 in {year} [1:1]")
    expect(page.locator("#fills label")).to_have_text(["LANDMARK", "活动", "year"])
    page.locator("#generate").click()
    expect(page.locator("#refusal")).to_contain_text("[LANDMARK] is not filled in")
    page.locator("[data-finding]", has_text="[LANDMARK]").get_by_role("link", name="Fill in").click()
    expect(page.locator("#f-fills-0")).to_be_focused()
    page.keyboard.insert_text("東京タワー")
    page.locator("#f-fills-1").fill("新年")
    page.locator("#f-fills-2").fill("2027")
    expect(page.locator("[data-finding].bad")).to_have_count(0)
    sent = generated(page, start_engine, provider)
    assert sent == "A poster of 東京タワー, and 東京タワー again, for 新年 in 2027 [1:1]"
    assert Prompt.objects.get().recipe.fills[0] == Fill(name="LANDMARK", value="東京タワー")
    page.locator("#f-fills-0").fill("Big Ben")
    expect(page.locator("dd[data-segment=body]")).to_contain_text("Big Ben")
    assert generated(page, start_engine, provider).startswith("A poster of Big Ben, and Big Ben again")
    assert Version.objects.latest("number").changed == "fills/LANDMARK"


def test_a_text_becomes_parts_and_the_text_comes_back(page: Page, owner: User) -> None:
    page.locator("#f-body").fill(SAMPLES["tokyo-cafe.txt"])
    saved(page, SAMPLES["tokyo-cafe.txt"], attribute="body")
    page.get_by_role("link", name="In parts").click()
    expect(page.get_by_label("Words of row 1")).to_have_value("A small Tokyo café storefront")
    page.get_by_label("Take row 1").uncheck()
    page.get_by_label("Take row 1").check()
    page.get_by_role("button", name="Take the checked rows").click()
    expect(page.locator("#f-subject")).to_have_value("A small Tokyo café storefront")
    expect(page.locator("#f-text-0")).to_have_value("コーヒー")
    page.locator("#aside").get_by_role("button", name="Undo").click()
    expect(page.locator("#f-body")).to_have_value(SAMPLES["tokyo-cafe.txt"])


def test_parts_become_a_text_that_sends_the_same(page: Page, prompt: Prompt, address: str) -> None:
    prompt.draft = {"recipe": Recipe(subject="A tin", mood=("calm", "{feeling}"), avoid=("hands",)).to_json()}
    prompt.save()
    page.goto(address)
    sent = page.locator("#sent").input_value()
    page.get_by_role("button", name="Text", exact=True).click()
    expect(page.locator("#f-body")).to_have_value(sent)
    expect(page.locator("#sent")).to_have_value(sent)
    page.locator("#aside").get_by_role("button", name="Undo").click()
    expect(page.locator("#f-subject")).to_have_value("A tin")


def test_a_check_is_ignored_with_a_reason_and_told_again(page: Page) -> None:
    page.locator("#f-body").fill("A close-up of a lighthouse, aerial view, soft light, calm mood, photograph")
    finding = page.locator("[data-finding]", has_text="contradict")
    finding.get_by_role("link", name="About this check").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Ignore it in this prompt").click()
    page.get_by_label("Why it does not matter").fill("a collage of both, 拼贴")
    page.get_by_role("button", name="Ignore it in this prompt").click()
    expect(page.locator(".ignored")).to_contain_text("1 check is ignored")
    expect(page.locator("[data-finding]", has_text="contradict")).to_have_count(0)
    page.locator(".ignored summary").click()
    expect(page.locator(".ignored")).to_contain_text("拼贴")
    page.get_by_role("button", name="Stop ignoring it").click()
    expect(page.locator("[data-finding]", has_text="contradict")).to_have_count(1)
    page.goto(page.url.split("/prompts/")[0] + "/checks/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prompt checks")


def test_a_double_click_removes_one_value_and_can_be_undone(page: Page, prompt: Prompt, address: str) -> None:
    source = '{"a": ["one", "two", "three", "four", "five"], "b": "x"}'
    prompt.draft = {"recipe": Recipe(kind=Kind.JSON, body=source).to_json()}
    prompt.save()
    page.goto(address)
    page.get_by_role("button", name="Remove a › 2").dblclick()
    expect(page.locator("#undo")).to_be_visible()
    saved(page, source.replace('"two", ', ""), attribute="body")
    expect(page.locator("#behind .warn")).to_have_count(0)
    page.locator("#undo").get_by_role("button", name="Undo").click()
    saved(page, source, attribute="body")


def test_enter_adds_what_was_typed(page: Page, prompt: Prompt, address: str) -> None:
    prompt.draft = {"recipe": Recipe(kind=Kind.JSON, body='{"a": ["one"]}').to_json()}
    prompt.save()
    page.goto(address)
    # In one step, as for somebody who types faster than the page draws: the field has the focus as soon as it is there.
    page.locator("summary", has_text="Add to a").evaluate("summary => summary.click()")
    page.keyboard.insert_text("two")
    value = page.locator("details[open]").get_by_role("textbox", name="Value", exact=True)
    expect(value).to_be_focused()
    expect(value).to_have_value("two")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="a › 2", exact=True)).to_be_focused()
    saved(page, '{"a": ["one", "two"]}', attribute="body")
