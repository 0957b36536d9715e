"""RunAPI through the real pump: tasks to their ends, and what is billed is counted at the other end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Attempt, Connection, Team
from studio.models.generations import State
from studio.providers import catalogue
from studio.providers.output import Output
from studio.services import connections, generations
from tests import factories
from tests.doubles.behaviour import Behaviour
from tests.doubles.provider import Provider
from tests.doubles.runapi import RunAPI, size_of
from tests.worker.asking import attempt_of
from tests.worker.waiting import until

Pump = Callable[..., None]
MODEL = catalogue.model("runapi", "gpt-image-2")


@pytest.fixture
def runapi(provider: Provider, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    for name in ("POLL_AFTER", "POLL_AFTER_JUNK"):
        monkeypatch.setattr(f"studio.providers.runapi.{name}", 0.02)
    base_url = f"http://{provider.address}/runapi"
    return factories.make_connection(team=team, provider="runapi", base_url=base_url, concurrency=100)


@pytest.fixture
def double(provider: Provider) -> RunAPI:
    found = provider.flavours["runapi"]
    assert isinstance(found, RunAPI)
    return found


def ask(connection: Connection, text: str = "A coffee tin", output: Output | None = None) -> Attempt:
    return attempt_of(connection, "gpt-image-2", text=text, output=output)


def test_a_task_is_followed_to_its_picture_and_its_price(runapi: Connection, provider: Provider, pump: Pump) -> None:
    provider.next(checks=3)
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.remote_id, attempt.cost) == ("done", "task_gen_1", 60_000)
    assert attempt.images.count() == 1
    assert provider.billed == {str(attempt.provider_key): 1}


def test_every_size_that_is_offered_is_taken_and_measured(runapi: Connection, provider: Provider, pump: Pump) -> None:
    provider.always(checks=0)
    intents = [*sorted(MODEL.sizes.table), ("auto", "")]
    attempts = {intent: ask(runapi, output=Output(ratio=intent[0], tier=intent[1])) for intent in intents}

    pump(*attempts.values())

    for (ratio, tier), attempt in attempts.items():
        image = attempt.images.get()
        fields = {"aspect_ratio": ratio, "output_resolution": tier.lower() or "1k"}
        assert f"{image.width}x{image.height}" == size_of(fields)
        assert attempt.cost == {"2K": 100_000, "4K": 160_000}.get(tier, 60_000)
    assert provider.billed == {str(attempt.provider_key): 1 for attempt in attempts.values()}


@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost"),
    [
        ({"ends": "failed"}, "failed", "job_failed", 0),
        ({"ends": "timeout"}, "failed", "job_failed", 0),
        ({"ends": "create_task_failed"}, "failed", "job_failed", 0),
        ({"ends": "cancelled"}, "cancelled", "cancelled", 0),
        ({"ends": "failed", "revised_prompt": "Rejected: safety_violations=[violence]"}, "failed", "refused", 0),
        ({"status": 422, "body": {"errors": ["No such ratio."]}}, "failed", "invalid_request", 0),
        ({"status": 402, "body": {"error": "Insufficient credits.", "code": "x"}}, "failed", "no_credit", 0),
    ],
)
def test_what_has_ended_is_not_sent_again(
    runapi: Connection,
    provider: Provider,
    pump: Pump,
    behaviour: dict[str, Any],
    state: str,
    code: str,
    cost: int | None,
) -> None:
    provider.always(**behaviour)
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, cost)
    assert len([request for request in provider.requests if request.method == "POST"]) == 1
    assert not attempt.images.exists()


@pytest.mark.parametrize(
    "behaviour",
    [
        {"fault": "close_before_body"},
        {"fault": "close_after_body"},
        {"fault": "reset_after_body"},
        {"fault": "short_body"},
        # Answers that leave open whether the task was taken on.
        {"fault": "html200"},
        {"fault": "zero_bytes"},
        {"status": 408, "body": "<html>"},
        {"status": 409, "body": {"error": "Conflict."}},
        {"status": 500, "body": {"error": {"message": "Oops."}}},
        {"status": 504, "body": "<html>", "billed": True},
    ],
)
def test_a_lost_submission_is_made_again_under_its_key_and_billed_once(
    runapi: Connection, provider: Provider, pump: Pump, behaviour: dict[str, Any]
) -> None:
    provider.next(**behaviour)
    attempt = ask(runapi)

    pump(attempt)

    sent = [request for request in provider.requests if request.method == "POST"]
    assert attempt.state == "done"
    assert {request.header("idempotency-key") for request in sent} == {str(attempt.provider_key)}
    assert len({request.body for request in sent if request.body}) == 1
    assert provider.billed == {str(attempt.provider_key): 1}


@pytest.mark.parametrize("status", [409, 500, 503])
def test_what_nobody_ever_answers_is_unknown_and_not_free(
    runapi: Connection, provider: Provider, pump: Pump, status: int
) -> None:
    provider.always(status=status, body={"error": "Oops."})
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.cost) == ("unknown", None)
    sent = [request for request in provider.requests if request.method == "POST"]
    assert len({request.header("idempotency-key") for request in sent}) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_taken_on_is_tried_again(runapi: Connection, provider: Provider, pump: Pump, status: int) -> None:
    provider.next(status=status, body={"error": "Slow down."}, headers={"Retry-After": "0"}, times=2)
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.tries) == ("done", 2)
    assert sum(provider.billed.values()) == 1


def test_an_answer_that_went_wrong_but_names_its_task_is_followed(
    runapi: Connection, provider: Provider, pump: Pump
) -> None:
    first = ask(runapi)
    pump(first)
    provider.next(status=502, body="<html>", headers={"X-RunAPI-Task-Id": "task_gen_1"})
    second = ask(runapi)

    pump(second)

    assert (second.state, second.remote_id) == ("done", "task_gen_1")


def test_questions_that_go_wrong_are_asked_again(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump
) -> None:
    double.checks += [
        Behaviour(status=500, body={"error": "Oops."}),
        Behaviour(status=429, body={"error": "Slow down."}),
        Behaviour(status=200, body="<html>"),
        Behaviour(fault="close_after_body"),
    ]
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.cost) == ("done", 60_000)
    assert double.checks == []
    assert provider.billed == {str(attempt.provider_key): 1}


def test_a_key_that_is_refused_while_a_task_runs_loses_no_task(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump
) -> None:
    double.checks.append(Behaviour(status=401, body={"error": "Invalid API key."}))
    attempt = ask(runapi)

    pump(attempt)

    runapi.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.remote_id) == ("unknown", "bad_key", "task_gen_1")
    assert runapi.paused_at is not None


def test_a_task_that_is_gone_is_unknown_and_not_free(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump
) -> None:
    double.checks.append(Behaviour(status=404, body={"error": "Task not found."}))
    attempt = ask(runapi)

    pump(attempt)

    assert (attempt.state, attempt.cost, attempt.remote_id) == ("unknown", None, "task_gen_1")


def test_a_wrong_key_pauses_the_connection(runapi: Connection, provider: Provider, pump: Pump) -> None:
    provider.key = "right-key"
    Connection.objects.filter(pk=runapi.pk).update(concurrency=1)
    first, second = ask(runapi), ask(runapi)

    pump(first, second)

    runapi.refresh_from_db()
    assert runapi.paused_at is not None
    assert (first.state, first.error_code, second.state) == ("failed", "bad_key", "queued")
    assert sum(provider.billed.values()) == 0


def test_a_cancel_that_the_provider_does_not_know_keeps_the_picture(
    runapi: Connection, provider: Provider, engine: Callable[..., object]
) -> None:
    provider.always(held=True)
    attempt = ask(runapi)
    engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.RUNNING)

    generations.cancel(attempt=attempt)
    provider.release()

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    assert attempt.images.count() == 1
    assert {request.method for request in provider.requests if "/files/" not in request.path} == {"POST", "GET"}
    assert provider.billed == {str(attempt.provider_key): 1}


def test_a_slow_answer_is_waited_for(runapi: Connection, provider: Provider, pump: Pump) -> None:
    provider.always(delay=0.5, checks=5)
    attempts = [ask(runapi, f"A coffee tin, {number}") for number in range(3)]

    pump(*attempts)

    assert [attempt.state for attempt in attempts] == ["done"] * 3
    assert sorted(provider.billed.values()) == [1, 1, 1]


@pytest.mark.parametrize(("balance", "key", "passed"), [(5000, "", True), (0, "", True), (5000, "another-key", False)])
def test_the_connections_test_is_free(
    runapi: Connection, provider: Provider, double: RunAPI, balance: int, key: str, passed: bool
) -> None:
    double.balance, provider.key = balance, key

    assert connections.test(runapi).passed is passed

    assert runapi.balance == (balance * 10_000 if passed else None)
    assert provider.requests[0].path == "/runapi/api/v1/me/balance"
    assert {request.path for request in provider.requests[1:]} <= {"/runapi/api/v1/price_quotes"}
    assert provider.billed.total() == 0
