"""A newcomer's first picture, with real processes and without a mouse: the printed link, three scripts, the wall."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.test_run import Run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="It has an SQLite file of its own."),
]
LINES = ("NORTHLIGHT", "北光珈琲", "مرحبا")
# A cold worker on a busy machine; what is there is found at once.
PATIENCE = 60_000


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "data")
    yield run
    left = run.stop()
    run.process.communicate()
    assert left == []


@pytest.fixture
def page(chromium: Browser, studio: Run) -> Iterator[Page]:
    """Nothing but the studio may be asked for anything, and nothing may break the policy."""
    address = studio.started()
    wrong: list[str] = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith((address, "data:")) else None)
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone, as somebody without a mouse does."""
    for _ in range(200):
        if page.evaluate("(selector) => Boolean(document.activeElement?.matches(selector))", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def follow(page: Page, key: str = "Enter") -> None:
    """Press a key that leads to another page, and arrive there."""
    with page.expect_navigation():
        page.keyboard.press(key)


def open_new_prompt(page: Page) -> None:
    tab_to(page, "main a[href$='/prompts/']")
    follow(page)
    tab_to(page, "[popovertarget=new-prompt]")
    page.keyboard.press("Enter")
    tab_to(page, "#new-prompt button")
    follow(page)
    page.locator("#f-subject").wait_for()


def write(page: Page) -> None:
    tab_to(page, "#f-subject")
    page.keyboard.type("A coffee tin on an oak table")
    for number, words in enumerate(LINES):
        tab_to(page, "#line-add")
        page.keyboard.press("Enter")
        expect(page.locator(f"#f-text-{number}")).to_be_focused()
        page.keyboard.insert_text(words)
        tab_to(page, f"#f-placement-{number}")
        page.keyboard.type("on the label")
        page.keyboard.press("Alt+1")  # back to the first field, from where Tab finds the next button
        expect(page.locator("#preview")).to_contain_text(words)


def test_from_the_printed_link_to_the_wall_by_keyboard_alone(studio: Run, page: Page) -> None:
    [link] = re.findall(r"Sign in\s+(\S+)", studio.printed)
    page.goto(link)
    expect(page.get_by_role("button", name="Sign in as owner")).to_be_focused()
    follow(page)
    tab_to(page, "a[href='/']")  # the password can wait
    follow(page)
    page.locator("#generate").wait_for()
    open_new_prompt(page)
    write(page)

    page.keyboard.press("Control+Enter")
    expect(page.locator("#takes > .tile img")).to_have_count(1, timeout=PATIENCE)
    page.wait_for_function("() => !document.querySelector('#pulse').getAttribute('hx-trigger').includes('every')")

    page.keyboard.press("Escape")
    tab_to(page, "#takes .open")
    follow(page)
    sent = page.locator(".sent")
    for words in LINES:
        expect(sent.first).to_contain_text(words)

    page.keyboard.press("g")
    follow(page, "g")
    expect(page.locator("#wall > .tile")).to_have_count(1)
