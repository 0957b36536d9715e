"""One attempt from its claim to its end, against a provider on this machine that counts what it bills."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from studio import queue
from studio.egress import client
from studio.models import Attempt, Connection, Engine, Image, Team
from studio.models.generations import State
from studio.storage import files
from studio.worker import follow
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.conftest import PACE
from tests.worker.waiting import until

Pump = Callable[..., None]
Ask = Callable[..., Attempt]


def stored(attempt: Attempt) -> list[Image]:
    """Its pictures, each with a whole file behind it."""
    images = list(attempt.images.order_by("index"))
    for image in images:
        content = files.path(image.original).read_bytes()
        assert hashlib.sha256(content).hexdigest() == image.sha256
        assert len(content) == image.bytes
    return images


def test_a_proof_is_drawn(connection: Connection, ask: Ask, pump: Pump) -> None:
    attempt = ask(connection)

    pump(attempt)

    assert (attempt.state, attempt.owner, attempt.error_code) == ("done", None, "")
    assert attempt.finished_at is not None
    assert attempt.created_at <= attempt.submitted_at < attempt.finished_at  # when drawing began
    assert attempt.cost == 0
    [image] = stored(attempt)
    assert (image.width, image.height, image.format) == (1024, 1024, "png")
    assert queue.waiting() == 1  # somebody is asked to look at it
    assert not Engine.objects.exists()
    assert not list(files.parts().iterdir())


def test_a_paid_picture_is_kept_as_it_came(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.next(revised_prompt="A tin of coffee, at dawn")
    attempt = ask(paid, "A coffee tin")

    pump(attempt)

    assert attempt.state == "done"
    assert attempt.revised_prompt == "A tin of coffee, at dawn"
    assert attempt.cost and attempt.cost > 0
    assert len(stored(attempt)) == 1
    assert list(provider.billed.values()) == [1]
    assert not list(files.parts().iterdir())


def test_pictures_beyond_the_one_asked_for_are_kept(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.next(pictures=3)
    attempt = ask(paid)

    pump(attempt)

    assert [image.index for image in stored(attempt)] == [0, 1, 2]


def test_a_picture_behind_a_link_is_fetched(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.next(by_url=True)
    attempt = ask(paid)

    pump(attempt)

    assert attempt.state == "done"
    assert len(stored(attempt)) == 1


@pytest.mark.parametrize("which", ["job_maker", "keyed"])
def test_a_job_is_followed_to_its_picture(
    which: str, request: pytest.FixtureRequest, provider: Provider, ask: Ask, pump: Pump
) -> None:
    provider.next(checks=3)
    attempt = ask(request.getfixturevalue(which))

    pump(attempt)

    assert (attempt.state, attempt.remote_id, attempt.cost) == ("done", "job_1", 40_000)
    assert len(stored(attempt)) == 1
    assert list(provider.billed.values()) == [1]


@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost"),
    [
        ({"status": 400, "body": {"error": {"message": "No such size."}}}, "failed", "invalid_request", 0),
        ({"status": 401, "body": {"error": {"message": "Wrong."}}}, "failed", "bad_key", 0),
        ({"fault": "html200"}, "failed", "unusable_reply", None),
        ({"fault": "cut_b64"}, "failed", "unusable_reply", None),
        ({"fault": "zero_bytes"}, "failed", "unusable_reply", None),
        ({"fault": "close_after_body"}, "unknown", "connection_lost", None),
        ({"fault": "reset_after_body"}, "unknown", "connection_lost", None),
        ({"fault": "short_body"}, "unknown", "connection_lost", None),
        ({"status": 500, "body": {"error": {"message": "Oops."}}}, "unknown", "server_error", None),
    ],
)
def test_what_may_have_been_paid_for_is_never_sent_again(
    paid: Connection,
    provider: Provider,
    ask: Ask,
    pump: Pump,
    behaviour: dict[str, object],
    state: str,
    code: str,
    cost: int | None,
) -> None:
    provider.always(**behaviour)
    attempt = ask(paid)

    pump(attempt)

    assert len(provider.submissions) == 1
    assert attempt.error_code == code
    assert attempt.state == state
    assert attempt.cost == cost
    assert not attempt.images.exists()
    assert not list(files.parts().iterdir())


def test_a_wrong_key_pauses_the_connection(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.always(status=401, body={"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}})
    first, second = ask(paid), ask(paid)
    Connection.objects.filter(pk=paid.pk).update(concurrency=1)

    pump(first, second)

    paid.refresh_from_db()
    assert paid.paused_at is not None
    assert "key" in paid.paused_reason
    assert (first.state, second.state) == ("failed", "queued")
    assert len(provider.submissions) == 1


def test_a_refused_call_is_tried_again_when_it_is_asked_for(
    paid: Connection, provider: Provider, ask: Ask, pump: Pump
) -> None:
    provider.next(status=429, body={"error": {"message": "Slow down."}}, headers={"Retry-After": "0"}, times=2)
    attempt = ask(paid)

    pump(attempt)

    assert (attempt.state, attempt.tries) == ("done", 2)
    assert len(provider.submissions) == 3
    assert sum(provider.billed.values()) == 1


def test_it_is_not_tried_for_ever(settings: Settings, team: Team, ask: Ask, pump: Pump) -> None:
    settings.STUDIO_EGRESS_ALLOW = ("127.0.0.1:9",)
    closed = factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1")
    attempt = ask(closed)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.tries) == ("failed", "unreachable", PACE.tries)
    assert attempt.submitted_at is None
    assert attempt.cost == 0


def test_an_address_that_may_not_be_called_is_refused_at_once(team: Team, ask: Ask, pump: Pump) -> None:
    private = factories.make_connection(team=team, provider="openai", base_url="https://10.0.0.1/v1")
    attempt = ask(private)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.tries) == ("failed", "blocked_address", 0)


def test_a_lost_submission_with_a_key_is_made_again_and_billed_once(
    keyed: Connection, provider: Provider, ask: Ask, pump: Pump
) -> None:
    provider.next(fault="close_after_body")
    attempt = ask(keyed)

    pump(attempt)

    assert attempt.state == "done"
    assert list(provider.billed.items()) == [(str(attempt.provider_key), 1)]


def test_a_lost_submission_without_a_key_is_unknown(
    job_maker: Connection, provider: Provider, ask: Ask, pump: Pump
) -> None:
    provider.next(fault="close_after_body")
    attempt = ask(job_maker)

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("unknown", "connection_lost")
    assert attempt.owner is not None  # late evidence may still come
    assert sum(provider.billed.values()) == 1


def test_a_reference_without_its_file_is_not_sent(paid: Connection, provider: Provider, pump: Pump) -> None:
    project = factories.make_project(team=paid.team)
    reference = factories.make_reference(team=paid.team)
    version = factories.make_version(prompt=factories.make_prompt(project=project), references=(reference,))
    files.remove(reference.cleaned)
    attempt = factories.make_attempt(
        generation=factories.make_generation(version=version, connection=paid, model="gpt-image-2")
    )

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("failed", "reference_missing")
    assert provider.submissions == []


def test_an_accident_of_ours_ends_one_attempt_and_no_other(
    paid: Connection, connection: Connection, ask: Ask, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake in an adapter")

    monkeypatch.setattr("studio.providers.openai.OpenAI.read", stumble)
    sent, drawn = ask(paid), ask(connection)

    pump(sent, drawn)

    assert (sent.state, sent.error_code) == ("unknown", "unexpected")
    assert drawn.state == "done"


def test_a_resumed_job_whose_provider_is_away_is_asked_for_with_pauses(
    job_maker: Connection, provider: Provider, ask: Ask, engine: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    real = asyncio.timeout

    def timeout(seconds: float | None) -> asyncio.Timeout:
        if sys._getframe(1).f_code.co_name == "_pause" and seconds is not None:
            pauses.append(seconds)
            seconds = 0.0
        return real(seconds)

    async def away(*_: object, **__: object) -> None:
        raise client.ConnectionLost

    monkeypatch.setattr("asyncio.timeout", timeout)
    monkeypatch.setattr("studio.egress.client.send", away)
    ask(job_maker, state=State.RUNNING)
    engine(replace(PACE, wait_least=1.0))

    until(lambda: len(pauses) > 1100)

    assert pauses[0] == 0.0
    assert 1.5 < pauses[1] < pauses[3] < 40
    assert min(pauses[10:]) >= 0.8 * follow.LONGEST_PAUSE
    assert Attempt.objects.get().state == State.RUNNING


def test_what_is_not_due_waits(connection: Connection, ask: Ask, engine: Callable[..., object]) -> None:
    later = ask(connection, not_before=timezone.now() + timedelta(hours=1))
    now = ask(connection)
    engine()

    until(lambda: Attempt.objects.get(pk=now.pk).state == State.DONE)
    assert Attempt.objects.get(pk=later.pk).state == State.QUEUED
