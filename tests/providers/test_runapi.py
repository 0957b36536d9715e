"""RunAPI: this request gives these bytes, and this answer means this outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, prices, sizes
from studio.providers.output import Output
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Failure,
    ImageRequest,
    Picture,
    Pictures,
    ReferenceFile,
    RemoteJob,
    Reply,
)
from tests.doubles import runapi as double

RUNAPI = adapter("runapi")
ACCOUNT = Account(base_url="", key="k")
REQUEST = ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024")
JOB = RemoteJob(id="task_gen_1")
MODEL = catalogue.model("runapi", "gpt-image-2")
LINK = "https://file.runapi.ai/x.png"


def submit(request: ImageRequest = REQUEST, account: Account = ACCOUNT, key: str = "attempt-1") -> Call:
    call = RUNAPI.submit(request, account, key=key)
    assert isinstance(call, Call)
    return call


def read(status: int, body: Any = None, *, text: str = "", headers: dict[str, str] | None = None) -> Any:
    return RUNAPI.read(Reply(status=status, headers=headers or {}, body=body, text=text), REQUEST)


def read_check(status: int, body: Any = None, *, headers: dict[str, str] | None = None) -> Any:
    return RUNAPI.read_check(Reply(status=status, headers=headers or {}, body=body), JOB)


def test_a_task_is_asked_for_with_its_key() -> None:
    call = submit(ImageRequest(model="gpt-image-2", prompt=" exact 咖啡\n", size="1152x2048"))
    assert (call.method, call.url) == ("POST", "https://runapi.ai/api/v1/gpt_image_2/text_to_image")
    assert call.headers == {"Authorization": "Bearer k", "Idempotency-Key": "attempt-1"}
    assert call.json == {
        "model": "gpt-image-2",
        "prompt": " exact 咖啡\n",
        "aspect_ratio": "9:16",
        "output_resolution": "2k",
    }
    assert call.form is None
    assert RUNAPI.takes_key
    assert RUNAPI.makes_jobs


def test_what_the_contract_has_no_field_for_is_never_sent() -> None:
    full = ImageRequest(
        model="gpt-image-2", prompt="x", size="1024x1024", quality="high", format="webp", compression=5, take=3
    )
    assert submit(full) == submit()


@pytest.mark.parametrize("tier", ["1K", "2K"])
@pytest.mark.parametrize("ratio", sizes.RATIOS)
def test_every_size_has_its_names(ratio: str, tier: str) -> None:
    size = sizes.resolve(MODEL, Output(ratio=ratio, tier=tier)).value
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size=size)).json or {}
    assert (sent["aspect_ratio"], sent["output_resolution"]) == (ratio, tier.lower())
    assert sent["aspect_ratio"] in double.RATIOS
    assert (sent["aspect_ratio"], sent["output_resolution"]) not in double.FORBIDDEN


def test_no_size_stands_for_two_names() -> None:
    pixels = list(MODEL.sizes.table.values())
    assert len(pixels) == len(set(pixels)) == len(sizes.RATIOS) * len(MODEL.sizes.tiers)


def test_a_size_left_to_the_model_comes_in_the_one_resolution_that_takes_it() -> None:
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size="auto")).json or {}
    assert (sent["aspect_ratio"], sent["output_resolution"]) == ("auto", "1k")
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size="")).json or {}
    assert sent == {"model": "gpt-image-2", "prompt": "x"}


@pytest.mark.parametrize("typed", ["1:1@4K", "16:9@4K", "1000x1000"])
def test_what_cannot_be_named_is_refused_before_it_is_sent(typed: str) -> None:
    with pytest.raises(sizes.Impossible):
        sizes.resolve(MODEL, sizes.parse(typed))
    with pytest.raises(ValueError, match="no name for the size"):
        submit(ImageRequest(model="gpt-image-2", prompt="x", size="1000x1000"))


def test_no_reference_is_left_out_in_silence() -> None:
    reference = ReferenceFile(path=Path("x"), media_type="image/png", bytes=1, width=1, height=1)
    assert MODEL.max_references == 0
    with pytest.raises(ValueError, match="References"):
        submit(ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024", references=(reference,)))


def test_the_estimate_is_the_top_of_the_published_range() -> None:
    estimate = prices.estimate(MODEL, Output(takes=2))
    assert estimate == prices.Estimate(each=160_000, total=320_000, confidence=prices.Confidence.ROUGH)


@pytest.mark.parametrize(
    "base_url", ["https://a.example", "https://a.example/", "https://a.example/api/v1", "https://a.example/api/v1/"]
)
def test_the_address_may_be_typed_with_its_path_or_without(base_url: str) -> None:
    account = Account(base_url=base_url)
    assert submit(account=account).url == "https://a.example/api/v1/gpt_image_2/text_to_image"
    assert submit(account=account, key="").headers == {}


def test_a_task_is_asked_about_by_its_id_whatever_signs_it_has() -> None:
    call = RUNAPI.check(RemoteJob(id="a/../b?c#d"), ACCOUNT)
    assert (call.method, call.json) == ("GET", None)
    assert call.url == "https://runapi.ai/api/v1/gpt_image_2/text_to_image/a%2F..%2Fb%3Fc%23d"
    assert call.headers == {"Authorization": "Bearer k"}
    assert RUNAPI.cancel(JOB, ACCOUNT) is None


@pytest.mark.parametrize("word", ["pending", "processing", "queued", "another word", "", None, 5, []])
def test_a_task_that_is_taken_on_is_followed(word: Any) -> None:
    for status in (200, 201, 202):
        assert read(status, {"id": "task_gen_123", "status": word}) == RemoteJob(id="task_gen_123")
    assert read_check(200, {"id": "task_gen_1", "status": word}) == JOB


def test_the_id_is_also_read_from_the_header() -> None:
    headers = {"x-runapi-task-id": "t-1"}
    assert read(202, {"status": "pending"}, headers=headers) == RemoteJob(id="t-1")
    assert read(200, None, text="<html>", headers=headers) == RemoteJob(id="t-1")
    for status in (409, 500, 502, 503):
        assert read(status, {"error": "x"}, headers=headers) == RemoteJob(id="t-1")
    assert read(422, {"error": "x"}, headers=headers) == Failure(code=failures.INVALID_REQUEST, words="x")


@pytest.mark.parametrize("job_id", ["", None, 5, ".", "..", " ", "a\nb", "\ud800", "é", "x" * 201, ["a"], {}])
def test_an_id_that_cannot_be_asked_for_is_none(job_id: Any) -> None:
    outcome = read(200, {"id": job_id, "status": "pending"})
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, billed=Billed.UNKNOWN)


@pytest.mark.parametrize("word", ["completed", "complete", "success", "succeeded", "finished", "COMPLETED"])
def test_every_word_for_success_brings_the_pictures(word: str) -> None:
    body = {"id": "task_gen_1", "status": word, "images": [{"url": LINK}]}
    assert read_check(200, body) == Pictures(pictures=(Picture(url=LINK),))
    assert read(200, body) == read_check(200, body)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ({"images": [{"url": LINK}, {"url": LINK}]}, 2),
        ({"images": [LINK]}, 1),
        ({"images": [7, {}, None, {"url": 5}, {"url": ""}, {"url": LINK}]}, 1),
        ({"response": {"status": 200, "body": {"images": [{"url": LINK}]}}}, 1),
    ],
)
def test_pictures_are_read_in_every_way_that_they_come(body: dict[str, Any], count: int) -> None:
    assert read_check(200, {"status": "completed", **body}) == Pictures(pictures=(Picture(url=LINK),) * count)


@pytest.mark.parametrize(
    ("billing", "cost"),
    [
        ({"settlement": {"charged_amount_cents": 6}}, 60_000),
        ({"settlement": {"charged_amount_cents": 6, "amount_micro_cents": 5_500_000}}, 55_000),
        ({"settlement": {"charged_amount_cents": 6, "amount_micro_cents": 5_500_001}}, 55_001),
        ({"settlement": {"amount_micro_cents": 6_000_000}}, 60_000),
        # A figure whose unit cannot be what its name says does not count.
        ({"settlement": {"charged_amount_cents": 6, "amount_micro_cents": 60_000}}, 60_000),
        ({"settlement": {"charged_amount_cents": 0}}, 0),
        ({"reservation": {"amount_cents": 16}}, None),
        ({"settlement": {"charged_amount_cents": 6}, "refund": {"amount_cents": 6}}, None),
        ({"settlement": {"charged_amount_cents": 6}, "refund": None}, 60_000),
        ({"settlement": {"charged_amount_cents": -6}}, None),
        ({"settlement": {"charged_amount_cents": True}}, None),
        ({"settlement": {"charged_amount_cents": "6"}}, None),
        ({"settlement": {"charged_amount_cents": 10**30}}, None),
        ({"settlement": []}, None),
        ({"settlement": None}, None),
        ([], None),
        ("x", None),
        (None, None),
    ],
)
def test_the_cost_is_what_the_provider_says_it_took(billing: Any, cost: int | None) -> None:
    body = {"status": "completed", "images": [{"url": LINK}], "billing": billing}
    assert read_check(200, body) == Pictures(pictures=(Picture(url=LINK),), cost=cost)


@pytest.mark.parametrize("images", [None, [], {}, "x", [{}], [None], [{"url": "ftp://x"}], [{"url": 5}], 5])
def test_success_without_a_picture_is_a_paid_failure(images: Any) -> None:
    assert read_check(200, {"status": "completed", "images": images}) == Failure(
        code=failures.UNUSABLE_REPLY, billed=Billed.YES
    )


@pytest.mark.parametrize("word", ["failed", "error", "generate_failed", "create_task_failed", "timeout"])
def test_every_word_for_failure_ends_it_uncharged(word: str) -> None:
    for said in ("No luck.", {"message": "No luck.", "code": "x"}):
        assert read_check(200, {"id": "x", "status": word, "error": said}) == Failure(
            code=failures.JOB_FAILED, words="No luck."
        )


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_a_cancelled_task_says_so(word: str) -> None:
    assert read_check(200, {"id": "x", "status": word}) == Failure(code=failures.CANCELLED)


@pytest.mark.parametrize(
    "error",
    [
        {"error": "Your request was rejected: safety_violations=[violence]"},
        {"error": {"message": "Rejected.", "code": "moderation_blocked"}},
        {"error": "Rejected.", "code": "content_policy_violation"},
    ],
)
def test_a_refusal_of_the_content_is_told_from_an_accident(error: dict[str, Any]) -> None:
    outcome = read_check(200, {"status": "failed", **error})
    assert (outcome.code, outcome.billed) == (failures.REFUSED, Billed.NO)
    outcome = read(422, error)
    assert (outcome.code, outcome.billed, outcome.not_accepted) == (failures.REFUSED, Billed.NO, False)


def test_a_failure_that_was_charged_all_the_same_says_so() -> None:
    charged = {"settlement": {"charged_amount_cents": 6}}
    assert read_check(200, {"status": "failed", "billing": charged}).billed is Billed.YES
    refunded = charged | {"refund": {"amount_cents": 6}}
    assert read_check(200, {"status": "failed", "billing": refunded}).billed is Billed.NO
