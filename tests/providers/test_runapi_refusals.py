"""RunAPI: what each refusal means, that junk means nothing, and what the free test finds out."""

from __future__ import annotations

from typing import Any

import pytest

from studio.providers import adapter, failures
from studio.providers.protocols import Quotes
from studio.providers.values import Account, Billed, Failure, ImageRequest, RemoteJob, Reply

RUNAPI = adapter("runapi")
ACCOUNT = Account(base_url="", key="k")
REQUEST = ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024")
JOB = RemoteJob(id="task_gen_1")


def read(status: int, body: Any = None, *, text: str = "", headers: dict[str, str] | None = None) -> Any:
    return RUNAPI.read(Reply(status=status, headers=headers or {}, body=body, text=text), REQUEST)


def read_check(status: int, body: Any = None, *, headers: dict[str, str] | None = None) -> Any:
    return RUNAPI.read_check(Reply(status=status, headers=headers or {}, body=body), JOB)


def read_test(status: int, body: Any = None) -> Any:
    return RUNAPI.read_test(Reply(status=status, headers={}, body=body))


NO, UNKNOWN = Billed.NO, Billed.UNKNOWN
BODIES: tuple[Any, ...] = (
    {"error": "Why not.", "code": "x"},
    {"error": {"message": "Why not.", "code": "x"}},
    {"errors": ["Why not."]},
    {"errors": [{"message": "Why not."}]},
    {"message": "Why not."},
    {"detail": "Why not."},
    {"msg": "Why not."},
)
# Status, what it means, whether it was billed, proof that nothing was taken on, no proof of anything, a pause.
REFUSALS = [
    (302, failures.ADDRESS_WRONG, NO, False, False, False),
    (400, failures.INVALID_REQUEST, NO, False, False, False),
    (401, failures.BAD_KEY, NO, False, False, True),
    (402, failures.NO_CREDIT, NO, False, False, True),
    (403, failures.FORBIDDEN, NO, False, False, True),
    (404, failures.ADDRESS_WRONG, NO, False, False, False),
    (405, failures.ADDRESS_WRONG, NO, False, False, False),
    (408, failures.SERVER_ERROR, UNKNOWN, False, True, False),
    (409, failures.SERVER_ERROR, UNKNOWN, False, True, False),
    (413, failures.REQUEST_TOO_LARGE, NO, False, False, False),
    (415, failures.INVALID_REQUEST, NO, False, False, False),
    (422, failures.INVALID_REQUEST, NO, False, False, False),
    (429, failures.RATE_LIMITED, NO, True, False, False),
    (500, failures.SERVER_ERROR, UNKNOWN, False, True, False),
    (502, failures.SERVER_ERROR, UNKNOWN, False, True, False),
    (503, failures.BUSY, UNKNOWN, False, True, False),
    (504, failures.SERVER_ERROR, UNKNOWN, False, True, False),
]


@pytest.mark.parametrize(("status", "code", "billed", "again", "unclear", "pauses"), REFUSALS)
def test_every_refusal_has_its_meaning(
    status: int, code: str, billed: Billed, again: bool, unclear: bool, pauses: bool
) -> None:
    for body in BODIES:
        assert read(status, body) == Failure(
            code=code, words="Why not.", billed=billed, not_accepted=again, unclear=unclear, pauses=pauses
        )
    page = read(status, None, text="<!doctype html><html>nginx</html>")
    assert (page.code, page.words) == (code, "")
    of_question = read_check(status, BODIES[0])
    asked = failures.JOB_GONE if status == 404 else code
    assert (of_question.code, of_question.not_accepted, of_question.unclear) == (asked, True, False)
    assert of_question.pauses is pauses


@pytest.mark.parametrize(("value", "seconds"), [("12", 12), ("-1", None), ("1e309", None), ("soon", None)])
def test_the_wait_is_passed_on(value: str, seconds: float | None) -> None:
    for status in (429, 503):
        assert read(status, {"error": "x"}, headers={"retry-after": value}).retry_after == seconds


JUNK: tuple[Any, ...] = (
    None, [], {}, "x", 5, True, 1.5, [[]], {"status": {}}, {"id": {}, "status": []}, {"errors": {"prompt": ["x"]}},
    {"error": {"error": {"error": 5}}}, {"error": {"code": [], "type": {}, "message": 5}},
    {"status": "failed", "error": [[5], {}]}, {"status": "completed", "response": "x"},
    {"status": "completed", "response": {"body": []}, "billing": {"settlement": 5}},
)  # fmt: skip


