"""What Compose says of budgets and halts: how the fullest stands, a warning from 80 percent, no Generate at 100."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Connection, Generation, Project, Prompt, Team, User
from studio.models.generations import State
from studio.services import budgets, halts
from tests import factories
from tests.views.conftest import Post

pytestmark = pytest.mark.django_db

DOLLAR = 1_000_000


@pytest.fixture
def paid(team: Team, prompt: Prompt) -> Connection:
    """An account whose picture costs something, chosen in the prompt."""
    account = factories.make_connection(team=team, provider="openai", name="Studio account")
    prompt.draft["output"] = {
        "connection": account.pk,
        "model": "gpt-image-2",
        "ratio": "1:1",
        "tier": "1K",
        "quality": "low",
        "format": "png",
        "takes": 1,
    }
    prompt.save()
    return account


def spend(prompt: Prompt, connection: Connection, amount: int) -> None:
    version = factories.make_version(prompt=prompt)
    generation = factories.make_generation(version=version, connection=connection)
    factories.make_entries(amount, attempt=factories.make_attempt(generation=generation, state=State.DONE))


def page(client: Client, team: Team, prompt: Prompt) -> str:
    return client.get(reverse("prompt-compose", args=[team.slug, prompt.pk])).content.decode()


def generate_of(html: str) -> str:
    """The button, as far as it says whether it may be pressed."""
    return html.split('id="generate"')[1].split("form=")[0]


def test_without_a_budget_nothing_is_said(owner_client: Client, team: Team, prompt: Prompt, paid: Connection) -> None:
    html = page(owner_client, team, prompt)
    assert 'class="meter' not in html
    assert "disabled" not in generate_of(html)


def test_the_fullest_budget_stands_beside_the_estimate(
    owner_client: Client, team: Team, project: Project, prompt: Prompt, paid: Connection
) -> None:
    budgets.save(team=team, user=None, limit=100 * DOLLAR)
    budgets.save(team=team, user=None, limit=20 * DOLLAR, project=project)
    spend(prompt, paid, 5 * DOLLAR)
    output = page(owner_client, team, prompt).split('id="output"')[1]
    assert f"The monthly budget of project “{project.name}”" in output
    assert "$5.00 of $20.00 used this month</span>" in output
    assert "of $100.00" not in output


def test_it_warns_from_80_percent_and_lets_generate(
    owner_client: Client, team: Team, prompt: Prompt, paid: Connection
) -> None:
    budgets.save(team=team, user=None, limit=10 * DOLLAR)
    spend(prompt, paid, 8 * DOLLAR)
    html = page(owner_client, team, prompt)
    assert "$8.00 of $10.00 used this month, <b>80 %</b>" in html.split('id="output"')[1]
    assert "disabled" not in generate_of(html)


def test_what_would_pass_a_budget_cannot_be_pressed_and_says_why(
    owner_client: Client, team: Team, prompt: Prompt, paid: Connection
) -> None:
    budgets.save(team=team, user=None, limit=10 * DOLLAR)
    spend(prompt, paid, 10 * DOLLAR)
    html = page(owner_client, team, prompt)
    assert 'disabled aria-describedby="held-back uploading"' in generate_of(html)
    output = html.split('id="output"')[1]
    assert output.count("monthly budget would be exceeded: $10.00 of $10.00 is used") == 1
    assert output.count("$10.00 of $10.00") == 1


def test_pressing_all_the_same_is_refused_with_the_same_sentence(
    post: Post, form: dict[str, Any], team: Team, prompt: Prompt, paid: Connection
) -> None:
    budgets.save(team=team, user=None, limit=10 * DOLLAR)
    spend(prompt, paid, 10 * DOLLAR)
    before = Generation.objects.count()
    answer = post("generate", form | {"connection": f"{paid.pk}:gpt-image-2"})
    assert answer.status_code == 422
    assert answer.content.decode().count("monthly budget would be exceeded: $10.00 of $10.00 is used") == 1
    assert Generation.objects.count() == before


def test_what_is_free_may_be_made_when_nothing_is_left(
    owner_client: Client, team: Team, prompt: Prompt, connection: Connection
) -> None:
    budgets.save(team=team, user=None, limit=0)
    assert "disabled" not in generate_of(page(owner_client, team, prompt))


def test_anothers_own_budget_is_not_mine(
    owner_client: Client, team: Team, prompt: Prompt, paid: Connection, teammate: User
) -> None:
    budgets.save(team=team, user=None, limit=0, person=teammate)
    assert "disabled" not in generate_of(page(owner_client, team, prompt))


def test_while_calls_are_stopped_it_cannot_be_pressed_and_says_why(
    owner_client: Client, team: Team, prompt: Prompt, paid: Connection
) -> None:
    halts.stop(team=team, user=None)
    html = page(owner_client, team, prompt)
    assert 'disabled aria-describedby="held-back uploading"' in generate_of(html)
    assert "All calls of this team are stopped" in html.split('id="held-back"')[1]


def test_what_calls_nobody_may_be_made_while_calls_are_stopped(
    owner_client: Client, team: Team, prompt: Prompt, connection: Connection
) -> None:
    halts.stop(team=None, user=None)
    assert "disabled" not in generate_of(page(owner_client, team, prompt))


def test_a_halt_is_said_although_no_size_can_be_made(
    owner_client: Client, team: Team, prompt: Prompt, paid: Connection
) -> None:
    prompt.draft["output"]["ratio"], prompt.draft["output"]["quality"] = "21:9", "low"
    prompt.save()
    halts.stop(team=team, user=None)
    html = page(owner_client, team, prompt)
    assert html.split('id="held-back"')[1].count("All calls of this team are stopped") == 1
    assert "disabled" in generate_of(html)
