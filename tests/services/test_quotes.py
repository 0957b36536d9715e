"""Prices that a provider quotes: read when a connection is tested, and in the estimate from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from studio.models import Connection, Team
from studio.providers import catalogue, prices
from studio.providers.capabilities import Confidence
from studio.providers.output import Output
from studio.services import connections, quotes
from tests import factories
from tests.doubles.behaviour import Behaviour
from tests.doubles.provider import Provider
from tests.doubles.runapi import RunAPI

MODEL = catalogue.model("runapi", "gpt-image-2")
QUOTED = {"gpt-image-2@1K": 60_000, "gpt-image-2@2K": 100_000, "gpt-image-2@4K": 160_000}


@pytest.fixture
def double(provider: Provider) -> RunAPI:
    found = provider.flavours["runapi"]
    assert isinstance(found, RunAPI)
    return found


@pytest.fixture
def connection(provider: Provider, settings: Settings, team: Team, transactional_db: None) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(team=team, provider="runapi", base_url=provider.url("runapi"))


def test_a_test_reads_the_price_of_every_tier_and_costs_nothing(connection: Connection, provider: Provider) -> None:
    assert connections.test(connection).passed

    connection.refresh_from_db()
    assert connection.found_prices == QUOTED
    estimates = [prices.estimate(connections.model(connection, MODEL.id), Output(ratio="3:2", tier=tier))
                 for tier in ("1K", "2K", "4K")]  # fmt: skip
    assert [(each.each, each.confidence) for each in estimates if each] == [
        (60_000, Confidence.CLOSE),
        (100_000, Confidence.CLOSE),  # which is on no page of the provider
        (160_000, Confidence.CLOSE),
    ]
    assert not provider.billed


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        # What is no price is left out, and the others are asked for all the same.
        ([Behaviour(body={"price_quote": {"pricing_status": "pending"}})], {"2K", "4K"}),
        ([Behaviour(status=404, body={"error": "Not found."})] * 3, set()),
        # A call that gets lost is not waited for three times.
        ([Behaviour(), Behaviour(fault="close_after_body")], {"1K"}),
    ],
)
def test_a_price_that_is_not_told_spoils_no_test(
    connection: Connection, double: RunAPI, answers: list[Behaviour], found: set[str]
) -> None:
    double.quotes += answers

    assert connections.test(connection).passed

    assert {name.partition("@")[2] for name in connection.found_prices} == found
    estimate = prices.estimate(connections.model(connection, MODEL.id), Output(ratio="3:2", tier="2K"))
    assert estimate is not None
    assert estimate.each == (100_000 if "2K" in found else 160_000)
    assert estimate.confidence is Confidence.ROUGH


def test_a_test_that_failed_asks_for_no_price(connection: Connection, provider: Provider) -> None:
    provider.key = "another"
    assert not connections.test(connection).passed
    assert [request.path for request in provider.requests] == ["/runapi/api/v1/me/balance"]


def test_a_provider_without_quotes_is_not_asked(provider: Provider, settings: Settings, team: Team, db: None) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    row = factories.make_connection(team=team, provider="openai", base_url=provider.base_url)
    assert connections.test(row).passed
    assert len(provider.requests) == 1
    assert row.found_prices == {}


@given(told=st.dictionaries(st.sampled_from(sorted(QUOTED)), st.integers(1, 10**9)))
def test_the_dearest_tier_is_never_below_any_other(told: dict[str, int]) -> None:
    price = quotes.applied(MODEL, told).price
    assert price is not None
    assert price.each == max(price.by_tier.values())
    assert price.by_tier.keys() == set(MODEL.sizes.tiers)
    assert all(price.by_tier[name.partition("@")[2]] == each for name, each in told.items())


@pytest.mark.parametrize("told", [{}, {"gpt-image-2": 5}, {"gpt-image-2@8K": 5}, {"gpt-image-2@1K": "5"}])
def test_what_is_no_price_of_a_tier_changes_nothing(told: dict[str, Any]) -> None:
    assert quotes.applied(MODEL, told) == MODEL
    free = replace(MODEL, price=None)
    assert quotes.applied(free, QUOTED) == free
