"""Unfinished pictures on the pages: seen while they are made, by those who may, and gone with the attempt."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Attempt, Generation, Project, Team, User
from studio.models.generations import State
from studio.storage import files
from tests import factories
from tests.views.pulsing import Page, change, targets
from tests.views.test_images import fetch


@pytest.fixture
def generation(project: Project, owner: User) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee <tin>")
    version = factories.make_version(prompt=prompt)
    return factories.make_generation(version=version, user=owner, takes=4, partials=3)


@pytest.fixture
def attempt(generation: Generation) -> Attempt:
    return factories.make_attempt(generation=generation, state=State.SUBMITTING)


@pytest.fixture
def wall(project: Project) -> str:
    return reverse("gallery", kwargs={"team": project.team.slug, "project": project.slug})


@pytest.fixture
def jobs(project: Project) -> str:
    return reverse("job-list", kwargs={"team": project.team.slug})


def address(attempt: Attempt) -> str:
    return reverse("attempt-partial", kwargs={"team": attempt.generation.team.slug, "attempt": attempt.pk})


def show(attempt: Attempt, number: int) -> str:
    name = factories.make_partial(f"#8c3b{number:02x}")
    assert Attempt.objects.filter(pk=attempt.pk).show(name, number)
    return name


def test_each_new_one_takes_the_place_of_the_one_before(owner_client: Client, attempt: Attempt, wall: str) -> None:
    page = Page(owner_client, wall)
    for number in (1, 2):
        show(attempt, number)
        news = page.beat() or ""
        assert targets(news) == [f"tile-{attempt.pk}"]
        assert (
            f'<img src="{address(attempt)}?n={number}" alt="Unfinished picture of Coffee &lt;tin&gt;, number {number}"'
            in news
        )
        assert "Not finished" in news
        assert page.beat() is None
    change(attempt, State.DONE, partial="")
    factories.make_seen_image(attempt=attempt)
    news = page.beat() or ""
    assert "partial.webp" not in news
    assert "512.webp" in news


def test_a_job_shows_it_too(owner_client: Client, attempt: Attempt, jobs: str) -> None:
    show(attempt, 2)
    line = owner_client.get(jobs).content.decode()
    assert f'{address(attempt)}?n=2" alt="Unfinished picture' in line
    assert "Not finished" in line
    change(attempt, State.FAILED, partial="")
    assert "partial.webp" not in owner_client.get(jobs).content.decode()


@pytest.mark.parametrize("partials", [0, 3])
def test_only_a_take_that_was_made_to_be_seen_leaves_room_for_it(
    partials: int, owner_client: Client, attempt: Attempt, wall: str
) -> None:
    Generation.objects.update(partials=partials)
    tile = re.search(r'class="tile pend running([^"]*)"', owner_client.get(wall).content.decode())
    assert tile
    assert (" seen " in tile[1]) == bool(partials)


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.UNKNOWN])
def test_none_is_left_when_it_has_ended(state: State, owner_client: Client, attempt: Attempt, wall: str) -> None:
    show(attempt, 1)
    assert Attempt.objects.filter(pk=attempt.pk).move(state, expected=(State.SUBMITTING,)) == 1
    assert fetch(owner_client, address(attempt)).status == 404
    assert "partial.webp" not in owner_client.get(wall).content.decode()


@pytest.mark.parametrize("state", [State.QUEUED, State.LEASED, State.DONE, State.UNKNOWN])
def test_nothing_is_shown_of_what_is_not_being_made(state: State, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, take=2, state=state)
    assert not Attempt.objects.filter(pk=attempt.pk).show("partials/00/x.webp", 1)


def test_the_file_goes_to_members_alone_and_is_asked_for_again(
    client: Client, owner_client: Client, team: Team, attempt: Attempt
) -> None:
    name = show(attempt, 1)
    answer = fetch(owner_client, address(attempt))
    assert answer.status == 200
    assert answer.body == files.path(name).read_bytes()
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "private, no-cache")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert fetch(owner_client, address(attempt), **{"If-None-Match": answer["ETag"]}).status == 304
    second = show(attempt, 2)
    assert (
        fetch(owner_client, address(attempt), **{"If-None-Match": answer["ETag"]}).body
        == files.path(second).read_bytes()
    )
    elsewhere = reverse("attempt-partial", kwargs={"team": team.slug, "attempt": factories.make_attempt().pk})
    assert fetch(owner_client, elsewhere).status == 404
    stranger = Client()
    stranger.force_login(factories.make_user())
    assert fetch(stranger, address(attempt)).status == 404
    assert fetch(client, address(attempt)).status == 302


def test_a_file_that_has_just_gone_is_not_there(owner_client: Client, attempt: Attempt) -> None:
    files.remove(show(attempt, 1))
    assert fetch(owner_client, address(attempt)).status == 404
