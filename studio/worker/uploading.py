"""Brings a reference to a provider's own storage, in one free call or several, with patience."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from studio.egress import client
from studio.providers import failures
from studio.providers.values import UPLOAD_STEPS, Account, Billed, Call, Failure, ReferenceFile
from studio.worker.follow import RETRIABLE

if TYPE_CHECKING:
    from studio.providers.protocols import Adapter, Uploads
    from studio.worker.floor import Floor

# Tries of one step, without giving up the place among the open calls.
TRIES = 3
# A longer wait than this is spent in the queue.
LONGEST_WAIT = 30.0
# Another time may mend these; what else keeps a call from being sent does not mend itself.
PASSING = frozenset({failures.UNREACHABLE, failures.NAME_UNKNOWN})

_random = random.SystemRandom()


async def upload(reference: ReferenceFile, adapter: Adapter, account: Account, floor: Floor) -> str | Failure:
    """The address that the paid call names it by; or why there is none, ``not_accepted`` where it may be tried again
    later."""
    uploads = cast("Uploads", adapter)
    call = uploads.upload(reference, account)
    for _step in range(UPLOAD_STEPS):
        outcome = await _patiently(call, uploads, reference, account, floor)
        if not isinstance(outcome, Call):
            return outcome
        call = outcome
    return Failure(code=failures.UNUSABLE_REPLY)


async def _patiently(
    call: Call, uploads: Uploads, reference: ReferenceFile, account: Account, floor: Floor
) -> str | Call | Failure:
    tries = 1
    while True:
        outcome = await _once(call, uploads, reference, account, floor)
        if not (isinstance(outcome, Failure) and outcome.not_accepted):
            return outcome
        roof = floor.pace.wait_least * 2**tries
        seconds = _random.uniform(roof / 2, roof) if outcome.retry_after is None else outcome.retry_after
        if tries == TRIES or seconds > LONGEST_WAIT:
            return outcome
        tries += 1
        await asyncio.sleep(seconds)


async def _once(
    call: Call, uploads: Uploads, reference: ReferenceFile, account: Account, floor: Floor
) -> str | Call | Failure:
    """Nothing is billed for an upload, whatever became of it."""
    try:
        reply = await floor.send(call)
    except client.NotSent as error:
        return Failure(code=error.code, not_accepted=error.code in PASSING)
    except client.TooLarge as error:
        return Failure(code=error.code)
    except client.Ambiguous as error:
        return Failure(code=error.code, not_accepted=True)
    outcome = uploads.read_upload(reply, call, reference, account)
    if not isinstance(outcome, Failure):
        return outcome
    passing = reply.status in RETRIABLE or outcome.not_accepted or outcome.unclear
    return replace(outcome, billed=Billed.NO, unclear=False, not_accepted=passing and not outcome.pauses)
