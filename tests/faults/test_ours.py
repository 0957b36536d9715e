"""R1, R17, R18, R22, R23, R28: the fault is on our side, or a person's. Nothing is lost, and nothing is paid twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse

from studio.models import Attempt, Generation, LedgerEntry
from studio.models.generations import State
from studio.providers.output import Output
from studio.services import generations, money
from studio.storage import files
from studio.worker import recover
from tests.faults.house import KINDS, House
from tests.worker.conftest import PACE, Engine
from tests.worker.waiting import until


@pytest.fixture
def engine() -> Iterator[Callable[[], Engine]]:
    started: list[Engine] = []

    def start() -> Engine:
        started.append(Engine(PACE))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def press(house: House, attempt: Attempt, verb: str) -> None:
    address = reverse(f"attempt-{verb}", kwargs={"team": house.team.slug, "attempt": attempt.pk})
    assert house.client.post(address).status_code in {200, 302}


def now(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


# R1: what a dead engine leaves, and what a person reads of it

STOPPED = "The studio was stopped while the answer was awaited. The picture may exist and may have been charged."
LEFT = {
    "pictures": ("unknown", "held", STOPPED),
    "jobs": ("unknown", "held", STOPPED),
    "keyed": ("queued", "held", "Waiting"),
    "cancelable": ("unknown", "held", STOPPED),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_engine_that_died_while_it_sent(kind: str, house: House) -> None:
    state, entries, says = LEFT[kind]
    attempt = house.ask(kind)
    dead = {"owner": uuid.uuid4(), "submitted_at": attempt.created_at}
    assert Attempt.objects.filter(pk=attempt.pk).move(State.SUBMITTING, expected=(State.QUEUED,), **dead)

    recover.recover(stale=5.0, tries=PACE.tries)

    attempt = now(attempt)
    assert (attempt.state, house.money(attempt)) == (state, entries)
    assert house.paid(attempt) == 0
    assert says in house.shown(attempt)
    found = house.reported(attempt)
    assert found["state"] == state
    if state == "unknown":
        assert "The studio was stopped while the answer was awaited." in found["error"]["message"]
    assert house.tracebacks() == []


# R17: no room for a picture that was paid for


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_loses_nothing_that_was_paid_for(kind: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, keep = house.ask(kind), files.keep

    def full(part: Path, name: str) -> Path:
        if name.startswith("images/"):
            raise OSError(28, "No space left on device")
        return keep(part, name)

    with monkeypatch.context() as patch:
        patch.setattr("studio.storage.files.keep", full)
        house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", "not_stored", "held")
    shown, reported = house.shown(attempt), house.reported(attempt)
    says = ("The picture came back, but the studio's disk is full", "Tell your operator.", "Check again")
    assert [words for words in says if words not in shown] == []
    assert "the studio's disk is full" in reported["error"]["message"]
    assert house.tracebacks() == [f"The pictures of attempt {attempt.pk} wait in part files."]  # the operator's matter

    house.check_again(attempt)

    assert (attempt.state, attempt.images.count(), house.money(attempt)) == ("done", 1, "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)


# R18, R19: the database does not answer for a moment


@pytest.mark.parametrize("kind", ["pictures", "keyed"])
def test_a_database_that_is_locked_for_a_moment_is_waited_for(
    kind: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the worst place: the provider has answered, and its answer is to be written down."""
    attempt, left, settle = house.ask(kind), [2], money.settle

    def locked(pk: int, cost: int | None) -> None:
        if left[0]:
            left[0] -= 1
            raise OperationalError("database is locked")
        settle(pk, cost)

    monkeypatch.setattr("studio.services.money.settle", locked)
    monkeypatch.setattr("studio.worker.writer.PAUSE", 0.01)
    house.run(attempt)

    assert (attempt.state, attempt.images.count(), house.money(attempt), left) == ("done", 1, "settled", [0])
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    assert "Done" in house.shown(attempt)
    assert house.tracebacks() == []
    assert len(house.lines()) == 2
    assert all("they are tried again" in line for line in house.lines())


