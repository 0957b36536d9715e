"""Each request of an attempt takes a turn where the provider counts: waited for before anything is marked as sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Connection, Team, Throttle
from studio.providers.capabilities import Rate
from studio.services import throttles
from studio.services.throttles import Throttled
from studio.worker import turns
from studio.worker.turns import Turns
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.asking import attempt_of

Pump = Callable[..., None]
BeforeSend = Callable[[], Awaitable[None]]
KEY = Throttled(digest="one", rate=Rate(requests=20, seconds=10.0))


@pytest.fixture
def counted(provider: Provider, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """A provider that counts, with turns that are no time apart and never lapse on a busy machine."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    for name in ("POLL_AFTER", "POLL_AFTER_JUNK"):
        monkeypatch.setattr(f"studio.providers.runbase.{name}", 0.02)
    monkeypatch.setattr(throttles, "LATE", 600.0)
    monkeypatch.setattr("studio.services.throttles.Throttled.apart", timedelta(milliseconds=2))
    base_url = f"http://{provider.address}/runbase/api/v1"
    return factories.make_connection(team=team, provider="runbase", base_url=base_url, concurrency=100)


@pytest.mark.django_db(transaction=True)
def test_every_request_of_every_job_takes_one(
    counted: Connection, provider: Provider, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Throttled] = []
    take = throttles.take

    def noted(key: Throttled, **options: Any) -> float | None:
        taken.append(key)
        return take(key, **options)

    monkeypatch.setattr(throttles, "take", noted)
    provider.always(checks=3)
    attempts = [attempt_of(counted, "openai/gpt-image-2", text=f"Tin {number}") for number in range(3)]

    pump(*attempts)

    assert [attempt.state for attempt in attempts] == ["done"] * 3
    asked = [request for request in provider.requests if "/runs" in request.path]
    assert len(taken) == len(asked) > 9
    assert len(set(taken)) == 1
    assert Throttle.objects.count() == 1


class Clock:
    """A monotonic clock that goes on while somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        monkeypatch.setattr(throttles, "monotonic", lambda: self.now)
        monkeypatch.setattr(turns, "monotonic", lambda: self.now)
        monkeypatch.setattr(throttles.asyncio, "sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Writer:
    """The writer's part in it, with turns as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
        self.asked: list[float] = []
        self._left = list(seconds)
        monkeypatch.setattr(throttles, "take", self._take)

    async def write(self, change: Callable[[], float]) -> float:
        return change()

    def _take(self, key: Throttled, *, ahead: float) -> float:
        self.asked.append(ahead)
        return max(ahead, self._left.pop(0))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_a_call_connects_shortly_before_its_turn_and_leaves_in_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Turns(KEY, Writer(monkeypatch, 60.0))  # type: ignore[arg-type]
    seen: list[tuple[str, float]] = []

    async def mark() -> None:
        seen.append(("marked", clock.now))

    async def send(before: BeforeSend) -> str:
        seen.append(("connected", clock.now))
        await before()
        return "answer"

    assert asyncio.run(line.use(send, mark)) == "answer"
    assert seen == [("connected", pytest.approx(160.0 - turns.LEAD)), ("marked", pytest.approx(160.0))]


def test_a_turn_that_lapsed_while_it_connected_is_replaced_and_nothing_was_marked(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(monkeypatch, 0.0, 0.0)
    marks: list[float] = []
    begun: list[float] = []

    async def mark() -> None:
        marks.append(clock.now)

    async def send(before: BeforeSend) -> str:
        begun.append(clock.now)
        clock.now += 5.0  # a slow way there
        await before()
        return "answer"

    line = Turns(KEY, writer)  # type: ignore[arg-type]
    assert asyncio.run(line.use(send, mark)) == "answer"
    assert len(begun) == 2
    assert len(marks) == 1
    assert writer.asked[0] == 0.0
    assert writer.asked[1] >= 5.0  # far enough away for the same way again


def test_a_turn_that_was_waited_for_is_used_by_the_next_call_alone(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(monkeypatch, 30.0, 7.0)
    line = Turns(KEY, writer)  # type: ignore[arg-type]

    async def send(before: BeforeSend) -> float:
        await before()
        return clock.now

    async def calls() -> list[float]:
        await line.approach()
        waited = clock.now
        return [waited, await line.use(send, None), await line.use(send, None)]

    assert asyncio.run(calls()) == pytest.approx([130.0 - turns.LEAD, 130.0, 137.0])
    assert len(writer.asked) == 2
