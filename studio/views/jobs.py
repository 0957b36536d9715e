"""Prepares jobs, the lines of the jobs page: one attempt each, what it does, what it costs and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.models.generations import State
from studio.providers import failures
from studio.providers.prices import has_list_price
from studio.templatetags.studio import ago, money, price
from studio.views import outcomes
from studio.views.tiles import Addresses, title_of, unfinished, which_of
from studio.views.wording import account_name, beside, model_name, quality_said

if TYPE_CHECKING:
    from studio.views.rows import Row

Job = dict[str, Any]

# What another try cannot mend; the brief or the connection has to change first.
NEEDS_AN_EDIT = frozenset({failures.REFUSED, failures.INVALID_REQUEST, failures.REFERENCE_MISSING})


def job(row: Row, addresses: Addresses) -> Job:
    about = row.about
    model, account = model_name(row.provider, about.model), account_name(row.provider, row.account)
    found: Job = {
        "kind": outcomes.kind(row),
        "dom": f"job-{row.id}",
        "title": title_of(about),
        "about": beside((which_of(about), model, quality_said(about.quality))),
        "account": "" if account == model else account,  # the layout proof is both
        "cost": _cost(row),
        "when": ago(row.finished_at or row.created_at),
        "brief": addresses.brief(row.prompt),
    }
    found |= outcomes.told(row)
    return found | _picture(row, addresses) | _verbs(row, addresses)


def _picture(row: Row, addresses: Addresses) -> Job:
    if not row.pictures:
        return unfinished(row, addresses)
    picture = row.pictures[0]
    href = addresses.image(picture.id)
    return {"href": href, "colour": picture.colour, "src": f"{href}512.webp" if picture.small else ""}


def _verbs(row: Row, addresses: Addresses) -> Job:
    kind = outcomes.kind(row)
    verbs: Job = {}
    if row.is_open and row.cancel_requested_at is None:
        verbs["cancel"] = addresses.attempt(row.id, "cancel")
    if kind in {"failed", "cancelled", "unknown"} and not row.tried_again:
        verbs["price"] = price(row.estimate_each)
        verbs["edit_first"] = row.error_code in NEEDS_AN_EDIT
        verbs["retry"] = addresses.attempt(row.id, "retry")
        verbs["twice"] = outcomes.may_cost_twice(row)
    if row.is_askable:
        verbs["check"] = addresses.attempt(row.id, "check")
    if kind == "unknown":
        verbs["give_up"] = addresses.attempt(row.id, "give-up")
    if outcomes.needs_its_connection(row):
        verbs["connections"] = addresses.connection(row.connection)
    return verbs


def _cost(row: Row) -> Job:
    """The actual cost where it is known, the estimate before that, marked as one."""
    if row.estimate_each == 0 and not row.cost:
        return {"shown": _("Free"), "why": _("Nothing was charged.")}
    if row.cost is not None:
        return {"shown": money(row.cost), "why": _("Actual cost")}
    never_sent = not row.is_open and row.submitted_at is None
    if never_sent:
        return {"shown": money(0), "why": _("Nothing was charged.")}
    if row.state == State.DONE and row.estimate_each and has_list_price(row.provider, row.about.model):
        return {"shown": money(row.estimate_each), "why": _("By the provider's list price")}
    if row.estimate_each is None:
        return {"shown": "–", "why": _("The price is not known.")}
    return {"shown": price(row.estimate_each), "why": _("Estimate"), "guess": True}
