"""RunBase through the real pump: runs to their ends, and what is billed is counted at the other end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.models import Attempt, Connection, Team
from studio.models.generations import State
from studio.providers import catalogue
from studio.providers.output import Output
from studio.services import connections, generations
from tests import factories
from tests.doubles.behaviour import Behaviour
from tests.doubles.provider import Provider
from tests.doubles.runbase import RunBase, size_of
from tests.worker.asking import attempt_of
from tests.worker.waiting import until

Pump = Callable[..., None]
MODEL = catalogue.model("runbase", "openai/gpt-image-2")


@pytest.fixture
def runbase(provider: Provider, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    for name in ("POLL_AFTER", "POLL_AFTER_JUNK"):
        monkeypatch.setattr(f"studio.providers.runbase.{name}", 0.02)
    # No time between two turns; that each request takes one is for test_turns.
    monkeypatch.setattr("studio.services.throttles.Throttled.apart", timedelta(milliseconds=2))
    base_url = f"http://{provider.address}/runbase/api/v1"
    return factories.make_connection(team=team, provider="runbase", base_url=base_url, concurrency=100)


@pytest.fixture
def double(provider: Provider) -> RunBase:
    found = provider.flavours["runbase"]
    assert isinstance(found, RunBase)
    return found


def ask(connection: Connection, text: str = "A coffee tin", output: Output | None = None) -> Attempt:
    return attempt_of(connection, "openai/gpt-image-2", text=text, output=output)


def test_a_run_is_followed_to_its_picture(runbase: Connection, provider: Provider, double: RunBase, pump: Pump) -> None:
    provider.next(checks=3)
    attempt = ask(runbase)

    pump(attempt)

    assert (attempt.state, attempt.remote_id, attempt.cost) == ("done", "run_1", None)
    assert attempt.images.count() == 1
    assert (provider.billed.total(), double.taken) == (1, 5)


def test_every_size_that_is_offered_is_taken_and_measured(
    runbase: Connection, provider: Provider, double: RunBase, pump: Pump
) -> None:
    provider.always(checks=0)
    intents = sorted(MODEL.sizes.table)
    attempts = {(ratio, tier): ask(runbase, output=Output(ratio=ratio, tier=tier)) for ratio, tier in intents}

    pump(*attempts.values())

    for (ratio, tier), attempt in attempts.items():
        image = attempt.images.get()
        assert f"{image.width}x{image.height}" == size_of({"aspect_ratio": ratio, "resolution": tier})
    assert double.taken == 10 * 5 + 10 * 7 + 3 * 12


@pytest.mark.parametrize("count", [1, 2, 4])
def test_references_are_fetched_from_their_links_in_their_order(
    runbase: Connection,
    provider: Provider,
    double: RunBase,
    pump: Pump,
    settings: Settings,
    live_server: LiveServer,
    count: int,
) -> None:
    settings.STUDIO_PUBLIC_URL = live_server.url
    references = tuple(factories.make_reference(team=runbase.team) for _ in range(count))
    attempt = attempt_of(runbase, MODEL.id, references=references)

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    assert [hashlib.sha256(each).hexdigest() for each in double.seen["run_1"]] == [each.sha256 for each in references]
    assert (provider.billed.total(), double.taken) == (1, 5)


def test_a_studio_that_nobody_can_reach_pays_for_no_edit(
    runbase: Connection, provider: Provider, pump: Pump, settings: Settings
) -> None:
    settings.STUDIO_PUBLIC_URL = ""
    attempt = attempt_of(runbase, MODEL.id, references=(factories.make_reference(team=runbase.team),))

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "no_road", 0)
    assert not provider.requests


@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost", "taken"),
    [
        ({"ends": "failed"}, "failed", "job_failed", 0, 0),
        ({"ends": "failed", "revised_prompt": "safety_violations=[violence]"}, "failed", "refused", 0, 0),
        ({"status": 400, "body": {"error": {"code": "invalid_input"}}}, "failed", "invalid_request", 0, 0),
        ({"status": 402, "body": {"error": {"code": "insufficient_balance"}}}, "failed", "no_credit", 0, 0),
        ({"status": 429, "body": {"error": {"code": "USAGE_EXCEEDED"}}}, "failed", "no_credit", 0, 0),
        ({"status": 500, "body": {"error": {"code": "unexpected"}}}, "unknown", "server_error", None, 0),
        ({"status": 408, "body": "<html>"}, "unknown", "server_error", None, 0),
        ({"status": 503, "body": "<html>"}, "unknown", "busy", None, 0),
        ({"fault": "html200"}, "failed", "unusable_reply", None, 5),
        ({"fault": "zero_bytes"}, "failed", "unusable_reply", None, 5),
        ({"fault": "close_before_body"}, "unknown", "connection_lost", None, 0),
        ({"fault": "close_after_body"}, "unknown", "connection_lost", None, 5),
        ({"fault": "reset_after_body"}, "unknown", "connection_lost", None, 5),
        ({"fault": "short_body"}, "unknown", "connection_lost", None, 5),
    ],
)
def test_what_may_have_been_paid_for_is_never_sent_again(
    runbase: Connection,
    provider: Provider,
    double: RunBase,
    pump: Pump,
    behaviour: dict[str, Any],
    state: str,
    code: str,
    cost: int | None,
    taken: int,
) -> None:
    provider.always(**behaviour)
    attempt = ask(runbase)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, cost)
    assert len([request for request in provider.requests if request.method == "POST"]) == 1
    assert double.taken == taken


def test_a_new_run_beyond_the_limit_waits(runbase: Connection, provider: Provider, double: RunBase, pump: Pump) -> None:
    refusal = {"error": {"code": "RATE_LIMITED", "message": "Too many requests."}}
    provider.next(status=429, body=refusal, times=2)
    attempt = ask(runbase)

    pump(attempt)

    assert (attempt.state, attempt.tries, double.taken) == ("done", 2, 5)


def test_questions_beyond_the_limit_wait_and_no_run_is_lost(
    runbase: Connection, double: RunBase, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.doubles.runbase.SECONDS", 0.3)
    monkeypatch.setattr("tests.doubles.runbase.REQUESTS", 3)
    double.limited = True
    attempt = ask(runbase)
    double.provider.next(checks=6)

    pump(attempt)

    questions = [request for request in double.provider.requests if "/runs/" in request.path]
    assert len(questions) > double.made["run_1"].checks  # some were refused
    assert (attempt.state, double.taken) == ("done", 5)


def test_questions_that_go_wrong_are_asked_again(runbase: Connection, double: RunBase, pump: Pump) -> None:
    double.checks += [
        Behaviour(status=500, body={"error": {"code": "unexpected"}}),
        Behaviour(status=200, body="<html>"),
        Behaviour(fault="close_after_body"),
    ]
    attempt = ask(runbase)

    pump(attempt)

    assert (attempt.state, double.taken, double.checks) == ("done", 5, [])


def test_a_link_that_is_over_is_asked_for_once_more(
    runbase: Connection, provider: Provider, double: RunBase, pump: Pump
) -> None:
    provider.next(match="files", status=403)
    attempt = ask(runbase)

    pump(attempt)

    assert (attempt.state, provider.billed.total()) == ("done", 1)
    assert sum(request.path.startswith("/files/") for request in provider.requests) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(401, "invalid_api_key"), (404, "run_not_found"), (429, "USAGE_EXCEEDED")]
)
def test_a_failed_question_loses_no_run(
    runbase: Connection, double: RunBase, pump: Pump, status: int, code: str
) -> None:
    double.checks.append(Behaviour(status=status, body={"error": {"code": code, "message": "No."}}))
    attempt = ask(runbase)

    pump(attempt)

    runbase.refresh_from_db()
    assert (attempt.state, attempt.remote_id, attempt.cost) == ("unknown", "run_1", None)
    assert (runbase.paused_at is not None) is (status != 404)


def test_a_wrong_key_pauses_the_connection(runbase: Connection, provider: Provider, pump: Pump) -> None:
    provider.key = "right-key"
    Connection.objects.filter(pk=runbase.pk).update(concurrency=1)
    first, second = ask(runbase), ask(runbase)

    pump(first, second)

    runbase.refresh_from_db()
    assert runbase.paused_at is not None
    assert (first.state, first.error_code, second.state) == ("failed", "bad_key", "queued")
    assert provider.billed.total() == 0


def test_a_cancel_that_the_provider_does_not_know_keeps_the_picture(
    runbase: Connection, provider: Provider, double: RunBase, engine: Callable[..., object]
) -> None:
    provider.always(held=True)
    attempt = ask(runbase)
    engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.RUNNING)

    generations.cancel(attempt=attempt)
    provider.release()

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    assert attempt.images.count() == 1
    assert double.taken == 5


def test_a_slow_answer_is_waited_for(runbase: Connection, provider: Provider, double: RunBase, pump: Pump) -> None:
    provider.always(delay=0.5, checks=5)
    attempts = [ask(runbase, f"A coffee tin, {number}") for number in range(3)]

    pump(*attempts)

    assert [attempt.state for attempt in attempts] == ["done"] * 3
    assert (sorted(provider.billed.values()), double.taken) == ([1, 1, 1], 15)


@pytest.mark.parametrize(("key", "passed"), [("", True), ("another-key", False)])
def test_the_connections_test_is_free(
    runbase: Connection, provider: Provider, double: RunBase, key: str, passed: bool
) -> None:
    provider.key = key

    assert connections.test(runbase).passed is passed

    assert [request.path for request in provider.requests] == ["/runbase/api/v1/runs/run_connection_test"]
    assert double.taken == 0
