"""The first key on a wall, the way back from a picture by Esc, and a last row that is as high as the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from studio.models import Generation, Project, User
from studio.models.generations import State
from tests import factories
from tests.browser.seeing import hang

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("unseen"),
]

OpenPage = Callable[..., Page]


@pytest.fixture
def wall(project: Project) -> str:
    return f"/t/{project.team.slug}/p/{project.slug}/gallery/"


def test_the_first_arrow_goes_to_the_first_tile_that_is_seen(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    hang(generation, 40)
    page = open_page(owner, wall)
    stops = page.locator("#wall .open")
    page.keyboard.press("ArrowDown")
    expect(stops.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(stops.nth(1)).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.locator("#wall-scroll").evaluate("(wall) => wall.scrollTo(0, 400)")
    page.keyboard.press("ArrowRight")
    expect(stops.first).not_to_be_focused()
    expect(page.locator("#wall .tile :focus")).to_have_count(1)
    assert page.locator("#wall-scroll").evaluate("(wall) => wall.scrollTop") == 400


def test_escape_leads_from_a_picture_back_to_its_tile_when_no_layer_is_open(
    open_page: OpenPage, owner: User, generation: Generation
) -> None:
    image = hang(generation, 20)[12]
    page = open_page(owner, f"/t/{generation.team.slug}/images/{image.pk}/")
    address = page.url
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    page.locator(".avatar").click()
    expect(page.locator("#account-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#account-menu")).to_be_hidden()
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#zoom")).to_have_attribute("aria-pressed", "false")
    assert page.url == address
    page.keyboard.press("Escape")
    expect(page.locator(f"#image-{image.pk} .open")).to_be_focused()


def test_the_last_row_is_as_high_as_the_others_and_nothing_is_stretched(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    for take in range(1, 9):
        attempt = factories.make_attempt(generation=generation, take=take, state=State.DONE)
        factories.make_seen_image(attempt=attempt, width=1024, height=1024)
    page = open_page(owner, wall)
    sizes = page.locator("#wall > .tile").evaluate_all(
        """(tiles) => tiles.map((tile) => tile.getBoundingClientRect())
          .map(({ width, height, top }) => [width, height, top])"""
    )
    assert len({top for _, _, top in sizes}) == 2
    assert max(height for _, height, _ in sizes) - min(height for _, height, _ in sizes) < 1
    assert max(abs(width - height) for width, height, _ in sizes) < 1
