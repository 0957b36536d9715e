"""RunAPI: this request gives these bytes, and this answer means this outcome."""

from __future__ import annotations

import json
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


OFFERED = sorted(MODEL.sizes.table)


@pytest.mark.parametrize(("ratio", "tier"), OFFERED)
def test_every_size_has_its_names(ratio: str, tier: str) -> None:
    size = sizes.resolve(MODEL, Output(ratio=ratio, tier=tier)).value
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size=size)).json or {}
    assert (sent["aspect_ratio"], sent["output_resolution"]) == (ratio, tier.lower())
    assert sent["aspect_ratio"] in double.RATIOS
    assert (sent["aspect_ratio"], sent["output_resolution"]) not in double.FORBIDDEN


def test_every_pair_that_the_contract_allows_is_offered_and_no_other() -> None:
    pairs = {(ratio, tier) for ratio in sizes.RATIOS for tier in sizes.TIERS}
    forbidden = {(ratio, tier) for ratio, tier in pairs if (ratio, tier.lower()) in double.FORBIDDEN}
    assert set(OFFERED) == pairs - forbidden
    assert forbidden == {("1:1", "4K")}
    pixels = list(MODEL.sizes.table.values())
    assert len(pixels) == len(set(pixels))  # read backwards, each has one name


def test_a_size_left_to_the_model_comes_in_the_one_resolution_that_takes_it() -> None:
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size="auto")).json or {}
    assert (sent["aspect_ratio"], sent["output_resolution"]) == ("auto", "1k")
    sent = submit(ImageRequest(model="gpt-image-2", prompt="x", size="")).json or {}
    assert sent == {"model": "gpt-image-2", "prompt": "x"}


@pytest.mark.parametrize("typed", ["1:1@4K", "1000x1000", "1024x1024"])
def test_what_cannot_be_named_is_refused_before_it_is_sent(typed: str) -> None:
    with pytest.raises(sizes.Impossible):
        sizes.resolve(MODEL, sizes.parse(typed))
    with pytest.raises(ValueError, match="no name for the size"):
        submit(ImageRequest(model="gpt-image-2", prompt="x", size="1000x1000"))


@pytest.mark.parametrize(
    ("output", "each"),
    [
        (Output(ratio="3:2", tier="1K"), 60_000),
        (Output(ratio="auto", tier=""), 60_000),
        (Output(ratio="3:2", tier="2K"), 160_000),  # on no page: the top of the published range
        (Output(ratio="3:2", tier="4K"), 160_000),
    ],
)
def test_the_estimate_goes_by_the_resolution(output: Output, each: int) -> None:
    expected = prices.Estimate(each=each, total=each, confidence=prices.Confidence.ROUGH)
    assert prices.estimate(MODEL, output) == expected
    assert prices.estimate(MODEL, output, 16) == expected  # an edit costs the same


@pytest.mark.parametrize(
    "base_url", [f"https://a.example{path}" for path in ("", "/", "/api/v1", "/api/v1/", "/v1", "/api")]
)
def test_the_address_may_be_typed_with_its_path_or_without(base_url: str) -> None:
    account = Account(base_url=base_url)
    assert submit(account=account).url == "https://a.example/api/v1/gpt_image_2/text_to_image"
    assert submit(account=account, key="").headers == {}


@pytest.mark.parametrize("word", ["pending", "processing", "queued", "another word", "", None, 5, []])
def test_a_task_that_is_taken_on_is_followed(word: Any) -> None:
    for status in (200, 201, 202):
        assert read(status, {"id": "task_gen_123", "status": word}) == RemoteJob(id="task_gen_123")
    assert read_check(200, {"id": "task_gen_1", "status": word}) == JOB


def test_an_answer_may_ask_for_a_longer_pause() -> None:
    body = {"id": "task_gen_1", "status": "processing"}
    assert read_check(200, body, headers={"retry-after": "7"}).poll_after == 7
    assert read_check(200, body, headers={"retry-after": "900"}).poll_after == 30
    assert read_check(200, body, headers={"retry-after": "0"}).poll_after == JOB.poll_after


@pytest.mark.parametrize("job_id", ["", None, 5.0, True, ".", "..", " ", "a\nb", "\ud800", "é", "x" * 201, ["a"], {}])
def test_an_id_that_cannot_be_asked_for_is_none(job_id: Any) -> None:
    outcome = read(200, {"id": job_id, "status": "pending"})
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, billed=Billed.UNKNOWN, unclear=True)


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
        ({"response": {"status": 200, "body": json.dumps({"images": [{"url": LINK}]})}}, 1),
    ],
)
def test_pictures_are_read_in_every_way_that_they_come(body: dict[str, Any], count: int) -> None:
    assert read_check(200, {"status": "completed", **body}) == Pictures(pictures=(Picture(url=LINK),) * count)


def test_a_result_without_a_state_is_the_result() -> None:
    body = {"images": [{"url": LINK}], "billing": {"settlement": {"charged_amount_cents": 6}}}
    assert read(200, body) == Pictures(pictures=(Picture(url=LINK),), cost=60_000)
    # A state that goes on has no result yet, whatever stands beside it.
    assert read(200, body | {"id": "t", "status": "processing"}) == RemoteJob(id="t")


def test_an_error_that_is_kept_as_the_result_is_a_failure() -> None:
    kept = {"status": 422, "body": {"error": {"message": "Rejected.", "code": "moderation_blocked"}}}
    for status in ("completed", "failed"):
        assert read_check(200, {"id": "t", "status": status, "response": kept}) == Failure(
            code=failures.REFUSED, words="Rejected."
        )


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
