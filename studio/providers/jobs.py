"""What every adapter for jobs reads alike: the words for a job's state, its id, and how it is followed to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from studio.providers import failures, images_api, replies
from studio.providers.values import Account, Billed, Call, Failure, Outcome, RemoteJob, Reply, TestResult

if TYPE_CHECKING:
    from collections.abc import Callable

# As long as a row keeps it.
MAX_ID = 200
# Seconds for a submission or a question: both are answered at once.
DEADLINE = 100.0
TEST_DEADLINE = 15.0
# An answer holds links and a few words, never a picture.
MAX_BYTES = 4_000_000
# Longer than this between two questions nobody is made to wait, whatever an answer asks for.
LONGEST_PAUSE = 30.0

DONE = frozenset({"completed", "complete", "succeeded", "success", "finished"})
FAILED = frozenset({"failed", "error", "generate_failed", "create_task_failed", "timeout"})
CANCELLED = frozenset({"cancelled", "canceled"})

GONE = frozenset({404, 410})


class Stage(StrEnum):
    GOING_ON = "going on"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def stage(word: Any) -> Stage:
    """What a state's word means. One that nobody knows means that the job goes on: to ask again costs nothing."""
    said = word.strip().lower() if isinstance(word, str) else ""
    ends = {Stage.DONE: DONE, Stage.FAILED: FAILED, Stage.CANCELLED: CANCELLED}
    return next((each for each, words in ends.items() if said in words), Stage.GOING_ON)


def id_of(value: Any) -> str:
    """A job's id, or nothing where it is none that can be kept and asked for. Some count their jobs by numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 <= value < 10**18 else ""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID:
        return ""
    return value if value.isascii() and value.isprintable() and value.strip(". ") else ""


def step(job_id: str) -> str:
    """The id as one step of an address, whatever signs it is made of."""
    return quote(job_id, safe="")


def submission(url: str, account: Account, fields: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Call:
    every = images_api.headers_of(account) | dict(headers or {})
    return Call(method="POST", url=url, headers=every, json=fields, deadline=DEADLINE, max_bytes=MAX_BYTES)


def question(url: str, account: Account, *, deadline: float = DEADLINE) -> Call:
    """Asks for something that can be asked for again."""
    return Call(method="GET", url=url, headers=images_api.headers_of(account), deadline=deadline, max_bytes=MAX_BYTES)


def is_answer(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def body_of(reply: Reply) -> Mapping[str, Any]:
    return reply.body if isinstance(reply.body, Mapping) else {}


def going_on(reply: Reply, job_id: str, *, poll_after: float) -> RemoteJob:
    """To be asked for again, after the usual pause or the longer one that the answer asks for."""
    asked = min(replies.retry_after(reply.headers) or 0.0, LONGEST_PAUSE)
    return RemoteJob(id=job_id, poll_after=max(poll_after, asked))


def ended(reply: Reply, found: Stage, *, refused: bool, billed: Billed) -> Failure:
    """A job that ended without a picture, in the provider's words."""
    code = failures.REFUSED if refused else failures.JOB_FAILED
    if found is Stage.CANCELLED:
        code = failures.CANCELLED
    return Failure(code=code, words=replies.words(reply), billed=billed)


def told(
    reply: Reply,
    job: RemoteJob,
    *,
    outcome: Callable[[Reply, str], Outcome],
    failure: Callable[[Reply], Failure],
    after_junk: float,
) -> Outcome:
    """What the answer to a question about ``job`` means, where ``outcome`` reads a state and ``failure`` an error."""
    if not is_answer(reply):
        found = still_there(failure(reply))
        # The address is right, since it took the job on: what is not there is the job.
        return replace(found, code=failures.JOB_GONE) if reply.status in GONE else found
    if not isinstance(reply.body, Mapping):  # such as the page of a proxy
        return RemoteJob(id=job.id, poll_after=after_junk)
    return outcome(reply, job.id)


def still_there(failure: Failure) -> Failure:
    """A failed question about a job says nothing about the job: its id stays, to be asked for again."""
    return replace(failure, not_accepted=True, unclear=False)


def is_refusal(reply: Reply, *codes: str) -> bool:
    """Whether the content was refused, by one of the codes that an answer names or by the maker's mark in its words."""
    named = {*replies.error_of(reply), *codes}
    return bool(named & images_api.MODERATION) or "safety_violations" in replies.words(reply)


def not_passed(failure: Failure) -> TestResult:
    """A connection's test that failed, in the provider's words or in ours."""
    message = failure.words or failures.explain(failure.code).sentence
    return TestResult(passed=False, message=message, code=failure.code)
