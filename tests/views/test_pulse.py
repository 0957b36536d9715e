"""The pulse: it brings each change once, loses none, keeps its pace and is silent when there is nothing to tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.models import Attempt, Generation, Image, Project, Team, User
from studio.models.generations import State
from studio.models.images import Health
from studio.models.teams import Membership
from tests import factories
from tests.views.pulsing import Page, change, targets

HTMX = {"HX-Request": "true"}


@pytest.fixture
def generation(project: Project, owner: User) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    return factories.make_generation(version=factories.make_version(prompt=prompt), user=owner, takes=4)


@pytest.fixture
def wall(project: Project) -> str:
    return reverse("gallery", kwargs={"team": project.team.slug, "project": project.slug})


def look_at(image: Image) -> None:
    for edge in (512, 1280):
        factories.make_rendition(image, edge)
    Image.objects.filter(pk=image.pk).update(health=Health.SOUND, colour="#123456")


def age(attempt: Attempt, by: timedelta) -> None:
    moment = timezone.now() - by
    Attempt.objects.filter(pk=attempt.pk).update(created_at=moment, changed_at=moment)


def said(answer: str | None) -> str:
    found = re.search(r'hx-target="#say"[^>]*>([^<]*)<', answer or "")
    return found[1] if found else ""


def test_a_take_goes_from_waiting_to_its_picture(owner_client: Client, generation: Generation, wall: str) -> None:
    attempt = factories.make_attempt(generation=generation)
    age(attempt, timedelta(minutes=1))
    page = Page(owner_client, wall)
    assert page.trigger.startswith("every 1500ms")
    assert page.beat() is None

    change(attempt, State.RUNNING)
    answer = page.beat()
    assert targets(answer) == [f"tile-{attempt.pk}"]
    assert said(answer) == "Coffee tin, Take 1 of 4, started."
    assert page.trigger.startswith("every 1500ms")
    assert page.beat() is None

    change(attempt, State.DONE)
    image = factories.make_image(attempt=attempt)
    answer = page.beat()
    assert targets(answer) == [f"tile-{attempt.pk}"]
    assert f'id="image-{image.pk}"' in str(answer)
    assert "<img" not in str(answer)
    assert said(answer) == "Coffee tin, Take 1 of 4, is ready."
    assert page.trigger.startswith("every 250ms")
    assert page.beat() is None

    look_at(image)
    answer = page.beat()
    assert targets(answer) == [f"image-{image.pk}"]
    assert "512.webp" in str(answer)
    assert said(answer) == ""
    assert page.trigger == "pulse:now from:document"
    assert page.beat() is None


def test_a_change_that_is_stamped_early_and_committed_late_is_not_lost(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    first, second = (factories.make_attempt(generation=generation, take=take) for take in (1, 2))
    page = Page(owner_client, wall)
    late = timezone.now() - timedelta(hours=1)
    change(first, State.RUNNING)
    assert targets(page.beat()) == [f"tile-{first.pk}"]
    change(second, State.RUNNING)
    Attempt.objects.filter(pk=second.pk).update(changed_at=late)
    assert targets(page.beat()) == [f"tile-{second.pk}"]


def test_a_take_that_somebody_else_started_is_put_on_top_once(
    owner_client: Client, generation: Generation, wall: str, teammate: User
) -> None:
    page = Page(owner_client, wall)
    generation.created_by = teammate
    generation.save()
    attempt = factories.make_attempt(generation=generation)
    Attempt.objects.filter(pk=attempt.pk).update(changed_at=timezone.now() - timedelta(seconds=5))
    answer = page.beat()
    assert targets(answer) == ["wall"]
    assert f'id="tile-{attempt.pk}"' in str(answer)
    assert said(answer) == ""
    assert page.beat() is None


def test_a_page_drawn_just_after_an_end_does_not_bring_it_again(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    factories.make_seen_image(attempt=factories.make_attempt(generation=generation, state=State.DONE))
    page = Page(owner_client, wall)
    assert page.trigger == "pulse:now from:document"
    assert page.beat() is None


def test_many_takes_are_announced_in_one_sentence(owner_client: Client, generation: Generation, wall: str) -> None:
    attempts = [factories.make_attempt(generation=generation, take=take) for take in range(1, 5)]
    page = Page(owner_client, wall)
    for attempt in attempts[:3]:
        change(attempt, State.DONE)
        factories.make_image(attempt=attempt)
    change(attempts[3], State.FAILED, error_code="refused")
    assert said(page.beat()) == "3 takes ready. Coffee tin, Take 4 of 4, failed."


def test_somebody_elses_takes_are_shown_and_not_announced(
    teammate_client: Client, generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = Page(teammate_client, wall)
    change(attempt, State.FAILED)
    answer = page.beat()
    assert targets(answer) == [f"tile-{attempt.pk}"]
    assert said(answer) == ""


def test_percent_that_the_provider_gives_moves_without_a_word(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.RUNNING)
    page = Page(owner_client, wall)
    Attempt.objects.filter(pk=attempt.pk).update(percent=40)
    answer = page.beat()
    assert 'value="40"' in str(answer)
    assert said(answer) == ""


def test_an_unknown_outcome_that_turns_out_well_is_still_noticed(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.RUNNING)
    page = Page(owner_client, wall)
    change(attempt, State.UNKNOWN)
    assert said(page.beat()) == "Coffee tin, Take 1 of 4: outcome unknown. It waits for your decision."
    assert page.trigger == "pulse:now from:document"
    change(attempt, State.DONE)
    image = factories.make_image(attempt=attempt)
    answer = page.beat()
    assert targets(answer) == [f"tile-{attempt.pk}"]
    assert f'id="image-{image.pk}"' in str(answer)


def test_the_pill_counts_what_waits_and_runs(owner_client: Client, generation: Generation, wall: str) -> None:
    attempt = factories.make_attempt(generation=generation)
    factories.make_attempt(generation=generation, take=2)
    page = Page(owner_client, wall)
    change(attempt, State.RUNNING)
    answer = str(page.beat())
    assert 'hx-target="#jobs-pill"' in answer
    assert '<b class="num">1</b> running, <b class="num">1</b> waiting' in answer


def test_each_kind_of_page_gets_its_own_pieces(owner_client: Client, generation: Generation, team: Team) -> None:
    attempt = factories.make_attempt(generation=generation)
    jobs = Page(owner_client, reverse("job-list", kwargs={"team": team.slug}))
    change(attempt, State.RUNNING)
    assert targets(jobs.beat()) == [f"job-{attempt.pk}"]


def test_a_page_of_another_project_gets_the_pill_alone(
    owner_client: Client, generation: Generation, team: Team
) -> None:
    attempt = factories.make_attempt(generation=generation)
    other = factories.make_project(team=team)
    page = Page(owner_client, reverse("gallery", kwargs={"team": team.slug, "project": other.slug}))
    change(attempt, State.RUNNING)
    answer = page.beat()
    assert targets(answer) == []
    assert 'hx-target="#jobs-pill"' in str(answer)


def test_another_teams_takes_change_nothing(owner_client: Client, wall: str) -> None:
    attempt = factories.make_attempt()
    page = Page(owner_client, wall)
    change(attempt, State.RUNNING)
    assert page.beat() is None


def test_a_quiet_beat_reads_attempts_once(owner_client: Client, generation: Generation, wall: str) -> None:
    for take in range(1, 5):
        factories.make_attempt(generation=generation, take=take, state=State.RUNNING)
    page = Page(owner_client, wall)
    with CaptureQueriesContext(database) as queries:
        assert page.beat() is None
    assert len([query for query in queries if "studio_attempt" in query["sql"]]) == 1
    assert len(queries) <= 4  # and the session, the person, the membership


def test_a_take_that_stands_still_for_long_is_asked_for_patiently(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation)
    Attempt.objects.filter(pk=attempt.pk).update(changed_at=timezone.now() - timedelta(hours=3))
    assert Page(owner_client, wall).trigger.startswith("every 20000ms")


def test_a_picture_that_is_never_looked_at_is_not_asked_for_for_ever(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.DONE)
    factories.make_image(attempt=attempt)
    page = Page(owner_client, wall)
    assert page.trigger.startswith("every 250ms")
    Attempt.objects.filter(pk=attempt.pk).update(changed_at=timezone.now() - timedelta(hours=1))
    page.beat()
    assert page.trigger == "pulse:now from:document"


def test_a_session_that_ends_leads_to_the_sign_in_page_and_back_to_the_wall(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    page = Page(owner_client, wall)
    owner_client.logout()
    current = {"HX-Current-URL": f"http://testserver{wall}?at=4"}
    response = owner_client.get(page.url, headers=HTMX | current)
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"{reverse('account_login')}?next={wall}%3Fat%3D4"


def test_a_removed_member_is_not_told_anything_more(
    teammate_client: Client, teammate: User, generation: Generation, wall: str
) -> None:
    page = Page(teammate_client, wall)
    Membership.objects.filter(user=teammate).delete()
    assert teammate_client.get(page.url, headers=HTMX).status_code == 404


def test_a_reviewer_is_offered_nothing_that_spends(
    reviewer: User, sign_in: Callable[[User], Client], generation: Generation, wall: str
) -> None:
    attempt = factories.make_attempt(generation=generation)
    page = Page(sign_in(reviewer), wall)
    change(attempt, State.RUNNING)
    answer = str(page.beat())
    assert "Rendering" in answer
    assert "Cancel" not in answer
