"""Puts words together as the reader's language does: lists, sentences, and messages that were stored untranslated."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from studio.providers import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.models import Connection
    from studio.providers.words import Sentence

QUALITIES: dict[str, Any] = {
    "auto": gettext_lazy("Auto"),
    "low": gettext_lazy("Low"),
    "medium": gettext_lazy("Medium"),
    "high": gettext_lazy("High"),
    "standard": gettext_lazy("Standard"),
    "hd": gettext_lazy("HD"),
}


def quality_words(quality: str) -> str:
    return str(QUALITIES.get(quality, quality.capitalize()))


def quality_said(quality: str) -> str:
    """Away from the label that says what "high" is about."""
    return _("%(quality)s quality") % {"quality": quality_words(quality).lower()} if quality else ""


def listed(parts: Iterable[str]) -> str:
    """Things of one kind: ``2:3, 3:2``."""
    return pgettext("between things of one kind", ", ").join(part for part in parts if part)


def beside(parts: Iterable[str]) -> str:
    """Facts about one thing: ``Take 1 of 4, high``."""
    return pgettext("between facts about one thing", ", ").join(part for part in parts if part)


def sentences(*said: str) -> str:
    """One after the other; Chinese puts no space between them."""
    found = [sentence for sentence in said if sentence]
    return reduce(lambda one, two: _("%(one)s %(two)s") % {"one": one, "two": two}, found) if found else ""


def ended(said: str) -> str:
    """What a person wrote, with a full stop where another sentence follows; one that ends by itself stays."""
    return said if said.endswith(tuple(".!?…。！？")) else pgettext("ends a sentence", "%(said)s.") % {"said": said}


def translated(sentence: Sentence) -> str:
    return _(sentence.message) % dict(sentence.params)


def retold(stored: str) -> str:
    """What was stored as message ids, one to a line, for whoever reads it; the words of others stay as they are."""
    return sentences(*(_(line) for line in stored.splitlines() if line))


def provider_name(provider: str) -> str:
    """The catalogue's name, or the id of one that the catalogue no longer knows."""
    known = catalogue.providers().get(provider)
    return _(known.label) if known else provider


def model_name(provider: str, model: str) -> str:
    """The catalogue's name, or the id where the catalogue does not know it by name."""
    try:
        return _(catalogue.model(provider, model).label)
    except (catalogue.UnknownProvider, catalogue.UnknownModel):
        return model


def key_end(connection: Connection) -> str:
    """The last characters of its key; empty where it has none, or one so short that they would tell half of it."""
    return connection.key_last4 if len(connection.key_last4) > 1 else ""


def connection_name(connection: Connection) -> str:
    return account_name(connection.provider, connection.name)


def account_name(provider: str, name: str) -> str:
    """A connection's own name. One that still has its provider's name has the translated one."""
    known = catalogue.providers().get(provider)
    return _(known.label) if known and known.label == name else name
