"""What becomes of an attempt that brought no picture: one table, by phase and proof and never by status code alone.

| Outcome | Proof that nothing was accepted | Attempt | Money |
| --- | --- | --- | --- |
| not reached; refused for now by contract | yes | again; after the last try failed | kept; released |
| certificate not verified | yes | again once; then failed, and the connection pauses | kept; released |
| refused: request, key, credit, moderation | yes | failed; key and credit pause the connection | released |
| cancelled by the provider | as it says | cancelled | released, or disputed |
| broken off, timed out, an answer that leaves it open | no | again with the provider's key; else unknown | kept |
| answered with success and unusable | it is billed | failed, with its evidence | disputed |
| a question about a job that has an id | no, the job goes on | unknown, asked for again by its id | kept |

Where an earlier try of the same key may have been accepted, what is said of a later one proves nothing about it: then
it is unknown what became of it, unless the request itself was refused, which one key is for all its tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from studio.providers import failures
from studio.providers.values import Billed, Failure

# Not sent, and it may be another time: a malformed or forbidden address will not mend by itself.
UNREACHED = frozenset({failures.UNREACHABLE, failures.NAME_UNKNOWN})
# A certificate seldom mends by itself either, but a proxy on the way may only have hiccuped.
TLS_TRIES = 1
# What speaks against the connection and not against the request: so many in a row, and it pauses.
OWN_FAULTS = UNREACHED | {
    failures.SERVER_ERROR,
    failures.BUSY,
    failures.TIMEOUT,
    failures.CONNECTION_LOST,
    failures.UNUSABLE_REPLY,
    failures.TOO_LARGE,
}
# Found before anything of this try was sent.
NOT_SENT = UNREACHED | {
    failures.TLS_FAILED,
    failures.BLOCKED_ADDRESS,
    failures.BLOCKED_PORT,
    failures.HTTP_NOT_ALLOWED,
    failures.ADDRESS_UNREADABLE,
    failures.REFERENCE_MISSING,
    failures.NO_ROAD,
    failures.NOT_UPLOADED,
    failures.UNEXPECTED,
}


class Becomes(StrEnum):
    AGAIN = "again"  # queued, for a later time
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Money(StrEnum):
    KEEP = "keep"  # as long as it is open or unknown
    RELEASE = "release"  # nothing was charged
    DISPUTE = "dispute"  # it was, or may have been, and there is nothing to show for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """The request may have been accepted, and nobody can say."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an attempt when its outcome comes."""

    takes_key: bool = False  # the provider takes a key of ours: one key counts once
    sent_before: bool = False  # an earlier try of this key may have been accepted
    has_job: bool = False  # the provider took on a job, and we have its id
    tries: int = 0  # so many before this one
    most: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    becomes: Becomes
    money: Money
    code: str
    pauses: bool = False  # the connection
    counts: bool = False  # against the connection
    evidence: bool = False  # what came back is kept to be looked at


def decide(outcome: Failure | Unclear, known: Known) -> Decision:
    if isinstance(outcome, Unclear) or outcome.unclear:
        return _unclear(outcome, known)
    if known.has_job and outcome.not_accepted:
        # A job was accepted, whatever is said of the question after it. Its id stays, to be asked for again.
        return Decision(becomes=Becomes.UNKNOWN, money=Money.KEEP, code=outcome.code, pauses=outcome.pauses)
    most = TLS_TRIES if outcome.code == failures.TLS_FAILED else known.most
    may_mend = not known.has_job and (outcome.not_accepted or outcome.code == failures.TLS_FAILED)
    if may_mend and known.tries < most:
        return Decision(becomes=Becomes.AGAIN, money=Money.KEEP, code=outcome.code, pauses=outcome.pauses)
    pauses = outcome.pauses or outcome.code == failures.TLS_FAILED
    counts = outcome.code in OWN_FAULTS
    if known.sent_before and (outcome.not_accepted or outcome.pauses or outcome.code in NOT_SENT):
        code = failures.NOT_ANSWERED
        return Decision(becomes=Becomes.UNKNOWN, money=Money.KEEP, code=code, pauses=pauses, counts=counts)
    free = outcome.billed is Billed.NO
    return Decision(
        becomes=Becomes.CANCELLED if outcome.code == failures.CANCELLED else Becomes.FAILED,
        money=Money.RELEASE if free else Money.DISPUTE,
        code=outcome.code,
        pauses=pauses,
        counts=counts,
        evidence=not free,
    )


def _unclear(outcome: Failure | Unclear, known: Known) -> Decision:
    again = known.takes_key and not known.has_job and known.tries < known.most
    # Its picture is known and waits for the operator: the same call would come to the same end, and lose the link.
    again = again and outcome.code != failures.RESULT_HOST
    return Decision(
        becomes=Becomes.AGAIN if again else Becomes.UNKNOWN,
        money=Money.KEEP,
        code=outcome.code,
        pauses=isinstance(outcome, Failure) and outcome.pauses,
        # Of those that are sent again the first counts, too: a batch must not knock on a broken door fifty times.
        counts=outcome.code in OWN_FAULTS and (not again or known.tries == 0),
        evidence=not again,
    )


def accident(*, sent: bool) -> Decision:
    """Our own code failed: what may have been paid for must not look like a plain failure."""
    if sent:
        return Decision(becomes=Becomes.UNKNOWN, money=Money.KEEP, code=failures.UNEXPECTED)
    return Decision(becomes=Becomes.FAILED, money=Money.RELEASE, code=failures.UNEXPECTED)
