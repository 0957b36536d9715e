"""Unfinished pictures are shown while their attempt is made, and never outlive it, cost anything or stop the result."""

from __future__ import annotations

import asyncio
import base64
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import Settings

from studio.imaging.inspect import inspect
from studio.models import Attempt, Connection, Generation
from studio.models.generations import ENDED, State
from studio.providers.events import Event
from studio.services import generations
from studio.storage import files
from studio.worker import lanes, stopping, sweep
from studio.worker.partials import Partials
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.conftest import Engine
from tests.worker.waiting import until

Pump = Callable[..., None]
Start = Callable[..., Engine]

LARGE = 300_000


@pytest.fixture
def wish(paid: Connection, ask: Callable[..., Attempt]) -> Callable[..., Attempt]:
    """A queued attempt that wants to be seen while it is made."""

    def queued(partials: int = 3) -> Attempt:
        attempt = ask(paid)
        Generation.objects.filter(pk=attempt.generation_id).update(partials=partials)
        return attempt

    return queued


Wish = Callable[..., Attempt]


def left() -> list[Path]:
    """Every file that is no picture of a generation."""
    return [*(files.root() / "partials").glob("*/*"), *files.parts().iterdir()]


def shows(attempt: Attempt, number: int) -> Callable[[], bool]:
    def look() -> bool:
        attempt.refresh_from_db()
        return attempt.partials == number and bool(attempt.partial)

    return look


def ended(attempt: Attempt) -> Callable[[], bool]:
    def look() -> bool:
        attempt.refresh_from_db()
        return attempt.state in ENDED

    return look


@pytest.mark.parametrize("size", [0, LARGE])
def test_the_newest_is_shown_until_the_result_is_there(
    size: int, wish: Wish, provider: Provider, engine: Start
) -> None:
    provider.next(stepped=True, bytes=size)
    attempt = wish()
    running = engine()

    provider.step()
    until(shows(attempt, 1))
    first = files.path(attempt.partial)
    facts = inspect(first)
    assert (facts.format, facts.width, facts.height) == ("webp", 512, 512)
    assert attempt.state == State.SUBMITTING  # not "receiving": its picture is still being made

    provider.step()
    until(shows(attempt, 2))
    until(lambda: not first.exists())
    assert files.path(attempt.partial).exists()

    provider.step(3)
    until(ended(attempt))
    running.stop()
    assert (attempt.state, attempt.partial, attempt.images.count()) == (State.DONE, "", 1)
    assert left() == []
    assert list(provider.billed.values()) == [1]


@pytest.mark.parametrize(
    ("end", "state", "code"),
    [
        ("ends", State.UNKNOWN, "connection_lost"),
        ("cut", State.UNKNOWN, "connection_lost"),
        ("error", State.UNKNOWN, "server_error"),
        ("spoilt", State.FAILED, "unusable_reply"),
    ],
)
def test_none_stays_however_it_ends(
    end: str, state: State, code: str, wish: Wish, provider: Provider, engine: Start
) -> None:
    provider.next(stepped=True, stream=end)
    attempt = wish(2)
    running = engine()
    provider.step()
    until(shows(attempt, 1))
    provider.step(2)
    until(ended(attempt))
    running.stop()
    assert (attempt.state, attempt.error_code, attempt.partial) == (state, code, "")
    assert left() == []
    assert provider.billed.total() == 1


def test_a_stop_takes_it_away(wish: Wish, provider: Provider, engine: Start) -> None:
    provider.next(stepped=True)
    attempt = wish()
    running = engine()
    provider.step()
    until(shows(attempt, 1))
    running.stop(stopping.LEAVE)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.partial) == (State.UNKNOWN, "")
    assert left() == []


def test_an_attempt_that_somebody_gave_up_is_shown_no_more(wish: Wish, provider: Provider, engine: Start) -> None:
    provider.next(stepped=True)
    attempt = wish()
    running = engine()
    provider.step()
    until(shows(attempt, 1))
    Attempt.objects.filter(pk=attempt.pk).move(State.UNKNOWN, expected=(State.SUBMITTING,))
    generations.give_up(attempt=attempt)
    provider.step(4)
    running.stop(stopping.DRAIN)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.partial, attempt.partials) == (State.FAILED, "", 1)
    assert left() == []


def test_a_broken_one_is_ignored(wish: Wish, provider: Provider, engine: Start) -> None:
    provider.next(stepped=True, broken_partials=(0, 2))
    attempt = wish()
    running = engine()
    provider.step(2)
    until(shows(attempt, 2))
    provider.step(3)
    until(ended(attempt))
    running.stop()
    assert attempt.state == State.DONE
    assert left() == []


@pytest.mark.parametrize("size", [0, LARGE])
def test_all_at_once_disturb_nothing(size: int, wish: Wish, provider: Provider, pump: Pump) -> None:
    provider.always(bytes=size, broken_partials=(1,))
    attempts = [wish() for _ in range(5)]
    pump(*attempts)
    assert {attempt.state for attempt in attempts} == {State.DONE}
    assert {attempt.images.count() for attempt in attempts} == {1}
    assert left() == []


def test_a_stream_takes_no_lane(wish: Wish, provider: Provider, pump: Pump, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is open for minutes before its picture comes; with no lane at all it still ends."""
    monkeypatch.setattr(lanes, "AT_ONCE", 0)
    attempt = wish()
    pump(attempt)
    assert attempt.state == State.DONE


def test_one_that_is_dropped_while_it_is_written_leaves_no_file() -> None:
    """The thread goes on when its task is stopped, and writes once nobody would remove it any more."""
    began, go_on = threading.Event(), threading.Event()

    async def slowly(work: Callable[[], object]) -> object:
        def waited() -> object:
            began.set()
            assert go_on.wait(10)
            return work()

        return await asyncio.to_thread(waited)

    async def dropped() -> None:
        hold: Any = SimpleNamespace(claimed=SimpleNamespace(provider="openai", pk=1))
        floor: Any = SimpleNamespace(thread=slowly)
        shown = Partials(hold, floor, 3)
        picture = base64.b64encode(factories.make_picture()).decode()
        await shown.take(Event(name="image_generation.partial_image", body={"b64_json": picture}))
        await asyncio.to_thread(began.wait, 10)
        stopping = asyncio.create_task(shown.stop())
        for _ in range(20):  # turns of the loop: whoever does not wait for the thread is through by then
            await asyncio.sleep(0)
        go_on.set()
        await stopping

    asyncio.run(dropped())
    assert left() == []


def aged(path: Path, *, hours: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_what_a_killed_worker_left_is_swept_away(settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA = tmp_path
    forgotten, young, wanted = (files.new_name("partials", "webp") for _ in range(3))
    paths = [aged(files.path(forgotten), hours=3), aged(files.path(young), hours=1), aged(files.path(wanted), hours=3)]
    factories.make_attempt(state=State.SUBMITTING, partial=wanted, partials=1)

    sweep.sweep()

    assert [path.exists() for path in paths] == [False, True, True]
