"""RunComfy's errors: of a submission, of a question about a job, and of the job itself."""

from __future__ import annotations

from typing import Any

import pytest

from studio.providers import adapter, failures
from studio.providers.values import Billed, Failure, ImageRequest, RemoteJob, Reply

RUNCOMFY = adapter("runcomfy")
REQUEST = ImageRequest(model="openai/gpt-image-2", prompt="x", size="1024x1024", width=1024, height=1024)
JOB = RemoteJob(id="req-1", poll_after=3.0)
NO, UNKNOWN = Billed.NO, Billed.UNKNOWN


def read(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    return RUNCOMFY.read(Reply(status=status, headers=headers or {}, body=body), REQUEST)


def check(status: int, body: Any = None) -> Any:
    return RUNCOMFY.read_check(Reply(status=status, headers={}, body=body), JOB)


def error(code: Any, message: str = "No.") -> dict[str, Any]:
    return {"error_code": code, "error_message": message}


@pytest.mark.parametrize(
    ("status", "body", "code", "billed", "again", "pauses"),
    [
        (200, error(400001), failures.MODEL_UNKNOWN, NO, False, False),
        (200, error(400002), failures.NO_CREDIT, NO, False, True),
        (200, error("400002"), failures.NO_CREDIT, NO, False, True),
        (200, error(400004), failures.BAD_KEY, NO, False, True),
        (200, error(400009), failures.INVALID_REQUEST, NO, False, False),
        (200, error(403001), failures.FORBIDDEN, NO, False, True),
        (200, error(404001), failures.MODEL_UNKNOWN, NO, False, False),
        (200, error(429001), failures.RATE_LIMITED, NO, True, False),
        (200, error(500001), failures.SERVER_ERROR, UNKNOWN, False, False),
        (200, error(503001), failures.BUSY, UNKNOWN, False, False),
        (200, error(7), failures.SERVER_ERROR, UNKNOWN, False, False),
        (400, error(400002), failures.NO_CREDIT, NO, False, True),
        (400, error(400004), failures.BAD_KEY, NO, False, True),
        (400, None, failures.INVALID_REQUEST, NO, False, False),
        (401, None, failures.BAD_KEY, NO, False, True),
        (402, None, failures.NO_CREDIT, NO, False, True),
        (403, error(403001), failures.FORBIDDEN, NO, False, True),
        (404, None, failures.MODEL_UNKNOWN, NO, False, False),
        (413, None, failures.REQUEST_TOO_LARGE, NO, False, False),
        (422, {"detail": "size"}, failures.INVALID_REQUEST, NO, False, False),
        (302, None, failures.ADDRESS_WRONG, NO, False, False),
        (408, None, failures.SERVER_ERROR, UNKNOWN, False, False),
        (429, None, failures.RATE_LIMITED, NO, True, False),
        (500, None, failures.SERVER_ERROR, UNKNOWN, False, False),
        (503, None, failures.BUSY, UNKNOWN, False, False),
        (504, error(400002), failures.SERVER_ERROR, UNKNOWN, False, False),
    ],
)  # fmt: skip
def test_every_refusal_has_its_meaning(
    status: int, body: Any, code: str, billed: Billed, again: bool, pauses: bool
) -> None:
    outcome = read(status, body)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed, outcome.not_accepted, outcome.pauses) == (code, billed, again, pauses)


@pytest.mark.parametrize(
    ("status", "body"),
    [(status, None) for status in (408, 409, 500, 502, 503, 504)]
    + [(200, error(code)) for code in (408001, 409001, 500001, 503001, 7)],
)
def test_an_answer_that_proves_nothing_is_unclear(status: int, body: Any) -> None:
    outcome = read(status, body)
    assert (outcome.unclear, outcome.not_accepted, outcome.billed) == (True, False, UNKNOWN)


@pytest.mark.parametrize(
    ("status", "body"),
    [(status, None) for status in (302, 400, 401, 402, 403, 404, 413, 422, 429)]
    + [(200, error(code)) for code in (400001, 400002, 400004, 403001, 404001, 429001)],
)
def test_a_refusal_is_clear(status: int, body: Any) -> None:
    outcome = read(status, body)
    assert (outcome.unclear, outcome.billed) == (False, NO)


@pytest.mark.parametrize("name", ["error_message", "message", "error", "detail"])
def test_the_providers_words_are_found_under_each_name(name: str) -> None:
    assert read(400, {"error_code": 400009, name: "Too long."}).words == "Too long."


def test_the_wait_is_passed_on() -> None:
    assert read(429, None, {"retry-after": "12"}).retry_after == 12


