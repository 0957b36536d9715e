"""How an attempt ends when no picture came: what ``deciding`` says is done here."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now

from studio import providers
from studio.models.generations import State
from studio.providers import failures, replies
from studio.worker import deciding, receive
from studio.worker.deciding import UNREACHED, Becomes, Decision, Known, Money, Unclear
from studio.worker.hold import Hold, Lost

if TYPE_CHECKING:
    from studio.providers.values import Failure
    from studio.worker.pace import Pace

log = logging.getLogger(__name__)

_random = random.SystemRandom()


async def settle(hold: Hold, outcome: Failure | Unclear, pace: Pace, *, evidence: str = "") -> None:
    known = _known(hold, pace)
    decision = deciding.decide(outcome, known)
    asked = None if isinstance(outcome, Unclear) else outcome.retry_after
    if decision.becomes is Becomes.AGAIN:
        # Without proof the time stays as it was marked: it may have been sent.
        unsent = not isinstance(outcome, Unclear) and not outcome.unclear
        values: dict[str, Any] = {"submitted_at": hold.claimed.submitted_at} if unsent else {}
        seconds = delay(known.tries, asked, pace, code=outcome.code)
        not_before = Now() + timedelta(seconds=seconds)  # by the clock that says when it is due
        log.info("Attempt %s is tried again in %.1f s: %s.", hold.claimed.pk, seconds, decision.code)
        await hold.put_back(decision, tries=known.tries + 1, not_before=not_before, error_code=decision.code, **values)
        return
    if decision.evidence and evidence:
        receive.save_evidence(hold.claimed.pk, hold.claimed.epoch, evidence)
    # Our own code for it, never the provider's words: they are somebody else's text.
    log.warning("Attempt %s ends as %s: %s.", hold.claimed.pk, decision.becomes.value, decision.code)
    await hold.end(decision, words=replies.telling(outcome.words))


async def leave(hold: Hold, *, sent: bool) -> None:
    """The pump stops now, or nothing may be sent any more. What was not sent waits, a job is asked for again by its
    id."""
    try:
        if not sent:
            await hold.put_back(submitted_at=hold.claimed.submitted_at)
        elif not hold.remote_id:
            await hold.end(Decision(becomes=Becomes.UNKNOWN, money=Money.KEEP, code=failures.INTERRUPTED))
    except Lost:
        return


async def accident(hold: Hold, *, sent: bool) -> None:
    try:
        await hold.end(deciding.accident(sent=sent or _sent_before(hold)))
    except Lost:
        return


def delay(tries: int, retry_after: float | None, pace: Pace, *, code: str = "") -> float:
    """Seconds until the next try: what the provider asks for within reason, else full jitter under a growing roof."""
    if retry_after is not None and 0 <= retry_after < float("inf"):
        return min(retry_after, pace.retry_after_most)
    most = pace.wait_unreached if code in UNREACHED else pace.wait_most
    return _random.uniform(pace.wait_least, max(pace.wait_least, min(most, pace.wait_least * 2 ** (tries + 1))))


def _known(hold: Hold, pace: Pace) -> Known:
    claimed = hold.claimed
    return Known(
        takes_key=providers.adapter(claimed.provider).takes_key,
        sent_before=_sent_before(hold),
        has_job=bool(hold.remote_id),
        tries=claimed.tries,
        most=pace.tries,
    )


def _sent_before(hold: Hold) -> bool:
    """It was claimed with the time of an earlier try, whose outcome nobody knows. A drawing is never sent."""
    claimed = hold.claimed
    keyed = providers.adapter(claimed.provider).takes_key
    return keyed and claimed.state is State.LEASED and claimed.submitted_at is not None
