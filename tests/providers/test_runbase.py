"""RunBase: this request gives these bytes, and this answer means this outcome."""

from __future__ import annotations

from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, prices, runbase, sizes
from studio.providers.output import Output
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Failure,
    ImageRequest,
    Picture,
    Pictures,
    RemoteJob,
    Reply,
)
from tests.doubles import runbase as double

RUNBASE = adapter("runbase")
ACCOUNT = Account(base_url="", key="k")
REQUEST = ImageRequest(model="openai/gpt-image-2", prompt="x", size="1024x1024")
JOB = RemoteJob(id="run_1", poll_after=4.0)
MODEL = catalogue.model("runbase", "openai/gpt-image-2")
OFFERED = sorted(MODEL.sizes.table)
LINK = "https://a.example/x.png"
NO, YES, UNKNOWN = Billed.NO, Billed.YES, Billed.UNKNOWN


def submit(request: ImageRequest = REQUEST, account: Account = ACCOUNT, key: str = "attempt-1") -> Call:
    call = RUNBASE.submit(request, account, key=key)
    assert isinstance(call, Call)
    return call


def read(status: int, body: Any = None, *, text: str = "", headers: dict[str, str] | None = None) -> Any:
    return RUNBASE.read(Reply(status=status, headers=headers or {}, body=body, text=text), REQUEST)


def read_check(status: int, body: Any = None) -> Any:
    return RUNBASE.read_check(Reply(status=status, headers={}, body=body), JOB)


def read_test(status: int, body: Any = None) -> Any:
    return RUNBASE.read_test(Reply(status=status, headers={}, body=body))


def error(code: str, message: str = "Why not.") -> dict[str, Any]:
    return {"error": {"message": message, "code": code}}


def test_a_run_is_asked_for_without_a_key_of_its_own() -> None:
    call = submit(ImageRequest(model="openai/gpt-image-2", prompt=" exact 咖啡\n", size="1152x2048"))
    assert (call.method, call.url) == ("POST", "https://runbase.net/api/v1/runs")
    assert call.headers == {"Authorization": "Bearer k"}
    assert call.json == {
        "model": "openai/gpt-image-2",
        "input": {"prompt": " exact 咖啡\n", "aspect_ratio": "9:16", "resolution": "2K"},
    }
    assert call.form is None
    assert not RUNBASE.takes_key
    assert RUNBASE.makes_jobs


def test_what_the_schema_has_no_field_for_is_never_sent() -> None:
    full = ImageRequest(
        model=REQUEST.model, prompt="x", size="1024x1024", quality="high", format="webp", compression=5, take=3
    )
    assert submit(full) == submit()


@pytest.mark.parametrize(("ratio", "tier"), OFFERED)
def test_every_size_has_its_names(ratio: str, tier: str) -> None:
    size = sizes.resolve(MODEL, Output(ratio=ratio, tier=tier)).value
    sent = (submit(ImageRequest(model=REQUEST.model, prompt="x", size=size)).json or {})["input"]
    assert sent == {"prompt": "x", "aspect_ratio": ratio, "resolution": tier}
    assert ratio in double.RATIOS


def test_every_pair_that_the_schema_allows_is_offered_and_no_other() -> None:
    pairs = {(ratio, tier) for ratio in sizes.RATIOS for tier in sizes.TIERS}
    assert set(OFFERED) == {(ratio, tier) for ratio, tier in pairs if tier != "4K" or ratio in double.IN_4K}
    pixels = list(MODEL.sizes.table.values())
    assert len(pixels) == len(set(pixels))  # read backwards, each has one name


@pytest.mark.parametrize("typed", ["1:1@4K", "3:2@4K", "4:5@4K", "1000x1000", "auto"])
def test_what_cannot_be_named_is_refused_before_it_is_sent(typed: str) -> None:
    with pytest.raises(sizes.Impossible):
        sizes.resolve(MODEL, sizes.parse(typed))
    for size in ("1000x1000", "auto"):
        with pytest.raises(ValueError, match="no name for the size"):
            submit(ImageRequest(model=REQUEST.model, prompt="x", size=size))
    assert (submit(ImageRequest(model=REQUEST.model, prompt="x", size="")).json or {})["input"] == {"prompt": "x"}


def test_limits_and_prices_are_the_published_ones() -> None:
    assert (MODEL.max_prompt, MODEL.max_references, MODEL.max_reference_bytes) == (4000, 4, 4_000_000)
    for tier, each in (("1K", 50_000), ("2K", 70_000), ("4K", 120_000)):
        estimate = prices.estimate(MODEL, Output(ratio="16:9", tier=tier, takes=2), 4)
        assert estimate == prices.Estimate(each=each, total=2 * each, confidence=prices.Confidence.EXACT)


