"""The decision table, row by row: what becomes of an attempt, of its money, and of its connection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.providers import failures
from studio.providers.values import Billed, Failure
from studio.worker import deciding
from studio.worker.deciding import Becomes, Decision, Known, Money, Unclear

PLAIN = Known(most=5)
KEYED = Known(takes_key=True, most=5)
SENT_BEFORE = replace(KEYED, sent_before=True, tries=1)
JOB = Known(has_job=True, most=5)
LAST, SECOND = 5, 1


def after(known: Known, tries: int) -> Known:
    return replace(known, tries=tries)


def refused(code: str, *, pauses: bool = False, billed: Billed = Billed.NO) -> Failure:
    return Failure(code=code, pauses=pauses, billed=billed)


UNREACHED = Failure(code=failures.UNREACHABLE, not_accepted=True)
RATE_LIMITED = Failure(code=failures.RATE_LIMITED, not_accepted=True, retry_after=3.0)
TLS = Failure(code=failures.TLS_FAILED)
OPEN_ANSWER = Failure(code=failures.SERVER_ERROR, unclear=True, billed=Billed.UNKNOWN)
UNUSABLE = Failure(code=failures.UNUSABLE_REPLY, billed=Billed.YES)
LOST = Unclear(code=failures.CONNECTION_LOST)

# outcome, what is known → becomes, money, pauses, counts against the connection, evidence is kept
TABLE: dict[str, tuple[Failure | Unclear, Known, tuple[str, str, bool, bool, bool]]] = {
    "not reached": (UNREACHED, PLAIN, ("again", "keep", False, False, False)),
    "not reached, the last try": (UNREACHED, after(PLAIN, LAST), ("failed", "release", False, True, False)),
    "name not found, the last try": (
        Failure(code=failures.NAME_UNKNOWN, not_accepted=True),
        after(PLAIN, LAST),
        ("failed", "release", False, True, False),
    ),
    "a certificate that is not verified": (TLS, PLAIN, ("again", "keep", False, False, False)),
    "the same once more": (TLS, after(PLAIN, SECOND), ("failed", "release", True, False, False)),
    "too many calls": (RATE_LIMITED, PLAIN, ("again", "keep", False, False, False)),
    "too many calls, the last try": (RATE_LIMITED, after(PLAIN, LAST), ("failed", "release", False, False, False)),
    "overloaded by contract, the last try": (
        Failure(code=failures.BUSY, not_accepted=True),
        after(PLAIN, LAST),
        ("failed", "release", False, True, False),
    ),
    "400": (refused(failures.INVALID_REQUEST), PLAIN, ("failed", "release", False, False, False)),
    "401": (refused(failures.BAD_KEY, pauses=True), PLAIN, ("failed", "release", True, False, False)),
    "402 or a quota": (refused(failures.NO_CREDIT, pauses=True), KEYED, ("failed", "release", True, False, False)),
    "403": (refused(failures.FORBIDDEN, pauses=True), PLAIN, ("failed", "release", True, False, False)),
    "404": (refused(failures.MODEL_UNKNOWN), PLAIN, ("failed", "release", False, False, False)),
    "413": (refused(failures.REQUEST_TOO_LARGE), PLAIN, ("failed", "release", False, False, False)),
    "moderation": (refused(failures.REFUSED), PLAIN, ("failed", "release", False, False, False)),
    "moderation that may be billed": (
        refused(failures.REFUSED, billed=Billed.UNKNOWN),
        PLAIN,
        ("failed", "dispute", False, False, True),
    ),
    "an address that may not be called": (
        refused(failures.BLOCKED_ADDRESS),
        PLAIN,
        ("failed", "release", False, False, False),
    ),
    "a reference without its file": (
        refused(failures.REFERENCE_MISSING),
        PLAIN,
        ("failed", "release", False, False, False),
    ),
    "broken off": (LOST, PLAIN, ("unknown", "keep", False, True, True)),
    "broken off, with a key": (LOST, KEYED, ("again", "keep", False, True, False)),
    "broken off, with a key, once more": (LOST, after(KEYED, SECOND), ("again", "keep", False, False, False)),
    "broken off, with a key, the last try": (LOST, after(KEYED, LAST), ("unknown", "keep", False, True, True)),
    "too late": (Unclear(code=failures.TIMEOUT), PLAIN, ("unknown", "keep", False, True, True)),
    "408, 409, 500, 502, 504": (OPEN_ANSWER, PLAIN, ("unknown", "keep", False, True, True)),
    "the same with a key": (OPEN_ANSWER, KEYED, ("again", "keep", False, True, False)),
    "the same with a key, the last try": (OPEN_ANSWER, after(KEYED, LAST), ("unknown", "keep", False, True, True)),
    "success without a picture": (UNUSABLE, PLAIN, ("failed", "dispute", False, True, True)),
    "success without a picture, with a key": (UNUSABLE, KEYED, ("failed", "dispute", False, True, True)),
    "an answer that is too long": (
        Failure(code=failures.TOO_LARGE, billed=Billed.YES),
        PLAIN,
        ("failed", "dispute", False, True, True),
    ),
    "stopped by us": (Unclear(code=failures.INTERRUPTED), PLAIN, ("unknown", "keep", False, False, True)),
    "the disk is full": (Unclear(code=failures.NOT_STORED), PLAIN, ("unknown", "keep", False, False, True)),
    "a job that failed": (refused(failures.JOB_FAILED), JOB, ("failed", "release", False, False, False)),
    "a job that failed and was billed": (
        refused(failures.JOB_FAILED, billed=Billed.YES),
        JOB,
        ("failed", "dispute", False, False, True),
    ),
    "a job that was cancelled": (refused(failures.CANCELLED), JOB, ("cancelled", "release", False, False, False)),
    "a job that was cancelled and may be billed": (
        refused(failures.CANCELLED, billed=Billed.UNKNOWN),
        JOB,
        ("cancelled", "dispute", False, False, True),
    ),
    "a question about a job that was refused": (
        Failure(code=failures.BAD_KEY, not_accepted=True, pauses=True),
        JOB,
        ("unknown", "keep", True, False, False),
    ),
    "a job that nobody waits for any more": (
        Unclear(code=failures.TIMEOUT),
        replace(JOB, takes_key=True),
        ("unknown", "keep", False, True, True),
    ),
    # An earlier try of the same key may have been accepted.
    "sent before, then not reached": (UNREACHED, SENT_BEFORE, ("again", "keep", False, False, False)),
    "sent before, never reached again": (UNREACHED, after(SENT_BEFORE, LAST), ("unknown", "keep", False, True, False)),
    "sent before, then too many calls": (
        RATE_LIMITED,
        after(SENT_BEFORE, LAST),
        ("unknown", "keep", False, False, False),
    ),
    "sent before, then the key is wrong": (
        refused(failures.BAD_KEY, pauses=True),
        SENT_BEFORE,
        ("unknown", "keep", True, False, False),
    ),
    "sent before, then its reference is gone": (
        refused(failures.REFERENCE_MISSING),
        SENT_BEFORE,
        ("unknown", "keep", False, False, False),
    ),
    "sent before, then the request itself is refused": (
        refused(failures.REFUSED),
        SENT_BEFORE,
        ("failed", "release", False, False, False),
    ),
}


@pytest.mark.parametrize("row", TABLE)
def test_every_row_of_the_table(row: str) -> None:
    outcome, known, expected = TABLE[row]

    found = deciding.decide(outcome, known)

    assert (found.becomes, found.money, found.pauses, found.counts, found.evidence) == expected


def test_what_may_have_been_charged_does_not_say_that_it_was_not() -> None:
    """The code of a later try may belong to a sentence that ends with “Nothing was charged.”"""
    assert deciding.decide(RATE_LIMITED, after(SENT_BEFORE, LAST)).code == failures.NOT_ANSWERED


@pytest.mark.parametrize(("sent", "becomes", "money"), [(True, "unknown", "keep"), (False, "failed", "release")])
def test_an_accident_of_ours(sent: bool, becomes: str, money: str) -> None:
    found = deciding.accident(sent=sent)
    assert (found.becomes, found.money) == (becomes, money)


CODES = st.sampled_from(sorted(failures.EXPLANATIONS))
OUTCOMES = st.builds(Unclear, code=CODES) | st.builds(
    Failure,
    code=CODES,
    billed=st.sampled_from(Billed),
    not_accepted=st.booleans(),
    unclear=st.booleans(),
    pauses=st.booleans(),
)
KNOWN = st.builds(
    Known, takes_key=st.booleans(), sent_before=st.booleans(), has_job=st.booleans(), tries=st.integers(0, 9)
)


@given(outcome=OUTCOMES, known=KNOWN)
@example(outcome=TLS, known=JOB)
def test_what_holds_for_every_outcome(outcome: Failure | Unclear, known: Known) -> None:
    found: Decision = deciding.decide(outcome, known)

    assert (found.money is Money.KEEP) == (found.becomes in {Becomes.AGAIN, Becomes.UNKNOWN})
    if found.becomes is Becomes.AGAIN:
        assert known.tries < known.most
        assert not known.has_job
        # Without proof it is made again under the provider's own key alone.
        unproven = isinstance(outcome, Unclear) or outcome.unclear
        assert known.takes_key or not unproven
    if found.money is Money.RELEASE:
        assert isinstance(outcome, Failure)
        assert outcome.billed is Billed.NO
        assert not outcome.unclear
