"""The jobs page: every state in plain words, with what it cost and what to do; cancel, retry and giving up."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.models import Attempt, Generation, Project, Team, User
from studio.models.generations import State
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture
def generation(project: Project, owner: User) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    version = factories.make_version(prompt=prompt)
    return factories.make_generation(version=version, user=owner, takes=99, estimate_each=42_000, quality="medium")


@pytest.fixture
def jobs(team: Team) -> str:
    return reverse("job-list", kwargs={"team": team.slug})


def verb(attempt: Attempt, name: str) -> str:
    return reverse(f"attempt-{name}", kwargs={"team": attempt.generation.team.slug, "attempt": attempt.pk})


def listed(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="job-(\d+)"', page)]


def get(client: Client, address: str, **query: object) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def line(page: str, attempt: Attempt) -> str:
    return page.partition(f'id="job-{attempt.pk}"')[2].partition("</li>")[0]


@pytest.mark.parametrize(
    ("state", "fields", "says", "offers"),
    [
        (State.QUEUED, {}, ["Waiting"], ["Cancel"]),
        (State.QUEUED, {"tries": 3}, ["Provider is busy", "Tried 3 times.", "Nothing was charged."], ["Cancel"]),
        (State.LEASED, {}, ["Waiting"], ["Cancel"]),
        (State.SUBMITTING, {}, ["Rendering", "<ps-elapsed"], ["Cancel"]),
        (State.RUNNING, {"percent": 62}, ["62%", 'value="62"'], ["Cancel"]),
        (State.DOWNLOADING, {}, ["Receiving"], ["Cancel"]),
        (State.RUNNING, {"cancel_requested_at": timezone.now()}, ["Cancelling", "may still charge"], []),
        (State.DONE, {"cost": 41_000}, ["Done", "$0.04"], []),
        (
            State.FAILED,
            {"error_code": "refused", "error_message": "<b>no</b>", "cost": 0},
            ["Refused by the provider", "&lt;b&gt;no&lt;/b&gt;", "Nothing was charged.", "$0.00"],
            ["Retry", "Edit brief"],
        ),
        (
            State.FAILED,
            {"error_code": "no such code"},
            ["Failed", "Something went wrong in the studio itself."],
            ["Retry"],
        ),
        (State.CANCELLED, {}, ["Cancelled", "Nothing was charged."], ["Retry"]),
        (
            State.UNKNOWN,
            {"remote_id": "job-1"},
            ["Outcome unknown", "may have been charged", "(may cost twice)"],
            ["Check again", "Retry anyway", "Give up", "$0.04"],
        ),
        (
            State.UNKNOWN,
            {},
            ["Outcome unknown", "may have been charged", "This provider cannot be asked."],
            ["Retry anyway", "Give up", "$0.04"],
        ),
    ],
)
def test_each_state_says_what_happened_what_it_cost_and_what_to_do(
    owner_client: Client,
    generation: Generation,
    jobs: str,
    state: State,
    fields: dict[str, object],
    says: list[str],
    offers: list[str],
) -> None:
    attempt = factories.make_attempt(generation=generation, state=state, **fields)
    shown = line(get(owner_client, jobs), attempt)
    for words in says + offers:
        assert words in shown
    for words in {"Cancel</button>", "Check again", "Retry", "Give up"}:
        assert (words.partition("<")[0] in " ".join(offers)) == (words in shown)


def test_mine_and_the_teams(owner_client: Client, teammate_client: Client, generation: Generation, jobs: str) -> None:
    attempt = factories.make_attempt(generation=generation)
    assert listed(get(owner_client, jobs)) == [attempt.pk]
    assert listed(get(teammate_client, jobs)) == []
    assert listed(get(teammate_client, jobs, of="team")) == [attempt.pk]


def test_one_project_or_all(owner_client: Client, owner: User, generation: Generation, jobs: str, team: Team) -> None:
    here = factories.make_attempt(generation=generation)
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    there = factories.make_attempt(generation=factories.make_generation(version=version, user=owner))
    assert listed(get(owner_client, jobs)) == [there.pk, here.pk]
    assert listed(get(owner_client, jobs, project=generation.project.slug)) == [here.pk]


def test_newest_first_and_forty_at_a_time(owner_client: Client, generation: Generation, jobs: str) -> None:
    made = [factories.make_attempt(generation=generation, take=take, state=State.CANCELLED).pk for take in range(1, 43)]
    made.reverse()
    page = get(owner_client, jobs)
    assert listed(page) == made[:40]
    link = re.search(r'class="btn line" href="([^"]+)"', page)
    assert link
    more = owner_client.get(jobs + link[1], headers=HTMX).content.decode()
    assert listed(more) == made[40:]
    assert "<html" not in more


def test_what_needs_a_decision_stands_first_and_is_counted(
    owner_client: Client, generation: Generation, jobs: str
) -> None:
    retried = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    unknown = factories.make_attempt(generation=generation, take=2, state=State.UNKNOWN)
    again = factories.make_attempt(generation=generation, take=1, number=2, state=State.FAILED)
    newer = [factories.make_attempt(generation=generation, take=take, state=State.DONE).pk for take in range(3, 45)]
    newer.reverse()
    page = get(owner_client, jobs)
    assert listed(page) == [unknown.pk, *newer[:40]]
    assert "1 job needs your decision" in page
    more = owner_client.get(jobs + f"?before={newer[39]}", headers=HTMX).content.decode()
    assert listed(more) == [*newer[40:], again.pk, retried.pk]
    owner_client.post(verb(unknown, "give-up"))
    assert "0 jobs need your decision" in get(owner_client, jobs)


def test_the_page_costs_the_same_queries_whatever_it_lists(
    owner_client: Client, generation: Generation, jobs: str
) -> None:
    get(owner_client, jobs)
    counts = []
    for takes in (range(1, 3), range(3, 30)):
        for take in takes:
            factories.make_seen_image(
                attempt=factories.make_attempt(generation=generation, take=take, state=State.DONE)
            )
        with CaptureQueriesContext(database) as queries:
            get(owner_client, jobs)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_cancel_answers_at_once_and_before_sending_costs_nothing(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation)
    response = owner_client.post(verb(attempt, "cancel"), headers=HTMX | {"HX-Target": f"li#job-{attempt.pk}"})
    attempt.refresh_from_db()
    assert attempt.state == State.CANCELLED
    page = response.content.decode()
    assert "Cancelled before it was sent. Nothing is charged." in page
    assert listed(page) == [attempt.pk]
    assert response["HX-Trigger"] == "pulse:now"


def test_cancel_after_sending_says_that_it_may_cost(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.RUNNING)
    page = owner_client.post(verb(attempt, "cancel"), headers=HTMX | {"HX-Target": f"li#tile-{attempt.pk}"}).content
    attempt.refresh_from_db()
    assert attempt.state == State.RUNNING
    assert attempt.cancel_requested_at is not None
    assert b"may still be charged" in page
    assert f'id="tile-{attempt.pk}"'.encode() in page


def test_retry_keeps_the_request_and_shows_its_price(owner_client: Client, generation: Generation, jobs: str) -> None:
    attempt = factories.make_attempt(generation=generation, take=3, state=State.FAILED)
    assert "~$0.04" in line(get(owner_client, jobs), attempt)
    page = owner_client.post(verb(attempt, "retry"), headers=HTMX | {"HX-Target": "ul#jobs"}).content.decode()
    again = Attempt.objects.latest("pk")
    assert (again.generation_id, again.take, again.number, again.state) == (generation.pk, 3, 2, State.QUEUED)
    assert listed(page) == [again.pk, attempt.pk]
    assert "Retry" not in line(page, attempt)


def test_a_second_retry_of_one_take_is_refused_with_a_sentence(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.FAILED)
    owner_client.post(verb(attempt, "retry"))
    page = owner_client.post(verb(attempt, "retry"), headers=HTMX).content.decode()
    assert "already tried again" in page
    assert listed(page) == []
    assert Attempt.objects.count() == 2


def test_retry_on_a_wall_puts_the_new_take_in_the_old_ones_place(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    headers = HTMX | {"HX-Target": f"li#tile-{attempt.pk}"}
    page = owner_client.post(verb(attempt, "retry"), headers=headers).content.decode()
    assert re.findall(r'id="tile-(\d+)"', page) == [str(Attempt.objects.latest("pk").pk)]


@pytest.mark.parametrize(
    ("code", "leads"), [("bad_key", True), ("no_credit", True), ("address_wrong", True), ("busy", False)]
)
def test_a_failure_leads_to_its_prompt_and_where_that_mends_it_to_the_connections(
    owner_client: Client, generation: Generation, jobs: str, team: Team, code: str, leads: bool
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.FAILED, error_code=code)
    shown = line(get(owner_client, jobs), attempt)
    prompt = reverse("prompt-compose", kwargs={"team": team.slug, "prompt": generation.version.prompt_id})
    assert f'href="{prompt}"' in shown
    assert ("Open connections" in shown) == leads
    assert (f'/connections/#connection-{generation.connection_id}"' in shown) == leads


def test_mine_are_those_too_that_i_tried_again(
    teammate_client: Client, teammate: User, generation: Generation, jobs: str
) -> None:
    factories.make_attempt(generation=generation, state=State.FAILED)
    mine = factories.make_attempt(generation=generation, number=2, created_by=teammate)
    assert listed(get(teammate_client, jobs)) == [mine.pk]


def test_an_unknown_outcome_is_asked_after_where_there_is_anything_to_ask(
    owner_client: Client, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN, remote_id="job-1")
    page = owner_client.post(verb(attempt, "check"), headers=HTMX | {"HX-Target": f"li#job-{attempt.pk}"})
    assert "The provider is asked once more." in page.content.decode()
    assert listed(page.content.decode()) == [attempt.pk]
    attempt.refresh_from_db()
    assert attempt.is_open


def test_a_provider_that_cannot_be_asked_is_said_to_be_one(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    page = owner_client.post(verb(attempt, "check"), headers=HTMX | {"HX-Target": f"li#job-{attempt.pk}"})
    assert "This provider cannot be asked." in page.content.decode()
    attempt.refresh_from_db()
    assert attempt.state == State.UNKNOWN


def test_giving_up_ends_an_unknown_outcome(owner_client: Client, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    owner_client.post(verb(attempt, "give-up"), headers=HTMX)
    attempt.refresh_from_db()
    assert attempt.state == State.FAILED


def test_without_javascript_every_verb_leads_back_to_the_list(
    owner_client: Client, generation: Generation, jobs: str
) -> None:
    for take, (name, state) in enumerate(
        [("cancel", State.QUEUED), ("retry", State.FAILED), ("give-up", State.UNKNOWN)], start=1
    ):
        attempt = factories.make_attempt(generation=generation, take=take, state=state)
        response = owner_client.post(verb(attempt, name))
        assert response.status_code == 302
        assert response["Location"].startswith(jobs)


@pytest.mark.parametrize("name", ["cancel", "check", "retry", "give-up"])
def test_verbs_are_for_those_who_may_spend(
    sign_in: Callable[[User], Client],
    reviewer: User,
    stranger_client: Client,
    teammate_client: Client,
    client: Client,
    generation: Generation,
    name: str,
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    before = Attempt.objects.values_list("pk", "state", "cancel_requested_at")
    unchanged = list(before)
    assert stranger_client.post(verb(attempt, name)).status_code == 404
    assert sign_in(reviewer).post(verb(attempt, name)).status_code == 403
    assert client.post(verb(attempt, name)).status_code == 302
    assert teammate_client.get(verb(attempt, name)).status_code == 405
    assert list(before.all()) == unchanged
    assert teammate_client.post(verb(attempt, name)).status_code == 302


def test_an_empty_page_says_what_comes_here(owner_client: Client, jobs: str) -> None:
    assert "No jobs yet" in get(owner_client, jobs)


def test_a_stranger_finds_no_jobs(stranger_client: Client, jobs: str) -> None:
    assert stranger_client.get(jobs).status_code == 404
