"""APIYI's answers: both shapes, every way in which a picture comes, and what each refusal means."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, failures
from studio.providers.values import Billed, Failure, ImageRequest, Picture, Pictures, ReferenceFile, Reply, Spilled
from tests.doubles.apiyi import ALL, OFFICIAL, VIP

APIYI = adapter("apiyi")
PICTURE = base64.b64encode(b"picture").decode()
PREFIXED = f"data:image/png;base64,{PICTURE}"
LINK = "https://r2cdn.copilotbase.com/r2cdn2/x.png"
REFERENCE = ReferenceFile(path=Path("1.png"), media_type="image/png", bytes=1, width=1, height=1)


def ordered(model: str, references: tuple[ReferenceFile, ...] = ()) -> ImageRequest:
    return ImageRequest(model=model, prompt="A tin", size="1280x1280", references=references)


def read(status: int, body: Any = None, *, request: ImageRequest | None = None, text: str = "") -> Any:
    return APIYI.read(Reply(status=status, headers={}, body=body, text=text), request or ordered(ALL))


SPILLED = Spilled(path=Path("x.part"), bytes=9, sha256="0")


def said(content: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("body", "pictures"),
    [
        ({"data": [{"b64_json": PICTURE}], "created": 1}, [Picture(data=b"picture")]),
        ({"data": [{"b64_json": PREFIXED}]}, [Picture(data=b"picture")]),
        ({"data": [{"b64_json": SPILLED}]}, [Picture(spilled=SPILLED)]),
        ({"data": [{"url": LINK}]}, [Picture(url=LINK)]),
        ({"data": [{"url": LINK, "b64_json": PREFIXED}]}, [Picture(data=b"picture")]),
        (said(f"![image]({LINK})"), [Picture(url=LINK)]),
        (said(f"Here: ![]({LINK}) and [again]({LINK})"), [Picture(url=LINK)]),
        (said(f"[Download]({LINK} 'x')"), [Picture(url=LINK)]),
        (said(f"![image]({PREFIXED})"), [Picture(data=b"picture")]),
        (said(SPILLED), [Picture(spilled=SPILLED)]),
        (said(f"![a]({LINK}) ![b]({LINK}?2)"), [Picture(url=LINK), Picture(url=f"{LINK}?2")]),
    ],
)
def test_pictures_are_read_in_every_shape(body: Any, pictures: list[Picture]) -> None:
    outcome = read(200, body)
    assert isinstance(outcome, Pictures)
    assert list(outcome.pictures) == pictures
    assert outcome.cost == 30_000  # whatever the size


def test_the_relays_cost_comes_from_its_token_counts() -> None:
    usage = {"input_tokens": 42, "output_tokens": 6240, "total_tokens": 6282}
    body = {"created": 1776832476, "data": [{"b64_json": PICTURE}], "usage": usage}
    assert read(200, body, request=ordered(OFFICIAL)).cost == 42 * 5 + 6240 * 30
    assert read(200, body | {"usage": None}, request=ordered(OFFICIAL)).cost is None
    assert read(200, body, request=ordered("gone")).cost is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        5,
        {},
        {"data": [{}]},
        {"data": [{"b64_json": "cut!"}]},
        {"choices": 5},
        {"choices": [None, {}, {"message": 5}, {"message": {"content": 7}}]},
        said(None),
        said([]),
        said(""),
        said("![image](ftp://x)"),
        said("![image](aGVsbG8=)"),
        said("![" * 40_000),
    ],
)
def test_success_without_a_picture_is_a_paid_failure(body: Any) -> None:
    outcome = read(200, body, text="<html>")
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, words=outcome.words, billed=Billed.YES)


def test_what_a_model_writes_instead_of_a_picture_is_told() -> None:
    assert read(200, said("I cannot draw that.")).words == "I cannot draw that."


NO, UNKNOWN = Billed.NO, Billed.UNKNOWN
WOBBLE = {
    "status_code": 500,
    "error": {"message": "An error occurred. request ID 7", "type": "invalid_request_error", "code": None},
}
OVERSIZED = {"message": "x", "localized_message": "Unknown error", "type": "shell_api_error", "param": "", "code": None}
SHORT = {"error": {"message": "No quota.", "type": "shell_api_error", "code": "insufficient_user_quota"}}
NOT_OFFERED = {"error": {"message": "No channel.", "type": "shell_api_error", "code": "model_not_found"}}
BLOCKED = {"error": {"message": "No.", "type": "image_generation_user_error", "code": "moderation_blocked"}}


@pytest.mark.parametrize(
    ("status", "body", "code", "billed", "again", "pauses"),
    [
        (500, WOBBLE, failures.SERVER_ERROR, UNKNOWN, False, False),
        (400, WOBBLE, failures.SERVER_ERROR, UNKNOWN, False, False),
        (200, WOBBLE, failures.SERVER_ERROR, UNKNOWN, False, False),
        (400, {**WOBBLE, "status_code": "500"}, failures.INVALID_REQUEST, NO, False, False),
        (401, {**WOBBLE, "status_code": 500}, failures.BAD_KEY, NO, False, True),
        (400, BLOCKED, failures.REFUSED, NO, False, False),
        (400, {"error": {"message": "input_fidelity"}}, failures.INVALID_REQUEST, NO, False, False),
        (401, None, failures.BAD_KEY, NO, False, True),
        (402, None, failures.NO_CREDIT, NO, False, True),
        (403, SHORT, failures.NO_CREDIT, NO, False, True),
        (429, SHORT, failures.NO_CREDIT, NO, False, True),
        (403, {"error": OVERSIZED}, failures.FORBIDDEN, NO, False, True),
        (404, None, failures.ADDRESS_WRONG, NO, False, False),
        (413, None, failures.REQUEST_TOO_LARGE, NO, False, False),
        (429, {"error": OVERSIZED}, failures.RATE_LIMITED, NO, True, False),
        (500, {"error": OVERSIZED}, failures.SERVER_ERROR, UNKNOWN, False, False),
        (503, None, failures.BUSY, UNKNOWN, False, False),
        (503, NOT_OFFERED, failures.MODEL_UNKNOWN, NO, False, False),
        (524, None, failures.SERVER_ERROR, UNKNOWN, False, False),
    ],
)  # fmt: skip
def test_every_refusal_has_its_meaning(
    status: int, body: Any, code: str, billed: Billed, again: bool, pauses: bool
) -> None:
    outcome = read(status, body)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed, outcome.not_accepted, outcome.pauses) == (code, billed, again, pauses)


@pytest.mark.parametrize("body", [OVERSIZED, {"error": OVERSIZED}])
@pytest.mark.parametrize(("status", "billed"), [(200, UNKNOWN), (400, NO), (500, UNKNOWN)])
def test_with_references_the_unknown_error_means_that_they_are_too_large(
    body: Any, status: int, billed: Billed
) -> None:
    outcome = read(status, body, request=ordered(VIP, references=(REFERENCE,)))
    assert (outcome.code, outcome.billed) == (failures.REQUEST_TOO_LARGE, billed)
    assert outcome.unclear is (status == 500)


@pytest.mark.parametrize(
    ("status", "body", "unclear"),
    [(status, None, True) for status in (408, 409, 500, 502, 503, 504, 524)]
    + [(200, WOBBLE, True), (400, WOBBLE, True), (503, NOT_OFFERED, False)]
    + [(status, None, False) for status in (302, 400, 401, 402, 403, 404, 413, 422, 429)],
)
def test_an_answer_that_proves_nothing_is_unclear(status: int, body: Any, unclear: bool) -> None:
    assert read(status, body).unclear is unclear


@pytest.mark.parametrize("junk", [None, 5, True, "x", [], [[]], {}, {"a": {}}])
@pytest.mark.parametrize("status", [200, 302, 400, 403, 429, 500])
def test_junk_of_any_type_is_an_outcome(status: int, junk: Any) -> None:
    names = ("error", "data", "choices", "status_code", "usage", "code", "message")
    inner = {"type": junk, "code": junk, "message": junk, "localized_message": junk}
    bodies = [junk, *({name: junk} for name in names), {"error": inner}, inner, {"data": [junk]}, {"choices": [junk]}]
    for body in bodies:
        assert isinstance(read(status, body), Failure)
        APIYI.read_test(Reply(status=status, headers={}, body=body))
