"""The wall in a browser: from a press to its picture, down it and back, by keyboard alone, and when things break."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Request, Route, expect

from studio.models import Attempt, Generation, Image, Project, User
from studio.models.generations import State
from studio.services import images
from tests import factories
from tests.browser.seeing import end, hang

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_pulse", "unseen"),
]

OpenPage = Callable[..., Page]
SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifts += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def wall(project: Project) -> str:
    return f"/t/{project.team.slug}/p/{project.slug}/gallery/"


def test_generate_shows_its_takes_at_once_and_each_becomes_its_picture(
    page: Page, start_engine: Callable[[], None], look_at_all: Callable[[], None]
) -> None:
    page.locator("#generate").click()
    takes = page.locator("#takes > .tile")
    expect(takes.first).to_contain_text("Waiting")
    count = Attempt.objects.count()
    expect(takes).to_have_count(count)
    start_engine()
    expect(page.locator("#takes > .preparing")).to_have_count(count, timeout=30_000)
    expect(page.locator("#say")).to_contain_text("ready")
    look_at_all()
    expect(page.locator("#takes > .tile img")).to_have_count(count)
    expect(page.locator("#jobs-pill")).to_be_hidden()
    page.wait_for_function("() => [...document.querySelectorAll('#takes img')].every((img) => img.naturalWidth > 0)")
    expect(takes).to_have_count(count)


def test_the_pulse_falls_silent_when_nothing_is_left_to_come(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = open_page(owner, wall)
    end(attempt, State.FAILED)
    expect(page.locator(f"#tile-{attempt.pk}")).to_contain_text("Failed")
    expect(page.locator("#pulse")).to_have_attribute("hx-trigger", "pulse:now from:document")
    beats = watch_beats(page)
    page.wait_for_timeout(1000)
    assert beats == []


def watch_beats(page: Page) -> list[str]:
    beats: list[str] = []

    def note(request: Request) -> None:
        if "/pulse/" in request.url:
            beats.append(request.url)

    page.on("request", note)
    return beats


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_returns(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = open_page(owner, wall)
    expect(page.locator(f"#tile-{attempt.pk}")).to_contain_text("Waiting")
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    beats = watch_beats(page)
    end(attempt, State.FAILED)
    page.wait_for_timeout(1500)
    assert beats == []
    page.evaluate(hide, False)
    expect(page.locator(f"#tile-{attempt.pk}")).to_contain_text("Failed")


def test_a_broken_line_or_server_leaves_the_page_as_it_is_and_is_asked_again(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = open_page(owner, wall)
    tried: list[str] = []

    def fail(route: Route) -> None:
        tried.append(route.request.url)
        if len(tried) % 2:
            route.fulfill(status=500, body="<h1>Broken</h1>", content_type="text/html")
        else:
            route.abort()

    def wait_for(count: int) -> None:
        for _ in range(200):
            if len(tried) >= count:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"asked {len(tried)} times")

    page.route("**/pulse/**", fail)
    wait_for(1)  # or a beat that left before could still bring the news
    end(attempt, State.FAILED)
    wait_for(3)
    expect(page.locator(f"#tile-{attempt.pk}")).to_contain_text("Waiting")
    expect(page.get_by_text("Broken")).to_have_count(0)
    page.unroute("**/pulse/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(f"#tile-{attempt.pk}")).to_contain_text("Failed")


def test_a_session_that_ends_while_polling_leads_to_the_sign_in_page_and_back(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    factories.make_attempt(generation=generation)
    page = open_page(owner, wall)
    expect(page.locator(".tile.waiting")).to_be_visible()
    Session.objects.all().delete()
    page.wait_for_url(f"**/accounts/login/?next={wall}")
    expect(page.locator("#wall")).to_have_count(0)


def test_a_take_that_is_on_the_page_already_is_not_put_there_twice(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    page = open_page(owner, wall)
    attempt = factories.make_attempt(generation=generation)
    page.evaluate(
        "(id) => document.getElementById('wall').prepend(Object.assign(document.createElement('li'), { id }))",
        f"tile-{attempt.pk}",
    )
    with page.expect_response("**/pulse/**"):
        page.evaluate("document.dispatchEvent(new CustomEvent('pulse:now'))")
    expect(page.locator("#pulse")).to_have_attribute("hx-trigger", re.compile("every"))
    expect(page.locator(f"#tile-{attempt.pk}")).to_have_count(1)


def test_the_wall_goes_on_while_it_is_scrolled_and_nothing_jumps(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    hang(generation, 60)
    page = open_page(owner, wall)
    page.evaluate(SHIFTS)
    tiles = page.locator("#wall > .tile")
    expect(tiles).to_have_count(48)
    page.mouse.move(700, 500)
    while tiles.count() < 60:  # the rest is fetched before its place is seen
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(50)
    page.mouse.wheel(0, 9000)
    expect(page.locator(".more")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") < 0.01  # a tenth of what is called good
    shapes = page.evaluate(
        """[...document.querySelectorAll('#wall > .tile')].map((tile) => {
          const img = tile.querySelector('img'), box = tile.getBoundingClientRect();
          return Math.abs(box.width / box.height - img.getAttribute('width') / img.getAttribute('height'));
        })"""
    )
    assert max(shapes) < 0.03


def test_back_leads_to_the_same_tile_at_the_same_height(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    hung = hang(generation, 60)
    page = open_page(owner, wall)
    page.locator("#wall-scroll").evaluate("(wall) => wall.scrollTo(0, wall.scrollHeight)")
    tile = page.locator(f"#image-{hung[55].pk}")
    expect(tile).to_be_visible()
    tile.scroll_into_view_if_needed()
    top = tile.evaluate("(tile) => tile.getBoundingClientRect().top")
    tile.locator(".open").click()
    page.wait_for_url(f"**/images/{hung[55].pk}/")
    page.go_back()
    page.wait_for_url(f"**/gallery/?at={hung[55].pk}**")
    expect(tile.locator(".open")).to_be_focused()
    page.wait_for_function(
        "([id, top]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - top) < 3",
        arg=[f"image-{hung[55].pk}", top],
    )


def test_the_way_back_from_the_picture_page_leads_to_the_tile_too(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    image = hang(generation, 20)[12]
    page = open_page(owner, f"/t/{generation.team.slug}/images/{image.pk}/")
    page.get_by_role("link", name="Gallery", exact=True).last.press("Enter")
    expect(page.locator(f"#image-{image.pk} .open")).to_be_focused()


def test_the_wall_is_one_tab_stop_and_arrows_move_in_it(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    hung = hang(generation, 14)
    page = open_page(owner, wall)
    stops = page.locator("#wall .open")
    expect(page.locator("#wall [tabindex='0']")).to_have_count(1)
    stops.first.focus()
    page.keyboard.press("ArrowRight")
    expect(stops.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(stops.nth(1)).not_to_be_focused()
    below = page.evaluate("document.activeElement.closest('.tile').getBoundingClientRect().top")
    assert below > stops.nth(1).bounding_box()["y"]  # type: ignore[index]
    page.keyboard.press("ArrowUp")
    expect(stops.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(stops.last).to_be_focused()
    page.keyboard.press("Home")
    expect(stops.first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#wall :focus")).to_have_count(0)
    stops.first.focus()
    with page.expect_download() as download:
        page.keyboard.press("d")
    assert download.value.suggested_filename.endswith(f"{hung[0].pk}.png")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/images/{hung[0].pk}/")


def test_a_picture_that_arrives_takes_over_the_focus_of_its_tile(
    open_page: OpenPage, owner: User, wall: str, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = open_page(owner, wall)
    page.locator(f"#tile-{attempt.pk} button").focus()
    factories.make_seen_image(attempt=attempt)
    end(attempt, State.DONE, submitted_at=attempt.created_at)
    image = Image.objects.get()
    expect(page.locator(f"#image-{image.pk} .open")).to_be_focused()


def test_a_picture_can_be_seen_whole_and_pixel_by_pixel(
    open_page: OpenPage, owner: User, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.DONE)
    content = factories.make_picture(2400, 1600)
    image = factories.make_image(attempt=attempt, width=2400, height=1600, content=content)
    images.look(image.pk)
    page = open_page(owner, f"/t/{generation.team.slug}/images/{image.pk}/")
    picture = page.locator("ps-zoom img")
    whole = picture.bounding_box()
    assert whole is not None
    assert whole["width"] <= 1440 - 400
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_have_attribute("aria-pressed", "true")
    shown = (
        "() => ((img) => img.complete && img.currentSrc.endsWith('/original/'))(document.querySelector('ps-zoom img'))"
    )
    page.wait_for_function(shown)
    pixels = picture.bounding_box()
    assert pixels is not None
    assert pixels["width"] == 2400
    page.keyboard.press("z")
    expect(page.locator("#zoom")).to_have_attribute("aria-pressed", "false")
    again = picture.bounding_box()
    assert again is not None
    assert round(again["width"]) == round(whole["width"])


def test_arrows_turn_the_pages_of_pictures(open_page: OpenPage, owner: User, generation: Generation) -> None:
    hung = hang(generation, 3)
    page = open_page(owner, f"/t/{generation.team.slug}/images/{hung[1].pk}/")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/images/{hung[2].pk}/")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/images/{hung[1].pk}/")


def test_the_prompt_is_copied_byte_for_byte(open_page: OpenPage, owner: User, project: Project) -> None:
    text = '  "コーヒー" <b> שלום\n\nend '
    version = factories.make_version(prompt=factories.make_prompt(project=project), text=text)
    attempt = factories.make_attempt(generation=factories.make_generation(version=version), state=State.DONE)
    image = factories.make_seen_image(attempt=attempt)
    page = open_page(
        owner, f"/t/{project.team.slug}/images/{image.pk}/", permissions=["clipboard-read", "clipboard-write"]
    )
    page.get_by_role("button", name="Copy the prompt").click()
    page.wait_for_function("async (text) => (await navigator.clipboard.readText()) === text", arg=text)
