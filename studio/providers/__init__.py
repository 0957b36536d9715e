"""Adapters by their provider's id: a literal table, so that a provider is found by reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.providers.apiyi import Apiyi
from studio.providers.catalogue import UnknownProvider
from studio.providers.openai import OpenAI
from studio.providers.proof import Proof
from studio.providers.runapi import RunAPI
from studio.providers.runbase import RunBase
from studio.providers.runcomfy import RunComfy

if TYPE_CHECKING:
    from studio.providers.protocols import Adapter

__all__ = ["ADAPTERS", "UnknownProvider", "adapter", "register"]

ADAPTERS: dict[str, Adapter] = {each.id: each for each in (Proof(), OpenAI(), Apiyi(), RunComfy(), RunAPI(), RunBase())}


def adapter(provider_id: str) -> Adapter:
    """Raises UnknownProvider."""
    try:
        return ADAPTERS[provider_id]
    except KeyError:
        raise UnknownProvider(provider_id) from None


def register(each: Adapter) -> None:
    """One more adapter than those that are shipped; its facts come by ``catalogue.add``."""
    ADAPTERS[each.id] = each
