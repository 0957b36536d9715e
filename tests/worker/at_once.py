"""An attempt's writes without a pump, each at once, and what a provider can say to a call."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from django.db import transaction

from studio.providers import failures
from studio.providers.values import Billed, Failure
from studio.worker.deciding import Unclear

UNREACHED = Failure(code=failures.UNREACHABLE, not_accepted=True)
LOST = Unclear(code=failures.CONNECTION_LOST)
# What can come back without any work taken on …
UNTAKEN = (
    UNREACHED,
    Failure(code=failures.RATE_LIMITED, not_accepted=True),
    Failure(code=failures.BAD_KEY, pauses=True),
    Failure(code=failures.TLS_FAILED),
    Failure(code=failures.SERVER_ERROR, unclear=True, billed=Billed.UNKNOWN),
    LOST,
)
# … what an honest provider says of a request that it never took on in the tries before, either …
REFUSED = (Failure(code=failures.REFUSED), Failure(code=failures.INVALID_REQUEST))
# … and what can be said of work that it charges for.
TAKEN = (
    LOST,
    Failure(code=failures.SERVER_ERROR, unclear=True, billed=Billed.UNKNOWN),
    Failure(code=failures.UNUSABLE_REPLY, billed=Billed.YES),
    Failure(code=failures.REFUSED, billed=Billed.UNKNOWN),
)


class AtOnce:
    """A writer without a thread: each change is its own transaction."""

    async def write(self, change: Any) -> Any:
        with transaction.atomic():
            return change()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """To its end, without a loop: nothing in it waits."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("It waited for something.")
