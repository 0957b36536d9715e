"""The OpenAI-compatible adapter: this request gives these bytes, and this answer means this outcome."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, failures
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Failure,
    FormField,
    FormFile,
    ImageRequest,
    Picture,
    Pictures,
    ReferenceFile,
    RemoteJob,
    Reply,
    Spilled,
)

OPENAI = adapter("openai")
LOCAL = Account(base_url="http://127.0.0.1:1234/v1")
REQUEST = ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024")
PICTURE = base64.b64encode(b"picture").decode()
USAGE = {
    "input_tokens": 805,
    "input_tokens_details": {"image_tokens": 768, "text_tokens": 37},
    "output_tokens": 7024,
    "total_tokens": 7829,
}


def submit(request: ImageRequest = REQUEST, account: Account = LOCAL, key: str = "") -> Call:
    call = OPENAI.submit(request, account, key=key)
    assert isinstance(call, Call)
    return call


def read(status: int, body: Any = None, *, text: str = "", headers: dict[str, str] | None = None) -> Any:
    return OPENAI.read(Reply(status=status, headers=headers or {}, body=body, text=text), REQUEST)


def error(message: str = "No.", *, kind: str = "invalid_request_error", code: str | None = None, **more: Any) -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **more}}


def test_only_what_was_chosen_is_sent() -> None:
    bare = ImageRequest(model="sdxl", prompt=" exact\n", size="")
    assert submit(bare).json == {"model": "sdxl", "prompt": " exact\n", "n": 1}
    full = ImageRequest(model="m", prompt="x", size="1x1", quality="low", format="webp", compression=0)
    assert dict(submit(full).json or {}) == {
        "model": "m",
        "prompt": "x",
        "n": 1,
        "size": "1x1",
        "quality": "low",
        "output_format": "webp",
        "output_compression": 0,
    }


def test_png_is_never_sent_with_a_compression() -> None:
    request = ImageRequest(model="m", prompt="x", size="", format="png", compression=80)
    assert "output_compression" not in (submit(request).json or {})


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.example/v1", "https://api.example/v1/images/generations"),
        ("https://api.example/v1/", "https://api.example/v1/images/generations"),
        ("https://api.example", "https://api.example/v1/images/generations"),
        ("http://127.0.0.1:1234/", "http://127.0.0.1:1234/v1/images/generations"),
        ("https://api.example/openai", "https://api.example/openai/images/generations"),
        ("", "https://api.openai.com/v1/images/generations"),
    ],
)
def test_the_address_is_used_as_it_was_typed_and_is_given_a_path_where_it_has_none(base_url: str, url: str) -> None:
    assert submit(account=Account(base_url=base_url)).url == url


def test_a_key_is_sent_when_there_is_one() -> None:
    assert submit().headers == {}
    assert submit(account=Account(base_url="https://a.example", key="k")).headers == {"Authorization": "Bearer k"}
    assert submit(key="attempt-1").headers == {"X-Client-Request-Id": "attempt-1"}


def test_references_go_to_the_edit_address_in_their_order() -> None:
    references = tuple(
        ReferenceFile(path=Path(f"{n}"), media_type=kind, bytes=1, width=1, height=1)
        for n, kind in enumerate(("image/png", "image/jpeg", "image/webp"))
    )
    call = submit(ImageRequest(model="m", prompt="x", size="1x1", references=references))
    assert call.url.endswith("/images/edits")
    assert call.json is None
    assert call.form == (
        FormField(name="model", value="m"),
        FormField(name="prompt", value="x"),
        FormField(name="n", value="1"),
        FormField(name="size", value="1x1"),
        FormFile(name="image[]", filename="image-1.png", media_type="image/png", path=Path("0")),
        FormFile(name="image[]", filename="image-2.jpg", media_type="image/jpeg", path=Path("1")),
        FormFile(name="image[]", filename="image-3.webp", media_type="image/webp", path=Path("2")),
    )


SPILLED = Spilled(path=Path("x.part"), bytes=9, sha256="0")


@pytest.mark.parametrize(
    ("data", "pictures"),
    [
        ([{"b64_json": PICTURE}], [Picture(data=b"picture")]),
        ([{"b64_json": f"data:image/png;base64,{PICTURE}"}], [Picture(data=b"picture")]),
        ([{"b64_json": SPILLED}], [Picture(spilled=SPILLED)]),
        ([{"url": "https://a.example/x.png"}], [Picture(url="https://a.example/x.png")]),
        ([{"url": f"data:image/png;base64,{PICTURE}"}], [Picture(data=b"picture")]),
        ([{"b64_json": PICTURE, "url": None, "revised_prompt": None}], [Picture(data=b"picture")]),
        ([{"b64_json": None, "url": "https://a.example/x.png"}], [Picture(url="https://a.example/x.png")]),
        ([{"b64_json": PICTURE}, {"b64_json": "!"}, {"b64_json": PICTURE}], [Picture(data=b"picture")] * 2),
        ([7, {"b64_json": PICTURE}], [Picture(data=b"picture")]),
    ],
)
def test_pictures_are_read_in_every_way_that_they_come(data: Any, pictures: list[Picture]) -> None:
    outcome = read(200, {"created": 1, "data": data})
    assert isinstance(outcome, Pictures)
    assert list(outcome.pictures) == pictures
    assert outcome.cost is None


def test_cost_and_revised_prompt_come_from_the_providers_own_figures() -> None:
    outcome = read(200, {"data": [{"b64_json": PICTURE, "revised_prompt": "y"}], "usage": USAGE})
    # 37 text at 5, 768 image at 8 and 7,024 out at 30 micro-dollars.
    assert (outcome.cost, outcome.revised_prompt) == (217_049, "y")


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "x",
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": -1, "output_tokens": 5},
        {"input_tokens": True, "output_tokens": 5},
        {"input_tokens": "9", "output_tokens": 5},
        {"input_tokens": 9},
    ],
)
def test_figures_that_cannot_be_true_give_no_cost(usage: Any) -> None:
    assert read(200, {"data": [{"b64_json": PICTURE}], "usage": usage}).cost is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        5,
        {},
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": [{}]},
        {"data": [None]},
        {"data": [{"b64_json": ""}]},
        {"data": [{"b64_json": "cut!"}]},
        {"data": [{"url": "ftp://x"}]},
    ],
)
def test_success_without_a_picture_is_a_paid_failure(body: Any) -> None:
    outcome = read(200, body, text="<html>")
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, words=outcome.words, billed=Billed.YES)
    assert "<" not in outcome.words


NO, UNKNOWN = Billed.NO, Billed.UNKNOWN
USER_ERROR = "image_generation_user_error"


@pytest.mark.parametrize(
    ("status", "body", "code", "billed", "again", "pauses"),
    [
        (400, error(), failures.INVALID_REQUEST, NO, False, False),
        (400, error(kind=USER_ERROR, code="invalid_value"), failures.INVALID_REQUEST, NO, False, False),
        (400, error(kind=USER_ERROR, code="moderation_blocked"), failures.REFUSED, NO, False, False),
        (400, error("Rejected: safety_violations=[violence]"), failures.REFUSED, NO, False, False),
        (400, error(code="billing_hard_limit_reached"), failures.NO_CREDIT, NO, False, True),
        (401, error(code="invalid_api_key"), failures.BAD_KEY, NO, False, True),
        (401, None, failures.BAD_KEY, NO, False, True),
        (402, error(), failures.NO_CREDIT, NO, False, True),
        (403, error(), failures.FORBIDDEN, NO, False, True),
        (404, error(code="model_not_found"), failures.MODEL_UNKNOWN, NO, False, False),
        (404, {"detail": "Not Found"}, failures.ADDRESS_WRONG, NO, False, False),
        (405, {"detail": "Method Not Allowed"}, failures.ADDRESS_WRONG, NO, False, False),
        (302, None, failures.ADDRESS_WRONG, NO, False, False),
        (413, None, failures.REQUEST_TOO_LARGE, NO, False, False),
        (422, {"detail": [{"loc": ["body"], "msg": "x"}]}, failures.INVALID_REQUEST, NO, False, False),
        (429, error(kind="requests", code="rate_limit_exceeded"), failures.RATE_LIMITED, NO, True, False),
        (429, None, failures.RATE_LIMITED, NO, True, False),
        (429, error(kind="insufficient_quota", code="insufficient_quota"), failures.NO_CREDIT, NO, False, True),
        (429, error(kind="insufficient_quota", code="credit_balance_exhausted"), failures.NO_CREDIT, NO, False, True),
        (429, error(code="project_spend_limit_exceeded"), failures.NO_CREDIT, NO, False, True),
        (503, error(code="server_is_overloaded"), failures.BUSY, NO, True, False),
        (503, error(kind="rate_limit_error", code="slow_down"), failures.BUSY, NO, True, False),
        (503, {"detail": "No model is loaded."}, failures.BUSY, UNKNOWN, False, False),
        (503, None, failures.BUSY, UNKNOWN, False, False),
        (500, {"error": "out of memory"}, failures.SERVER_ERROR, UNKNOWN, False, False),
        (502, None, failures.SERVER_ERROR, UNKNOWN, False, False),
        (504, None, failures.SERVER_ERROR, UNKNOWN, False, False),
        (408, None, failures.SERVER_ERROR, UNKNOWN, False, False),
        (409, None, failures.SERVER_ERROR, UNKNOWN, False, False),
    ],
)  # fmt: skip
def test_every_refusal_has_its_meaning(
    status: int, body: Any, code: str, billed: Billed, again: bool, pauses: bool
) -> None:
    outcome = read(status, body)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed, outcome.not_accepted, outcome.pauses) == (code, billed, again, pauses)


def test_a_refusal_names_its_categories() -> None:
    details = {"moderation_stage": "input", "categories": ["violence", 5, "sexual"]}
    outcome = read(400, error("Blocked.", code="moderation_blocked", moderation_details=details))
    assert outcome.words == "Blocked. (violence, sexual)"


def test_the_wait_is_passed_on() -> None:
    assert read(429, None, headers={"retry-after": "12"}).retry_after == 12


def read_test(status: int, body: Any = None, text: str = "") -> Any:
    return OPENAI.read_test(Reply(status=status, headers={}, body=body, text=text))


def test_the_free_test_asks_for_the_models() -> None:
    call = OPENAI.test(LOCAL)
    assert call is not None
    assert (call.method, call.url, call.json) == ("GET", "http://127.0.0.1:1234/v1/models", None)


def test_a_small_servers_models_are_all_told() -> None:
    result = read_test(200, {"object": "list", "data": [{"id": "sdxl"}, {"id": "flux"}, {"id": 5}, None, {}]})
    assert (result.passed, result.models) == (True, ("sdxl", "flux"))


def test_of_a_large_service_only_models_of_pictures_are_told() -> None:
    result = read_test(200, {"data": [{"id": "gpt-9"}, {"id": "gpt-image-2"}]})
    assert result.models == ("gpt-image-2",)


@pytest.mark.parametrize(
    ("status", "body", "text", "code", "message"),
    [
        (401, error("Incorrect API key."), "", failures.BAD_KEY, "Incorrect API key."),
        (404, {"detail": "Not Found"}, "", failures.ADDRESS_WRONG, "Not Found"),
        (200, None, "<html>", failures.ADDRESS_WRONG, "There is no images API at this address."),
        (200, {"models": []}, "", failures.ADDRESS_WRONG, "There is no images API at this address."),
        (502, None, "<html>", failures.SERVER_ERROR, "The provider failed while it was working on this."),
    ],
)
def test_a_failed_test_says_why(status: int, body: Any, text: str, code: str, message: str) -> None:
    result = read_test(status, body, text)
    assert (result.passed, result.code, result.message) == (False, code, message)


def test_what_a_synchronous_provider_cannot_do_is_not_offered() -> None:
    job = RemoteJob(id="x")
    assert OPENAI.cancel(job, LOCAL) is None
    assert not OPENAI.takes_key
    with pytest.raises(NotImplementedError):
        OPENAI.check(job, LOCAL)
