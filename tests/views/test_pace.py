"""How often a page asks for its takes, what it says of those that wait, and the counts that it keeps true."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.models import Attempt, Connection, Generation, Project, Team, User
from studio.models.generations import State
from tests import factories
from tests.views.pulsing import Page, change, targets


@pytest.fixture
def generation(project: Project, owner: User) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    return factories.make_generation(version=factories.make_version(prompt=prompt), user=owner, takes=9)


@pytest.fixture
def wall(project: Project) -> str:
    return reverse("gallery", kwargs={"team": project.team.slug, "project": project.slug})


@pytest.fixture
def jobs(team: Team) -> str:
    return reverse("job-list", kwargs={"team": team.slug})


@pytest.mark.parametrize(
    ("seconds", "trigger"), [(0, "every 250ms"), (9, "every 900ms"), (60, "every 1500ms"), (3600, "every 20000ms")]
)
def test_ones_own_take_is_asked_for_at_once_and_then_ever_less_often(
    owner_client: Client, generation: Generation, wall: str, seconds: int, trigger: str
) -> None:
    moment = timezone.now() - timedelta(seconds=seconds)
    attempt = factories.make_attempt(generation=generation)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=moment, changed_at=moment)
    assert Page(owner_client, wall).trigger.startswith(trigger)


def test_somebody_elses_take_is_no_hurry(teammate_client: Client, generation: Generation, wall: str) -> None:
    factories.make_attempt(generation=generation)
    assert Page(teammate_client, wall).trigger.startswith("every 4000ms")


def test_a_waiting_take_says_when_its_connection_is_full_and_when_no_longer(
    owner_client: Client, generation: Generation, wall: str
) -> None:
    Connection.objects.filter(pk=generation.connection_id).update(concurrency=1)
    first, second = (factories.make_attempt(generation=generation, take=take) for take in (1, 2))
    page = Page(owner_client, wall)
    change(first, State.RUNNING)
    answer = str(page.beat())
    assert targets(answer) == [f"tile-{first.pk}", f"tile-{second.pk}"]
    assert "Waits for a free place: this connection makes 1 call at once." in answer
    change(first, State.FAILED)
    answer = str(page.beat())
    assert targets(answer) == [f"tile-{first.pk}", f"tile-{second.pk}"]
    assert "Waits for a free place" not in answer


def test_a_take_behind_a_paused_connection_says_so_and_leads_there(
    owner_client: Client, generation: Generation, jobs: str, team: Team
) -> None:
    factories.make_attempt(generation=generation)
    page = Page(owner_client, jobs)
    generation.connection.pause("The provider did not accept the key.")
    answer = str(page.beat())
    assert "Its connection is paused. The provider did not accept the key." in answer
    account = f"{reverse('connection-list', kwargs={'team': team.slug})}#connection-{generation.connection_id}"
    assert f'href="{account}"' in answer


def test_the_next_try_is_counted_down(owner_client: Client, generation: Generation, jobs: str) -> None:
    soon = timezone.now() + timedelta(seconds=30)
    factories.make_attempt(generation=generation, tries=2, error_code="busy", not_before=soon)
    text = owner_client.get(jobs).content.decode()
    assert 'data-seconds="Tried 2 times. Next try in %(s)d s. Nothing was charged."' in text
    assert re.search(r'<ps-elapsed data-left="(29|30)"', text)


def test_the_jobs_page_says_how_many_run_until_none_does(
    owner_client: Client, generation: Generation, jobs: str, teammate: User
) -> None:
    attempt = factories.make_attempt(generation=generation)
    factories.make_attempt(generation=factories.make_generation(version=generation.version, user=teammate))
    page = Page(owner_client, jobs)
    change(attempt, State.RUNNING)
    assert count(page.beat()) == "1 running"
    change(attempt, State.CANCELLED)
    assert count(page.beat()) == ""


def test_the_teams_jobs_are_counted_where_the_teams_are_listed(
    owner_client: Client, generation: Generation, jobs: str, teammate: User
) -> None:
    page = Page(owner_client, f"{jobs}?of=team")
    factories.make_attempt(generation=factories.make_generation(version=generation.version, user=teammate))
    factories.make_attempt(generation=generation, state=State.RUNNING)
    assert count(page.beat()) == "1 running, 1 waiting"


def test_a_take_that_was_chosen_and_not_yet_sent_still_waits(
    owner_client: Client, generation: Generation, jobs: str
) -> None:
    factories.make_attempt(generation=generation, state=State.LEASED)
    factories.make_attempt(generation=generation, take=2, state=State.LEASED, submitted_at=timezone.now())
    shown = owner_client.get(jobs).content.decode()
    assert 'class="job waiting"' in shown
    assert 'class="job running"' in shown
    assert re.findall(r'<b class="num">(\d)</b> (\w+)', shown) == [("1", "running"), ("1", "waiting")] * 2


def count(answer: str | None) -> str:
    """What the answer puts above the jobs; nothing where it hides it."""
    found = re.search(r'hx-target="#jobs-count"[^>]*>\s*<span([^>]*)>(.*?)</span>', answer or "", re.DOTALL)
    assert found
    return "" if "hidden" in found[1] else re.sub(r"<[^>]+>", "", found[2]).strip()