def test_the_limit_of_a_key_leaves_room_for_six_runs_at_full_pace() -> None:
    rate = catalogue.provider("runbase").rate
    assert rate is not None
    assert (rate.requests, rate.seconds) == (double.REQUESTS, double.SECONDS)
    assert 6 * rate.seconds / runbase.POLL_AFTER <= 0.8 * rate.requests


@pytest.mark.parametrize("base_url", ["https://runbase.net", "https://runbase.net/", "https://runbase.net/api/v1/"])
def test_the_path_of_the_address_may_be_left_out(base_url: str) -> None:
    assert submit(account=Account(base_url=base_url)).url == "https://runbase.net/api/v1/runs"


@pytest.mark.parametrize("base_url", ["https://api.runbase.net/v1", "https://api.runbase.net/v1/"])
def test_the_other_published_address_works_as_well(base_url: str) -> None:
    account = Account(base_url=base_url)
    assert submit(account=account).url == "https://api.runbase.net/v1/runs"
    assert submit(account=account).headers == {}


def test_a_run_is_asked_about_by_its_id_whatever_signs_it_has() -> None:
    call = RUNBASE.check(RemoteJob(id="a/../b?c"), ACCOUNT)
    assert (call.method, call.url, call.json) == ("GET", "https://runbase.net/api/v1/runs/a%2F..%2Fb%3Fc", None)
    assert call.headers == {"Authorization": "Bearer k"}
    assert RUNBASE.cancel(JOB, ACCOUNT) is None


@pytest.mark.parametrize("word", ["pending", "processing", "another word", "", None, 5])
def test_a_run_that_is_taken_on_is_followed(word: Any) -> None:
    for status in (200, 201, 202):
        assert read(status, {"id": "run_1", "status": word}) == JOB
    assert read_check(200, {"id": "run_1", "status": word}) == JOB
    assert read_check(200, {"status": word}) == JOB


def test_an_id_may_be_a_number() -> None:
    assert read(200, {"id": 5, "status": "pending"}) == RemoteJob(id="5", poll_after=runbase.POLL_AFTER)


@pytest.mark.parametrize("job_id", ["", None, True, -5, 10**18, 1.5, "..", "a\nb", "\ud800", "x" * 201, ["a"], {}])
def test_an_id_that_cannot_be_asked_for_is_none(job_id: Any) -> None:
    assert read(200, {"id": job_id, "status": "pending"}) == Failure(code=failures.UNUSABLE_REPLY, billed=UNKNOWN)


def test_success_brings_the_pictures_and_no_figure_of_cost() -> None:
    body = {"id": "run_1", "status": "succeeded", "output": {"urls": [LINK, None, 5, "", "ftp://x", {"url": LINK}]}}
    assert read_check(200, body) == Pictures(pictures=(Picture(url=LINK),) * 2)
    assert read(200, body) == read_check(200, body)


@pytest.mark.parametrize("output", [None, [], {}, "x", {"urls": None}, {"urls": []}, {"urls": {}}, {"urls": [5]}])
def test_success_without_a_picture_is_a_paid_failure(output: Any) -> None:
    outcome = read_check(200, {"status": "succeeded", "output": output})
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, billed=YES)


@pytest.mark.parametrize("said", ["Why not.", {"message": "Why not.", "code": "x"}])
def test_a_failed_run_is_given_back(said: Any) -> None:
    outcome = read_check(200, {"id": "run_1", "status": "failed", "error": said})
    assert outcome == Failure(code=failures.JOB_FAILED, words="Why not.", billed=NO)


def test_a_refusal_of_the_content_is_told_from_an_accident() -> None:
    assert read_check(200, {"status": "failed", **error("moderation_blocked")}).code == failures.REFUSED
    assert read_check(200, {"status": "failed", "error": "safety_violations=[x]"}).code == failures.REFUSED
    assert read(400, error("content_policy_violation")).code == failures.REFUSED


def test_a_cancelled_run_may_have_been_charged() -> None:
    assert read_check(200, {"status": "canceled"}) == Failure(code=failures.CANCELLED, billed=UNKNOWN)


