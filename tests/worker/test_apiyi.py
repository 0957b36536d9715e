"""Attempts of each of APIYI's models through the pump, against a double that is strict and counts what it bills."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable

import pytest
from django.utils import timezone
from PIL import Image as PictureFile
from pytest_django import Settings

from studio.models import Attempt, Connection, Team
from studio.models.generations import State
from studio.providers.output import Output
from studio.services import connections, generations
from studio.storage import files
from tests import factories
from tests.doubles.apiyi import ALL, OFFICIAL, VIP, VIP_FILE_BYTES, Apiyi
from tests.doubles.provider import Provider
from tests.worker.asking import attempt_of
from tests.worker.waiting import until

Pump = Callable[..., None]
MODELS = (OFFICIAL, ALL, VIP)
CHAT = f"{ALL}#chat"


@pytest.fixture
def apiyi(provider: Provider, settings: Settings, team: Team) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(
        team=team, provider="apiyi", base_url=f"{provider.url('apiyi')}/v1", concurrency=100
    )


def files_sent(provider: Provider) -> list[str]:
    return [hashlib.sha256(part.content).hexdigest() for part in provider.submissions[-1].files]


@pytest.mark.parametrize("model", MODELS)
def test_a_picture_is_made_and_paid_for_once(model: str, apiyi: Connection, provider: Provider, pump: Pump) -> None:
    attempt = attempt_of(apiyi, model, output=Output(ratio="3:2", tier="1K"))

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    assert attempt.cost == (52_865 if model == OFFICIAL else 30_000)
    [image] = attempt.images.all()
    assert (image.width, image.height) == (attempt.generation.width, attempt.generation.height)
    assert list(provider.billed.values()) == [1]
    assert not list(files.parts().iterdir())


@pytest.mark.parametrize(
    ("model", "count"), [(model, count) for model in MODELS for count in (1, 2, 5)] + [(OFFICIAL, 16), (VIP, 16)]
)
def test_references_arrive_in_the_order_of_their_numbers(
    model: str, count: int, apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    references = tuple(factories.make_reference(team=apiyi.team) for _ in range(count))
    attempt = attempt_of(apiyi, model, references=references)

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    assert files_sent(provider) == [reference.sha256 for reference in references]
    assert provider.submissions[0].path.endswith("/images/edits")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
@pytest.mark.parametrize("shape", ["link", "inline", "images"])
def test_a_chat_is_sent_its_references_and_answers_in_each_shape(
    shape: str, count: int, apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    flavour = provider.flavours["apiyi"]
    assert isinstance(flavour, Apiyi)
    flavour.chat = shape
    # Larger than any text of an answer may be.
    provider.always(width=64, height=64, bytes=3_000_000)
    references = tuple(factories.make_reference(team=apiyi.team) for _ in range(count))
    attempt = attempt_of(apiyi, CHAT, output=Output(ratio="auto", tier=""), references=references)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 30_000)
    [image] = attempt.images.all()
    assert (image.width, image.height) == (64, 64)
    assert list(provider.billed.values()) == [1]
    [sent] = [request for request in provider.requests if request.method == "POST"]
    [message] = sent.json["messages"]
    links = [part["image_url"]["url"] for part in message["content"][1:]] if count else []
    contents = [base64.b64decode(link.partition(",")[2]) for link in links]
    assert [hashlib.sha256(each).hexdigest() for each in contents] == [each.sha256 for each in references]
    assert not list(files.parts().iterdir())


def test_what_a_chat_writes_in_place_of_a_picture_is_told_and_paid(
    apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    words = "I cannot draw that."
    provider.always(body={"choices": [{"message": {"role": "assistant", "content": words}}]})
    attempt = attempt_of(apiyi, CHAT, output=Output(ratio="auto", tier=""))

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.error_message) == ("failed", "unusable_reply", words)


def test_a_reference_is_made_to_fit_the_model_that_breaks_on_large_ones(
    apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    noise = io.BytesIO()
    PictureFile.effect_noise((1400, 1400), 90).convert("RGB").save(noise, "PNG")
    large = factories.make_reference(team=apiyi.team, content=noise.getvalue())
    assert large.cleaned_bytes > VIP_FILE_BYTES
    attempt = attempt_of(apiyi, VIP, references=(large,))

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    [part] = provider.submissions[0].files
    assert len(part.content) <= VIP_FILE_BYTES


@pytest.mark.parametrize("model", [ALL, VIP])
@pytest.mark.parametrize("links", ["data", "chat"])
def test_a_link_is_fetched_without_the_key(
    links: str, model: str, apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    connections.save(
        connection=apiyi, team=apiyi.team, user=None, name="A", provider="apiyi", base_url=apiyi.base_url, key="sk-1234"
    )
    apiyi.refresh_from_db()
    provider.key = "sk-1234"
    if links == "data":
        provider.always(by_url=True)
    else:
        url = provider.link(factories.make_picture(), "png")
        provider.always(body={"choices": [{"message": {"role": "assistant", "content": f"![image]({url})"}}]})
    attempt = attempt_of(apiyi, model)

    pump(attempt)

    assert (attempt.state, attempt.cost) == ("done", 30_000)
    [fetched] = [request for request in provider.requests if request.path.startswith("/files/")]
    assert fetched.header("authorization") == ""
    assert provider.submissions[0].header("authorization") == "Bearer sk-1234"


def test_the_true_size_is_read_from_the_picture(apiyi: Connection, provider: Provider, pump: Pump) -> None:
    """The size is a target to these models, so it is not believed."""
    provider.always(width=1254, height=1254)
    attempt = attempt_of(apiyi, ALL)

    pump(attempt)

    [image] = attempt.images.all()
    assert (image.width, image.height, attempt.generation.width) == (1254, 1254, 1024)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("behaviour", "state", "code", "cost", "billed"),
    [
        (
            {"status": 400, "body": {"error": {"message": "No.", "code": "moderation_blocked"}}},
            "failed",
            "refused",
            0,
            0,
        ),
        ({"status": 500, "body": {"status_code": 500, "error": {"message": "x"}}}, "unknown", "server_error", None, 0),
        ({"body": {"status_code": 500, "error": {"message": "x"}}}, "unknown", "server_error", None, 1),
        ({"status": 503}, "unknown", "busy", None, 0),
        ({"body": {"data": []}}, "failed", "unusable_reply", None, 1),
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
    model: str,
    apiyi: Connection,
    provider: Provider,
    pump: Pump,
) -> None:
    provider.always(**behaviour)
    attempt = attempt_of(apiyi, model)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, cost)
    assert len(provider.submissions) == 1
    assert sum(provider.billed.values()) == billed


@pytest.mark.parametrize("model", MODELS)
def test_too_many_at_once_are_tried_again_and_paid_for_once(
    model: str, apiyi: Connection, provider: Provider, pump: Pump
) -> None:
    provider.next(status=429, body={"error": {"message": "Too many."}}, headers={"Retry-After": "0"})
    attempt = attempt_of(apiyi, model)

    pump(attempt)

    assert (attempt.state, len(provider.submissions)) == ("done", 2)
    assert sum(provider.billed.values()) == 1


def test_a_wrong_key_pauses_the_connection(apiyi: Connection, provider: Provider, pump: Pump) -> None:
    provider.key = "sk-another"
    attempt = attempt_of(apiyi, VIP)

    pump(attempt)

    apiyi.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "bad_key", 0)
    assert apiyi.paused_at is not None
    assert not provider.billed


def test_a_slow_picture_is_kept_although_it_was_cancelled(
    apiyi: Connection, provider: Provider, engine: Callable[..., object]
) -> None:
    """There is no cancel, and whoever hangs up pays all the same."""
    provider.always(delay=0.5)
    attempt = attempt_of(apiyi, ALL)
    engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.SUBMITTING)

    asked = timezone.now()
    generations.cancel(attempt=attempt)

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    ended = Attempt.objects.get(pk=attempt.pk)
    assert ended.finished_at is not None
    assert ended.finished_at > asked
    assert list(provider.billed.values()) == [1]


def test_the_connections_test_names_the_models_and_costs_nothing(apiyi: Connection, provider: Provider) -> None:
    result = connections.test(apiyi)

    assert (result.passed, result.models) == (True, (OFFICIAL, ALL, CHAT, VIP))
    assert not provider.billed
