"""Cancelling, repeating, asking again and giving up: what a person can do to one attempt."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from studio.models import Attempt, Project
from studio.models.generations import State
from studio.providers.output import Output
from studio.services import generations
from studio.services.generations import CancelOutcome, Refused
from studio.worker import receipts, receive
from tests import factories

OUTPUT = Output(model="proof", ratio="3:2", tier="1K")


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


@pytest.mark.parametrize("state", [State.QUEUED, State.LEASED])
def test_cancelling_before_it_is_sent_ends_it_and_fences_the_engine(db: None, state: State) -> None:
    attempt = factories.make_attempt(state=state)
    was_held_by, epoch = attempt.owner, attempt.epoch

    assert generations.cancel(attempt=attempt) is CancelOutcome.CANCELLED
    attempt.refresh_from_db()
    assert (attempt.state, attempt.owner, attempt.submitted_at) == ("cancelled", None, None)
    if was_held_by:
        held = Attempt.objects.held_by(was_held_by, epoch).filter(pk=attempt.pk)
        assert held.move(State.SUBMITTING, expected=(State.LEASED,), submitted_at=timezone.now()) == 0


@pytest.mark.parametrize("state", [State.SUBMITTING, State.RUNNING, State.DOWNLOADING])
def test_cancelling_after_it_was_sent_is_a_wish(db: None, state: State) -> None:
    attempt = factories.make_attempt(state=state)

    for _ in range(2):
        outcome = generations.cancel(attempt=attempt)
        assert outcome is CancelOutcome.REQUESTED
        assert "may still be charged" in str(outcome.message)
    attempt.refresh_from_db()
    assert attempt.state == state
    assert attempt.cancel_requested_at is not None


@pytest.mark.parametrize(("code", "told"), [("", "interrupted"), ("connection_lost", "connection_lost")])
def test_cancelling_what_waits_to_be_sent_again_does_not_call_it_free(
    project: Project, slow: None, code: str, told: str
) -> None:
    """With the provider's own key the same call is made again when nobody knows what became of the first."""
    keyed = factories.make_connection(team=project.team, provider="slow")
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    attempt = factories.make_attempt(
        generation=factories.make_generation(version=version, connection=keyed),
        submitted_at=timezone.now(),
        error_code=code,
    )

    outcome = generations.cancel(attempt=attempt)

    assert outcome is CancelOutcome.SENT_BEFORE
    assert "may still be charged" in str(outcome.message)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == ("cancelled", told)


def test_cancelling_a_drawing_is_free_although_it_has_a_time(db: None) -> None:
    attempt = factories.make_attempt(state=State.LEASED, submitted_at=timezone.now())

    assert generations.cancel(attempt=attempt) is CancelOutcome.CANCELLED


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN])
def test_what_has_ended_cannot_be_cancelled(db: None, state: State) -> None:
    attempt = factories.make_attempt(state=state)

    assert generations.cancel(attempt=attempt) is CancelOutcome.ENDED


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.UNKNOWN])
def test_a_retry_is_a_new_attempt(db: None, state: State) -> None:
    attempt = factories.make_attempt(state=state, take=1)

    payer = factories.make_user()
    again = generations.retry(attempt=attempt, user=payer)

    assert again.created_by == payer
    assert (again.generation, again.take, again.number, again.state) == (attempt.generation, 1, 2, "queued")
    assert again.provider_key != attempt.provider_key
    with pytest.raises(Refused, match="already tried again"):
        generations.retry(attempt=attempt, user=None)


@pytest.mark.parametrize("state", [State.DONE, State.QUEUED, State.RUNNING])
def test_only_what_ended_without_a_picture_is_tried_again(db: None, state: State) -> None:
    with pytest.raises(Refused, match="without a picture"):
        generations.retry(attempt=factories.make_attempt(state=state), user=None)


def test_giving_up_ends_an_unknown_outcome_and_nothing_else(db: None) -> None:
    attempt = factories.make_attempt(state=State.UNKNOWN)

    assert generations.give_up(attempt=attempt)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code) == ("failed", "given_up")
    assert not generations.give_up(attempt=attempt)
    assert not generations.give_up(attempt=factories.make_attempt(state=State.DONE))


def test_an_unknown_job_is_followed_again(db: None) -> None:
    attempt = factories.make_attempt(
        state=State.UNKNOWN, remote_id="job_7", owner=uuid.uuid4(), error_code="timeout", epoch=2
    )
    before = attempt.owner

    assert generations.check_again(attempt=attempt)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.finished_at) == ("running", "", None)
    assert attempt.owner not in {before, None}  # nobody's: whichever engine looks next takes it up
    assert not generations.check_again(attempt=attempt)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.RUNNING, State.UNKNOWN])
def test_where_nobody_can_be_asked_nothing_changes(db: None, state: State) -> None:
    attempt = factories.make_attempt(state=state)

    assert not generations.check_again(attempt=attempt)
    assert Attempt.objects.get(pk=attempt.pk).state == state


def test_an_unknown_outcome_whose_picture_is_here_is_done(db: None) -> None:
    attempt = factories.make_attempt(state=State.UNKNOWN, epoch=1, error_code="not_stored")
    part = receive.part()
    part.write_bytes(factories.make_picture())
    receipts.write(receipts.Receipt(attempt=attempt.pk, epoch=1, kept=(receive.look(part, receive.digest(part)),)))

    assert generations.check_again(attempt=attempt)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.images.count()) == ("done", "", 1)
