"""The jobs page in a browser: cancel, retry, and both by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from studio.models import Attempt, Generation, User
from studio.models.generations import State
from tests import factories
from tests.browser.seeing import end, hang

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_pulse", "unseen"),
]

OpenPage = Callable[..., Page]


@pytest.fixture
def jobs(generation: Generation) -> str:
    return f"/t/{generation.team.slug}/jobs/"


def test_cancel_answers_at_once_and_says_what_it_costs(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    waiting = factories.make_attempt(generation=generation)
    sent = factories.make_attempt(generation=generation, take=2, state=State.RUNNING)
    page = open_page(owner, jobs)
    page.locator(f"#job-{waiting.pk}").get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#job-{waiting.pk}")).to_contain_text("Nothing was charged.")
    page.locator(f"#job-{sent.pk}").get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#job-{sent.pk}")).to_contain_text("may still charge")
    expect(page.locator("#toasts")).to_contain_text("may still be charged")
    end(sent, State.CANCELLED)
    expect(page.locator(f"#job-{sent.pk}")).to_contain_text("Cancelled")
    expect(page.locator("#jobs-pill")).to_be_hidden()


def test_a_take_is_cancelled_on_the_wall_too(open_page: OpenPage, owner: User, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = open_page(owner, f"/t/{generation.team.slug}/p/{generation.project.slug}/gallery/")
    tile = page.locator(f"#tile-{attempt.pk}")
    tile.get_by_role("button", name="Cancel").click()
    expect(tile).to_contain_text("Cancelled")
    tile.get_by_role("button", name="Retry").click()
    again = page.locator("#wall > .tile.waiting")
    expect(again).to_be_visible()
    expect(again).to_have_attribute("id", f"tile-{Attempt.objects.latest('pk').pk}")
    expect(page.locator("#wall > .tile")).to_have_count(1)


def test_retry_puts_the_new_job_on_top_once(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    failed = factories.make_attempt(generation=generation, state=State.FAILED, error_code="busy")
    page = open_page(owner, jobs)
    page.locator(f"#job-{failed.pk}").get_by_role("button", name="Retry").click()
    lines = page.locator("#jobs > .job")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("Waiting")
    expect(page.locator(f"#job-{failed.pk}").get_by_role("button", name="Retry")).to_have_count(0)
    expect(page.locator("#jobs-pill")).to_be_visible()
    expect(lines).to_have_count(2)


def test_everything_can_be_done_by_keyboard(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    failed = factories.make_attempt(generation=generation, state=State.FAILED, error_code="busy")
    waiting = factories.make_attempt(generation=generation, take=2)
    page = open_page(owner, jobs)
    page.locator("#jobs .open").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(f"#job-{waiting.pk}")).to_contain_text("Cancelled")
    expect(page.locator(f"#job-{waiting.pk} .open")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#job-{failed.pk} .open")).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator("#jobs > .job").first).to_contain_text("Waiting")
    assert Attempt.objects.count() == 3


def test_single_keys_can_be_switched_off(open_page: OpenPage, owner: User, generation: Generation, jobs: str) -> None:
    owner.single_keys = False
    owner.save()
    factories.make_attempt(generation=generation, state=State.FAILED)
    page = open_page(owner, jobs)
    page.locator("#jobs .open").first.focus()
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert Attempt.objects.count() == 1


# Keeps the second of a new verb from ending while a slow machine is on its way to press it.
HOLD = """document.addEventListener("animationstart", ({ animationName, target }) => {
  if (animationName === "settle-retry") for (const each of target.getAnimations()) each.pause();
});"""


@pytest.mark.parametrize("place", ["jobs", "wall"])
def test_the_second_half_of_a_double_press_on_cancel_buys_nothing(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str, place: str
) -> None:
    attempt = factories.make_attempt(generation=generation)
    wall = f"/t/{generation.team.slug}/p/{generation.project.slug}/gallery/"
    page = open_page(owner, jobs if place == "jobs" else wall)
    item = page.locator(f"#{'job' if place == 'jobs' else 'tile'}-{attempt.pk}")
    page.evaluate(HOLD)
    item.get_by_role("button", name="Cancel").dblclick()
    retry = item.get_by_role("button", name="Retry")
    box = retry.bounding_box()
    assert box
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    retry.focus()
    page.keyboard.press("Enter")
    expect(item).to_contain_text("Cancelled")
    assert Attempt.objects.count() == 1
    # Whatever ends; a spinner does not.
    ends = "document.getAnimations().filter((each) => isFinite(each.effect.getComputedTiming().endTime))"
    page.evaluate(f"{ends}.forEach((each) => each.finish())")
    with page.expect_response("**/retry/"):
        retry.click()
    assert Attempt.objects.count() == 2


def test_the_counts_follow_until_nothing_runs(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    running = factories.make_attempt(generation=generation, state=State.RUNNING)
    waiting = factories.make_attempt(generation=generation, take=2)
    page = open_page(owner, jobs)
    for place in ("#jobs-count", "#jobs-pill"):
        expect(page.locator(place)).to_have_text("1 running, 1 waiting")
    end(waiting, State.CANCELLED)
    for place in ("#jobs-count", "#jobs-pill"):
        expect(page.locator(place)).to_have_text("1 running")
    end(running, State.FAILED)
    for place in ("#jobs-count", "#jobs-pill"):
        expect(page.locator(place)).to_be_hidden()


def test_a_studio_out_of_reach_is_said_and_nothing_counts_on(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.RUNNING)
    page = open_page(owner, jobs)
    passed = page.locator(f"#job-{attempt.pk} ps-elapsed")
    expect(passed).not_to_have_text("0 s")
    page.context.set_offline(True)
    expect(page.locator("#unreached")).to_contain_text("cannot be reached")
    before = passed.text_content()
    page.wait_for_timeout(2200)
    assert passed.text_content() == before
    page.context.set_offline(False)
    expect(page.locator("#unreached")).to_be_hidden()
    expect(passed).not_to_have_text(str(before))


# Every word of the list, as it changes: one that stands for a second is easily missed by looking now and then.
NOTE = """window.said = [];
new MutationObserver(() => window.said.push(document.querySelector("#jobs").textContent.replace(/\\s+/g, " ")))
  .observe(document.querySelector("#jobs"), { subtree: true, childList: true, characterData: true });"""


def test_the_next_try_is_counted_down(open_page: OpenPage, owner: User, generation: Generation, jobs: str) -> None:
    soon = timezone.now() + timedelta(seconds=8)
    attempt = factories.make_attempt(generation=generation, tries=1, error_code="busy", not_before=soon)
    page = open_page(owner, jobs)
    page.evaluate(NOTE)
    line = page.locator(f"#job-{attempt.pk}")
    expect(line).to_contain_text(re.compile(r"Next try in \d s\."))
    expect(line).to_contain_text("Next try now.")
    said = [int(second) for second in re.findall(r"Next try in (\d) s\.", page.evaluate("window.said.join()"))]
    assert min(said) == 1
    assert said == sorted(said, reverse=True)


@pytest.mark.parametrize("width", [1440, 390])
def test_an_unknown_outcome_offers_everything_at_every_size(
    open_page: OpenPage, owner: User, generation: Generation, width: int
) -> None:
    asked = {"submitted_at": timezone.now(), "remote_id": "job-1"}
    hang(generation, 2)
    unknown = factories.make_attempt(generation=generation, take=50, state=State.UNKNOWN, **asked)
    factories.make_attempt(generation=generation, take=60, state=State.CANCELLED)
    page = open_page(
        owner,
        f"/t/{generation.team.slug}/prompts/{generation.version.prompt_id}/",
        viewport={"width": width, "height": 1400},
    )
    if width < 800:
        page.locator("label:has(#step-prompt)").click()
    tile = page.locator(f"#tile-{unknown.pk}")
    for name in ("Check again", "Retry anyway", "Give up"):
        button = tile.get_by_role("button", name=name)
        expect(button).to_be_visible()
        button.click(trial=True)
    expect(tile.get_by_text("may have been charged")).to_be_visible()
    assert tile.evaluate("(tile) => tile.scrollHeight <= tile.clientHeight + 1")


def test_a_decision_is_counted_where_it_is_made(
    open_page: OpenPage, owner: User, generation: Generation, jobs: str
) -> None:
    unknown = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    factories.make_attempt(generation=generation, take=2, state=State.FAILED)
    page = open_page(owner, jobs)
    expect(page.locator(".job").first).to_have_id(f"job-{unknown.pk}")
    expect(page.locator("#undecided-h")).to_have_text("1 job needs your decision")
    expect(page.locator("#decide-pill")).to_have_text("1 to decide")
    page.locator(f"#job-{unknown.pk}").get_by_role("button", name="Give up").click()
    expect(page.locator("#undecided-h")).to_be_visible()  # it cannot be undone, so it is asked for twice
    page.get_by_role("button", name="Give it up").click()
    expect(page.locator("#decide-pill")).to_be_hidden()
    expect(page.locator("#undecided-h")).to_be_hidden()


def test_a_phone_shows_what_each_job_costs(open_page: OpenPage, owner: User, generation: Generation, jobs: str) -> None:
    made = [
        factories.make_attempt(generation=generation, take=1, state=State.DONE, cost=41_000),
        factories.make_attempt(generation=generation, take=2, state=State.FAILED, cost=0),
        factories.make_attempt(generation=generation, take=3, state=State.UNKNOWN),
        factories.make_attempt(generation=generation, take=4),
    ]
    page = open_page(owner, jobs, viewport={"width": 360, "height": 800})
    for attempt in made:
        cost = page.locator(f"#job-{attempt.pk} .cost")
        expect(cost).to_contain_text("$")
        cost.scroll_into_view_if_needed()
        expect(cost).to_be_in_viewport(ratio=1)
