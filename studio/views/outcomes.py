"""Says in plain words what an attempt does or what became of it, what it cost, and what to do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.models.generations import State
from studio.providers import catalogue, failures
from studio.templatetags.studio import money, seconds
from studio.views.wording import provider_name, retold, sentences

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from studio.views.rows import Row

# Seconds below which a usual time is no help.
AT_ONCE = 3

KINDS = {
    State.QUEUED: "waiting",
    State.LEASED: "waiting",
    State.SUBMITTING: "running",
    State.RUNNING: "running",
    State.DOWNLOADING: "receiving",
    State.DONE: "done",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
    State.UNKNOWN: "unknown",
}


# Causes that the connections page mends: the key, the account, the address, a model that is not offered there.
OF_THE_CONNECTION = frozenset(
    {
        failures.BAD_KEY,
        failures.NO_CREDIT,
        failures.FORBIDDEN,
        failures.MODEL_UNKNOWN,
        failures.ADDRESS_WRONG,
        failures.UNREACHABLE,
        failures.NAME_UNKNOWN,
        failures.TLS_FAILED,
        failures.BLOCKED_ADDRESS,
        failures.BLOCKED_PORT,
        failures.HTTP_NOT_ALLOWED,
        failures.ADDRESS_UNREADABLE,
    }
)
# Of an unknown outcome: of these alone it is true that no answer came back …
SILENT = frozenset({"", failures.TIMEOUT, failures.CONNECTION_LOST})
# … these somebody can mend on the connections page, and then ask again …
MENDED_THERE = frozenset({failures.BAD_KEY, failures.NO_CREDIT, failures.FORBIDDEN, failures.ADDRESS_WRONG})
# … these the operator can: where the picture is, or where it should be kept; and one has to be looked up.
WITH_A_STEP = MENDED_THERE | {
    failures.JOB_GONE,
    failures.RESULT_HOST,
    failures.BLOCKED_ADDRESS,
    failures.BLOCKED_PORT,
    failures.HTTP_NOT_ALLOWED,
    failures.NOT_STORED,
}


def kind(row: Row) -> str:
    if row.state == State.LEASED and not row.waits:
        return "running"  # leased with a time: it is drawn on this machine
    return KINDS[State(row.state)]


def needs_its_connection(row: Row) -> bool:
    """Whether what stands in its way is mended on the connections page."""
    if row.state == State.QUEUED:
        return row.paused_at is not None
    of_it = {"failed": OF_THE_CONNECTION, "unknown": MENDED_THERE}
    return row.error_code in of_it.get(kind(row), frozenset())


def told(row: Row) -> dict[str, Any]:
    """``words`` and ``detail`` of a tile or a job; ``percent`` only where the provider gave one."""
    if row.is_open and row.cancel_requested_at is not None:
        return {"words": _("Cancelling"), "detail": may_cost(row)}
    return _TOLD[kind(row)](row)


def _waiting(row: Row) -> dict[str, Any]:
    """``wait``: seconds until the next try, which the page counts down."""
    if not row.tries or row.paused_at:
        return {"words": _("Waiting"), "detail": waits_for(row)}
    stopped = not row.error_code and row.submitted_at is not None  # the studio itself, while it was sent
    words = _("Waiting") if stopped else str(HEADINGS.get(row.error_code, _("Provider is busy")))
    tried = ngettext("Tried once.", "Tried %(n)d times.", row.tries) % {"n": row.tries}
    if row.submitted_at is not None and row.estimate_each != 0:  # with a key of the provider's own it is sent again
        return {"words": words, "detail": sentences(tried, may_cost(row), waits_for(row))}
    wait = (row.not_before - timezone.now()).total_seconds() if row.not_before else 0
    if wait >= 1:
        return {"words": words, "detail": tried, "wait": math.ceil(wait)}
    return {"words": words, "detail": sentences(tried, _("Nothing was charged."), waits_for(row))}


def waits_for(row: Row) -> str:
    """What a waiting take waits for, where that is not simply its turn in a moment."""
    if row.paused_at:
        return sentences(_("Its connection is paused."), retold(row.paused_reason))
    if row.is_crowded:
        said = ngettext(
            "Waits for a free place: this connection makes %(n)d call at once.",
            "Waits for a free place: this connection makes %(n)d calls at once.",
            row.calls_at_once,
        )
        return said % {"n": row.calls_at_once}
    return ""


def _running(row: Row) -> dict[str, Any]:
    """Percent is the provider's own or nothing; otherwise the time passed against the usual time."""
    if row.error_code == failures.NO_WORD:
        said = _("%(provider)s does not answer questions about it now.") % {"provider": provider_name(row.provider)}
        return {"words": _("Asking again"), "detail": said}
    passed = round((timezone.now() - row.submitted_at).total_seconds()) if row.submitted_at else 0
    usual = usual_seconds(row)
    words = _("%(percent)d%%") % {"percent": row.percent} if row.percent is not None else _rendering(row)
    return {
        "words": words,
        "percent": row.percent,
        "elapsed": max(passed, 0),
        "detail": seconds(max(passed, 0)),
        "usual": _("usually about %(span)s") % {"span": seconds(usual)} if usual else "",
    }


