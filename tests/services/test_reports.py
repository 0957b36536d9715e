"""What a script is told of a generation."""

from __future__ import annotations

import pytest

from studio.models import Team
from studio.services import reports
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("provider", "model", "states", "cost"),
    [
        ("runbase", "openai/gpt-image-2", ("done",), 0.05),
        ("runbase", "openai/gpt-image-2", ("done", "done", "queued"), 0.1),
        ("runbase", "openai/gpt-image-2", ("unknown",), None),
        ("runbase", "openai/gpt-image-2", ("queued",), None),
        ("openai", "gpt-image-2", ("done",), None),  # billed by tokens: the estimate is no cost
        ("gone", "gpt-image-2", ("done",), None),
    ],
)
def test_what_it_cost_is_said_where_it_is_known(
    provider: str, model: str, states: tuple[str, ...], cost: float | None, team: Team
) -> None:
    connection = factories.make_connection(team=team, provider=provider)
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    generation = factories.make_generation(
        version=version, connection=connection, model=model, takes=len(states), estimate_each=50_000
    )
    for take, state in enumerate(states, start=1):
        factories.make_attempt(generation=generation, take=take, state=state)

    assert reports.report(generation).cost == cost
