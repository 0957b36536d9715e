"""How many answers are received at once, and that a slow sender does not hold the others up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from studio.models import Attempt, Connection
from studio.models.generations import State
from studio.worker import lanes
from studio.worker.lanes import Lane
from tests.doubles.provider import Provider


def test_a_lane_is_left_once_however_often_it_is_said() -> None:
    async def main() -> tuple[bool, bool]:
        shared = asyncio.Semaphore(1)
        lane = Lane(shared)
        lane.leave()  # never entered
        await lane.enter()
        taken = shared.locked()
        lane.leave()
        lane.leave()
        await shared.acquire()
        return taken, shared.locked()

    assert asyncio.run(main()) == (True, True)


def test_a_slow_sender_gives_its_lane_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SECONDS", 0.01)

    async def main() -> None:
        shared = asyncio.Semaphore(1)
        await Lane(shared).enter()
        async with asyncio.timeout(20):
            await Lane(shared).enter()

    asyncio.run(main())


def test_more_answers_than_lanes_are_all_received(
    paid: Connection,
    provider: Provider,
    ask: Callable[..., Attempt],
    pump: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE", 2)
    monkeypatch.setattr(lanes, "SECONDS", 0.05)
    provider.always(bytes=400_000)

    attempts = [ask(paid, f"Tin {number}") for number in range(8)]
    pump(*attempts)

    assert [attempt.state for attempt in attempts] == [State.DONE] * 8
