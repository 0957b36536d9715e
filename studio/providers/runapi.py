"""RunAPI: a task is taken on under an idempotency key, asked for by its id, and ends with links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, jobs, replies
from studio.providers.jobs import Stage
from studio.providers.named_sizes import ratio_and_tier
from studio.providers.sizes import AUTO
from studio.providers.values import (
    Account,
    Billed,
    Call,
    Drawing,
    Failure,
    ImageRequest,
    Outcome,
    Picture,
    Pictures,
    RemoteJob,
    Reply,
    TestResult,
)

DEADLINE = 100.0
TEST_DEADLINE = 15.0
# An answer holds links and a few words, never a picture.
MAX_BYTES = 4_000_000
# Seconds, as the provider's own clients wait.
POLL_AFTER = 2.0
# Of a question whose answer was no JSON, such as the page of a proxy.
POLL_AFTER_JUNK = 10.0
MICRO_CENTS, MICRO_DOLLARS_PER_CENT = 1_000_000, 10_000
MOST_CENTS = 10**9

TASKS = "api/v1/gpt_image_2/text_to_image"
BALANCE = "api/v1/me/balance"
TASK_HEADER = "x-runapi-task-id"
MODERATION = frozenset({"moderation_blocked", "content_policy_violation"})


class RunAPI:
    id: ClassVar[str] = "runapi"
    takes_key: ClassVar[bool] = True
    makes_jobs: ClassVar[bool] = True

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        if request.references:
            raise ValueError("References need the provider's upload, which this adapter does not make.")
        headers = _headers(account) | ({"Idempotency-Key": key} if key else {})
        return Call(
            method="POST",
            url=_url(account, TASKS),
            headers=headers,
            json={"model": request.model, "prompt": request.prompt, **_size(request.size)},
            deadline=DEADLINE,
            max_bytes=MAX_BYTES,
        )

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        told = jobs.id_of(reply.headers.get(TASK_HEADER))
        if 200 <= reply.status < 300:
            return _outcome(reply, told)
        # Whatever went wrong with the answer: a task that has an id exists, and to ask for it is free.
        if told and (reply.status == 409 or reply.status >= 500):
            return RemoteJob(id=told, poll_after=POLL_AFTER)
        return _failure(reply)

    def check(self, job: RemoteJob, account: Account) -> Call:
        return Call(
            method="GET",
            url=_url(account, f"{TASKS}/{jobs.step(job.id)}"),
            headers=_headers(account),
            deadline=DEADLINE,
            max_bytes=MAX_BYTES,
        )

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        if not 200 <= reply.status < 300:
            return jobs.still_there(_failure(reply))
        if not isinstance(reply.body, Mapping):
            return RemoteJob(id=job.id, poll_after=POLL_AFTER_JUNK)
        return _outcome(reply, job.id)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        return None

    def test(self, account: Account) -> Call | None:
        return Call(
            method="GET",
            url=_url(account, BALANCE),
            headers=_headers(account),
            deadline=TEST_DEADLINE,
            max_bytes=MAX_BYTES,
        )

    def read_test(self, reply: Reply) -> TestResult:
        if not 200 <= reply.status < 300:
            failure = _failure(reply)
            message = failure.words or failures.explain(failure.code).sentence
            return TestResult(passed=False, message=message, code=failure.code)
        balance = reply.body.get("balance_cents") if isinstance(reply.body, Mapping) else None
        if isinstance(balance, bool) or not isinstance(balance, int | float):
            code = failures.ADDRESS_WRONG
            return TestResult(passed=False, message=failures.explain(code).sentence, code=code)
        if balance <= 0:
            return TestResult(passed=True, message=_("Connected, but the account has no credit left."))
        return TestResult(passed=True, message=_("Connected. The provider accepted the key."))


def _url(account: Account, path: str) -> str:
    """The provider names its address without the path; whoever typed the path as well meant the same."""
    base = account.base_url or catalogue.provider(RunAPI.id).base_url
    return f"{base.rstrip('/').removesuffix('/api/v1')}/{path}"


def _headers(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.key}"} if account.key else {}


def _size(size: str) -> dict[str, str]:
    """The price goes by the resolution, so it is always said. A size left to the model exists in 1k alone."""
    if not size:
        return {}
    if size == AUTO:
        return {"aspect_ratio": AUTO, "output_resolution": "1k"}
    ratio, tier = ratio_and_tier(RunAPI.id, size)
    return {"aspect_ratio": ratio, "output_resolution": tier.lower()}


def _outcome(reply: Reply, job_id: str) -> Outcome:
    """What a task's state says. ``job_id`` is its id where that is known already."""
    body: Mapping[str, Any] = reply.body if isinstance(reply.body, Mapping) else {}
    match jobs.stage(body.get("status")):
        case Stage.DONE:
            return _finished(reply, body)
        case Stage.FAILED:
            refused = _is_refusal(reply)
            code = failures.REFUSED if refused else failures.JOB_FAILED
            return Failure(code=code, words=replies.words(reply), billed=_billed(body))
        case Stage.CANCELLED:
            return Failure(code=failures.CANCELLED, words=replies.words(reply), billed=_billed(body))
    if found := job_id or jobs.id_of(body.get("id")):
        return RemoteJob(id=found, poll_after=POLL_AFTER)
    return Failure(code=failures.UNUSABLE_REPLY, words=replies.words(reply), billed=Billed.UNKNOWN)


