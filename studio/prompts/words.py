"""Marks words for translation on the floors that know no Django; the view above translates them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def gettext_noop(message: str) -> str:
    """The message itself. ``makemessages`` finds the call, under this name and under ``_``."""
    return message


@dataclass(frozen=True, slots=True)
class Sentence:
    """A msgid and what stands in it, to be said in a reader's language."""

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.said()

    def said(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message) % self.params
