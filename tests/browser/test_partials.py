"""A take that is shown while it is made: asked for in Compose, seen unfinished, then its picture, and nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from studio.models import Generation, Prompt, Team, User
from studio.models.generations import State
from tests import factories
from tests.browser import composing
from tests.doubles.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_pulse")]


@pytest.fixture
def prompt(project: Any, team: Team, provider: Provider, settings: Any, unseen: list[int]) -> Prompt:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    factories.make_connection(team=team, provider="openai", base_url=provider.base_url)
    return factories.make_prompt(project=project, recipe=composing.RECIPE)


def is_drawn(image: Locator) -> None:
    image.evaluate("(img) => img.decode()")
    assert image.evaluate("(img) => img.naturalWidth > 0")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_take_is_seen_unfinished_and_then_finished(
    open_page: Callable[..., Page],
    owner: User,
    address: str,
    provider: Provider,
    start_engine: Callable[[], None],
    look_at_all: Callable[[], None],
    width: int,
) -> None:
    provider.always(stepped=True)
    page = open_page(owner, address, viewport={"width": width, "height": 900})
    if width < 800:
        page.locator("label:has(#step-output)").click()
    wish = page.get_by_label("Show it while it is made")
    expect(wish).not_to_be_checked()
    wish.check()
    expect(page.locator("#output dl")).to_contain_text("Shown while it is made")
    wish.scroll_into_view_if_needed()
    page.locator("#generate").click()
    if width < 800:
        page.locator("label:has(#step-prompt)").click()
    tile = page.locator("#takes > .tile")
    expect(tile).to_contain_text("Waiting")
    assert Generation.objects.get().partials == 3

    start_engine()
    expect(tile).to_contain_text("Rendering")
    tile.scroll_into_view_if_needed()
    before, words = tile.bounding_box(), tile.locator("b").bounding_box()
    provider.step()
    unfinished = tile.get_by_role("img", name="Unfinished picture")
    expect(unfinished).to_be_visible()
    expect(tile).to_contain_text("Not finished")
    is_drawn(unfinished)
    after = tile.locator("b").bounding_box()
    assert tile.bounding_box() == before
    assert words and after and (after["x"], after["y"], after["height"]) == (words["x"], words["y"], words["height"])
    first = unfinished.get_attribute("src")
    provider.step()
    expect(unfinished).not_to_have_attribute("src", str(first))
    is_drawn(unfinished)
    tile.get_by_role("button", name="Cancel").click(trial=True)

    provider.step(3)
    expect(tile).to_contain_text("Preparing")
    expect(unfinished).to_have_count(0)
    look_at_all()
    result = tile.locator("img[src$='512.webp']")
    expect(result).to_be_visible()
    is_drawn(result)


def test_of_two_takes_the_one_that_is_seen_is_large(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt
) -> None:
    generation = factories.make_generation(
        version=factories.make_version(prompt=prompt), user=owner, takes=2, partials=3, width=1536, height=1024
    )
    seen = factories.make_attempt(generation=generation, state=State.SUBMITTING, partial="partials/1.webp", partials=1)
    other = factories.make_attempt(generation=generation, take=2, state=State.SUBMITTING)
    page = open_page(owner, address, viewport={"width": 1440, "height": 900})
    large, small = (page.locator(f"#tile-{each.pk}").bounding_box() for each in (seen, other))
    assert large and small
    assert large["width"] > 1.5 * small["width"]
    assert large["x"] < small["x"]
