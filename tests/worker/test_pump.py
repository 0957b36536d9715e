"""The loop as a whole: one holds it, a datagram wakes it, a stop empties it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from studio.models import Attempt, Connection, Engine
from studio.models.generations import State
from studio.worker import run, slot, stopping, wake
from tests.doubles.provider import Provider
from tests.worker.conftest import PACE
from tests.worker.conftest import Engine as Pump
from tests.worker.waiting import until

Ask = Callable[..., Attempt]
Start = Callable[..., Pump]


def state_of(attempt: Attempt) -> str:
    return Attempt.objects.get(pk=attempt.pk).state


def test_a_second_pump_returns_at_once(engine: Start) -> None:
    engine()
    until(lambda: slot.is_live(stale=PACE.stale))

    assert run.run(pace=PACE, stop=lambda: stopping.GO_ON) is False


def test_a_datagram_wakes_it(connection: Connection, ask: Ask, engine: Start) -> None:
    """Its own look at the queue is an hour away."""
    pump = engine(replace(PACE, idle=3600.0, beat=3600.0, stale=3600.0))
    until(lambda: wake.address().exists())
    attempt = ask(connection)

    until(lambda: wake.call() or state_of(attempt) == "done")
    pump.stop(stopping.DRAIN)
    assert not Engine.objects.exists()


def test_a_long_folder_name_still_gets_a_socket(
    settings: Settings, tmp_path: Path, connection: Connection, ask: Ask, engine: Start
) -> None:
    settings.STUDIO_DATA = tmp_path / ("x" * 120)
    assert len(str(wake.address())) <= wake.LONGEST_PATH

    test_a_datagram_wakes_it(connection, ask, engine)

    assert not wake.address().exists()


def test_an_older_pump_does_not_take_the_newer_ones_socket_along(engine: Start) -> None:
    older = engine()
    until(lambda: wake.address().exists())
    Engine.objects.all().delete()  # taken for dead
    newer = engine()
    until(lambda: slot.is_live(stale=PACE.stale))

    older.stop(stopping.DRAIN)

    assert wake.address().exists()
    newer.stop(stopping.DRAIN)
    assert not wake.address().exists()


def test_a_deposed_pump_delivers_and_claims_no_more(
    paid: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    provider.always(delay=0.6)
    attempt = ask(paid)
    pump = engine()
    until(lambda: provider.submissions)

    Engine.objects.all().delete()
    until(lambda: pump.held)  # it ends by itself

    assert state_of(attempt) == "done"
    waiting = ask(paid)
    assert state_of(waiting) == "queued"


@pytest.mark.parametrize("part", ["studio.worker.slot.beat", "studio.worker.writer.Writer._commit"])
def test_a_pump_that_lost_a_part_of_itself_stops_aloud(
    part: str, connection: Connection, ask: Ask, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Going on would mean to claim without a beat, or to wait for a writer that writes no more."""

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    pump = engine()
    until(lambda: slot.is_live(stale=PACE.stale))
    monkeypatch.setattr(part, broken)

    until(lambda: pump.error)
    assert "a part of it broke" in str(pump.error)
    assert not Engine.objects.exists()
    assert state_of(ask(connection)) == "queued"


def test_an_accident_while_tidying_does_not_stop_the_beat(
    connection: Connection, ask: Ask, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def broken(**_: object) -> None:
        looked.append(1)
        raise KeyError("a mistake of ours")

    monkeypatch.setattr("studio.worker.recover.recover", broken)
    engine()
    until(lambda: len(looked) > 2)
    attempt = ask(connection)

    until(lambda: state_of(attempt) == "done")


def test_a_stop_waits_for_open_calls_and_leaves_the_rest(
    paid: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    Connection.objects.filter(pk=paid.pk).update(concurrency=2)
    provider.always(delay=0.5)
    open_ones, waiting = [ask(paid), ask(paid)], ask(paid)
    pump = engine()
    until(lambda: len(provider.submissions) == 2)

    pump.stop(stopping.DRAIN)

    assert [state_of(attempt) for attempt in open_ones] == ["done", "done"]
    assert state_of(waiting) == "queued"
    assert not Engine.objects.exists()


def test_a_stop_makes_room_for_a_successor_while_it_waits(
    paid: Connection, connection: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    provider.always(delay=1.5)
    slow_one = ask(paid)
    first = engine()
    until(lambda: provider.submissions)
    first.level = stopping.DRAIN
    until(lambda: not slot.is_live(stale=PACE.stale))

    engine()
    drawn = ask(connection)

    until(lambda: state_of(drawn) == "done")
    until(lambda: state_of(slow_one) == "done")


def test_a_second_stop_marks_what_is_open_and_leaves(
    paid: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    provider.always(delay=30)
    attempt = ask(paid)
    pump = engine()
    until(lambda: provider.submissions)

    pump.stop(stopping.LEAVE)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == ("unknown", "interrupted")


def test_a_stop_lets_jobs_go_and_the_next_pump_takes_them_up(
    job_maker: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    provider.always(checks=20)
    attempt = ask(job_maker)
    first = engine()
    until(lambda: state_of(attempt) == State.RUNNING)

    first.stop(stopping.DRAIN)
    assert state_of(attempt) == State.RUNNING

    engine()
    until(lambda: state_of(attempt) == "done")
    assert list(provider.billed.values()) == [1]


def test_a_sleeper_that_wakes_after_its_successor_pays_for_nothing(
    paid: Connection, provider: Provider, ask: Ask, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fencing: what was claimed before the sleep was claimed again meanwhile."""
    attempt = ask(paid, state=State.LEASED, owner=slot.take_spare(), epoch=4)
    Attempt.objects.filter(pk=attempt.pk).update(epoch=5)

    held = Attempt.objects.filter(pk=attempt.pk).held_by(attempt.owner, 4)  # type: ignore[arg-type]

    assert held.move(State.SUBMITTING, expected=(State.LEASED,)) == 0
    assert provider.submissions == []


def test_hundreds_at_once_all_end(paid: Connection, provider: Provider, ask: Ask, engine: Start) -> None:
    Connection.objects.filter(pk=paid.pk).update(concurrency=1000)
    provider.always(delay=0.3)
    for number in range(150):
        ask(paid, f"Tin number {number}")
    engine()

    until(lambda: Attempt.objects.filter(state=State.DONE).count() == 150)
    assert len(provider.submissions) == 150
    assert max(provider.billed.values()) == 1
    assert provider.peak > 30


def test_one_that_was_taken_away_and_claimed_anew_has_two_drivers(
    paid: Connection, provider: Provider, ask: Ask, engine: Start
) -> None:
    """The older one ends without taking the newer one's place in the books along."""
    provider.always(delay=0.5)
    attempt = ask(paid)
    pump = engine()
    until(lambda: provider.submissions)

    Attempt.objects.filter(pk=attempt.pk).update(state=State.QUEUED, owner=None)  # a successor's doing
    until(lambda: state_of(attempt) == "done")

    pump.stop(stopping.DRAIN)
