"""Our own error codes, one for each thing that can go wrong with a call, each with a sentence and a next step.

Floors pass the code; the view translates ``sentence`` and ``step`` and sets the provider's own words beside them, as
plain text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from studio.prompts.words import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Explanation:
    sentence: str  # a message id
    step: str  # a message id


BAD_KEY = "bad_key"
NO_CREDIT = "no_credit"
FORBIDDEN = "forbidden"
REFUSED = "refused"
INVALID_REQUEST = "invalid_request"
MODEL_UNKNOWN = "model_unknown"
ADDRESS_WRONG = "address_wrong"
REQUEST_TOO_LARGE = "request_too_large"
RATE_LIMITED = "rate_limited"
BUSY = "busy"
SERVER_ERROR = "server_error"
UNREACHABLE = "unreachable"
NAME_UNKNOWN = "name_unknown"
TLS_FAILED = "tls_failed"
BLOCKED_ADDRESS = "blocked_address"
BLOCKED_PORT = "blocked_port"
HTTP_NOT_ALLOWED = "http_not_allowed"
ADDRESS_UNREADABLE = "address_unreadable"
TIMEOUT = "timeout"
CONNECTION_LOST = "connection_lost"
UNUSABLE_REPLY = "unusable_reply"
TOO_LARGE = "too_large"
RESULT_GONE = "result_gone"
RESULT_HOST = "result_host"
JOB_GONE = "job_gone"
NOT_STORED = "not_stored"
JOB_FAILED = "job_failed"
REFERENCE_MISSING = "reference_missing"
NOT_UPLOADED = "not_uploaded"
NO_ROAD = "no_road"
NO_EDITS = "no_edits"
INTERRUPTED = "interrupted"
CANCELLED = "cancelled"
GIVEN_UP = "given_up"
NOT_ANSWERED = "not_answered"
NO_WORD = "no_word"
UNEXPECTED = "unexpected"

_AGAIN = _("Generate it again. If it keeps happening, tell your operator.")
_CHECK_FIRST = _("Check your account with the provider before you send it again.")

EXPLANATIONS: dict[str, Explanation] = {
    BAD_KEY: Explanation(
        _("The provider did not accept the key."), _("Enter a new key on the connections page, test it, and resume.")
    ),
    NO_CREDIT: Explanation(
        _("The account at the provider has no credit left."), _("Top it up there, then resume the connection.")
    ),
    FORBIDDEN: Explanation(
        _("The provider does not allow this account to use this model."),
        _("Check the account's permissions there, or choose another model."),
    ),
    REFUSED: Explanation(
        _("The provider's content rules refused this prompt or picture."), _("Change the prompt and generate again.")
    ),
    INVALID_REQUEST: Explanation(
        _("The provider did not accept this request."),
        _("Change the prompt or the output, and generate again."),
    ),
    MODEL_UNKNOWN: Explanation(
        _("The provider does not know this model."), _("Test the connection and choose a model that it offers.")
    ),
    ADDRESS_WRONG: Explanation(
        _("There is no images API at this address."),
        _("Compare the connection's address with the provider's documentation; left empty, it is the provider's own."),
    ),
    REQUEST_TOO_LARGE: Explanation(
        _("The references are too large for this provider."), _("Use fewer or smaller references.")
    ),
    RATE_LIMITED: Explanation(
        _("The provider asks for fewer calls per minute."),
        _("Try again in a few minutes, or lower the connection's calls at once."),
    ),
    BUSY: Explanation(_("The provider is overloaded."), _("Try again in a few minutes.")),
    SERVER_ERROR: Explanation(_("The provider failed while it was working on this."), _CHECK_FIRST),
    UNREACHABLE: Explanation(
        _("The provider could not be reached."),
        _("Check the connection's address, then try again."),
    ),
    NAME_UNKNOWN: Explanation(
        _("The name in the connection's address could not be found."),
        _("Check its spelling, then try again."),
    ),
    TLS_FAILED: Explanation(
        _("The provider's certificate could not be verified, so nothing was sent."),
        _("Check the connection's address; behind a company proxy, ask your operator."),
    ),
    BLOCKED_ADDRESS: Explanation(
        _("This address is inside a private network, where the studio does not call."),
        _("For a server of your own, the operator can list its host:port in STUDIO_EGRESS_ALLOW."),
    ),
    BLOCKED_PORT: Explanation(
        _("The studio calls https on port 443 alone, and this address names another port."),
        _("For a server of your own, the operator can list its host:port in STUDIO_EGRESS_ALLOW."),
    ),
    HTTP_NOT_ALLOWED: Explanation(
        _("Over plain http the key and the pictures could be read on the way."),
        _("Use https. For a server of your own, the operator can list its host:port in STUDIO_EGRESS_ALLOW."),
    ),
    ADDRESS_UNREADABLE: Explanation(
        _("This is not a web address."),
        _("Write it like https://example.com/v1, without a name, a password, a ? or a #."),
    ),
    TIMEOUT: Explanation(_("The provider did not answer in time."), _CHECK_FIRST),
    CONNECTION_LOST: Explanation(_("The connection broke before the answer was complete."), _CHECK_FIRST),
    UNUSABLE_REPLY: Explanation(_("The provider's answer held no usable picture."), _CHECK_FIRST),
    TOO_LARGE: Explanation(_("The provider's answer was larger than the studio accepts."), _CHECK_FIRST),
    RESULT_GONE: Explanation(
        _("The finished picture is no longer at the address that the provider gave."), _CHECK_FIRST
    ),
    JOB_GONE: Explanation(
        _("The provider took this job on, and now says that it does not know it."),
        _("Look at your account there. “Check again” asks once more; else give it up."),
    ),
    RESULT_HOST: Explanation(
        _("The finished picture is at a host that this provider is not known to use, so it was not fetched."),
        _("Ask your operator to add the host to STUDIO_RESULT_HOSTS and restart, then press “Check again”."),
    ),
    NOT_STORED: Explanation(
        _("The picture came back, but the studio's disk is full or cannot be written to."),
        _("Tell your operator. Make room before you generate again."),
    ),
    JOB_FAILED: Explanation(_("The provider could not make this picture."), _("Generate it again, or change it.")),
    REFERENCE_MISSING: Explanation(
        _("A reference's file could not be read, so nothing was sent."), _("Add the reference again.")
    ),
    NO_ROAD: Explanation(
        _("The provider fetches references from the studio, and the studio has no public address. Nothing was sent."),
        _("Ask your operator to set STUDIO_PUBLIC_URL, or choose another connection."),
    ),
    NO_EDITS: Explanation(
        _("This server makes pictures, and takes no references."),
        _("Remove the references, or choose another connection."),
    ),
    NOT_UPLOADED: Explanation(
        _("The provider's storage did not take a reference, so no picture was asked for."),
        _("Try again in a few minutes."),
    ),
    INTERRUPTED: Explanation(_("The studio was stopped while the answer was awaited."), _CHECK_FIRST),
    CANCELLED: Explanation(_("The provider cancelled it, as asked."), _("Generate again when you want it after all.")),
    GIVEN_UP: Explanation(_("Nobody knows what became of it, and it was given up."), _CHECK_FIRST),
    NOT_ANSWERED: Explanation(_("It was sent, and no later try brought an answer that counts."), _CHECK_FIRST),
    NO_WORD: Explanation(
        _("The provider does not answer the questions about this job."), _("It is asked again, which costs nothing.")
    ),
    UNEXPECTED: Explanation(_("Something went wrong in the studio itself."), _CHECK_FIRST),
}


def explain(code: str, *, free: bool = False) -> Explanation:
    """``free``: it is known that nothing was charged, so nobody is sent to look."""
    found = EXPLANATIONS.get(code, EXPLANATIONS[UNEXPECTED])
    return replace(found, step=_AGAIN) if free and found.step == _CHECK_FIRST else found
