"""RunBase: a run is taken on and paid for at once, asked for by its id, and ends with links or a refund."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, images_api, jobs, replies
from studio.providers.jobs import Stage
from studio.providers.named_sizes import ratio_and_tier
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

# Seconds. One or two are suggested; but a key has 20 requests in 10 s for new runs and questions together, and whatever
# asks waits its turn. At four, six runs are asked for at full pace with turns left for new ones; the questions of more
# than that come a little later.
POLL_AFTER = 4.0
# Of a question whose answer was no JSON, such as the page of a proxy.
POLL_AFTER_JUNK = 12.0

RUNS = "runs"
# No run has this id: a key that is told so was accepted.
NO_RUN = "run_connection_test"
QUOTA = frozenset({"insufficient_balance", "api_key_spend_limit_exceeded", "usage_exceeded"})
BAD_KEY = frozenset({"missing_api_key", "invalid_api_key"})


class RunBase:
    id: ClassVar[str] = "runbase"
    # A submission whose answer is lost cannot be repeated: nothing tells the provider that it is the same.
    takes_key: ClassVar[bool] = False
    makes_jobs: ClassVar[bool] = True

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        """Raises ValueError where a reference has no public address."""
        if not all(reference.url for reference in request.references):
            raise ValueError("References are named by their public addresses.")
        given: dict[str, Any] = {"prompt": request.prompt, **_size(request.size)}
        if request.references:
            given["image_urls"] = [reference.url for reference in request.references]
        return jobs.submission(_url(account, RUNS), account, {"model": request.model, "input": given})

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        return _outcome(reply, "") if jobs.is_answer(reply) else _failure(reply)

    def check(self, job: RemoteJob, account: Account) -> Call:
        return jobs.question(_url(account, f"{RUNS}/{jobs.step(job.id)}"), account)

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        return jobs.told(reply, job, outcome=_outcome, failure=_failure, after_junk=POLL_AFTER_JUNK)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        return None

    def test(self, account: Account) -> Call | None:
        return jobs.question(_url(account, f"{RUNS}/{NO_RUN}"), account, deadline=jobs.TEST_DEADLINE)

    def read_test(self, reply: Reply) -> TestResult:
        """No account can be read here. That there is no such run is said to accepted keys alone."""
        if reply.status == 404 and _code(reply) == "run_not_found":
            return TestResult(passed=True, message=_("Connected. The provider accepted the key."))
        if jobs.is_answer(reply):
            return jobs.not_passed(Failure(code=failures.ADDRESS_WRONG))
        return jobs.not_passed(_failure(reply))


def _url(account: Account, path: str) -> str:
    return images_api.url_of(catalogue.provider(RunBase.id).address(account.base_url), path)


def _size(size: str) -> dict[str, str]:
    """The price goes by the resolution, so it is always said."""
    if not size:
        return {}
    ratio, tier = ratio_and_tier(RunBase.id, size)
    return {"aspect_ratio": ratio, "resolution": tier}


def _outcome(reply: Reply, job_id: str) -> Outcome:
    """What a run's state says. ``job_id`` is its id where that is known already."""
    body = jobs.body_of(reply)
    match stage := jobs.stage(body.get("status")):
        case Stage.DONE:
            found = _pictures(body.get("output"))
            if found:
                return Pictures(pictures=found)
            return Failure(code=failures.UNUSABLE_REPLY, words=replies.words(reply), billed=Billed.YES)
        case Stage.FAILED | Stage.CANCELLED:
            # Taken when the run began, and given back in full when it failed. There is no cancel, so no page says
            # whether that is given back as well.
            billed = Billed.NO if stage is Stage.FAILED else Billed.UNKNOWN
            return jobs.ended(reply, stage, refused=jobs.is_refusal(reply), billed=billed)
    if found_id := job_id or jobs.id_of(body.get("id")):
        return jobs.going_on(reply, found_id, poll_after=POLL_AFTER)
    return Failure(code=failures.UNUSABLE_REPLY, words=replies.words(reply), billed=Billed.UNKNOWN)


def _pictures(output: Any) -> tuple[Picture, ...]:
    urls = output.get("urls") if isinstance(output, Mapping) else None
    items = urls if isinstance(urls, list) else []
    return tuple(picture for picture in map(replies.picture, items) if picture)


def _code(reply: Reply) -> str:
    """In lower case: two of the published codes are written in capitals."""
    return replies.error_of(reply)[1].lower()


def _failure(reply: Reply) -> Failure:
    said, code = replies.words(reply), _code(reply)
    if code in QUOTA or reply.status == 402:
        return Failure(code=failures.NO_CREDIT, words=said, pauses=True)
    if reply.status == 429:
        wait = replies.retry_after(reply.headers)
        return Failure(code=failures.RATE_LIMITED, words=said, not_accepted=True, retry_after=wait)
    if reply.status >= 500 or reply.status in {408, 409}:
        ours = failures.BUSY if reply.status == 503 else failures.SERVER_ERROR
        return Failure(code=ours, words=said, billed=Billed.UNKNOWN, unclear=True)
    if jobs.is_refusal(reply):
        return Failure(code=failures.REFUSED, words=said)
    return Failure(code=_refusals(reply.status, code), words=said, pauses=reply.status in {401, 403} or code in BAD_KEY)


def _refusals(status: int, code: str) -> str:
    if code == "model_not_found":
        return failures.MODEL_UNKNOWN
    if code in BAD_KEY:
        return failures.BAD_KEY
    if status < 400 or status in {404, 405}:
        return failures.ADDRESS_WRONG
    known = {401: failures.BAD_KEY, 403: failures.FORBIDDEN, 413: failures.REQUEST_TOO_LARGE}
    return known.get(status, failures.INVALID_REQUEST)
