"""What a call costs and what it says about its connection, through the real pump and against the provider double."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from pytest_django import Settings

from studio.egress import client
from studio.models import Attempt, Connection, LedgerEntry, Prompt, Team
from studio.models.generations import State
from studio.providers import failures
from studio.providers.output import Output
from studio.services import breaker, connections, generations, halts
from tests import factories
from tests.doubles.provider import Provider

Pump = Callable[..., None]
PRICE = 40_000


@pytest.fixture
def prompt(team: Team) -> Prompt:
    return factories.make_prompt(project=factories.make_project(team=team))


@pytest.fixture
def submit(prompt: Prompt) -> Callable[..., list[Attempt]]:
    """The attempts of so many takes, as a person would submit them."""

    def submitted(connection: Connection, takes: int = 1) -> list[Attempt]:
        made = generations.submit(
            project=prompt.project,
            user=None,
            version=factories.make_version(prompt=prompt),
            connection=connection,
            output=Output(model="slow", ratio="1:1", tier="1K", takes=takes),
            client_token=uuid.uuid4(),
        )
        return list(made.attempts.order_by("take"))

    return submitted


def entries(attempt: Attempt) -> list[tuple[str, int]]:
    return list(LedgerEntry.objects.filter(attempt=attempt).values_list("kind", "amount"))


RESERVED, RELEASED = ("reserved", PRICE), ("released", -PRICE)


@pytest.mark.parametrize(
    ("which", "behaviour", "state", "code", "after"),
    [
        ("job_maker", {}, "done", "", [RELEASED, ("settled", PRICE)]),
        ("job_maker", {"status": 400}, "failed", "server_error", [RELEASED]),
        ("job_maker", {"ends": "failed"}, "failed", "job_failed", [RELEASED]),
        ("job_maker", {"fault": "close_after_body"}, "unknown", "connection_lost", []),
        ("job_maker", {"fault": "html200"}, "failed", "server_error", [RELEASED]),
    ],
)
def test_the_ledger_follows_the_end(
    which: str,
    behaviour: dict[str, Any],
    state: str,
    code: str,
    after: list[tuple[str, int]],
    request: pytest.FixtureRequest,
    provider: Provider,
    submit: Callable[..., list[Attempt]],
    pump: Pump,
) -> None:
    provider.next(**behaviour)
    [attempt] = submit(request.getfixturevalue(which))

    pump(attempt)

    assert (attempt.state, attempt.error_code) == (state, code)
    assert entries(attempt) == [RESERVED, *after]


def test_a_batch_for_a_broken_provider_is_stopped_after_a_few(
    job_maker: Connection, provider: Provider, submit: Callable[..., list[Attempt]], pump: Pump
) -> None:
    Connection.objects.filter(pk=job_maker.pk).update(concurrency=3)
    provider.always(fault="close_after_body")
    attempts = [attempt for _ in range(5) for attempt in submit(job_maker, takes=10)]

    pump(*attempts)

    assert breaker.LIMIT <= len(provider.requests) <= breaker.LIMIT + 3
    job_maker.refresh_from_db()
    assert job_maker.paused_at is not None
    assert job_maker.paused_reason.splitlines() == [
        breaker.TRIPPED,
        failures.explain(failures.CONNECTION_LOST).sentence,
    ]
    assert {attempt.state for attempt in attempts} == {"unknown", "queued"}

    connections.resume(connection=job_maker)
    job_maker.refresh_from_db()
    assert (job_maker.paused_at, job_maker.failed_in_a_row) == (None, 0)


def test_a_picture_closes_the_breaker_again(
    job_maker: Connection, provider: Provider, submit: Callable[..., list[Attempt]], pump: Pump
) -> None:
    Connection.objects.filter(pk=job_maker.pk).update(failed_in_a_row=breaker.LIMIT - 1)

    pump(*submit(job_maker))

    job_maker.refresh_from_db()
    assert (job_maker.failed_in_a_row, job_maker.paused_at) == (0, None)


def test_what_the_provider_refuses_does_not_count_against_the_connection(
    job_maker: Connection, provider: Provider, submit: Callable[..., list[Attempt]], pump: Pump
) -> None:
    provider.always(ends="failed")

    pump(*submit(job_maker, takes=7))

    job_maker.refresh_from_db()
    assert (job_maker.failed_in_a_row, job_maker.paused_at) == (0, None)


def test_a_certificate_that_is_not_verified_is_tried_twice_and_pauses(
    job_maker: Connection,
    submit: Callable[..., list[Attempt]],
    pump: Pump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def no_certificate(*_: object, **__: object) -> None:
        asked.append(1)
        raise client.NotSent(failures.TLS_FAILED)

    monkeypatch.setattr("studio.egress.client.send", no_certificate)
    [attempt] = submit(job_maker)

    pump(attempt)

    assert len(asked) == 2
    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "tls_failed", 0)
    assert entries(attempt) == [RESERVED, RELEASED]
    job_maker.refresh_from_db()
    assert job_maker.paused_reason == failures.explain(failures.TLS_FAILED).sentence


@pytest.mark.parametrize("how", ["halted", "paused"])
def test_a_stop_between_the_claim_and_the_call_keeps_it_from_being_sent(
    how: str,
    job_maker: Connection,
    provider: Provider,
    submit: Callable[..., list[Attempt]],
    pump: Pump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits in the queue, and is sent when calls go on."""
    real = client.send

    async def stopped_meanwhile(*values: Any, **named: Any) -> Any:
        before = named["before_send"]

        async def stop_then_mark() -> None:
            await asyncio.get_running_loop().run_in_executor(None, stop)
            await before()

        if before is not None:
            named["before_send"] = stop_then_mark
        return await real(*values, **named)

    def stop() -> None:
        try:
            job_maker.pause("By hand") if how == "paused" else halts.stop(team=job_maker.team, user=None)
        finally:
            database.close()

    monkeypatch.setattr("studio.egress.client.send", stopped_meanwhile)
    [attempt] = submit(job_maker)

    pump(attempt)

    assert (attempt.state, attempt.owner, attempt.submitted_at, attempt.tries) == ("queued", None, None, 0)
    assert provider.requests == []
    assert entries(attempt) == [RESERVED]

    monkeypatch.setattr("studio.egress.client.send", real)
    halts.resume(team=job_maker.team)
    job_maker.resume()
    pump(attempt)
    assert attempt.state == State.DONE


