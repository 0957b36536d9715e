"""Prices as a provider quotes them when its connection is tested: they win over what the catalogue has read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from studio.egress import client
from studio.egress.allowed import allowed
from studio.providers.capabilities import Confidence, PriceKind
from studio.providers.protocols import Quotes
from studio.services import throttles
from studio.storage import files

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from studio.providers.capabilities import Model
    from studio.providers.protocols import Adapter
    from studio.providers.values import Account, Call, Reply
    from studio.services.throttles import BeforeSend


def read(adapter: Adapter, account: Account) -> dict[str, int]:
    """Micro-dollars a picture by ``model@tier``; as many as the provider names before a call of ours gets lost."""
    found: dict[str, int] = {}
    if not isinstance(adapter, Quotes):
        return found
    turns = throttles.throttled(adapter.id, account)
    for (model, tier), call in adapter.quotes(account).items():
        try:
            reply = throttles.in_turn(turns, partial(_sent, call))
        except client.EgressError:
            break
        if (price := adapter.read_quote(reply)) is not None:
            found[_name(model, tier)] = price
    return found


def _sent(call: Call, come: BeforeSend | None) -> Coroutine[Any, Any, Reply]:
    return client.send(call, spill_to=files.parts(), allow=allowed(), before_send=come)


def applied(model: Model, found: Mapping[str, object]) -> Model:
    """The model at the prices that were found; those of tiers that were not quoted stay."""
    if model.price is None or model.price.kind is not PriceKind.FLAT:
        return model
    told = {tier: price for tier in model.sizes.tiers if isinstance(price := found.get(_name(model.id, tier)), int)}
    if not told:
        return model
    known = {tier: model.price.by_tier.get(tier, model.price.each) for tier in model.sizes.tiers} | told
    # They were true when the connection was tested.
    confidence = Confidence.CLOSE if len(told) == len(known) else model.price.confidence
    return replace(model, price=replace(model.price, by_tier=known, each=max(known.values()), confidence=confidence))


def _name(model: str, tier: str) -> str:
    return f"{model}@{tier}"
