"""RunComfy: either schema is sent its own fields, errors mean the same however they come, and a job keeps its id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio.providers import adapter, catalogue, failures, sizes
from studio.providers.output import Output
from studio.providers.runcomfy import CHECK_DEADLINE, OLDER, POLL_AFTER
from studio.providers.sizes import RATIOS, Impossible
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
from tests.doubles.provider import Provider
from tests.doubles.runcomfy import RATIOS as SCHEMA_RATIOS
from tests.providers.sending import answer_of

RUNCOMFY = adapter("runcomfy")
MODEL = "openai/gpt-image-2"
OLDER_MODEL = MODEL + OLDER
BASE = "https://model-api.runcomfy.net/v1"
ACCOUNT = Account(base_url="", key="t-1")
JOB = RemoteJob(id="req-1", poll_after=POLL_AFTER)
LINK = "https://playgrounds-storage-public.runcomfy.net/a.png"


def ordered(model: str = MODEL, ratio: str = "1:1", tier: str = "1K", **fields: Any) -> ImageRequest:
    size = sizes.resolve(catalogue.model("runcomfy", model), Output(ratio=ratio, tier=tier))
    return ImageRequest(model=model, prompt=" A tin\n", size=size.value, width=size.width, height=size.height, **fields)


def submit(request: ImageRequest, account: Account = ACCOUNT) -> Call:
    call = RUNCOMFY.submit(request, account, key="attempt-1")
    assert isinstance(call, Call)
    return call


def read(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    return RUNCOMFY.read(Reply(status=status, headers=headers or {}, body=body), ordered())


def check(status: int, body: Any = None) -> Any:
    return RUNCOMFY.read_check(Reply(status=status, headers={}, body=body), JOB)


@pytest.fixture
def double() -> Iterator[Provider]:
    """Not started: it is asked without a socket."""
    provider = Provider(key="t-1")
    provider.always(width=8, height=8)
    yield provider
    provider.socket.close()


def test_the_newer_schema_is_sent_ratio_and_tier() -> None:
    call = submit(ordered(ratio="16:9", tier="2K", quality="high", format="webp"))
    assert (call.method, call.url) == ("POST", f"{BASE}/models/openai/gpt-image-2/text-to-image")
    assert call.headers == {"Authorization": "Bearer t-1"}
    assert list((call.json or {}).items()) == [
        ("prompt", " A tin\n"),
        ("aspect_ratio", "16:9"),
        ("resolution", "2k"),
        ("quality", "high"),
        ("output_format", "webp"),
    ]


@pytest.mark.parametrize("typed", ["https://a.example", "https://a.example/", "https://a.example/v1"])
def test_the_version_may_be_part_of_the_address(typed: str) -> None:
    assert submit(ordered(), Account(base_url=typed)).url.startswith("https://a.example/v1/models/")


def test_the_older_schema_is_sent_a_size_and_nothing_else() -> None:
    call = submit(ordered(OLDER_MODEL, "2:3", quality="high", format="png"))
    assert call.url == f"{BASE}/models/openai/gpt-image-2/text-to-image"
    assert dict(call.json or {}) == {"prompt": " A tin\n", "size": "1024_1536"}


def test_a_shape_that_it_does_not_have_is_not_paid_for() -> None:
    with pytest.raises(ValueError, match="1000x1000"):
        submit(ImageRequest(model=MODEL, prompt="x", size="1000x1000", width=1000, height=1000))


def test_every_size_on_offer_is_taken(double: Provider) -> None:
    account = Account(base_url=double.url("runcomfy"), key="t-1")
    intents = [(ratio, tier) for tier in catalogue.model("runcomfy", MODEL).sizes.tiers for ratio in RATIOS]
    for ratio, tier in intents:
        call = submit(ordered(MODEL, ratio, tier, quality="low", format="png"), account)
        assert isinstance(RUNCOMFY.read(answer_of(double, call), ordered()), RemoteJob)
        assert (call.json or {})["aspect_ratio"] == ratio
        assert (call.json or {})["resolution"] == tier.lower()
    assert len(intents) == 30 == double.billed[" A tin\n"]
    assert set(RATIOS) == SCHEMA_RATIOS


def test_the_older_schema_has_three_sizes(double: Provider) -> None:
    double.flavours["runcomfy"].older = True  # type: ignore[attr-defined]
    account = Account(base_url=double.url("runcomfy"), key="t-1")
    possible = []
    for ratio in RATIOS:
        try:
            call = submit(ordered(OLDER_MODEL, ratio), account)
        except Impossible:
            continue
        assert isinstance(RUNCOMFY.read(answer_of(double, call), ordered()), RemoteJob)
        possible.append(ratio)
    assert possible == ["1:1", "2:3", "3:2"]
    refused = RUNCOMFY.read(answer_of(double, submit(ordered(), account)), ordered())
    assert refused == Failure(code=failures.INVALID_REQUEST, words="aspect_ratio does not match the schema.")


def test_a_job_is_asked_for_its_result_and_its_cost() -> None:
    call = RUNCOMFY.check(JOB, ACCOUNT)
    assert (call.method, call.url) == ("GET", f"{BASE}/requests/req-1/result?include_cost=true")
    assert (call.json, call.deadline) == (None, CHECK_DEADLINE)


def test_a_cancel_is_sent_without_a_body() -> None:
    call = RUNCOMFY.cancel(JOB, ACCOUNT)
    assert call is not None
    assert (call.method, call.url, call.json) == ("POST", f"{BASE}/requests/req-1/cancel", None)


def test_the_whole_way_of_a_request(double: Provider) -> None:
    account = Account(base_url=double.url("runcomfy"), key="t-1")
    job = RUNCOMFY.read(answer_of(double, submit(ordered(), account)), ordered())
    assert job == JOB
    told = [RUNCOMFY.read_check(answer_of(double, RUNCOMFY.check(JOB, account)), JOB) for _ in range(3)]
    assert told[:2] == [JOB, JOB]
    assert isinstance(told[2], Pictures)
    assert told[2].cost == 50_000


@pytest.mark.parametrize(("queue", "cancelled"), [(5, True), (1, False)])
def test_only_what_waits_can_be_cancelled(queue: int, cancelled: bool, double: Provider) -> None:
    double.flavours["runcomfy"].queue = queue  # type: ignore[attr-defined]
    double.always(checks=9, width=8, height=8)
    account = Account(base_url=double.url("runcomfy"), key="t-1")
    answer_of(double, submit(ordered(), account))
    for _ in range(2):
        answer_of(double, RUNCOMFY.check(JOB, account))
    call = RUNCOMFY.cancel(JOB, account)
    assert call is not None
    assert answer_of(double, call).body["outcome"] == ("cancelled" if cancelled else "not_cancellable")
    outcome = RUNCOMFY.read_check(answer_of(double, RUNCOMFY.check(JOB, account)), JOB)
    assert outcome == (Failure(code=failures.CANCELLED) if cancelled else JOB)


def test_the_free_test_asks_for_the_model_and_its_least_price(double: Provider) -> None:
    call = RUNCOMFY.test(Account(base_url=double.url("runcomfy"), key="t-1"))
    assert call is not None
    assert (call.method, call.json) == ("GET", None)
    passed = RUNCOMFY.read_test(answer_of(double, call))
    assert (passed.passed, passed.prices) == (True, {MODEL: 10_000, OLDER_MODEL: 10_000})
    wrong = RUNCOMFY.test(Account(base_url=double.url("runcomfy"), key="t-2"))
    assert wrong is not None
    refused = RUNCOMFY.read_test(answer_of(double, wrong))
    assert (refused.passed, refused.code, refused.message) == (False, failures.BAD_KEY, "The token is not valid.")
    page = RUNCOMFY.read_test(Reply(status=200, headers={}, body=None, text="<html>"))
    assert (page.passed, page.code) == (False, failures.ADDRESS_WRONG)


@pytest.mark.parametrize(
    ("output", "pictures"),
    [
        ({"images": [LINK]}, [LINK]),
        ({"images": [LINK, f"{LINK}?2"]}, [LINK, f"{LINK}?2"]),
        ({"image": LINK}, [LINK]),
        ({"images": [LINK], "image": LINK}, [LINK]),
        ({"images": [None, 5, {}, LINK], "image": 7}, [LINK]),
        ({"images": [{"url": LINK}], "image": {"url": f"{LINK}?2"}}, [LINK, f"{LINK}?2"]),
    ],
)
@pytest.mark.parametrize("word", ["completed", "succeeded"])
def test_pictures_are_read_from_both_names(word: str, output: Any, pictures: list[str]) -> None:
    outcome = check(200, {"request_id": "req-1", "status": word, "output": output, "cost": 0.0711})
    assert outcome == Pictures(pictures=tuple(Picture(url=link) for link in pictures), cost=71_100)


@pytest.mark.parametrize("body", [{"output": {"images": [LINK]}}, {"output": {"image": LINK}, "status": None}])
def test_a_result_without_a_word_about_itself_is_one(body: Any) -> None:
    assert check(200, body) == Pictures(pictures=(Picture(url=LINK),))


def test_a_cost_may_be_written_as_a_text() -> None:
    assert check(200, {"status": "completed", "output": {"image": LINK}, "cost": "0.05"}).cost == 50_000


@pytest.mark.parametrize(
    "cost", [None, 0, 0.0, -1, True, "0", "x", "-1", "1e2", "nan", "٣", [], 1000, 10**400, float("nan"), float("inf")]
)
def test_a_cost_that_cannot_be_true_is_none(cost: Any) -> None:
    assert check(200, {"status": "completed", "output": {"image": LINK}, "cost": cost}).cost is None


@pytest.mark.parametrize(
    "told",
    [
        {"price_unit": "second"},
        {"price_unit": None},
        {"model_id": "openai/another"},
        *({"base_price_usd": junk} for junk in (None, True, "x", 0, -1, 1000, float("nan"), float("inf"), [])),
    ],
)
def test_a_price_of_something_else_or_that_cannot_be_true_is_none(told: dict[str, Any]) -> None:
    model = f"{MODEL}/text-to-image"
    body = {"model_id": model, "base_price_usd": 0.01, "price_unit": "output", **told}
    result = RUNCOMFY.read_test(Reply(status=200, headers={}, body=body))
    assert (result.passed, result.prices) == (True, {})


@pytest.mark.parametrize("output", [None, 5, [], "x", {}, {"images": 5}, {"images": []}, {"image": "ftp://x"}])
def test_an_end_without_a_picture_is_a_paid_failure(output: Any) -> None:
    outcome = check(200, {"status": "completed", "output": output})
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, billed=Billed.YES)
