"""Attempts of RunComfy's models through the pump, against a double with a queue, a strict schema and a bill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio.models import Attempt, Connection, Team
from studio.models.generations import State
from studio.providers.output import Output
from studio.services import connections, generations
from studio.storage import files
from tests import factories
from tests.doubles.provider import Provider
from tests.doubles.runcomfy import RunComfy
from tests.worker.asking import attempt_of
from tests.worker.waiting import until

Pump = Callable[..., None]
NEWER, OLDER = "openai/gpt-image-2", "openai/gpt-image-2#size"


@pytest.fixture
def queue(provider: Provider) -> RunComfy:
    found = provider.flavours["runcomfy"]
    assert isinstance(found, RunComfy)
    return found


@pytest.fixture
def runcomfy(provider: Provider, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr("studio.providers.runcomfy.POLL_AFTER", 0.02)
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(team=team, provider="runcomfy", base_url=provider.url("runcomfy"), concurrency=100)


@pytest.mark.parametrize(("model", "older"), [(NEWER, False), (OLDER, True)])
def test_a_request_is_followed_to_its_picture(
    model: str, older: bool, runcomfy: Connection, provider: Provider, queue: RunComfy, pump: Pump
) -> None:
    queue.older = older
    provider.next(checks=2, width=1536, height=1024)
    attempt = attempt_of(runcomfy, model, output=Output(ratio="3:2", tier="1K"))

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.remote_id, attempt.cost) == ("done", "", "req-1", 50_000)
    [image] = attempt.images.all()
    assert (image.width, image.height) == (1536, 1024)
    assert list(provider.billed.values()) == [1]
    assert not list(files.parts().iterdir())
    [fields] = [request.json for request in provider.requests if request.method == "POST"]
    newer = {"aspect_ratio": "3:2", "resolution": "1k", "quality": "medium", "output_format": "png"}
    assert fields == {"prompt": "A coffee tin"} | ({"size": "1536_1024"} if older else newer)


def test_the_key_goes_to_the_queue_and_not_to_the_picture(
    runcomfy: Connection, provider: Provider, queue: RunComfy, pump: Pump
) -> None:
    provider.key = "token-1234"
    connections.save(
        connection=runcomfy,
        team=runcomfy.team,
        user=None,
        name="A",
        provider="runcomfy",
        base_url=runcomfy.base_url,
        key="token-1234",
    )
    attempt = attempt_of(runcomfy, NEWER)

    pump(attempt)

    assert attempt.state == "done"
    with_key = {request.path.split("/")[1] for request in provider.requests if request.header("authorization")}
    assert with_key == {"runcomfy"}
    assert any(request.path.startswith("/files/") for request in provider.requests)


@pytest.mark.parametrize("model", [NEWER, OLDER])
@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost", "billed"),
    [
        ({"body": {"error_code": 400009, "error_message": "No."}, "billed": False}, "failed", "invalid_request", 0, 0),
        ({"status": 422, "body": {"detail": "No."}}, "failed", "invalid_request", 0, 0),
        ({"ends": "failed"}, "failed", "job_failed", None, 1),
        ({"body": {"ok": True}}, "failed", "unusable_reply", None, 1),
        ({"status": 500}, "unknown", "server_error", None, 0),
        ({"status": 409}, "unknown", "server_error", None, 0),
        ({"body": {"error_code": 500001, "error_message": "No."}}, "unknown", "server_error", None, 1),
        ({"fault": "close_after_body"}, "unknown", "connection_lost", None, 1),
    ],
)
def test_what_went_wrong_is_told_and_nothing_is_sent_twice(
    behaviour: dict[str, object],
    state: str,
    code: str,
    cost: int | None,
    billed: int,
    model: str,
    runcomfy: Connection,
    provider: Provider,
    queue: RunComfy,
    pump: Pump,
) -> None:
    queue.older = model == OLDER
    provider.always(**behaviour)
    attempt = attempt_of(runcomfy, model)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, cost)
    assert len([request for request in provider.requests if request.method == "POST"]) == 1
    assert sum(provider.billed.values()) == billed


@pytest.mark.parametrize("count", [1, 2, 10])
@pytest.mark.parametrize(("model", "road"), [(NEWER, "link"), (NEWER, "data_url"), (OLDER, "link")])
def test_references_arrive_in_the_order_of_their_numbers(
    model: str,
    road: str,
    count: int,
    runcomfy: Connection,
    provider: Provider,
    queue: RunComfy,
    pump: Pump,
    settings: Settings,
    live_server: LiveServer,
) -> None:
    queue.older = model == OLDER
    settings.STUDIO_PUBLIC_URL = live_server.url if road == "link" else ""
    references = tuple(factories.make_reference(team=runcomfy.team) for _ in range(count))
    attempt = attempt_of(runcomfy, model, references=references)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 50_000)
    sent = [hashlib.sha256(image).hexdigest() for image in queue.made["req-1"].images]
    assert sent == [reference.sha256 for reference in references]
    assert list(provider.billed.values()) == [1]
    [request] = [request for request in provider.requests if request.method == "POST"]
    assert request.path == "/runcomfy/v1/models/openai/gpt-image-2/edit"
    assert {image.partition(":")[0] for image in request.json["images"]} == {"data" if road == "data_url" else "http"}


def test_what_has_no_road_is_refused_before_anything_is_sent(
    runcomfy: Connection, provider: Provider, pump: Pump, settings: Settings
) -> None:
    settings.STUDIO_PUBLIC_URL = ""
    attempt = attempt_of(runcomfy, OLDER, references=(factories.make_reference(team=runcomfy.team),))

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "no_road", 0)
    assert not provider.requests


def test_too_many_at_once_are_tried_again_and_paid_for_once(
    runcomfy: Connection, provider: Provider, pump: Pump
) -> None:
    provider.next(status=429, body={"error_message": "Too many."}, headers={"Retry-After": "0"})
    attempt = attempt_of(runcomfy, NEWER)

    pump(attempt)

    assert (attempt.state, list(provider.billed.values())) == ("done", [1])


@pytest.mark.parametrize(
    "hiccup",
    [
        {"status": 502, "body": "<html>"},
        {"body": {"error_code": 500001, "error_message": "Later."}},
        {"fault": "close_after_body"},
        {"fault": "html200", "body": {}},
    ],
)
def test_a_question_that_went_wrong_is_asked_again(
    hiccup: dict[str, object], runcomfy: Connection, provider: Provider, pump: Pump
) -> None:
    attempt = attempt_of(runcomfy, NEWER)
    provider.next(match="result", times=2, **hiccup)
    provider.next()

    pump(attempt)

    assert (attempt.state, list(provider.billed.values())) == ("done", [1])


def test_a_request_that_is_not_found_keeps_its_id(runcomfy: Connection, provider: Provider, pump: Pump) -> None:
    provider.next(match="result", body={"error_code": 404001, "error_message": "Not found."})
    provider.next()
    attempt = attempt_of(runcomfy, NEWER)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.remote_id) == ("unknown", "job_gone", "req-1")


def test_a_wrong_key_pauses_the_connection(runcomfy: Connection, provider: Provider, pump: Pump) -> None:
    provider.key = "token-another"
    attempt = attempt_of(runcomfy, NEWER)

    pump(attempt)

    runcomfy.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "bad_key", 0)
    assert runcomfy.paused_at is not None
    assert not provider.billed


@pytest.mark.parametrize("waits", [True, False])
def test_a_cancel_stops_what_waits_and_nothing_else(
    waits: bool, runcomfy: Connection, provider: Provider, queue: RunComfy, engine: Callable[..., object]
) -> None:
    queue.queue = 10_000 if waits else 1
    provider.always(held=True)
    attempt = attempt_of(runcomfy, NEWER)
    engine()
    until(lambda: queue.made and queue.made["req-1"].checks > 3)

    generations.cancel(attempt=attempt)
    until(lambda: any(request.path.endswith("/cancel") for request in provider.requests))
    if not waits:
        provider.release()

    until(lambda: Attempt.objects.get(pk=attempt.pk).state in {State.CANCELLED, State.DONE})
    ended = Attempt.objects.get(pk=attempt.pk)
    assert (ended.state, ended.cost) == (("cancelled", 0) if waits else ("done", 50_000))
    assert list(provider.billed.values()) == [1]


def test_the_connections_test_costs_nothing(runcomfy: Connection, provider: Provider) -> None:
    assert connections.test(runcomfy).passed
    assert not provider.billed
