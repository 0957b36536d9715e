"""What each state becomes when its engine is gone: the table of docs/architecture.md, on rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from studio.models import Attempt, Connection, Engine, Image
from studio.models.generations import HELD, State
from studio.services import generations, reports
from studio.storage import files
from studio.worker import claim, recover, slot
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.conftest import PACE
from tests.worker.waiting import until

STALE = 5.0
TRIES = 5
Ask = Callable[..., Attempt]


def state_of(attempt: Attempt) -> str:
    return Attempt.objects.get(pk=attempt.pk).state


@pytest.mark.parametrize(
    ("which", "state", "remote_id", "becomes"),
    [
        ("paid", State.LEASED, "", "queued"),
        ("paid", State.SUBMITTING, "", "unknown"),
        ("paid", State.DOWNLOADING, "", "unknown"),
        ("job_maker", State.LEASED, "", "queued"),
        ("job_maker", State.SUBMITTING, "", "unknown"),
        ("job_maker", State.RUNNING, "job_7", "running"),
        ("job_maker", State.DOWNLOADING, "job_7", "downloading"),
        ("keyed", State.SUBMITTING, "", "queued"),
        ("keyed", State.RUNNING, "job_7", "running"),
        ("connection", State.LEASED, "", "queued"),
    ],
)
def test_what_a_dead_engine_leaves_behind(
    which: str, state: State, remote_id: str, becomes: str, ask: Ask, request: pytest.FixtureRequest
) -> None:
    attempt = ask(request.getfixturevalue(which), state=state, remote_id=remote_id)
    owner = attempt.owner

    recover.recover(stale=STALE, tries=TRIES)

    attempt.refresh_from_db()
    assert attempt.state == becomes
    if becomes == "unknown":
        assert attempt.error_code == "interrupted"
        assert attempt.owner == owner  # so that its engine's late answer is still welcome
    elif becomes == "queued":
        assert attempt.owner is None


@pytest.mark.parametrize("state", HELD)
def test_what_a_living_engine_holds_is_left_alone(state: State, paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=state, owner=slot.take(stale=STALE))

    assert recover.recover(stale=STALE, tries=TRIES) == 0
    assert state_of(attempt) == state


@pytest.mark.parametrize("state", [state for state in State if state not in HELD])
def test_what_nobody_holds_is_left_alone(state: State, paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=state)

    recover.recover(stale=STALE, tries=TRIES)

    assert state_of(attempt) == state


def test_a_dead_engines_jobs_are_taken_over_and_it_can_write_no_more(job_maker: Connection, ask: Ask) -> None:
    attempt = ask(job_maker, state=State.RUNNING, remote_id="job_7", epoch=3)
    before = attempt.owner
    engine = slot.take(stale=STALE)
    assert before is not None
    assert engine is not None

    [taken] = claim.orphans(engine, 10, stale=STALE)

    assert (taken.pk, taken.remote_id, taken.epoch, taken.state) == (attempt.pk, "job_7", 4, State.RUNNING)
    rows = Attempt.objects.filter(pk=attempt.pk)
    assert rows.held_by(before, 3).move(State.FAILED, expected=HELD) == 0
    assert claim.orphans(engine, 10, stale=STALE) == []


def test_a_command_follows_the_job_that_a_dead_engine_left_and_no_other(
    job_maker: Connection, provider: Provider, ask: Ask, pump: Callable[..., None]
) -> None:
    first, other = ask(job_maker), ask(job_maker)
    pump(first, other)
    jobs = Attempt.objects.filter(pk__in=[first.pk, other.pk])
    Image.objects.all().delete()
    jobs.update(state=State.RUNNING, owner=uuid.uuid4(), finished_at=None)

    pump(first)

    assert (first.state, first.images.count()) == ("done", 1)
    assert state_of(other) == "running"
    assert len([request for request in provider.requests if request.method == "POST"]) == 2


def test_a_late_answer_turns_unknown_into_done(
    paid: Connection, provider: Provider, ask: Ask, engine: Callable[..., object]
) -> None:
    """Its engine was taken for dead while the call was open, and only slept."""
    provider.always(delay=1.0)
    attempt = ask(paid)
    engine()
    until(lambda: provider.submissions)
    Engine.objects.all().delete()
    recover.recover(stale=STALE, tries=TRIES)
    assert state_of(attempt) == "unknown"

    until(lambda: state_of(attempt) == "done")

    attempt.refresh_from_db()
    assert (attempt.owner, attempt.error_code, attempt.images.count()) == (None, "", 1)


def test_an_answer_that_is_later_still_changes_nothing(
    paid: Connection, provider: Provider, ask: Ask, engine: Callable[..., object]
) -> None:
    provider.always(delay=1.0)
    attempt = ask(paid)
    pump = engine()
    until(lambda: provider.submissions)
    Engine.objects.all().delete()
    recover.recover(stale=STALE, tries=TRIES)
    assert generations.give_up(attempt=attempt)

    until(lambda: pump.held)  # type: ignore[attr-defined]

    assert state_of(attempt) == "failed"
    assert not Image.objects.exists()
    assert not [path for path in files.root().rglob("*") if path.is_file() and path.suffix in {".png", ".part"}]


def test_what_an_accident_left_without_a_driver_is_put_right(paid: Connection, ask: Ask) -> None:
    owner = uuid.uuid4()
    leased, sent, driven = (ask(paid, state=s, owner=owner) for s in (State.LEASED, State.SUBMITTING, State.LEASED))

    recover.strays(owner, [driven.pk], age=0.0, tries=TRIES)

    assert [state_of(attempt) for attempt in (leased, sent, driven)] == ["queued", "unknown", "leased"]


def test_a_young_one_may_still_get_its_driver(paid: Connection, ask: Ask) -> None:
    owner = uuid.uuid4()
    attempt = ask(paid, state=State.LEASED, owner=owner)

    assert recover.strays(owner, [], age=60.0, tries=TRIES) == 0
    assert state_of(attempt) == "leased"


def test_a_job_of_ours_that_nobody_follows_is_taken_up_again(
    job_maker: Connection, provider: Provider, ask: Ask, engine: Callable[..., object], pump: Callable[..., None]
) -> None:
    """Its driver ended in an accident; the engine that holds it lives on."""
    provider.always(checks=1)
    attempt = ask(job_maker)
    pump(attempt)
    assert attempt.remote_id
    engine(replace(PACE, beat=0.02))
    until(Engine.objects.exists)
    attempt.images.all().delete()
    Attempt.objects.filter(pk=attempt.pk).update(
        state=State.RUNNING, owner=Engine.objects.get().pk, finished_at=None, changed_at=attempt.created_at
    )

    until(lambda: state_of(attempt) == "done")
    assert attempt.images.count() == 1


def test_checking_again_brings_an_unknown_job_to_its_picture(
    job_maker: Connection, provider: Provider, ask: Ask, engine: Callable[..., object], pump: Callable[..., None]
) -> None:
    provider.always(checks=10_000)
    attempt = ask(job_maker)
    pump(attempt, pace=replace(PACE, patience=0.2))
    assert (attempt.state, attempt.error_code) == ("unknown", "timeout")
    engine()
    for job in provider.jobs.made.values():
        job.checks = 10_001

    assert generations.check_again(attempt=attempt)

    until(lambda: state_of(attempt) == "done")
    assert list(provider.billed.values()) == [1]


def test_a_cancelled_submission_is_not_sent_again_and_not_called_free(keyed: Connection, ask: Ask) -> None:
    attempt = ask(keyed, state=State.SUBMITTING, cancel_requested_at=timezone.now())

    recover.recover(stale=STALE, tries=TRIES)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.owner, attempt.error_code) == ("cancelled", None, "interrupted")
    assert attempt.submitted_at is not None
    report = reports.report(attempt.generation)
    assert report.error is not None
    assert "may have been charged" in report.error.message


@pytest.mark.parametrize(("which", "sent", "becomes"), [("paid", False, "failed"), ("keyed", True, "unknown")])
def test_what_takes_its_engine_along_each_time_is_given_up(
    which: str, sent: bool, becomes: str, ask: Ask, request: pytest.FixtureRequest
) -> None:
    attempt = ask(request.getfixturevalue(which), submitted_at=timezone.now() if sent else None)

    for tries in range(TRIES):
        Attempt.objects.filter(pk=attempt.pk).claim(uuid.uuid4(), expected=(State.QUEUED,), to=State.LEASED)
        recover.recover(stale=STALE, tries=TRIES)
        attempt.refresh_from_db()
        assert (attempt.state, attempt.tries) == ("queued", tries + 1)
    Attempt.objects.filter(pk=attempt.pk).claim(uuid.uuid4(), expected=(State.QUEUED,), to=State.LEASED)
    recover.recover(stale=STALE, tries=TRIES)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == (becomes, "unexpected")
    assert attempt.cost == (None if sent else 0)


def test_what_is_sent_again_each_time_its_engine_dies_is_given_up(keyed: Connection, ask: Ask) -> None:
    attempt = ask(keyed, state=State.SUBMITTING, tries=TRIES)

    recover.recover(stale=STALE, tries=TRIES)

    assert state_of(attempt) == "unknown"


@pytest.mark.parametrize(("hours", "is_trusted"), [(22, True), (24, False)])
def test_a_key_is_not_trusted_for_longer_than_its_provider_may_remember_it(
    hours: int, is_trusted: bool, keyed: Connection, ask: Ask
) -> None:
    attempt = ask(keyed, submitted_at=timezone.now() - timedelta(hours=hours))

    assert [claimed.pk for claimed in claim.fresh(uuid.uuid4(), 10)] == ([attempt.pk] if is_trusted else [])
    assert recover.outlive() == (0 if is_trusted else 1)
    assert state_of(attempt) == ("leased" if is_trusted else "unknown")


def test_factories_and_the_table_name_every_state() -> None:
    assert {attempt.state for attempt in (factories.make_attempt(state=state) for state in State)} == set(State)