# R22, R23: a form sent twice, a submit that breaks off


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_is_sent_twice_is_paid_once(kind: str, house: House) -> None:
    first = house.ask(kind)
    generation = first.generation
    again = generations.submit(
        project=generation.project,
        user=house.owner,
        version=generation.version,
        connection=generation.connection,
        output=Output(model=KINDS[kind].model, ratio="1:1", tier="1K"),
        client_token=generation.client_token,
    )

    house.run(*Attempt.objects.all())

    first = now(first)
    assert again.pk == generation.pk
    assert (first.state, house.money(first), house.paid(first), house.billed(first)) == ("done", "settled", 1, 1)


def test_a_submit_that_breaks_off_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    done, reserve = house.ask("pictures"), money.reserve
    entries = LedgerEntry.objects.count()

    def broken(**values: Any) -> None:
        reserve(**values)
        raise SystemExit

    monkeypatch.setattr("studio.services.money.reserve", broken)
    with pytest.raises(SystemExit):
        generations.submit(
            project=done.generation.project,
            user=house.owner,
            version=done.generation.version,
            connection=done.generation.connection,
            output=replace(Output(model="gpt-image-2", ratio="1:1", tier="1K"), takes=4),
            client_token=uuid.uuid4(),
        )

    assert (Generation.objects.count(), Attempt.objects.count(), LedgerEntry.objects.count()) == (1, 1, entries)


# R28: cancel, in each state


@pytest.mark.parametrize("kind", KINDS)
def test_cancelled_before_it_is_sent(kind: str, house: House) -> None:
    attempt = house.ask(kind)
    press(house, attempt, "cancel")
    house.run(attempt)
    assert (attempt.state, house.money(attempt), house.paid(attempt)) == ("cancelled", "released", 0)
    shown = house.shown(attempt)
    assert [words for words in ("Cancelled", "Nothing was charged.", "Retry") if words not in shown] == []
    assert house.reported(attempt)["error"]["message"] == "Cancelled before it was sent. Nothing is charged."
    assert house.lines() == []


@pytest.mark.parametrize(
    ("kind", "state", "entries"),
    [
        ("pictures", "done", "settled"),
        ("jobs", "done", "settled"),
        ("keyed", "done", "settled"),
        ("cancelable", "cancelled", "released"),
    ],
)
def test_cancelled_after_it_was_sent(
    kind: str, state: str, entries: str, house: House, engine: Callable[[], Engine]
) -> None:
    if kind == "cancelable":
        house.provider.flavours["runcomfy"].queue = 10**6  # type: ignore[attr-defined]
    house.provider.always(held=True)
    attempt = house.ask(kind)
    engine()
    working = {State.SUBMITTING} if kind == "pictures" else {State.RUNNING}
    until(lambda: now(attempt).state in working and house.paid(attempt) == 1)

    press(house, attempt, "cancel")
    if state == "done":
        shown = house.shown(attempt)
        assert "Cancelling" in shown
        assert "It was already sent: the provider may still charge for it." in shown
        house.provider.release()
    until(lambda: not now(attempt).is_open)

    attempt = now(attempt)
    assert (attempt.state, house.money(attempt)) == (state, entries)
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    assert attempt.images.exists() == (state == "done")
    assert ("Done" if state == "done" else "Nothing was charged.") in house.shown(attempt)
    assert house.tracebacks() == []


# Anything else: a mistake of ours


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_of_ours_is_no_page_of_a_program(kind: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake in an adapter")

    attempt = house.ask(kind)
    adapter = {"openai": "openai.OpenAI", "runbase": "runbase.RunBase"}
    adapter |= {"runapi": "runapi.RunAPI", "runcomfy": "runcomfy.RunComfy"}
    monkeypatch.setattr(f"studio.providers.{adapter[KINDS[kind].provider]}.read", stumble)
    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", "unexpected", "held")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    shown, reported = house.shown(attempt), house.reported(attempt)
    assert "Outcome unknown" in shown
    assert "Something went wrong in the studio itself." in reported["error"]["message"]
    assert "mistake in an adapter" not in f"{shown} {reported}"
    assert house.tracebacks() == [f"Attempt {attempt.pk} ended in an accident."]
    assert "a mistake in an adapter" in house.log.text  # for the operator alone
