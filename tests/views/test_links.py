"""Signed links: one reference of one open attempt, for minutes; whatever else is asked for is the same 404."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.signing import Signer
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from studio.models import Attempt, Reference
from studio.models.generations import State
from studio.services import links
from studio.storage import files
from tests import factories

pytestmark = pytest.mark.django_db

PUBLIC = "https://studio.example"


@pytest.fixture(autouse=True)
def public(settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = PUBLIC


@pytest.fixture
def references() -> tuple[Reference, Reference]:
    return factories.make_reference(), factories.make_reference()


def linked(*references: Reference, until: float | None = None, **fields: Any) -> Attempt:
    """An attempt that gives links to these."""
    sent = [
        {
            "name": each.cleaned,
            "format": "png",
            "width": 96,
            "height": 64,
            "bytes": each.bytes,
            "road": "link",
            "until": links.expiry() if until is None else until,
        }
        for each in references
    ]
    return factories.make_attempt(**({"state": State.SUBMITTING, "sent_references": sent} | fields))


def path_of(attempt: Attempt, number: int = 1, format: str = "png") -> str:
    address = links.address(attempt.provider_key, number, format)
    assert address.startswith(f"{PUBLIC}/fetch/")
    return address.removeprefix(PUBLIC)


def body(response: HttpResponseBase) -> bytes:
    return b"".join(response) if response.streaming else response.content  # type: ignore[arg-type,attr-defined]


def test_a_stranger_gets_exactly_the_file(client: Client, references: tuple[Reference, Reference]) -> None:
    attempt = linked(*references)
    for number, reference in enumerate(references, start=1):
        answer = client.get(path_of(attempt, number))
        assert answer.status_code == 200
        assert body(answer) == files.path(reference.cleaned).read_bytes()
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Length"] == str(reference.bytes)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert not answer.cookies


def test_its_size_can_be_asked_for_alone(client: Client, references: tuple[Reference, Reference]) -> None:
    answer = client.head(path_of(linked(*references)))
    assert (answer.status_code, answer["Content-Length"]) == (200, str(references[0].bytes))
    assert body(answer) == b""


def test_the_link_is_the_same_each_time_and_tells_no_row(references: tuple[Reference, Reference]) -> None:
    attempt = linked(*references)
    assert path_of(attempt) == path_of(attempt)
    assert path_of(attempt) != path_of(attempt, 2)
    assert references[0].sha256 not in path_of(attempt)
    assert references[0].cleaned.rpartition("/")[2] not in path_of(attempt)


def test_whatever_is_wrong_is_the_same_404(client: Client, references: tuple[Reference, Reference]) -> None:
    live, now = linked(*references), timezone.now()
    token = path_of(live).split("/")[2]
    key, _dot, signature = token.rpartition(".")
    foreign = Signer(sep=".", salt="another").sign(key)
    gone = factories.make_reference()
    wrong = [
        "/fetch/no-such-token/image-1.png",
        f"/fetch/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}/image-1.png",
        f"/fetch/{key[:-1]}2.{signature}/image-2.png",
        f"/fetch/{foreign}/image-1.png",
        f"/fetch/{token}/image-2.png",
        f"/fetch/{token}/image-1.jpg",
        f"/fetch/{token}/..",
        path_of(live, 3),
        path_of(live, 0),
        path_of(live, format="webp"),
        path_of(linked(*references, until=(now - timedelta(seconds=1)).timestamp())),
        path_of(linked(gone)),
        *(path_of(linked(*references, state=state)) for state in (State.DONE, State.FAILED, State.UNKNOWN)),
    ]
    files.remove(gone.cleaned)
    answers = [client.get(path) for path in wrong]
    assert [answer.status_code for answer in answers] == [404] * len(wrong)
    assert len({(answer.content, tuple(sorted(answer.headers.items()))) for answer in answers}) == 1
    assert body(client.get(path_of(live)))[1:4] == b"PNG"


@pytest.mark.parametrize("road", ["form", "upload", "data_url"])
def test_what_went_another_road_has_no_link(client: Client, references: tuple[Reference, Reference], road: str) -> None:
    attempt = linked(*references)
    attempt.sent_references[0]["road"] = road
    attempt.save()
    assert client.get(path_of(attempt)).status_code == 404
    assert body(client.get(path_of(attempt, 2)))


def test_half_an_hour_and_no_longer(references: tuple[Reference, Reference]) -> None:
    life = links.expiry() - timezone.now().timestamp()
    assert 29 * 60 < life <= 30 * 60


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_it_can_only_be_read(client: Client, references: tuple[Reference, Reference], method: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    for each in (client, strict):
        assert getattr(each, method)(path_of(linked(*references))).status_code == 405


def test_no_log_holds_the_token(
    client: Client, references: tuple[Reference, Reference], caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    attempt, gone = linked(*references), linked(references[1])
    files.remove(references[1].cleaned)
    caplog.set_level(settings.LOGGING["root"]["level"])
    caplog.set_level(settings.LOGGING["loggers"]["django.request"]["level"], logger="django.request")
    for each in (attempt, gone):
        for method in ("get", "post"):
            body(getattr(Client(enforce_csrf_checks=True), method)(path_of(each)))
    client.get("/fetch/no-such-token/image-1.png")
    assert "/fetch/" not in caplog.text
    assert "could not be served" in caplog.text  # the operator hears of a file that is gone


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("https://studio.example", True),
        ("http://studio.example:8000", True),
        ("", False),
        ("studio.example", False),
        ("https://", False),
    ],
)
def test_a_public_address_is_whole_or_none(settings: Settings, address: str, usable: bool) -> None:
    settings.STUDIO_PUBLIC_URL = address
    assert links.public() is usable


def test_plain_http_only_where_the_operator_says_so(
    settings: Settings, references: tuple[Reference, Reference]
) -> None:
    attempt = linked(*references)
    settings.STUDIO_PUBLIC_URL = "http://10.0.0.2:8000"
    assert links.address(attempt.provider_key, 1, "png").startswith("http://10.0.0.2:8000/fetch/")
