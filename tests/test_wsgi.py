"""The door to the web: slow senders share a few threads, and answers leave without one."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from studio.wsgi import WHOLE_BYTES, Patient

SENT = {"CONTENT_LENGTH": "7"}


class Said(list[str]):
    def __call__(self, status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        self.append(status)


def answering(answer: HttpResponseBase) -> Patient:
    return Patient(lambda environ, start_response: answer)


class Slow:
    """An application that, while it reads one body, is asked again."""

    def __init__(self, bodies: int) -> None:
        self.patient, self.inner, self.depth = Patient(self, bodies=bodies), Said(), 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.depth += 1
        if self.depth < 9:
            list(self.patient(environ, self.inner))
        return [b"read"]


@pytest.mark.parametrize("body", [SENT, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_more_bodies_than_may_be_read_at_once_are_sent_away(body: dict[str, str]) -> None:
    slow = Slow(bodies=3)
    assert list(slow.patient(body, Said())) == [b"read"]
    assert slow.depth == 3
    assert slow.inner == ["503 Service Unavailable"]


@pytest.mark.parametrize("body", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_a_request_without_a_body_is_never_sent_away(body: dict[str, str]) -> None:
    slow = Slow(bodies=1)
    list(slow.patient(body, Said()))
    assert (slow.depth, slow.inner) == (9, [])


def test_a_place_is_free_again_after_a_fault() -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise RuntimeError

    patient = Patient(broken, bodies=1)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            patient(SENT, Said())


# The end of an answer looks after the connection to the database, which an earlier test may have left open.
@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer", [HttpResponse(b"a page"), FileResponse(io.BytesIO(b"a page")), HttpResponse([b"a", b" page"])]
)
def test_a_short_answer_is_whole_and_closed(answer: HttpResponseBase) -> None:
    sent = answering(answer)({}, Said())
    assert isinstance(sent, list), "granian sends a list without a thread, and nothing else."
    assert b"".join(sent) == b"a page"
    assert answer.closed


@pytest.mark.parametrize(
    "answer", [FileResponse(io.BytesIO(bytes(WHOLE_BYTES + 1))), StreamingHttpResponse(iter([b"who knows"]))]
)
def test_a_long_answer_stays_a_stream(answer: HttpResponseBase) -> None:
    assert answering(answer)({}, Said()) is answer
    assert not answer.closed