@pytest.mark.parametrize("found", [None, 5, "", "a b", "../x", "x" * 129, ["req-1"]])
def test_a_success_without_a_usable_id_may_have_been_charged(found: Any) -> None:
    outcome = read(200, {"request_id": found})
    assert outcome == Failure(code=failures.UNUSABLE_REPLY, billed=UNKNOWN)


def test_an_id_counts_more_than_an_error_beside_it() -> None:
    assert read(200, {"request_id": "req-1", **error(400009)}) == JOB


@pytest.mark.parametrize("word", ["in_queue", "in_progress", "pending", "waiting", "starting", "processing", "new"])
def test_every_other_word_means_that_it_goes_on(word: str) -> None:
    assert check(200, {"request_id": "req-1", "status": word, "queue_position": 3}) == JOB


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
def test_what_was_cancelled_waited_and_costs_nothing(word: str) -> None:
    assert check(200, {"status": word}) == Failure(code=failures.CANCELLED)


@pytest.mark.parametrize("word", ["cancelled", "failed"])
@pytest.mark.parametrize(("cost", "charged"), [(0.05, True), (0, False), (None, False), ("x", False)])
def test_a_cost_that_is_stated_was_charged(word: str, cost: Any, charged: bool) -> None:
    free = NO if word == "cancelled" else UNKNOWN
    assert check(200, {"status": word, "cost": cost}).billed is (Billed.YES if charged else free)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"status": "failed", "error": {}}, failures.JOB_FAILED, ""),
        ({"status": "failed", "error": {"message": "No."}}, failures.JOB_FAILED, "No."),
        ({"status": "failed", **error(500001)}, failures.JOB_FAILED, "No."),
        ({"status": "error", "error": "No."}, failures.JOB_FAILED, "No."),
        ({"status": "failed", "error": {"message": "B.", "code": "moderation_blocked"}}, failures.REFUSED, "B."),
        ({"status": "failed", "error": "safety_violations=[x]"}, failures.REFUSED, "safety_violations=[x]"),
    ],
)
def test_a_job_that_failed_says_so_and_may_have_been_charged(body: Any, code: str, words: str) -> None:
    assert check(200, body) == Failure(code=code, words=words, billed=UNKNOWN)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, None),
        (200, []),
        (200, {}),
        (200, {"status": 5}),
        (200, error(500001)),
        (200, error(429001)),
        (409, None),
        (501, None),
        (200, {"status": "error", **error(500001)}),
    ],
)
def test_a_question_that_got_no_answer_is_asked_again(status: int, body: Any) -> None:
    assert check(status, body) == JOB


@pytest.mark.parametrize(
    ("status", "body", "code", "pauses"),
    [
        (401, None, failures.BAD_KEY, True),
        (403, error(403001), failures.FORBIDDEN, True),
        (404, error(404001), failures.JOB_GONE, False),
        (200, error(404001), failures.JOB_GONE, False),
        (200, error(400004), failures.BAD_KEY, True),
        (302, None, failures.ADDRESS_WRONG, False),
        (200, {"status": "error", **error(400004)}, failures.BAD_KEY, True),
    ],
)
def test_a_question_that_was_refused_leaves_the_job_its_id(status: int, body: Any, code: str, pauses: bool) -> None:
    """``not_accepted`` of a job that has an id makes it unknown: it can be asked for again."""
    outcome = check(status, body)
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed, outcome.not_accepted, outcome.pauses) == (code, UNKNOWN, True, pauses)


@pytest.mark.parametrize("junk", [None, 5, -1, True, "x", "٣", 1e300, [], [[]], {}, {"a": {}}])
@pytest.mark.parametrize("status", [200, 302, 400, 403, 429, 500])
def test_junk_of_any_type_is_an_outcome(status: int, junk: Any) -> None:
    names = ("error", "error_code", "error_message", "status", "output", "cost", "request_id", "code", "message")
    bodies = [junk, *({name: junk} for name in names), {"status": "completed", "output": junk, "cost": junk}]
    bodies += [{"status": "failed", "error": junk}, {"status": "completed", "output": {"images": junk, "image": junk}}]
    for body in bodies:
        read(status, body)
        check(status, body)
        RUNCOMFY.read_test(Reply(status=status, headers={}, body=body))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"request_id": "req-7", "status_url": "https://mod', "req-7"),
        ('{"request_id": "req-', ""),
        ('{"request_id": "../7", "status_url"', ""),
        ("<html>busy</html>", ""),
    ],
)
def test_an_answer_that_breaks_off_behind_its_jobs_id_loses_no_job(text: str, found: str) -> None:
    outcome = RUNCOMFY.read(Reply(status=200, headers={}, text=text), REQUEST)
    assert (outcome.id if isinstance(outcome, RemoteJob) else "") == found
