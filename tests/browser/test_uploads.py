"""Pictures on their way, in a real browser: Generate waits for them, is never held for ever, and the count is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from studio.models import Connection, Generation, Prompt, Team, User
from studio.prompts.recipe import Recipe, ReferenceUse
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pictures(*names: str) -> list[Any]:
    """Different ones: the same bytes twice would be one reference."""
    return [
        {"name": name, "mimeType": "image/png", "buffer": factories.make_picture(width=64 + place)}
        for place, name in enumerate(names)
    ]


@pytest.fixture
def held(page: Page) -> list[Route]:
    """Uploads that wait on their way to the studio until the test lets them go on."""
    routes: list[Route] = []
    page.route("**/references/", lambda route: routes.append(route))
    return routes


def choose(page: Page, *names: str) -> None:
    page.locator("#references input[type=file]").set_input_files(pictures(*names))


def wait_for(page: Page, held: list[Route], number: int) -> Route:
    """One upload follows the other, so that the next is on its way when the one before has ended."""
    for _ in range(300):
        if len(held) >= number:
            return held[number - 1]
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(held)} of {number} came.")


def is_free(page: Page) -> None:
    expect(page.locator("#uploading")).to_be_empty()
    expect(page.locator("#generate")).not_to_have_attribute("aria-disabled", "true")


def test_generate_waits_for_the_pictures_that_are_on_their_way(page: Page, held: list[Route]) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/generate/") else None)
    told, count, generate = (page.locator(f"#{each}") for each in ("uploading", "reference-count", "generate"))
    choose(page, "a.png", "b.png", "c.png")
    expect(told).to_have_text("3 pictures are still uploading.")
    expect(generate).to_have_attribute("aria-disabled", "true")
    expect(count).to_have_text("0 of 16")
    page.keyboard.press("Control+Enter")
    generate.click(force=True)

    wait_for(page, held, 1).continue_()
    expect(told).to_have_text("2 pictures are still uploading.")
    expect(count).to_have_text("1 of 16")
    page.locator("#f-subject").fill("A tin of tea")
    expect(page.locator("dd[data-segment=subject]")).to_have_text("A tin of tea")
    expect(told).to_have_text("2 pictures are still uploading.")
    expect(generate).to_have_attribute("aria-disabled", "true")
    page.locator("#f-subject").press("Control+Enter")

    wait_for(page, held, 2).continue_()
    expect(told).to_have_text("A picture is still uploading.")
    wait_for(page, held, 3).continue_()
    is_free(page)
    expect(count).to_have_text("3 of 16")
    assert sent == []
    generate.click()
    expect(page.locator("#takes .tile")).to_have_count(1)
    assert Generation.objects.get().version.numbered_references.count() == 3


def test_an_upload_that_fails_or_is_stopped_holds_nothing(page: Page, held: list[Route]) -> None:
    choose(page, "a.png", "b.png", "c.png", "d.png")
    expect(page.locator("#uploading")).to_have_text("4 pictures are still uploading.")
    wait_for(page, held, 1).abort()
    expect(page.locator("#upload-wrong")).to_contain_text("a.png: The upload did not reach the studio.")
    expect(page.locator("#uploading")).to_have_text("3 pictures are still uploading.")
    wait_for(page, held, 2).fulfill(status=502, body="Bad gateway")
    expect(page.locator("#upload-wrong")).to_contain_text("b.png: The upload did not reach the studio.")
    wait_for(page, held, 3)
    for name in ("d.png", "c.png"):
        page.locator("#references .ref", has_text=name).hover()
        page.get_by_role("button", name=f"Stop uploading {name}").click()
    is_free(page)
    expect(page.locator("#reference-count")).to_have_text("0 of 16")
    expect(page.locator("#references .ref:not(.add)")).to_have_count(0)


def test_a_button_of_the_brief_loses_no_picture_that_arrives_meanwhile(page: Page, held: list[Route]) -> None:
    choose(page, "a.png", "b.png")
    upload = wait_for(page, held, 1)
    drawn: list[Route] = []
    page.route("**/draft/", lambda route: drawn.append(route))
    page.locator("[data-finding]", has_text="minimal").locator("button").click()
    button = wait_for(page, drawn, 1)
    with page.expect_response("**/references/"):
        upload.continue_()
    page.unroute("**/draft/")
    button.continue_()
    expect(page.locator("#reference-count")).to_have_text("1 of 16")
    wait_for(page, held, 2).continue_()
    is_free(page)
    expect(page.locator("#reference-count")).to_have_text("2 of 16")
    expect(page.locator("#references [name=reference]")).to_have_count(2)


def test_the_limit_is_that_of_the_chosen_model(
    open_page: Callable[..., Page], owner: User, address: str, prompt: Prompt, team: Team, connection: Connection
) -> None:
    few = factories.make_connection(team=team, provider="apiyi", name="Few")
    rows = [factories.make_reference(team=team) for _ in range(5)]
    prompt.draft = {
        "recipe": Recipe(subject="A tin", references=tuple(ReferenceUse(sha256=row.sha256) for row in rows)).to_json(),
        "output": {"connection": few.pk, "model": "gpt-image-2-all", "ratio": "1:1", "tier": "1K"},
    }
    prompt.save()
    page = open_page(owner, address)
    count, wrong = page.locator("#reference-count"), page.locator("#upload-wrong")
    expect(count).to_have_text("5 of 5")
    choose(page, "a.png")
    expect(wrong).to_contain_text("This model takes no more references.")
    page.locator("#connection").select_option(f"{connection.pk}:proof")
    expect(count).to_have_text("5 of 16")
    expect(wrong).to_be_empty()
    choose(page, "a.png")
    expect(count).to_have_text("6 of 16")
    page.locator("#connection").select_option(f"{few.pk}:gpt-image-2-all")
    expect(count).to_have_text("6 of 5")
    expect(page.locator("#held-back")).to_contain_text("takes at most 5 references, and this prompt has 6")
    expect(page.locator("#generate")).to_be_disabled()
