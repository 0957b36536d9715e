"""Turns at a provider that counts: no window of its clock ever sees one request too many, whoever asks and whenever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from studio.egress import client
from studio.models import Team, Throttle
from studio.providers import failures
from studio.providers.capabilities import Rate
from studio.providers.values import Account
from studio.services import connections, throttles
from studio.services.throttles import LATE, ON_THE_WAY, Lapsed, Throttled, Turn
from tests import factories
from tests.doubles.provider import Provider

START = datetime(2026, 7, 1, tzinfo=UTC)
KEY = Throttled(digest="one", rate=Rate(requests=20, seconds=10.0))


def most_in_a_window(times: list[float], seconds: float) -> int:
    """With both of its ends: whoever counts may see it so."""
    ordered = sorted(times)
    return max(sum(start <= time <= start + seconds for time in ordered) for start in ordered)


@pytest.mark.django_db
@given(
    rate=st.builds(Rate, requests=st.integers(1, 25), seconds=st.sampled_from([0.5, 1.0, 10.0, 60.0])),
    asks=st.lists(
        st.tuples(
            st.floats(0, 3) | st.just(0.0),  # after the one before
            st.sampled_from([0.0, 0.0, 2.0]),  # ahead
            st.floats(0, LATE + ON_THE_WAY),  # until the provider has it
        ),
        min_size=1,
        max_size=60,
    ),
)
def test_no_window_sees_one_too_many(rate: Rate, asks: list[tuple[float, float, float]]) -> None:
    key = Throttled(digest=f"{rate}", rate=rate)
    Throttle.objects.all().delete()
    now, turns, arrived = 0.0, [], []
    for gap, ahead, late in asks:
        now += gap
        clock = START + timedelta(seconds=now)
        seconds = throttles.take(key, ahead=ahead, clock=lambda clock=clock: clock)
        assert seconds is not None
        assert seconds >= ahead
        turns.append(now + seconds)
        arrived.append(now + seconds + late)
    assert most_in_a_window(arrived, rate.seconds) <= rate.requests
    assert all(first < second for first, second in pairwise(turns))  # in the order in which they asked


@pytest.mark.django_db
def test_a_key_that_nobody_uses_is_asked_at_once_and_nothing_is_saved_up() -> None:
    def at(seconds: float) -> float | None:
        return throttles.take(KEY, clock=lambda: START + timedelta(seconds=seconds))

    apart = KEY.apart.total_seconds()
    assert [at(0), at(0), at(1000), at(1000)] == pytest.approx([0, apart, 0, apart])


@pytest.mark.django_db
def test_who_will_not_wait_so_long_takes_no_turn() -> None:
    def take(most: float | None = None) -> float | None:
        return throttles.take(KEY, most=most, clock=lambda: START)

    assert [take(), take(most=0.1), take(most=0.1)] == [0, None, None]
    assert take() == pytest.approx(KEY.apart.total_seconds())


@pytest.mark.django_db
def test_the_databases_clock_counts() -> None:
    assert throttles.take(KEY) == 0
    second = throttles.take(KEY)
    assert second is not None
    assert 0 <= second <= KEY.apart.total_seconds()


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_the_same_time_get_different_turns() -> None:
    """Each with a connection of its own, as processes have."""
    taken: list[float | None] = []
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        try:
            taken.extend(throttles.take(KEY, clock=lambda: START) for _ in range(10))
        finally:
            database.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    apart = KEY.apart.total_seconds()
    assert sorted(seconds or 0.0 for seconds in taken) == pytest.approx([number * apart for number in range(40)])


def test_a_key_shares_its_turns_wherever_it_is_entered(settings: Settings) -> None:
    def digest(base_url: str, key: str = "canary-4f1d09aa7b") -> str:
        found = throttles.throttled("runbase", Account(base_url=base_url, key=key))
        assert found is not None
        assert key not in found.digest
        return found.digest

    own = digest("https://runbase.net/api/v1")
    assert own == digest("https://RunBase.net/api/v1/")
    assert len({own, digest("https://runbase.net/api/v1", "another"), digest("https://other.example/api/v1")}) == 3
    settings.SECRET_KEY = "another-studio" * 5
    assert digest("https://runbase.net/api/v1") != own
    for free in ("openai", "proof", "a provider that was removed"):
        assert throttles.throttled(free, Account(base_url="https://api.example.com/v1", key="k")) is None


def test_a_turn_that_has_passed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(throttles, "monotonic", lambda: now[0])
    turn = Turn.after(0.0, asked=99.9)
    asyncio.run(turn.come())
    now[0] = turn.until + 0.01
    with pytest.raises(Lapsed):
        asyncio.run(turn.come())


@pytest.mark.django_db
def test_for_somebody_who_looks_on_a_lapsed_turn_is_replaced_by_one_far_enough_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, slept = [100.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    def take(key: Throttled, *, ahead: float, most: float) -> float:
        return ahead

    async def send(come: Callable[[], Awaitable[None]] | None) -> str:
        now[0] += 4.0  # so long takes the connection
        assert come is not None
        await come()
        return "answer"

    monkeypatch.setattr(throttles, "monotonic", lambda: now[0])
    monkeypatch.setattr(throttles.asyncio, "sleep", sleep)
    monkeypatch.setattr(throttles, "take", take)
    assert throttles.in_turn(KEY, send) == "answer"
    assert max(slept) == pytest.approx(LATE)  # and no longer than the connection did not need


@pytest.mark.django_db
def test_nothing_is_sent_where_a_long_queue_waits() -> None:
    Throttle.objects.create(digest=KEY.digest, free_at=datetime.now(UTC) + timedelta(hours=1))

    async def send(come: Callable[[], Awaitable[None]] | None) -> None:
        raise AssertionError

    with pytest.raises(client.NotSent) as refused:
        throttles.in_turn(KEY, send)
    assert refused.value.code == failures.RATE_LIMITED


@pytest.mark.django_db
def test_the_connections_test_takes_a_turn(
    provider: Provider, team: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttles, "LATE", 600.0)  # on a busy machine too
    monkeypatch.setattr("studio.services.throttles.Throttled.apart", timedelta(milliseconds=2))
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    base_url = f"http://{provider.address}/runbase/api/v1"
    connection = factories.make_connection(team=team, provider="runbase", base_url=base_url)
    assert connections.test(connection).passed
    [row] = Throttle.objects.all()
    Throttle.objects.update(free_at=row.free_at + timedelta(hours=1))
    before = len(provider.requests)
    refused = connections.test(connection)
    assert (refused.passed, refused.code) == (False, failures.RATE_LIMITED)
    assert len(provider.requests) == before
