"""The providers that a connection can be made at, each with what it does in one line, as its catalogue says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.providers import catalogue
from studio.providers.capabilities import Road
from studio.views.wording import beside

if TYPE_CHECKING:
    from studio.providers.capabilities import Provider


@dataclass(frozen=True, slots=True)
class Offer:
    """``about`` is what the best of its models can do."""

    id: str
    label: str
    about: str


def offers() -> list[Offer]:
    return [Offer(each.id, _(each.label), about(each)) for each in catalogue.providers().values()]


def about(provider: Provider) -> str:
    if provider.is_built_in:
        return _("Built in: no key, no network, no cost")
    models = list(provider.models.values())
    editing = [model for model in models if model.max_references and model.roads]
    tiers = [tier for model in models for tier in model.sizes.tiers]
    can = [_("Text to image")]
    if most := max((model.max_references for model in editing), default=0):
        words = ngettext("edits with one reference", "edits with up to %(n)d references", most)
        can.append(words % {"n": most})
    if tiers:
        can.append(_("sizes up to %(tier)s") % {"tier": max(tiers, key=catalogue.TIERS.index)})
    if any(model.partials for model in models):
        can.append(_("unfinished pictures on the way"))
    if editing and all(model.roads == (Road.LINK,) for model in editing):
        can.append(_("needs a public address for references"))
    if provider.fallback is not None:
        can.append(_("or a server of your own"))
    return beside(can)