def test_a_key_of_the_providers_own_is_used_again_until_the_tries_are_out(
    keyed: Connection, provider: Provider, submit: Callable[..., list[Attempt]], pump: Pump
) -> None:
    provider.always(fault="close_after_body")
    [attempt] = submit(keyed)

    pump(attempt)

    assert attempt.state == State.DONE  # the second try is answered with the first one's job
    assert list(provider.billed.values()) == [1]
    assert entries(attempt) == [RESERVED, RELEASED, ("settled", PRICE)]


def test_a_paid_answer_without_a_picture_is_disputed_and_kept_as_evidence(
    paid: Connection, provider: Provider, prompt: Prompt, pump: Pump, settings: Settings, tmp_path: Any
) -> None:
    settings.STUDIO_DATA = tmp_path
    provider.next(body={"created": 1, "data": [{}]})
    made = generations.submit(
        project=prompt.project,
        user=None,
        version=factories.make_version(prompt=prompt),
        connection=paid,
        output=Output(model="gpt-image-2", ratio="1:1", tier="1K"),
        client_token=uuid.uuid4(),
    )
    [attempt] = made.attempts.all()

    pump(attempt)

    each = made.estimate_each
    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "unusable_reply", None)
    assert entries(attempt) == [("reserved", each), ("released", -(each or 0)), ("disputed", each)]
    [kept] = (tmp_path / "evidence").iterdir()
    assert "created" in kept.read_text()
    assert len(provider.submissions) == 1
