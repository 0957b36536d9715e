"""OpenAI's streams: unfinished pictures are asked for and read, and the last event is what an answer is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.providers import failures
from studio.providers.events import Event
from studio.providers.protocols import Streams
from studio.providers.values import (
    Billed,
    Failure,
    FormField,
    FormFile,
    Picture,
    ReferenceFile,
)
from tests.providers.test_openai import OPENAI, PICTURE, REQUEST, SPILLED, USAGE, USER_ERROR, error, read, submit

STREAM = {"content-type": "text/event-stream; charset=utf-8"}


def test_unfinished_pictures_are_asked_for_in_both_shapes() -> None:
    wish = replace(REQUEST, partials=2)
    call = submit(wish)
    assert call.json == {**(submit().json or {}), "stream": True, "partial_images": 2}
    assert "image_generation.completed" in call.ends
    file = ReferenceFile(path=Path("0"), media_type="image/png", bytes=1, width=1, height=1)
    form = submit(replace(wish, references=(file,))).form or ()
    assert form[-3:-1] == (FormField(name="stream", value="true"), FormField(name="partial_images", value="2"))
    assert isinstance(form[-1], FormFile)
    assert submit().ends == frozenset()


@pytest.mark.parametrize("kind", ["image_generation.completed", "image_edit.completed"])
def test_the_last_event_holds_what_an_answer_holds(kind: str) -> None:
    body = {"type": kind, "b64_json": PICTURE, "usage": USAGE, "size": "1024x1024", "revised_prompt": "y"}
    outcome = read(200, body, headers=STREAM)
    assert outcome == read(200, {"data": [{"b64_json": PICTURE, "revised_prompt": "y"}], "usage": USAGE})
    assert outcome.cost == 217_049
    assert read(200, {"b64_json": SPILLED}, headers=STREAM).pictures == (Picture(spilled=SPILLED),)


@pytest.mark.parametrize("body", [None, {"type": "image_generation.completed"}, {"b64_json": ""}, {"b64_json": "!"}])
def test_a_last_event_without_its_picture_is_a_paid_failure(body: Any) -> None:
    outcome = read(200, body, headers=STREAM)
    assert (outcome.code, outcome.billed) == (failures.UNUSABLE_REPLY, Billed.YES)


@pytest.mark.parametrize(
    ("body", "code", "unclear", "pauses"),
    [
        ({"type": "error", **error(kind="server_error")}, failures.SERVER_ERROR, True, False),
        (error(kind="server_error"), failures.SERVER_ERROR, True, False),
        ({"type": "error", "code": "server_error", "message": "No."}, failures.SERVER_ERROR, True, False),
        ({"type": "error", "message": "No."}, failures.SERVER_ERROR, True, False),
        ({"error": "No."}, failures.SERVER_ERROR, True, False),
        ({"type": "error", **error(code="server_is_overloaded")}, failures.SERVER_ERROR, True, False),
        ({"type": "error", **error(code="invalid_value")}, failures.INVALID_REQUEST, False, False),
        ({"type": "error", **error(kind="requests", code="rate_limit_exceeded")}, failures.SERVER_ERROR, True, False),
        ({"type": "error", **error(kind=USER_ERROR, code="moderation_blocked")}, failures.REFUSED, False, False),
        ({"type": "error", "code": "moderation_blocked", "message": "No."}, failures.REFUSED, False, False),
        ({"type": "error", **error(code="insufficient_quota")}, failures.NO_CREDIT, False, True),
    ],
)
def test_an_error_after_the_call_was_taken_on_proves_nothing(body: Any, code: str, unclear: bool, pauses: bool) -> None:
    outcome = read(200, body, headers=STREAM)
    expected = Failure(code=code, words="No.", billed=Billed.UNKNOWN, unclear=unclear, pauses=pauses)
    assert outcome == expected
    assert not outcome.not_accepted


@pytest.mark.parametrize(
    ("name", "body", "picture"),
    [
        ("image_generation.partial_image", {"b64_json": PICTURE}, Picture(data=b"picture")),
        ("", {"type": "image_edit.partial_image", "b64_json": SPILLED}, Picture(spilled=SPILLED)),
        ("image_generation.partial_image", {"b64_json": "https://elsewhere.example/x.png"}, None),
        ("image_generation.partial_image", {"b64_json": "!"}, None),
        ("image_generation.partial_image", {}, None),
        ("image_generation.partial_image", [], None),
        ("ping", {"b64_json": PICTURE}, None),
    ],
)
def test_only_pictures_in_events_of_that_kind_are_unfinished_ones(
    name: str, body: Any, picture: Picture | None
) -> None:
    assert isinstance(OPENAI, Streams)
    assert OPENAI.read_event(Event(name=name, body=body)) == picture
