"""How an attempt ends when no picture came: tried again only with proof that nothing was accepted."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from studio import providers
from studio.models import Connection
from studio.models.generations import State
from studio.providers import failures
from studio.providers.values import Billed, Failure
from studio.worker import receive
from studio.worker.hold import Hold, Lost

if TYPE_CHECKING:
    from studio.worker.pace import Pace

_random = random.SystemRandom()
# Not sent, and it may be another time: a certificate or a malformed address will not mend by itself.
UNREACHED = frozenset({failures.UNREACHABLE, failures.NAME_UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The request may have been accepted, and nobody can say."""

    code: str


async def settle(hold: Hold, outcome: Failure | Unclear, pace: Pace, *, evidence: str = "") -> None:
    claimed = hold.claimed
    left = claimed.tries < pace.tries
    if isinstance(outcome, Unclear):
        # With the provider's own key the same call may be made again: it counts once.
        if left and providers.adapter(claimed.provider).takes_key and not hold.remote_id:
            await _again(hold, pace, error_code=outcome.code)
        else:
            await hold.end(State.UNKNOWN, code=outcome.code)
        return
    if outcome.pauses:
        await _pause_connection(hold, outcome.code)
    if outcome.not_accepted and hold.remote_id:
        # A job was accepted, whatever is said of the question after it. Its id stays, to be asked for again.
        await hold.end(State.UNKNOWN, code=outcome.code, words=outcome.words)
        return
    if outcome.not_accepted and left:
        await _again(hold, pace, outcome.retry_after, submitted_at=claimed.submitted_at, error_code=outcome.code)
        return
    if outcome.billed is not Billed.NO and evidence:
        receive.save_evidence(claimed.pk, claimed.epoch, evidence)
    state = State.CANCELLED if outcome.code == failures.CANCELLED else State.FAILED
    # Zero is a statement: nothing was charged. Where that is not sure, nothing is said.
    cost = {"cost": 0} if outcome.billed is Billed.NO else {}
    await hold.end(state, code=outcome.code, words=outcome.words, **cost)


async def leave(hold: Hold, *, sent: bool) -> None:
    """The pump stops now. What was not sent waits for the next one, a job is asked for again by its id."""
    try:
        if not sent:
            await hold.put_back(submitted_at=hold.claimed.submitted_at)
        elif not hold.remote_id:
            await hold.end(State.UNKNOWN, code=failures.INTERRUPTED)
    except Lost:
        return


async def accident(hold: Hold, *, sent: bool) -> None:
    """Our own code failed: what may have been paid for must not look like a plain failure."""
    try:
        await hold.end(State.UNKNOWN if sent else State.FAILED, code=failures.UNEXPECTED)
    except Lost:
        return


def delay(tries: int, retry_after: float | None, pace: Pace, *, code: str = "") -> float:
    """Seconds until the next try: what the provider asks for within reason, else full jitter under a growing roof."""
    if retry_after is not None and 0 <= retry_after < float("inf"):
        return min(retry_after, pace.retry_after_most)
    most = pace.wait_unreached if code in UNREACHED else pace.wait_most
    return _random.uniform(pace.wait_least, max(pace.wait_least, min(most, pace.wait_least * 2 ** (tries + 1))))


async def _again(hold: Hold, pace: Pace, retry_after: float | None = None, *, error_code: str, **values: Any) -> None:
    tries = hold.claimed.tries
    not_before = timezone.now() + timedelta(seconds=delay(tries, retry_after, pace, code=error_code))
    await hold.put_back(tries=tries + 1, not_before=not_before, error_code=error_code, **values)


async def _pause_connection(hold: Hold, code: str) -> None:
    reason = failures.explain(code).sentence

    def change() -> bool:
        connection = Connection.objects.filter(pk=hold.claimed.connection).first()
        return connection is not None and connection.pause(reason)

    await hold.writer.write(change)
