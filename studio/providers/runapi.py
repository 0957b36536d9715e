"""RunAPI: references go to its storage, a task is taken on under an idempotency key, asked for by its id, and ends with
links.

Tasks with references are asked for below another path than those without, and all that is kept of a task is its id.
So the id as it is kept begins with the path wherever that is not the usual one: ``task_1``, ``edit_image/task_2``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit

from studio.prompts.words import gettext_noop as _
from studio.providers import catalogue, failures, images_api, jobs, replies, runapi_billing, runapi_files
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
    ReferenceFile,
    RemoteJob,
    Reply,
    TestResult,
)

# Seconds, as the provider's own clients wait.
POLL_AFTER = 2.0
# Of a question whose answer was no JSON, such as the page of a proxy.
POLL_AFTER_JUNK = 10.0

# Seconds: somebody looks on while prices are read.
QUOTE_DEADLINE = 5.0

API = "api/v1"
SERVICE = "gpt_image_2"
MODEL_PATH = f"{API}/{SERVICE}"
PRICES = f"{API}/price_quotes"
TEXT, EDIT = "text_to_image", "edit_image"
BALANCE = f"{API}/me/balance"
TASK_HEADER = "x-runapi-task-id"


class RunAPI:
    id: ClassVar[str] = "runapi"
    takes_key: ClassVar[bool] = True
    makes_jobs: ClassVar[bool] = True

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        """Raises ValueError where a reference is not in the provider's storage yet."""
        if not all(reference.url for reference in request.references):
            raise ValueError("References are uploaded before they can be named.")
        fields: dict[str, Any] = {"model": request.model, "prompt": request.prompt, **_size(request.size)}
        if request.references:
            fields["source_image_urls"] = [reference.url for reference in request.references]
        url = f"{_base(account)}/{MODEL_PATH}/{_action(request)}"
        return jobs.submission(url, account, fields, {"Idempotency-Key": key} if key else None)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        action = _action(request)
        named = jobs.id_of(reply.headers.get(TASK_HEADER))
        told = _kept(action, named) if named else _placed(reply.headers.get("location"))
        if jobs.is_answer(reply):
            own = jobs.id_of(jobs.body_of(reply).get("id"))
            return _outcome(reply, told or _kept(action, own))
        failure = _failure(reply)
        # Whatever went wrong with the answer: a task that has an id exists, and to ask for it is free.
        return RemoteJob(id=told, poll_after=POLL_AFTER) if told and failure.unclear else failure

    def upload(self, reference: ReferenceFile, account: Account) -> Call:
        return runapi_files.form(_base(account), images_api.headers_of(account), reference)

    def read_upload(self, reply: Reply, call: Call, reference: ReferenceFile, account: Account) -> str | Call | Failure:
        try:
            found = runapi_files.next_step(_base(account), account, reply, call, reference)
        except OSError:
            return Failure(code=failures.REFERENCE_MISSING)
        return found or _not_uploaded(reply, call)

    def check(self, job: RemoteJob, account: Account) -> Call:
        return jobs.question(f"{_base(account)}/{_path(job.id)}", account)

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        return jobs.told(reply, job, outcome=_outcome, failure=_failure, after_junk=POLL_AFTER_JUNK)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        return None

    def test(self, account: Account) -> Call | None:
        return jobs.question(f"{_base(account)}/{BALANCE}", account, deadline=jobs.TEST_DEADLINE)

    def read_test(self, reply: Reply) -> TestResult:
        if not jobs.is_answer(reply):
            return jobs.not_passed(_failure(reply))
        balance = runapi_billing.balance(jobs.body_of(reply))
        if balance is None:
            return jobs.not_passed(Failure(code=failures.ADDRESS_WRONG))
        message = _("Connected. The provider accepted the key.")
        if balance <= 0:
            message = _("Connected, but the account has no credit left.")
        return TestResult(passed=True, message=message, balance=balance)

    def quotes(self, account: Account) -> Mapping[tuple[str, str], Call]:
        """With references it costs the same."""
        found: dict[tuple[str, str], Call] = {}
        for model in catalogue.provider(self.id).models.values():
            for (_ratio, tier), (width, height) in model.sizes.table.items():
                params = {"prompt": "A coffee tin", **_size(f"{width}x{height}")}
                fields = {"service": SERVICE, "action": TEXT, "model": model.id, "params": params}
                call = jobs.submission(f"{_base(account)}/{PRICES}", account, fields)
                found[model.id, tier] = replace(call, deadline=QUOTE_DEADLINE)  # any ratio of a tier costs the same
        return found

    def read_quote(self, reply: Reply) -> int | None:
        return runapi_billing.quoted(jobs.body_of(reply)) if jobs.is_answer(reply) else None


def _base(account: Account) -> str:
    """The provider names its address without the path; whoever typed the path as well, or its end, meant the same."""
    base = catalogue.provider(RunAPI.id).address(account.base_url)
    return base.removesuffix("/v1").removesuffix("/api")


def _action(request: ImageRequest) -> str:
    return EDIT if request.references else TEXT


def _size(size: str) -> dict[str, str]:
    """The price goes by the resolution, so it is always said. A size left to the model exists in 1k alone."""
    if not size:
        return {}
    if size == AUTO:
        return {"aspect_ratio": AUTO, "output_resolution": "1k"}
    ratio, tier = ratio_and_tier(RunAPI.id, size)
    return {"aspect_ratio": ratio, "output_resolution": tier.lower()}


