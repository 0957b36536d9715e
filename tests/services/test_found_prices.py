"""What a provider tells of money when its connection is tested: kept, and the estimate where the catalogue has none."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from studio.models import Connection, LedgerEntry, Project, Team
from studio.providers import catalogue, prices
from studio.providers.capabilities import Confidence
from studio.providers.output import Output
from studio.providers.values import TestResult
from studio.services import connections, generations
from studio.views.outputs import Pane
from tests import factories

pytestmark = pytest.mark.django_db

MADE_UP = """
id = "made-up"
label = "Made up"
as_of = 2026-01-01
source = "a test"
base_url = "https://made-up.example"

[[models]]
id = "silent"
label = "Tells no price"
formats = ["png"]
max_references = 2
max_prompt = 900
max_takes = 3
[models.sizes]
max_edge = 2048
max_ratio = 2
tiers = ["1K"]
exact = true
[models.latency]
usual = 12

[[models]]
id = "priced"
label = "In the catalogue"
formats = ["png"]
max_references = 2
max_prompt = 900
max_takes = 3
[models.sizes]
max_edge = 2048
max_ratio = 2
tiers = ["1K"]
exact = true
[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.04
[models.latency]
usual = 12
"""


@pytest.fixture
def account(team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(catalogue, "_added", {})
    file = tmp_path / "made-up.toml"
    file.write_text(MADE_UP)
    catalogue.add(file)
    return factories.make_connection(team=team, provider="made-up", name="Mine")


def after_test(connection: Connection, result: TestResult, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(connections, "_tested", lambda _connection: result)
    connections.test(connection)
    return Connection.objects.get(pk=connection.pk)


def passed(**found: Any) -> TestResult:
    return TestResult(passed=True, message="Connected.", **found)


def test_a_test_keeps_what_the_provider_told(account: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    row = after_test(account, passed(balance=12_340_000, prices={"silent": 30_000}), monkeypatch)
    assert (row.balance, row.found_prices) == (12_340_000, {"silent": 30_000})


def test_a_test_that_fails_leaves_what_was_told_before(account: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    after_test(account, passed(balance=5, prices={"silent": 30_000}), monkeypatch)
    row = after_test(account, TestResult(passed=False, message="Not there."), monkeypatch)
    assert (row.balance, row.found_prices) == (5, {"silent": 30_000})


@pytest.mark.parametrize("change", [{"key": "another-key-entirely"}, {"base_url": "https://elsewhere.example/v1"}])
def test_another_key_or_address_is_another_account(team: Team, change: dict[str, str]) -> None:
    values: dict[str, Any] = {"team": team, "user": None, "name": "A", "provider": "openai"}
    row = connections.save(**values, key="the-first-key-of-all")
    Connection.objects.filter(pk=row.pk).update(balance=5, found_prices={"gpt-image-2": 1})
    row = connections.save(**(values | {"connection": row, "key": "the-first-key-of-all"} | change))
    row.refresh_from_db()
    assert (row.balance, row.found_prices) == (None, {})


def test_a_price_that_was_told_is_a_rough_estimate_everywhere(account: Connection, project: Project) -> None:
    account.found_prices = {"silent": 30_000, "priced": 1}
    account.save()
    output = Output(connection=account.pk, model="silent", ratio="1:1", tier="1K", takes=2, format="png")
    shown = Pane(connections=[account], output=output, references=[], characters=20)
    assert shown.total_words == "$0.06"
    assert shown.sureness == "The provider's base price; size and quality may change it."
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    made = generations.submit(
        project=project, user=None, version=version, connection=account, output=output, client_token=uuid.uuid4()
    )
    assert made.estimate_each == 30_000
    assert [entry.amount for entry in LedgerEntry.objects.all()] == [30_000, 30_000]


def test_the_catalogues_own_price_comes_first(account: Connection) -> None:
    account.found_prices = {"priced": 1}
    estimate = prices.estimate(connections.model(account, "priced"), Output(ratio="1:1", tier="1K"))
    assert estimate is not None
    assert (estimate.each, estimate.confidence) == (40_000, Confidence.EXACT)


def test_a_price_of_nothing_is_not_taken_for_free(account: Connection) -> None:
    account.found_prices = {"silent": 0}
    assert connections.model(account, "silent").price is None
