"""Chromium against a live server: a signed-in page that fails its test on any CSP report or request to another host."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from studio.models import Connection, Generation, Project, Prompt, Team, User
from studio.services import images
from studio.views import watch
from studio.views.rows import Row
from tests import factories
from tests.browser import composing
from tests.worker.conftest import PACE, Engine

# Playwright's synchronous interface runs an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

# SLOW_BROWSER=6: pages run six times as slowly, which shows the tests that press before the page is ready.
SLOW = float(os.environ.get("SLOW_BROWSER", "1"))
# Generous, for machines that do other things too; what is there is found at once.
PATIENCE = 15_000 * max(1.0, SLOW / 2)
expect.set_options(timeout=PATIENCE)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
REPORT = "addEventListener('securitypolicyviolation', (event) => console.error('CSP', event.violatedDirective));"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any, sign_in: Callable[[User], Client]) -> Iterator[Callable[..., Page]]:
    """``open_page(user, path)``: a new tab of this person. Options are those of a browser context."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            wrong.append(f"A request left the studio: {request.url}")

    def opened_context(**options: Any) -> BrowserContext:
        chosen = {"viewport": {"width": 1440, "height": 900}} | options
        context = chromium.new_context(base_url=live_server.url, **chosen)
        context.add_init_script(REPORT)
        contexts.append(context)
        return context

    def opened(user: User, path: str, *, within: Page | None = None, **options: Any) -> Page:
        """``within``: another tab of the same browser, signed in anew."""
        context = within.context if within else opened_context(**options)
        session = sign_in(user).cookies["studio-session"].value
        context.add_cookies([{"name": "studio-session", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if SLOW > 1:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
        page.on("request", watch)
        page.on(
            "console", lambda said: wrong.append(said.text) if said.type == "error" and "CSP" in said.text else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


@pytest.fixture
def prompt(project: Project, connection: Connection) -> Prompt:
    return factories.make_prompt(project=project, recipe=composing.RECIPE)


@pytest.fixture
def address(team: Team, prompt: Prompt) -> str:
    return f"/t/{team.slug}/prompts/{prompt.pk}/"


@pytest.fixture
def page(open_page: Callable[..., Page], owner: User, address: str) -> Page:
    return open_page(owner, address)


@pytest.fixture
def quick_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the studio paces it, up to ten times as fast."""
    paced = watch.pace

    def quick(rows: list[Row], person: int) -> int:
        return max(paced(rows, person) // 10, 100) if paced(rows, person) else 0

    monkeypatch.setattr(watch, "pace", quick)


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pictures that wait for a look: ``look_at_all`` gives it to them when the test says so."""
    waiting: list[int] = []
    monkeypatch.setattr("studio.queue.ring", lambda: None)
    monkeypatch.setattr("studio.queue.enqueue_look", waiting.append)
    return waiting


@pytest.fixture
def look_at_all(unseen: list[int]) -> Callable[[], None]:
    def look() -> None:
        while unseen:
            images.look(unseen.pop())

    return look


@pytest.fixture
def start_engine() -> Iterator[Callable[[], None]]:
    started: list[Engine] = []
    yield lambda: started.append(Engine(PACE))
    for engine in started:
        engine.stop()


@pytest.fixture
def generation(project: Project, owner: User) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    return factories.make_generation(
        version=factories.make_version(prompt=prompt), user=owner, takes=99, estimate_each=42_000
    )
