"""A model that one row of a catalogue file makes up is in the form, the checks, the estimate and the request."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from studio.models import Connection, Team
from studio.prompts.recipe import Kind, Recipe, ReferenceUse
from studio.providers import adapter, catalogue, sizes
from studio.providers.output import Output
from studio.providers.values import Account, Call, ImageRequest
from studio.views.checks import Checks, limits_of
from studio.views.outputs import Pane
from tests import factories

pytestmark = pytest.mark.django_db

ROW = """
[[models]]
id = "brush-9"
label = "Brush nine"
qualities = ["draft", "final"]
formats = ["webp"]
max_references = 1
max_prompt = 40
max_takes = 3
transparent_background = false

[models.sizes]
max_edge = 2048
max_ratio = 1.4
tiers = ["1K"]
exact = false

[models.sizes.table.1K]
"1:1" = "1536x1536"
"4:3" = "1600x1200"

[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.04

[models.latency]
usual = 12
"""
PROVIDERS = ("openai", "apiyi", "runcomfy", "runapi", "runbase")
OUTPUT = Output(model="brush-9", ratio="4:3", tier="1K", quality="final", format="webp", takes=3)


@pytest.fixture(params=PROVIDERS)
def connection(
    request: pytest.FixtureRequest, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Connection:
    """At a provider whose shipped file has one row more."""
    monkeypatch.setattr(catalogue, "_added", {})
    shipped = catalogue.FOLDER / f"{request.param}.toml"
    longer = tmp_path / shipped.name
    longer.write_text(f"{shipped.read_text()}\n{ROW}")
    catalogue.add(longer)
    return factories.make_connection(team=team, provider=request.param, name="Mine")


def recipe(**parts: object) -> Recipe:
    return Recipe(kind=Kind.VERBATIM, **parts)  # type: ignore[arg-type]


def asked(connection: Connection, **changes: object) -> Output:
    return replace(OUTPUT, connection=connection.pk, **changes)  # type: ignore[arg-type]


def test_the_form_offers_it_with_its_values(connection: Connection, owner_client: Client) -> None:
    project = factories.make_project(team=connection.team)
    made = factories.make_prompt(project=project)
    made.draft = made.draft | {"output": asked(connection).to_json()}
    made.save()
    html = owner_client.get(f"/t/{connection.team.slug}/prompts/{made.pk}/").content.decode()
    assert "Brush nine" in html
    for name, value in (("ratio", "4:3"), ("quality", "final"), ("quality", "draft")):
        assert f'name="{name}" id="' in html
        assert f'value="{value}"' in html
    assert "$0.12" in html


def test_the_estimate_is_its_own(connection: Connection) -> None:
    shown = Pane(connections=[connection], output=asked(connection), references=[1000], characters=80)
    assert (shown.model and shown.model.id, shown.total_words, shown.usual) == ("brush-9", "$0.12", "about 12 s")
    assert (shown.output.quality, shown.output.format, shown.max_takes) == ("final", "webp", 3)


def test_the_checks_know_its_limits(connection: Connection) -> None:
    output = asked(connection, quality="ultra")
    limits = limits_of(catalogue.model(connection.provider, "brush-9"), output)
    uses = tuple(ReferenceUse(sha256=f"{number:064x}") for number in range(2))
    written = recipe(body="A fox sticker on a transparent background, soft light", references=uses)
    checks = Checks(written, limits=limits, ignored={}, in_source=False, is_blank=False)
    found = {finding.rule for finding in checks.told}
    assert {"prompt-too-long", "references-too-many", "quality-not-accepted", "transparent-background"} <= found


def test_it_is_what_the_provider_is_asked_for(connection: Connection) -> None:
    size = sizes.resolve(catalogue.model(connection.provider, "brush-9"), asked(connection))
    request = ImageRequest(
        model="brush-9", prompt="A tin", size=size.value, width=size.width, height=size.height, quality="final"
    )
    call = adapter(connection.provider).submit(request, Account(base_url="https://a.example", key="k"), key="1")
    assert isinstance(call, Call)
    assert "brush-9" in call.url or (call.json or {}).get("model") == "brush-9"
    assert any(f'"{name}"' in json.dumps(call.json) for name in ("4:3", "1600x1200"))
