"""Reads a prompt that the studio has written, so that a proposal for it is the recipe that it was written from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.proposal.lettering import LETTERED
from studio.prompts.proposal.pieces import Piece
from studio.prompts.recipe import LISTS, Attribute, TextLine
from studio.prompts.render import LABELS, QUOTES
from studio.prompts.scripts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFERENCE = re.compile(r"Image \d+\b")
_ORDER = list(Attribute)
_MOST_WORDS = 60  # of an unlabelled beginning before a single label; more is prose, and reads better taken apart
_MARKS = "|".join(
    f"{re.escape(opening)}(?:[^{opening}{closing}\\n]*){re.escape(closing)}" for opening, closing in QUOTES
)
_TEXT = re.compile(rf"(?P<head>(?:[^\n“\"«「『⟦]*?, )?)exactly: (?P<quoted>{_MARKS})(?P<joint>; |\.$)")
_SCRIPT_OF = {script.words: key for key, script in SCRIPTS.items()}
_PLACED = re.compile(
    r"(?:the |very |at|on|in|above|below|under|across|along|near|over|inside|beside|around|top|bottom|upper"
    r"|lower|left|right"
    r"|cent(?:er|re|ered|red)|middle|front|back|corner|headline|title|label|sign)\b|[^\x00-\x7f]*[上下中左右处]",
    re.IGNORECASE,
)


def read_rendered(text: str) -> list[Piece] | None:
    """The pieces of a structured prompt as ``render`` writes it; None for any other text."""
    lines = _lines(text)
    if lines is None:
        return None
    pieces: list[Piece] = []
    for attribute, label, start, end in lines:
        value = text[start + label : end]
        if attribute is Attribute.TEXT:
            found = list(_text_lines(value))
            if not found or found[-1][2] != len(value):
                return None
            at = start + label
            pieces += [Piece(attribute, line, value[first:last], at + first, at + last) for line, first, last in found]
        elif attribute in LISTS:
            pieces += _chips(attribute, text, start + label, end)
        else:
            pieces.append(Piece(attribute, value, value, start + label, end))
    return pieces


def _lines(text: str) -> list[tuple[Attribute, int, int, int]] | None:
    """Attribute, length of the label, start and end of each line, if they are those of a rendered recipe."""
    found: list[tuple[Attribute, int, int, int]] = []
    at, labelled = 0, 0
    last = -1
    for number, line in enumerate(text.split("\n")):
        if not number and not line:
            at = 1  # without a subject the separator stands first
            continue
        attribute, label = _attribute(line, number)
        if attribute is None or _ORDER.index(attribute) <= last or not line[label:].strip():
            return None
        last = _ORDER.index(attribute)
        labelled += bool(label)
        stored = Attribute.DETAILS if attribute is Attribute.REFERENCES else attribute
        found.append((stored, label, at, at + len(line)))
        at += len(line) + 1
    is_long = len(text.split("\n", 1)[0].split()) > _MOST_WORDS
    return found if labelled > (1 if is_long else 0) else None


def _attribute(line: str, number: int) -> tuple[Attribute | None, int]:
    for attribute, label in LABELS.items():
        if line.startswith(label):
            return attribute, len(label)
    if number == 0:
        return Attribute.SUBJECT, 0
    return (Attribute.REFERENCES, 0) if _REFERENCE.match(line) else (None, 0)


def _chips(attribute: Attribute, text: str, start: int, end: int) -> Iterator[Piece]:
    for value in text[start:end].split(", "):
        yield Piece(attribute, value, value, start, start + len(value))
        start += len(value) + 2


def _text_lines(value: str) -> Iterator[tuple[TextLine, int, int]]:
    at = 0
    while match := _TEXT.match(value, at):
        words = match["head"].removesuffix(", ").split(", ") if match["head"] else []
        script = _SCRIPT_OF[words.pop()] if words and words[-1] in _SCRIPT_OF else ""
        cut = _cut(words)
        placement, lettering = ", ".join(words[:cut]), ", ".join(words[cut:])
        text = match["quoted"][1:-1]
        yield TextLine(text=text, script=script, lettering=lettering, placement=placement), at, match.end()
        at = match.end()


def _cut(words: list[str]) -> int:
    """How many of the words before a line are its placement; of two or more, the first mostly is."""
    placed = 0
    while placed < len(words) and _PLACED.match(words[placed]):
        placed += 1
    if placed or len(words) < 2:
        return placed
    return 0 if words[0].split(" ")[-1].lower() in LETTERED else 1