def _kept(action: str, task: str) -> str:
    """The id by which a task is kept and asked for again; empty where the task has none that can be."""
    bare = action == TEXT and "/" not in task
    return jobs.id_of(task if bare or not task else f"{action}/{task}")


def _path(kept: str) -> str:
    """Where a task is asked for."""
    action, _slash, task = kept.partition("/")
    if action in {TEXT, EDIT} and jobs.id_of(task):
        return f"{MODEL_PATH}/{action}/{jobs.step(task)}"
    if not action and all(map(jobs.id_of, task.split("/"))):  # from a header, below the interface
        return f"{API}/{quote(task)}"
    return f"{MODEL_PATH}/{TEXT}/{jobs.step(kept)}"


def _placed(location: str | None) -> str:
    """The id behind the address that an answer may name for its task: of ours, or of any other route of the same
    interface. Where else it may lead, nobody follows."""
    try:
        path = urlsplit(location or "").path
    except ValueError:
        return ""
    _before, found, below = path.partition(f"/{API}/")
    steps = [unquote(each) for each in below.split("/")]
    if not found or not all(jobs.id_of(each) and "/" not in each for each in steps):
        return ""
    for action in (TEXT, EDIT):
        if steps[:-1] == [SERVICE, action]:
            return _kept(action, steps[-1])
    return jobs.id_of("/" + "/".join(steps))


def _outcome(reply: Reply, kept: str) -> Outcome:
    """What a task's state says. ``kept`` is its id where that is known already."""
    body, said = jobs.body_of(reply), _unwrapped(reply)
    stage = jobs.stage(body.get("status"))
    found = _pictures(jobs.body_of(said))
    if stage is Stage.DONE and not jobs.is_answer(said):
        stage = Stage.FAILED  # done with, and what is kept of it is an error
    if found and (stage is Stage.DONE or "status" not in body):  # some routes answer with the result itself
        return Pictures(pictures=found, cost=runapi_billing.charged(body))
    match stage:
        case Stage.DONE:
            return Failure(code=failures.UNUSABLE_REPLY, words=replies.words(said), billed=Billed.YES)
        case Stage.FAILED | Stage.CANCELLED:
            return jobs.ended(said, stage, refused=_is_refusal(said), billed=runapi_billing.of_failure(body))
    if kept:
        return jobs.going_on(reply, kept, poll_after=POLL_AFTER)
    # Whether it was taken on can be found out: under the same key the same task answers, and once.
    return Failure(code=failures.UNUSABLE_REPLY, words=replies.words(reply), billed=Billed.UNKNOWN, unclear=True)


def _unwrapped(reply: Reply) -> Reply:
    """Newer routes keep the answer inside: ``{"response": {"status": 200, "body": {"images": …}}}``."""
    inner = jobs.body_of(reply).get("response")
    if not isinstance(inner, Mapping):
        return reply
    status, body = inner.get("status"), inner.get("body")
    if isinstance(body, str):
        with contextlib.suppress(ValueError, RecursionError):  # what is no JSON is read as words
            body = json.loads(body)
    return replace(reply, status=status if isinstance(status, int) else reply.status, body=body)


def _pictures(body: Mapping[str, Any]) -> tuple[Picture, ...]:
    images = body.get("images")
    items = images if isinstance(images, list) else []
    return tuple(picture for picture in map(replies.picture, items) if picture)


def _is_refusal(reply: Reply) -> bool:
    """An error's code stands beside its words or within them."""
    beside = jobs.body_of(reply).get("code")
    return jobs.is_refusal(reply, beside if isinstance(beside, str) else "")


def _failure(reply: Reply) -> Failure:
    said, wait = replies.words(reply), replies.retry_after(reply.headers)
    if reply.status == 402:
        return Failure(code=failures.NO_CREDIT, words=said, pauses=True)
    if reply.status == 429:
        return Failure(code=failures.RATE_LIMITED, words=said, not_accepted=True, retry_after=wait)
    # 409: another task has this key. The key is ours alone, so that task may be ours too. 503: to be sent again, says
    # the contract, and not that nothing was taken on.
    if reply.status >= 500 or reply.status in {408, 409}:
        code = failures.BUSY if reply.status == 503 else failures.SERVER_ERROR
        return Failure(code=code, words=said, billed=Billed.UNKNOWN, unclear=True, retry_after=wait)
    if _is_refusal(reply):
        return Failure(code=failures.REFUSED, words=said)
    known = {401: failures.BAD_KEY, 403: failures.FORBIDDEN, 413: failures.REQUEST_TOO_LARGE}
    elsewhere = reply.status < 400 or reply.status in {404, 405}
    code = failures.ADDRESS_WRONG if elsewhere else known.get(reply.status, failures.INVALID_REQUEST)
    return Failure(code=code, words=said, pauses=reply.status in {401, 403})


def _not_uploaded(reply: Reply, call: Call) -> Failure:
    """Nothing is paid for yet. What the storage refuses says nothing about the key, which it never saw."""
    again = reply.status in {408, 429} or reply.status >= 500
    failure = _failure(reply) if call.file is None and not jobs.is_answer(reply) else Failure(code="")
    kept = failure.pauses or failure.code in {failures.RATE_LIMITED, failures.REQUEST_TOO_LARGE, failures.REFUSED}
    code = failure.code if kept else failures.NOT_UPLOADED
    return Failure(
        code=code,
        words=replies.words(reply),
        not_accepted=again,
        retry_after=replies.retry_after(reply.headers),
        pauses=failure.pauses,
    )