def _rendering(row: Row) -> str:
    return _("Not finished") if row.partial else _("Rendering")


def _receiving(row: Row) -> dict[str, Any]:
    return {"words": _("Receiving"), "detail": _("The picture is on its way.")}


def _done(row: Row) -> dict[str, Any]:
    return {"words": _("Done"), "detail": took(row)}


def took(row: Row) -> str:
    if row.submitted_at is None or row.finished_at is None:
        return ""
    return seconds(row.finished_at - row.submitted_at)


# A heading of two or three words, where "Failed" would hide what matters.
HEADINGS: dict[str, str | Promise] = {
    failures.REFUSED: gettext_lazy("Refused by the provider"),
    failures.BUSY: gettext_lazy("Provider is busy"),
    failures.RATE_LIMITED: gettext_lazy("Provider is busy"),
    failures.UNREACHABLE: gettext_lazy("Provider not reached"),
    failures.BAD_KEY: gettext_lazy("Key not accepted"),
    failures.NO_CREDIT: gettext_lazy("No credit left"),
}


CANNOT_BE_ASKED = gettext_lazy("This provider cannot be asked. Look at your account there, then retry or give up.")


def _failed(row: Row) -> dict[str, Any]:
    known = failures.explain(row.error_code, free=not may_have_cost(row))
    return {
        "words": str(HEADINGS.get(row.error_code, _("Failed"))),
        "detail": sentences(_(known.sentence), cost(row)),
        "step": _(known.step),
        "said": row.error_message,
    }


def _cancelled(row: Row) -> dict[str, Any]:
    return {"words": _("Cancelled"), "detail": cost(row)}


def _unknown(row: Row) -> dict[str, Any]:
    known = failures.explain(row.error_code)
    may_exist = _("The picture may exist and may have been charged.")
    if row.error_code in SILENT:
        detail = sentences(_("It was sent, but no answer came back."), may_exist)
    elif row.error_code == failures.INTERRUPTED:
        detail = sentences(_(known.sentence), may_exist)
    else:
        detail = sentences(_(known.sentence), cost(row))
    found = {"words": _("Outcome unknown"), "said": row.error_message, "detail": detail}
    if row.error_code in WITH_A_STEP:
        return found | {"step": _(known.step)}
    return found if row.is_askable else found | {"step": str(CANNOT_BE_ASKED)}


def cost(row: Row) -> str:
    """What it cost, in a sentence that is never surer than we are."""
    if row.cost:
        return _("%(price)s was charged.") % {"price": money(row.cost)}
    return _("It may have been charged.") if may_have_cost(row) else _("Nothing was charged.")


def may_cost_twice(row: Row) -> bool:
    """Whether another try may be charged beside one that came to nothing."""
    return not row.is_open and row.state != State.DONE and may_have_cost(row)


def may_have_cost(row: Row) -> bool:
    return row.cost != 0 and row.submitted_at is not None and row.estimate_each != 0


def may_cost(row: Row) -> str:
    """What a cancel that was just asked for can still cost."""
    if row.submitted_at is None or row.estimate_each == 0:
        return _("Nothing was charged.")
    return _("It was already sent: the provider may still charge for it.")


def usual_seconds(row: Row) -> int | None:
    """How long this model usually takes; None where the catalogue does not say, or where it is over at once."""
    try:
        usual = catalogue.model(row.provider, row.about.model).usual_seconds(row.about.quality)
    except (catalogue.UnknownProvider, catalogue.UnknownModel):
        return None
    return round(usual) if usual and usual >= AT_ONCE else None


_TOLD = {
    "waiting": _waiting,
    "running": _running,
    "receiving": _receiving,
    "done": _done,
    "failed": _failed,
    "cancelled": _cancelled,
    "unknown": _unknown,
}
