"""What every provider's adapter does: build a call, read a reply. Nothing here opens a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.providers.events import Event
    from studio.providers.values import (
        Account,
        Call,
        Drawing,
        Failure,
        ImageRequest,
        Outcome,
        Picture,
        ReferenceFile,
        RemoteJob,
        Reply,
        TestResult,
    )


class Uploads(Protocol):
    """A provider with a storage of its own for references: free calls, before the paid one.

    A submission that is repeated under its key must name the same addresses, so they are kept with the attempt.
    """

    def upload(self, reference: ReferenceFile, account: Account) -> Call: ...

    def read_upload(self, reply: Reply, call: Call, reference: ReferenceFile, account: Account) -> str | Call | Failure:
        """What the answer to ``call`` means: the address that the paid call names the reference by, or the next step
        of the upload, or why there is none. No upload has more than UPLOAD_STEPS steps."""
        ...


@runtime_checkable
class Streams(Protocol):
    """A provider that sends unfinished pictures while it works, where its calls name what ends their stream."""

    def read_event(self, event: Event) -> Picture | None:
        """The unfinished picture in an event before the last; None where it is about something else."""
        ...


@runtime_checkable
class Quotes(Protocol):
    """A provider that says what a picture would cost."""

    def quotes(self, account: Account) -> Mapping[tuple[str, str], Call]:
        """Free calls by model and tier, each of which asks for one price."""
        ...

    def read_quote(self, reply: Reply) -> int | None:
        """Micro-dollars a picture; None where the answer names no price."""
        ...


class Adapter(Protocol):
    id: ClassVar[str]
    # The provider takes an idempotency key, so a submission whose outcome is not known may be sent again.
    takes_key: ClassVar[bool]
    # A submission is answered at once with a job to ask for; otherwise the answer is the picture, minutes later.
    makes_jobs: ClassVar[bool]

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call | Drawing:
        """The paid call. The same arguments give the same bytes."""
        ...

    def read(self, reply: Reply, request: ImageRequest) -> Outcome: ...

    def check(self, job: RemoteJob, account: Account) -> Call:
        """Ask for the state of a job that was taken on. Free and repeatable."""
        ...

    def read_check(self, reply: Reply, job: RemoteJob) -> Outcome: ...

    def cancel(self, job: RemoteJob, account: Account) -> Call | None:
        """None where the provider has no cancel."""
        ...

    def test(self, account: Account) -> Call | None:
        """A call that costs nothing and proves the key; None where there is nothing to prove."""
        ...

    def read_test(self, reply: Reply) -> TestResult: ...
