"""Splits prose into sentences and clauses; quotations and brackets stay whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import trimmed
from studio.prompts.proposal.cues import Span
from studio.prompts.proposal.sections import BULLET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEPARATOR = re.compile(
    r"(?P<stop>(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\b[A-Z])[.!?…]+(?=[\s\"”’)*]|\Z)|[。！？!]+|[;；])"
    r"|(?P<comma>(?<!\d),|,(?!\d)|，|:(?=\s)|：|[ \t]+[–—|][ \t]+|—)"
    r"|(?P<break>[ \t]*(?:\n[ \t]*)+)"
)
_BRACKETS = re.compile(r"\([^()\n]{0,200}\)|（[^（）\n]{0,200}）|\[[^\[\]\n]{0,100}\]|\{[^{}\n]{0,100}\}")


@dataclass(frozen=True, slots=True)
class Clause:
    start: int
    end: int
    is_first: bool  # of its sentence
    stop: int  # where the full stop behind it ends, or ``end`` inside a sentence


def brackets(text: str) -> list[Span]:
    return [Span(*match.span()) for match in _BRACKETS.finditer(text)]


def clauses(text: str, start: int, end: int, shielded: Sequence[Span], *, is_japanese: bool = False) -> list[Clause]:
    found: list[Clause] = []
    at, is_first = start, True
    for match in _separators(text, start, end, shielded, is_japanese):
        is_stop = match["stop"] is not None or match["break"] is not None
        if clause := _clause(text, at, match.start(), is_first, _stop(match)):
            found.append(clause)
            is_first = False
        at = match.end()
        if match["break"] is not None and (bullet := BULLET.match(text, at, end)):
            at = bullet.end()
        is_first = is_first or is_stop
    if clause := _clause(text, at, end, is_first, 0):
        found.append(clause)
    return found


def _stop(match: re.Match[str]) -> int:
    """Where the full stop ends; a semicolon is not one, and is left out like a comma."""
    return match.end() if match["stop"] and match["stop"] not in ";；" else 0


def _clause(text: str, start: int, end: int, is_first: bool, stop: int) -> Clause | None:
    if is_first and (bullet := BULLET.match(text, start, end)):
        start = bullet.end()
    start, end = trimmed(text, start, end)
    return Clause(start, end, is_first, stop or end) if start < end else None


def _separators(
    text: str, start: int, end: int, shielded: Sequence[Span], is_japanese: bool
) -> Iterator[re.Match[str]]:
    pattern = _JAPANESE_SEPARATOR if is_japanese else _SEPARATOR
    spans = iter(span for span in shielded if span.end > start)
    shield = next(spans, None)
    for match in pattern.finditer(text, start, end):
        while shield is not None and shield.end <= match.start():
            shield = next(spans, None)
        if shield is not None and shield.start <= match.start():
            continue
        if match["break"] is None or _breaks(text, match, start, end):
            yield match


_JAPANESE_SEPARATOR = re.compile(_SEPARATOR.pattern.replace("|，", "|，|、"))


def _breaks(text: str, match: re.Match[str], start: int, end: int) -> bool:
    """A line break ends a sentence before a blank line, a bullet, a capital or an ideograph; else a line is wrapped."""
    if match.group().count("\n") > 1:
        return True
    after = text[match.end() : min(end, match.end() + 1)]
    bullet = BULLET.match(text, match.end(), end)
    if bullet and bullet.end() > match.end():
        return True
    before = text[max(start, match.start() - 1) : match.start()]
    return not after.islower() and before not in ",，、"
