"""The layout proof's adapter: nothing is asked of anybody, the picture is drawn on this machine."""

from __future__ import annotations

from typing import ClassVar

from studio.prompts.words import gettext_noop as _
from studio.providers import failures
from studio.providers.values import Account, Call, Drawing, Failure, ImageRequest, Outcome, RemoteJob, Reply, TestResult


class Proof:
    id: ClassVar[str] = "proof"
    # Drawing twice costs nothing and gives the same picture.
    takes_key: ClassVar[bool] = False  # nothing is sent
    makes_jobs: ClassVar[bool] = False

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        return Drawing(request=request)

    def read(self, reply: Reply, request: ImageRequest) -> Outcome:
        return Failure(code=failures.UNEXPECTED)  # a drawing has no reply

    def check(self, job: RemoteJob, account: Account) -> Call:
        raise NotImplementedError("A drawing is no remote job.")

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome:
        return Failure(code=failures.UNEXPECTED)

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        return None

    def test(self, account: Account) -> Call | None:
        return None

    def read_test(self, reply: Reply) -> TestResult:
        return TestResult(passed=True, message=_("Ready. The layout proof needs no account."))
