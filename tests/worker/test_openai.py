"""Attempts of OpenAI's model and of a local server's through the pump, against a strict double that counts its bill."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from pytest_django import Settings

from studio.models import Connection, Team
from studio.providers.output import Output
from studio.storage import files
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.asking import attempt_of

Pump = Callable[..., None]
MODEL, LOCAL = "gpt-image-2", "sd-cpp-local"


@pytest.fixture
def openai(provider: Provider, settings: Settings, team: Team) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(team=team, provider="openai", base_url=provider.base_url, concurrency=100)


@pytest.mark.parametrize(
    ("output", "size"),
    [
        (Output(ratio="16:9", tier="1K"), (1280, 720)),
        (Output(ratio="21:9", tier="2K"), (2016, 864)),
        (Output(ratio="", tier="", width=1040, height=656), (1040, 656)),
        (Output(ratio="auto", tier=""), (1024, 1024)),
    ],
)
def test_a_picture_is_made_and_paid_for_once(
    output: Output, size: tuple[int, int], openai: Connection, provider: Provider, pump: Pump
) -> None:
    attempt = attempt_of(openai, MODEL, output=output)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 52_865)
    [image] = attempt.images.all()
    assert (image.width, image.height) == size
    assert list(provider.billed.values()) == [1]
    assert not list(files.parts().iterdir())


@pytest.mark.parametrize("count", [1, 2, 16])
def test_references_arrive_in_the_order_of_their_numbers(
    count: int, openai: Connection, provider: Provider, pump: Pump
) -> None:
    references = tuple(factories.make_reference(team=openai.team) for _ in range(count))
    attempt = attempt_of(openai, MODEL, references=references)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 59_009)
    [sent] = provider.submissions
    assert sent.path == "/v1/images/edits"
    assert [hashlib.sha256(part.content).hexdigest() for part in sent.files] == [each.sha256 for each in references]


MODERATED = {"error": {"message": "No.", "type": "image_generation_user_error", "code": "moderation_blocked"}}
EMPTY = {"error": {"message": "No.", "type": "insufficient_quota", "code": "credit_balance_exhausted"}}


@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost", "billed"),
    [
        ({"status": 400, "body": MODERATED}, "failed", "refused", 0, 0),
        ({"status": 422, "body": {"detail": [{"loc": ["body"], "msg": "No."}]}}, "failed", "invalid_request", 0, 0),
        ({"status": 429, "body": EMPTY}, "failed", "no_credit", 0, 0),
        ({"status": 408}, "unknown", "server_error", None, 0),
        ({"status": 409}, "unknown", "server_error", None, 0),
        ({"status": 500, "body": {"error": "out of memory"}}, "unknown", "server_error", None, 0),
        ({"status": 503, "body": {"detail": "No."}}, "unknown", "busy", None, 0),
        ({"body": MODERATED}, "failed", "refused", None, 1),
        ({"body": {"data": None}}, "failed", "unusable_reply", None, 1),
        ({"fault": "cut_b64"}, "failed", "unusable_reply", None, 1),
        ({"fault": "html200"}, "failed", "unusable_reply", None, 1),
        ({"fault": "close_after_body"}, "unknown", "connection_lost", None, 1),
    ],
)
def test_what_went_wrong_is_told_and_nothing_is_sent_twice(
    behaviour: dict[str, object],
    state: str,
    code: str,
    cost: int | None,
    billed: int,
    openai: Connection,
    provider: Provider,
    pump: Pump,
) -> None:
    provider.always(**behaviour)
    attempt = attempt_of(openai, MODEL)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, cost)
    assert (len(provider.submissions), sum(provider.billed.values())) == (1, billed)


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, "rate_limit_exceeded"), (503, "server_is_overloaded"), (503, "slow_down")],
)
def test_what_was_declared_as_not_taken_on_is_sent_again_and_paid_for_once(
    status: int, error: str, openai: Connection, provider: Provider, pump: Pump
) -> None:
    body = {"error": {"message": "Later.", "type": "requests", "code": error}}
    provider.next(status=status, body=body, headers={"Retry-After": "0"})
    attempt = attempt_of(openai, MODEL)

    pump(attempt)

    assert (attempt.state, len(provider.submissions), sum(provider.billed.values())) == ("done", 2, 1)


def test_a_local_servers_link_to_itself_is_followed(openai: Connection, provider: Provider, pump: Pump) -> None:
    attempt = attempt_of(openai, LOCAL, output=Output(ratio="", tier="", width=1024, height=1024))
    provider.always(by_url=True, usage=False, width=1024, height=1024)

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    assert [request.path.split("/")[1] for request in provider.requests] == ["v1", "files"]