@pytest.mark.parametrize(
    ("status", "word", "code", "billed", "again", "pauses"),
    [
        (400, "invalid_json", failures.INVALID_REQUEST, NO, False, False),
        (400, "missing_model", failures.INVALID_REQUEST, NO, False, False),
        (400, "missing_input", failures.INVALID_REQUEST, NO, False, False),
        (400, "invalid_input", failures.INVALID_REQUEST, NO, False, False),
        (400, "model_not_found", failures.MODEL_UNKNOWN, NO, False, False),
        (401, "missing_api_key", failures.BAD_KEY, NO, False, True),
        (401, "invalid_api_key", failures.BAD_KEY, NO, False, True),
        (402, "insufficient_balance", failures.NO_CREDIT, NO, False, True),
        (403, "api_key_spend_limit_exceeded", failures.NO_CREDIT, NO, False, True),
        (403, "ip_not_allowed", failures.FORBIDDEN, NO, False, True),
        (404, "run_not_found", failures.ADDRESS_WRONG, NO, False, False),
        (405, "", failures.ADDRESS_WRONG, NO, False, False),
        (302, "", failures.ADDRESS_WRONG, NO, False, False),
        (413, "", failures.REQUEST_TOO_LARGE, NO, False, False),
        (422, "", failures.INVALID_REQUEST, NO, False, False),
        (429, "RATE_LIMITED", failures.RATE_LIMITED, NO, True, False),
        (429, "", failures.RATE_LIMITED, NO, True, False),
        (429, "USAGE_EXCEEDED", failures.NO_CREDIT, NO, False, True),
        (408, "", failures.SERVER_ERROR, UNKNOWN, False, False),
        (409, "", failures.SERVER_ERROR, UNKNOWN, False, False),
        (500, "unexpected", failures.SERVER_ERROR, UNKNOWN, False, False),
        (502, "", failures.SERVER_ERROR, UNKNOWN, False, False),
        (503, "", failures.BUSY, UNKNOWN, False, False),
    ],
)
def test_every_refusal_has_its_meaning(
    status: int, word: str, code: str, billed: Billed, again: bool, pauses: bool
) -> None:
    unclear = billed is UNKNOWN  # whether a run began: there is no key to send it again under
    assert read(status, error(word)) == Failure(
        code=code, words="Why not.", billed=billed, not_accepted=again, unclear=unclear, pauses=pauses
    )
    of_question = read_check(status, error(word))
    asked = failures.JOB_GONE if status == 404 else code
    assert (of_question.code, of_question.not_accepted, of_question.unclear) == (asked, True, False)
    assert of_question.pauses is pauses


def test_a_wait_is_passed_on_where_one_is_named() -> None:
    assert read(429, error("RATE_LIMITED"), headers={"retry-after": "3"}).retry_after == 3
    assert read(429, error("RATE_LIMITED")).retry_after is None


JUNK: tuple[Any, ...] = (
    None, [], {}, "x", 5, True, 1.5, [[]], {"status": {}}, {"id": {}, "status": []}, {"error": "x"}, {"error": [5]},
    {"error": {"code": [], "message": 5}}, {"error": {"error": {"error": 5}}}, {"status": "failed", "error": [[5], {}]},
    {"status": "succeeded", "output": [5]},
)  # fmt: skip


@pytest.mark.parametrize("body", JUNK)
@pytest.mark.parametrize("status", [200, 202, 204, 301, 400, 401, 404, 409, 429, 500, 503, 599])
def test_junk_never_raises_and_never_claims_a_picture(status: int, body: Any) -> None:
    assert isinstance(read(status, body, text="<html>"), Failure)
    assert isinstance(read_check(status, body), Failure | RemoteJob)
    assert not read_test(status, body).passed


def test_a_question_answered_by_a_page_is_asked_again_later() -> None:
    assert read_check(200, None) == RemoteJob(id="run_1", poll_after=12.0)


def test_the_free_test_asks_for_a_run_that_is_not_there() -> None:
    call = RUNBASE.test(ACCOUNT)
    assert call is not None
    assert (call.method, call.url, call.json) == ("GET", "https://runbase.net/api/v1/runs/run_connection_test", None)
    assert read_test(404, error("run_not_found")).passed


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, error("invalid_api_key"), failures.BAD_KEY),
        (403, error("ip_not_allowed"), failures.FORBIDDEN),
        (404, None, failures.ADDRESS_WRONG),
        (404, error("not_found"), failures.ADDRESS_WRONG),
        (200, {"id": "run_connection_test"}, failures.ADDRESS_WRONG),
        (429, error("RATE_LIMITED"), failures.RATE_LIMITED),
        (500, None, failures.SERVER_ERROR),
    ],
)
def test_a_failed_test_says_why(status: int, body: Any, code: str) -> None:
    result = read_test(status, body)
    assert (result.passed, result.code) == (False, code)
    assert result.message