@pytest.mark.parametrize("body", JUNK)
@pytest.mark.parametrize("status", [200, 202, 204, 301, 400, 401, 409, 429, 500, 503, 599])
def test_junk_never_raises_and_never_claims_a_picture(status: int, body: Any) -> None:
    assert isinstance(read(status, body, text="<html>"), Failure)
    assert isinstance(read_check(status, body), Failure | RemoteJob)
    assert not read_test(status, body).passed


def test_a_question_answered_by_a_page_is_asked_again_later() -> None:
    outcome = read_check(200, None)
    assert (outcome.id, outcome.poll_after) == (JOB.id, 10.0)


def test_the_free_test_reads_the_balance() -> None:
    call = RUNAPI.test(ACCOUNT)
    assert call is not None
    assert (call.method, call.url, call.json) == ("GET", "https://runapi.ai/api/v1/me/balance", None)
    assert call.headers == {"Authorization": "Bearer k"}


@pytest.mark.parametrize(
    ("status", "body", "passed", "code", "message"),
    [
        (200, {"balance_cents": 5000}, True, "", "Connected. The provider accepted the key."),
        (200, {"balance_cents": 0}, True, "", "Connected, but the account has no credit left."),
        (200, {"balance_cents": -3.5}, True, "", "Connected, but the account has no credit left."),
        (200, {"balance_cents": True}, False, failures.ADDRESS_WRONG, "There is no images API at this address."),
        (200, None, False, failures.ADDRESS_WRONG, "There is no images API at this address."),
        (401, {"error": "Invalid API key."}, False, failures.BAD_KEY, "Invalid API key."),
        (404, None, False, failures.ADDRESS_WRONG, "There is no images API at this address."),
        (429, None, False, failures.RATE_LIMITED, "The provider asks for fewer calls per minute."),
        (502, None, False, failures.SERVER_ERROR, "The provider failed while it was working on this."),
    ],
)
def test_the_free_test_says_what_it_found(status: int, body: Any, passed: bool, code: str, message: str) -> None:
    result = read_test(status, body)
    assert (result.passed, result.code, result.message) == (passed, code, message)


@pytest.mark.parametrize(
    ("cents", "balance"),
    [(5000, 50_000_000), (0, 0), (-3.5, -35_000), (12.345, 123_450), (float("nan"), None), (10**30, None), ("5", None)],
)
def test_the_balance_is_told_in_micro_dollars(cents: Any, balance: int | None) -> None:
    result = read_test(200, {"balance_cents": cents})
    assert (result.balance, result.passed) == (balance, balance is not None)


@pytest.mark.parametrize("tier", ["1K", "2K", "4K"])
def test_a_price_is_asked_for_by_tier_and_needs_no_picture(tier: str) -> None:
    assert isinstance(RUNAPI, Quotes)
    call = RUNAPI.quotes(ACCOUNT)["gpt-image-2", tier]
    assert (call.method, call.url) == ("POST", "https://runapi.ai/api/v1/price_quotes")
    sent = call.json or {}
    assert {name: sent[name] for name in ("service", "action", "model")} == {
        "service": "gpt_image_2",
        "action": "text_to_image",
        "model": "gpt-image-2",
    }
    assert sent["params"]["output_resolution"] == tier.lower()
    assert "Idempotency-Key" not in call.headers


QUOTE = {"pricing_status": "available", "currency": "USD", "reservation_amount_cents": 6}


@pytest.mark.parametrize(
    ("status", "body", "price"),
    [
        (200, {"price_quote": QUOTE}, 60_000),
        (200, {"price_quote": QUOTE | {"pricing_status": "pending"}}, None),
        (200, {"price_quote": QUOTE | {"currency": "EUR"}}, None),
        (200, {"price_quote": QUOTE | {"reservation_amount_cents": 0}}, None),
        (200, {"price_quote": QUOTE | {"reservation_amount_cents": -6}}, None),
        (200, {"price_quote": QUOTE | {"reservation_amount_cents": "6"}}, None),
        (200, {"price_quote": []}, None),
        (200, QUOTE, None),
        (200, None, None),
        (404, {"price_quote": QUOTE}, None),
    ],
)
def test_a_quote_is_a_price_only_where_it_is_one(status: int, body: Any, price: int | None) -> None:
    assert isinstance(RUNAPI, Quotes)
    assert RUNAPI.read_quote(Reply(status=status, headers={}, body=body)) == price
