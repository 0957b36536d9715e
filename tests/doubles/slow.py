"""A tiny provider that works on jobs, for testing the engine on remote jobs: adapter, catalogue file and how to add it.

In a test: the fixture ``slow``. In another process: ``DJANGO_SETTINGS_MODULE=tests.doubles.slow_settings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from studio import providers
from studio.providers import catalogue, failures, replies
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

CATALOGUE = Path(__file__).with_name("slow.toml")
POLL_AFTER = 0.05


class Slow:
    id: ClassVar[str] = "slow"
    takes_key: ClassVar[bool] = True
    makes_jobs: ClassVar[bool] = True

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        headers = {**_headers(account), "Idempotency-Key": key}
        fields = {"model": request.model, "prompt": request.prompt, "size": request.size}
        return Call(method="POST", url=f"{account.base_url}/jobs", headers=headers, json=fields, deadline=10)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        return _outcome(reply)

    def check(self, job: RemoteJob, account: Account) -> Call:
        return Call(method="GET", url=f"{account.base_url}/jobs/{job.id}", headers=_headers(account), deadline=10)

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        return _outcome(reply)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        url = f"{account.base_url}/jobs/{job.id}/cancel"
        return Call(method="POST", url=url, headers=_headers(account), json={}, deadline=10)

    def test(self, account: Account) -> Call | None:
        return Call(method="GET", url=f"{account.base_url}/models", headers=_headers(account), deadline=10)

    def read_test(self, reply: Reply) -> TestResult:
        return TestResult(passed=reply.status == 200, message=replies.words(reply))


class SlowWithoutKey(Slow):
    """The same without idempotency: a lost submission is lost."""

    id: ClassVar[str] = "slow-without-key"
    takes_key: ClassVar[bool] = False

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        headers = {**_headers(account), "X-Client-Request-Id": key}
        fields = {"model": request.model, "prompt": request.prompt, "size": request.size}
        return Call(method="POST", url=f"{account.base_url}/jobs", headers=headers, json=fields, deadline=10)


def add() -> None:
    """Make both known in this process."""
    for each in (Slow(), SlowWithoutKey()):
        providers.register(each)
        catalogue.add(CATALOGUE.with_name(f"{each.id}.toml"))


def _headers(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.key}"} if account.key else {}


def _outcome(reply: Reply) -> Outcome:
    body: Any = reply.body
    if reply.status >= 400 or not isinstance(body, Mapping):
        refused = reply.status in {429, 503}
        code = failures.RATE_LIMITED if refused else failures.SERVER_ERROR
        billed = Billed.NO if reply.status < 500 or refused else Billed.UNKNOWN
        return Failure(code=code, words=replies.words(reply), billed=billed, not_accepted=refused)
    match body.get("status"):
        case "completed":
            found = tuple(Picture(url=image["url"]) for image in body["images"])
            return Pictures(pictures=found, cost=body.get("cost_micro_dollars"))
        case "cancelled":
            return Failure(code=failures.CANCELLED)
        case "failed":
            return Failure(code=failures.JOB_FAILED, words=replies.words(reply))
    return RemoteJob(id=body["id"], poll_after=POLL_AFTER, percent=body.get("percent"))
