"""Waiting in a terminal ends when nothing would come any more."""

from __future__ import annotations

import threading

import pytest

from studio.management.scripting import Exit, Stop
from studio.management.watching import Watch
from studio.models import Attempt, Connection, Generation
from studio.models.generations import State
from studio.worker import slot
from tests import factories


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


@pytest.fixture
def generation(transactional_db: None) -> Generation:
    made = factories.make_generation()
    factories.make_attempt(generation=made)
    return made


def ends_with(generation: Generation, *, inline: bool = False) -> Stop:
    with pytest.raises(Stop) as caught:
        Watch((generation,), say=lambda words: None, seconds=30.0, inline=inline).run()
    return caught.value


def test_a_connection_that_is_paused_meanwhile_ends_the_wait(generation: Generation) -> None:
    said: list[str] = []

    def pause(words: str) -> None:
        said.append(words)
        generation.connection.pause("The account at the provider has no credit left.")

    with pytest.raises(Stop) as caught:
        Watch((generation,), say=pause, seconds=30.0).run()

    assert said == ["Take 1 of 1: Waiting"]
    assert (caught.value.returncode, caught.value.code) == (Exit.TRY_LATER, "connection_paused")
    assert "no credit left" in str(caught.value)
    assert Attempt.objects.get().state == State.QUEUED  # the worker goes on once it is resumed


def test_what_is_still_open_at_the_provider_is_waited_for(generation: Generation) -> None:
    """One take is in flight, another one waits for the paused connection."""
    sent = factories.make_attempt(generation=generation, take=2, state=State.SUBMITTING)
    generation.connection.pause("")

    def end(words: str) -> None:
        if "Sent" in words:
            Attempt.objects.filter(pk=sent.pk).move(State.FAILED, expected=(State.SUBMITTING,))

    with pytest.raises(Stop) as caught:
        Watch((generation,), say=end, seconds=30.0).run()

    assert caught.value.code == "connection_paused"
    assert Attempt.objects.get(pk=sent.pk).state == State.FAILED


def test_inline_what_waits_for_a_paused_connection_is_cancelled(generation: Generation) -> None:
    Connection.objects.update(paused_at=generation.created_at)

    assert ends_with(generation, inline=True).returncode == Exit.TRY_LATER
    assert Attempt.objects.get().state == State.CANCELLED


def test_inline_what_another_command_holds_is_waited_for(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = generation.attempts.all()
    attempts.update(state=State.SUBMITTING, owner=slot.take_spare(), submitted_at=generation.created_at)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        for thread in threading.enumerate():
            if thread.name == "inline worker":
                thread.join()
        if len(slept) == 2:
            attempts.update(state=State.FAILED, owner=None, finished_at=generation.created_at)

    monkeypatch.setattr("studio.worker.run.run_inline", lambda *_, **__: None)
    monkeypatch.setattr("studio.management.watching.time.sleep", sleep)

    Watch((generation,), say=lambda words: None, inline=True).run()

    assert len(slept) == 2
    assert attempts.get().cancel_requested_at is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_inline_worker_that_broke_ends_the_wait(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("studio.worker.run.run_inline", broken)

    stopped = ends_with(generation, inline=True)

    assert (stopped.returncode, stopped.code) == (Exit.INTERNAL, "worker_stopped")
    assert Attempt.objects.get().state == State.CANCELLED
