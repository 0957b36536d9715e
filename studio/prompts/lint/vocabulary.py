"""The words that rules look for, read from the files in ``words``: what excludes what, styles, concrete directives."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.prompts.lint.lexicon import Lexicon
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Opposites:
    one: Lexicon
    two: Lexicon
    unless: Lexicon  # words beside which both can be true
    apart: Lexicon  # words by which the clause of a side is about something else


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_WORDS / name).read_text("utf-8"))


def _lexicon(by_language: Mapping[str, list[str]], *more: Lexicon) -> Lexicon:
    """Prompts mix languages, so the words of all of them are looked for at once."""
    words = [word for words in by_language.values() for word in words]
    return Lexicon(*words, *(word for each in more for word in each.phrases))


_OPPOSITES = _read("opposites.toml")

CONTRADICTIONS = tuple(
    Opposites(*(_lexicon(pair.get(part, {})) for part in ("one", "two", "unless", "apart")))
    for pair in _OPPOSITES["opposites"]
)
# Where both sides are meant: one becomes the other, or they stand side by side.
BOTH_MEANT = _lexicon(_OPPOSITES["both_meant"])
# Where several pictures stand in one, each with a style or a number of its own.
PANELS = _lexicon(_OPPOSITES["panels"])
# Words that hold the name of something without meaning it.
IDIOMS = _lexicon(_OPPOSITES["idioms"]).phrases
# Each is one style under its several names.
_STYLES = _read("styles.toml")["styles"]
_MANNERS = [style for style in _STYLES if style.pop("is_manner", False)]
STYLES = tuple(_lexicon(style) for style in _STYLES if style not in _MANNERS)
# Manners can be had in any style, so all that are named count as one: photorealistic, minimalist, cinematic, rendered.
MANNERS = _lexicon({}, *(_lexicon(style) for style in _MANNERS))
# What a prompt can say beside its subject, and by which words a person recognises that it has.
DIRECTIVES: Mapping[Attribute, Lexicon] = {
    Attribute(name): _lexicon(words, *((*STYLES, MANNERS) if name == Attribute.STYLE else ()))
    for name, words in _read("directives.toml").items()
}
_LANGUAGES = _read("languages.toml")
# Small words that tell the languages in Latin letters apart.
ENGLISH, FOREIGN = frozenset(_LANGUAGES["en"]), frozenset(_LANGUAGES["other"])
_PHRASES = _read("phrases.toml")
# Words that end, and words that never begin, what is to be drawn without quotation marks.
STOPS = frozenset(_PHRASES["stops"]) | frozenset(_PHRASES["stops_behind"])
NO_BEGINNINGS = frozenset(_PHRASES["stops"]) | frozenset(_PHRASES["beginnings"])
