"""The faults of a paid request, and what becomes of each with each kind of provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.house import ECHO, KEY, KINDS


@dataclass(frozen=True, kw_only=True)
class End:
    """What is true in the end, and what is said of it."""

    state: str
    code: str
    money: str  # as House.money says it
    requests: int
    billed: int
    says: tuple[str, ...]  # on the jobs page: what happened, what it cost, what to do
    reports: tuple[str, ...] = ()  # by the command line
    pauses: bool = False


CHECK_FIRST = "Check your account with the provider before you send it again."
CANNOT = "This provider cannot be asked. Look at your account there, then retry or give up."
NOBODY_KNOWS = ("Outcome unknown", "It was sent, but no answer came back.", "may have been charged", CANNOT)


def unknown(code: str, *, says: tuple[str, ...] = NOBODY_KNOWS, reports: str = "", billed: int = 1) -> End:
    told = (reports, CHECK_FIRST) if reports else (CHECK_FIRST,)
    buttons = ("Retry anyway (may cost twice)", "Give up")
    return End(state="unknown", code=code, money="held", requests=1, billed=billed, says=says + buttons, reports=told)


def failed(code: str, *says: str, reports: tuple[str, ...], pauses: bool = False, requests: int = 1) -> End:
    told = (*says, "Nothing was charged.", "Retry")
    return End(
        state="failed",
        code=code,
        money="released",
        requests=requests,
        billed=0,
        says=told,
        reports=reports,
        pauses=pauses,
    )


def done(*, requests: int = 1) -> End:
    return End(state="done", code="", money="settled", requests=requests, billed=1, says=("Done", "Open"))


HUNG_UP = unknown("connection_lost", reports="The connection broke before the answer was complete.")
TOO_LATE = unknown("timeout", reports="The provider did not answer in time.")
BROKEN = unknown(
    "server_error",
    says=("Outcome unknown", "The provider failed while it was working on this. It may have been charged."),
    reports="The provider failed while it was working on this.",
    billed=0,
)
OVERLOADED = replace(
    unknown("busy", says=("Outcome unknown", "The provider is overloaded. It may have been charged."), billed=0),
    reports=("The provider is overloaded.",),
)
UNUSABLE = End(
    state="failed",
    code="unusable_reply",
    money="disputed",
    requests=1,
    billed=1,
    says=(
        "Failed",
        "The provider's answer held no usable picture. It may have been charged.",
        CHECK_FIRST,
        "Retry anyway (may cost twice)",
    ),
    reports=("The provider's answer held no usable picture.", CHECK_FIRST),
)
BAD_KEY = failed(
    "bad_key",
    "Key not accepted",
    "Enter a new key on the connections page, test it, and resume.",
    "Open connections",
    reports=("The provider did not accept the key.", "Enter a new key"),
    pauses=True,
)
NO_CREDIT = failed(
    "no_credit",
    "No credit left",
    "Top it up there, then resume the connection.",
    reports=("The account at the provider has no credit left.", "Top it up there"),
    pauses=True,
)
FORBIDDEN = failed(
    "forbidden",
    "The provider does not allow this account to use this model.",
    "Check the account's permissions there",
    reports=("The provider does not allow this account to use this model.", "choose another model"),
    pauses=True,
)
INVALID = failed(
    "invalid_request",
    "The provider did not accept this request.",
    "Change the prompt or the output, and generate again.",
    reports=("The provider did not accept this request.", "generate again"),
)
REFUSED = failed(
    "refused",
    "Refused by the provider",
    "Change the prompt and generate again.",
    reports=("The provider's content rules refused", "Change the prompt"),
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    rule: str  # of the fault catalogue
    name: str
    behaviour: dict[str, Any]
    ends: dict[str, End]  # by kind of provider
    silent: bool = False  # nobody answers, so the deadline has to be short

    @property
    def readable(self) -> bool:
        """Whether its answer has a text that can be kept."""
        return self.behaviour.get("fault") not in {"zero_bytes", "gzip"}


def status(code: int, body: Any = None) -> dict[str, Any]:
    """An answer of this status that repeats the key wherever an answer can."""
    said = {"error": {"message": ECHO, "code": "x"}, "error_message": ECHO} if body is None else body
    return {"status": code, "body": said, "headers": {"X-Echo": KEY, "WWW-Authenticate": f"Bearer {KEY}"}}


def every(end: End, **others: End | None) -> dict[str, End]:
    ends = dict.fromkeys(KINDS, end) | others
    return {kind: found for kind, found in ends.items() if found is not None}


AGAIN = done(requests=2)
FAULTS = (
    Fault(rule="R7", name="hangs up", behaviour={"fault": "close_after_body"}, ends=every(HUNG_UP, keyed=AGAIN)),
    Fault(rule="R7", name="resets", behaviour={"fault": "reset_after_body"}, ends=every(HUNG_UP, keyed=AGAIN)),
    Fault(
        rule="R7",
        name="never answers",
        behaviour={"fault": "accept_then_silent"},
        ends=every(TOO_LATE, keyed=AGAIN),
        silent=True,
    ),
    *(Fault(rule="R9", name=str(code), behaviour=status(code), ends=every(BROKEN, keyed=AGAIN)) for code in (500, 502)),
    *(
        Fault(rule="R9", name=str(code), behaviour=status(code), ends={"pictures": BROKEN, "keyed": AGAIN})
        for code in (408, 409, 504)
    ),
    Fault(rule="R9", name="503", behaviour=status(503), ends=every(OVERLOADED, keyed=AGAIN)),
    Fault(rule="R10", name="html200", behaviour={"fault": "html200"}, ends=every(UNUSABLE, keyed=AGAIN)),
    # One of them names its job in the half that came.
    Fault(
        rule="R10",
        name="cut_json",
        behaviour={"fault": "cut_json"},
        ends=every(UNUSABLE, keyed=AGAIN, cancelable=done()),
    ),
    *(
        Fault(rule="R10", name=name, behaviour={"fault": name}, ends={"pictures": UNUSABLE})
        for name in ("deep_json", "nan", "zero_bytes")
    ),
    *(
        Fault(rule="R10", name=name, behaviour={"body": body}, ends={"pictures": UNUSABLE})
        for name, body in (
            ("bad UTF-8", b'{"data":[{"b64_json":"\xff\xfe"}]}'),
            ("data is null", b'{"data":null}'),
            ("ten thousand digits", b'{"data":' + b"9" * 10_000 + b"}"),
            ("the key in a page", f"<html>{ECHO}{KEY}".encode()),
            ("the key in a text", b'{"data":[],"message":"' + ECHO.encode() + b'"}'),
        )
    ),
    *(
        Fault(rule="R11", name=name, behaviour={"fault": name}, ends={"pictures": UNUSABLE})
        for name in ("cut_b64", "junk_b64")
    ),
    Fault(rule="R11", name="data URL", behaviour={"prefixed": True}, ends={"pictures": done()}),
    Fault(rule="R12", name="another size", behaviour={"width": 1023, "height": 1024}, ends=every(done())),
    Fault(rule="R12", name="three for one", behaviour={"pictures": 3}, ends=every(done())),
    Fault(rule="R13", name="gzip", behaviour={"fault": "gzip"}, ends={"pictures": UNUSABLE, "keyed": AGAIN}),
    Fault(rule="R14", name="short body", behaviour={"fault": "short_body"}, ends=every(HUNG_UP, keyed=AGAIN)),
    Fault(rule="R15", name="drip", behaviour={"fault": "drip"}, ends=every(TOO_LATE, keyed=AGAIN), silent=True),
    Fault(
        rule="R15",
        name="drip_headers",
        behaviour={"fault": "drip_headers"},
        ends={"pictures": TOO_LATE, "jobs": TOO_LATE},
        silent=True,
    ),
    Fault(rule="3.3", name="400", behaviour=status(400), ends=every(INVALID)),
    Fault(rule="3.3", name="401", behaviour=status(401), ends=every(BAD_KEY)),
    Fault(rule="3.3", name="402", behaviour=status(402), ends=every(NO_CREDIT)),
    Fault(rule="3.3", name="403", behaviour=status(403), ends=every(FORBIDDEN)),
    Fault(rule="3.3", name="422", behaviour=status(422), ends={"pictures": INVALID, "keyed": INVALID}),
    Fault(
        rule="3.3",
        name="moderation",
        behaviour=status(400, {"error": {"message": ECHO, "code": "moderation_blocked"}}),
        ends=every(REFUSED, cancelable=None),  # which tells of it in a job
    ),
)


def cases() -> Iterator[tuple[str, Fault, str]]:
    for fault in FAULTS:
        for kind in fault.ends:
            yield f"{fault.rule} {fault.name}, {kind}", fault, kind