def _finished(reply: Reply, body: Mapping[str, Any]) -> Outcome:
    # Newer endpoints wrap the answer: {"response": {"body": {"images": ...}}}.
    wrapped = body.get("response")
    inner = wrapped.get("body") if isinstance(wrapped, Mapping) else None
    found = _pictures(body) or (_pictures(inner) if isinstance(inner, Mapping) else ())
    if not found:
        said = replies.words(reply)
        return Failure(code=failures.UNUSABLE_REPLY, words=said, billed=Billed.YES)
    return Pictures(pictures=found, cost=None if _refunded(body) else _charged(body))


def _pictures(body: Mapping[str, Any]) -> tuple[Picture, ...]:
    images = body.get("images")
    items = images if isinstance(images, list) else []
    places = (item.get("url") if isinstance(item, Mapping) else item for item in items)
    return tuple(picture for picture in map(replies.picture, places) if picture)


def _billing(body: Mapping[str, Any]) -> Mapping[str, Any]:
    billing = body.get("billing")
    return billing if isinstance(billing, Mapping) else {}


def _refunded(body: Mapping[str, Any]) -> bool:
    """How a refund is written is not published; that there is one is enough to say no amount."""
    return bool(_billing(body).get("refund"))


def _charged(body: Mapping[str, Any]) -> int | None:
    """Micro-dollars that the provider says it took. What it reserved is no charge."""
    settlement = _billing(body).get("settlement")
    if not isinstance(settlement, Mapping):
        return None
    cents = _whole(settlement.get("charged_amount_cents"), MOST_CENTS)
    exact = _whole(settlement.get("amount_micro_cents"), MOST_CENTS * MICRO_CENTS)
    # The finer figure counts where it is the same amount; otherwise its unit is not what its name says.
    if exact is not None and (cents is None or abs(exact - cents * MICRO_CENTS) <= MICRO_CENTS):
        return -(-exact * MICRO_DOLLARS_PER_CENT // MICRO_CENTS)
    return None if cents is None else cents * MICRO_DOLLARS_PER_CENT


def _whole(value: Any, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def _billed(body: Mapping[str, Any]) -> Billed:
    """Failed tasks are not charged, unless the answer itself says that this one was."""
    return Billed.YES if _charged(body) and not _refunded(body) else Billed.NO


def _code(reply: Reply) -> str:
    """An error's code stands beside its words or within them."""
    if not isinstance(reply.body, Mapping):
        return ""
    beside = reply.body.get("code")
    return replies.error_of(reply)[1] or (beside if isinstance(beside, str) else "")


def _is_refusal(reply: Reply) -> bool:
    said = replies.words(reply)
    return bool({_code(reply), replies.error_of(reply)[0]} & MODERATION) or "safety_violations" in said


def _failure(reply: Reply) -> Failure:
    said, wait = replies.words(reply), replies.retry_after(reply.headers)
    if reply.status == 402:
        return Failure(code=failures.NO_CREDIT, words=said, pauses=True)
    if reply.status in {429, 503}:
        code = failures.RATE_LIMITED if reply.status == 429 else failures.BUSY
        return Failure(code=code, words=said, not_accepted=True, retry_after=wait)
    # 409: another task has this key. The key is ours alone, so that task may be ours too.
    if reply.status >= 500 or reply.status in {408, 409}:
        return Failure(code=failures.SERVER_ERROR, words=said, billed=Billed.UNKNOWN)
    if _is_refusal(reply):
        return Failure(code=failures.REFUSED, words=said)
    known = {401: failures.BAD_KEY, 403: failures.FORBIDDEN, 413: failures.REQUEST_TOO_LARGE}
    elsewhere = reply.status < 400 or reply.status in {404, 405}
    code = failures.ADDRESS_WRONG if elsewhere else known.get(reply.status, failures.INVALID_REQUEST)
    return Failure(code=code, words=said, pauses=reply.status in {401, 403})
