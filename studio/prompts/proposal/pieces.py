"""What a proposal consists of: pieces of the original, each with the attribute that it seems to be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from studio.prompts.recipe import LISTS, Attribute, Kind, Recipe, TextLine
from studio.prompts.scripts import writing_of

_CAPITALISED = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]")
_LINE_BREAK = re.compile(r"\s*\n\s*")
_MARKDOWN = re.compile(r"\*\*|^#{1,6}[ \t]+", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?。！？…][\"”’」』)）]*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A chip for an attribute that is a list, a TextLine for the text, a clause or more for the others.

    ``source`` is ``original[start:end]``, except in JSON, where it is the value of the leaf and both numbers are 0.
    """

    attribute: Attribute
    value: str | TextLine
    source: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """In the order of the original; pieces never overlap."""

    pieces: tuple[Piece, ...] = ()

    def value(self, attribute: Attribute) -> Any:
        """As the recipe would hold it: one string, or a tuple of chips or of text lines."""
        values = [piece.value for piece in self.pieces if piece.attribute is attribute]
        if attribute is Attribute.TEXT:
            return tuple(values)
        strings = [value for value in values if isinstance(value, str)]
        if attribute in LISTS:
            return tuple(dict.fromkeys(strings))
        return joined(strings)

    def recipe(self) -> Recipe:
        found = dict.fromkeys(piece.attribute for piece in self.pieces)
        return Recipe(kind=Kind.STRUCTURED, **{attribute.value: self.value(attribute) for attribute in found})


def joined(strings: list[str]) -> str:
    text = ""
    for string in strings:
        text += (_joint(text, string) if text else "") + string
    return text


def is_east_asian(character: str) -> bool:
    return bool(character) and writing_of(character) in {"han", "kana"}


def _joint(before: str, after: str) -> str:
    is_eastern = is_east_asian(after[:1]) and (is_east_asian(before[-1:]) or before[-1:] in "。！？」”")
    if _SENTENCE_END.search(before):
        return "" if is_eastern else " "
    if before.endswith((":", "：")):
        return "" if is_eastern else " "
    if not is_eastern:
        return ". " if _CAPITALISED.match(after) else ", "
    return "、" if any(writing_of(character) == "kana" for character in before + after) else "，"


def tidied(text: str) -> str:
    """On one line, without Markdown's signs: a line break is a space, or nothing between Chinese characters."""
    text = _MARKDOWN.sub("", text).strip()
    return _LINE_BREAK.sub(lambda found: _line_joint(text[: found.start()], text[found.end() :]), text)


def _line_joint(before: str, after: str) -> str:
    return "" if is_east_asian(before[-1:]) and is_east_asian(after[:1]) else " "


def says_something(text: str) -> bool:
    """Whether there is more in it than white space, punctuation and signs of mathematics."""
    kinds = map(unicodedata.category, text)
    return any(kind[0] in "LNM" or kind in {"So", "Sc"} for kind in kinds)
