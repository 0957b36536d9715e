"""What a line of the jobs page tells about another try, about who made it, and about its price."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from studio.models import Generation, Team, User
from studio.models.generations import State
from studio.providers import catalogue
from tests import factories
from tests.views.test_generations import generation, get, jobs, line

__all__ = ["generation", "jobs"]


# What it may cost to try again, and what cannot be undone


@pytest.mark.parametrize(
    ("state", "fields", "twice"),
    [
        (State.FAILED, {"error_code": "unusable_reply", "submitted_at": timezone.now()}, True),
        (State.FAILED, {"error_code": "given_up", "submitted_at": timezone.now()}, True),
        (State.CANCELLED, {"error_code": "interrupted", "submitted_at": timezone.now()}, True),
        (State.UNKNOWN, {}, True),
        (State.FAILED, {"error_code": "refused", "submitted_at": timezone.now(), "cost": 0}, False),
        (State.FAILED, {"error_code": "unreachable"}, False),
        (State.CANCELLED, {}, False),
    ],
)
def test_a_retry_that_may_cost_twice_says_so(
    owner_client: Client,
    generation: Generation,
    jobs: str,
    state: State,
    fields: dict[str, object],
    twice: bool,
) -> None:
    attempt = factories.make_attempt(generation=generation, state=state, **fields)
    shown = line(get(owner_client, jobs), attempt)
    assert "Retry" in shown
    assert ("Retry anyway" in shown) == ("(may cost twice)" in shown) == twice


def test_giving_up_is_asked_for_twice(owner_client: Client, generation: Generation, jobs: str) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN)
    shown = line(get(owner_client, jobs), attempt)
    form = re.search(r'<form[^>]*id="([^"]+)" popover[^>]*action="([^"]+/give-up/)"', shown)
    assert form
    assert f'popovertarget="{form[1]}"' in shown
    assert "This cannot be undone." in shown


# Who made it, and what it cost


def test_a_row_names_its_connection_and_its_model(owner_client: Client, team: Team, owner: User, jobs: str) -> None:
    account = factories.make_connection(team=team, provider="apiyi", name="Studio account")
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    generation = factories.make_generation(
        version=version, connection=account, user=owner, model="gpt-image-2-all#chat"
    )
    attempt = factories.make_attempt(generation=generation)
    shown = line(get(owner_client, jobs), attempt)
    assert "Studio account" in shown
    assert catalogue.model("apiyi", "gpt-image-2-all#chat").label in shown
    assert "#chat" not in shown


def test_the_layout_proof_is_named_once(owner_client: Client, team: Team, owner: User, jobs: str) -> None:
    account = factories.make_connection(team=team, provider="proof", name="Layout proof")
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    attempt = factories.make_attempt(
        generation=factories.make_generation(version=version, connection=account, user=owner)
    )
    assert line(get(owner_client, jobs), attempt).count("Layout proof") == 1


@pytest.mark.parametrize(
    ("provider", "model", "listed_price"),
    [("runbase", "openai/gpt-image-2", True), ("openai", "gpt-image-2", False), ("runapi", "gpt-image-2", False)],
)
def test_a_flat_price_that_is_exact_is_no_estimate_once_it_is_done(
    owner_client: Client, team: Team, owner: User, jobs: str, provider: str, model: str, listed_price: bool
) -> None:
    account = factories.make_connection(team=team, provider=provider)
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    generation = factories.make_generation(
        version=version, connection=account, user=owner, model=model, estimate_each=50_000
    )
    attempt = factories.make_attempt(generation=generation, state=State.DONE)
    shown = line(get(owner_client, jobs), attempt)
    assert ("By the provider&#x27;s list price" in shown) == listed_price
    assert ("~$0.05" in shown) == ("Estimate" in shown) == (not listed_price)


def test_a_job_whose_provider_does_not_answer_says_so(owner_client: Client, team: Team, owner: User, jobs: str) -> None:
    account = factories.make_connection(team=team, provider="runapi")
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    generation = factories.make_generation(version=version, connection=account, user=owner)
    silent = factories.make_attempt(generation=generation, state=State.RUNNING, error_code="no_word", percent=40)
    shown = line(get(owner_client, jobs), silent)
    assert "RunAPI does not answer questions about it now." in shown
    assert "Rendering" not in shown
    assert "<progress" not in shown
