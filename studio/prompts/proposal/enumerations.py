"""Puts clauses together that commas divide in form only: "a bright, airy room", "showing trees, birds, and clouds"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.prompts.proposal.frames import divided_frame
from studio.prompts.proposal.judging import is_eastern, judged
from studio.prompts.proposal.vocabulary import ADJECTIVES, MOODS, OPENERS, word_set
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from studio.prompts.proposal.clauses import Clause
    from studio.prompts.proposal.cues import Text

_ITEM_WORDS, _LAST_ITEM_WORDS = 5, 8
_STARTERS = word_set("a an the in on at with and or no his her its their from under against without")

# "In the center, an astronaut": where something stands in the picture belongs to what stands there.
STAGED = re.compile(
    r"(?:(?:in|at|on|to) the (?:very |far |exact )?(?:cent(?:er|re)|middle|foreground|left|right|top|bottom"
    r"|upper|lower)"
    r"(?: (?:left|right|side|corner|half|third|edge|center|centre|part))*(?: of (?:the |a )?[a-z]+)?"
    r"|above|below|behind (?:him|her|it|them)|beneath|in front(?! of\b))\b"
)


def gathered(text: Text, sentence: list[Clause]) -> list[Clause]:
    """The clauses of a sentence, with lists and adjectives in one piece."""
    found: list[Clause] = []
    framed = divided_frame(text, sentence[0].start, sentence[-1].end)
    frame = framed.end() if framed else 0
    for clause in sentence:
        is_cut = bool(found) and (
            clause.start < frame or _is_cut_adjective(text, found[-1], clause) or _is_stage(text, found[-1], clause)
        )
        if is_cut:
            found[-1] = replace(found[-1], end=clause.end, stop=clause.stop)
        else:
            found.append(clause)
    number = len(found) - 1
    while number > 0:
        head = _head_of_list(text, found, number)
        if head < number:
            whole = replace(found[head], end=found[number].end, stop=found[number].stop)
            found[head : number + 1] = [whole]
        number = head - 1
    return found


def _is_stage(text: Text, before: Clause, after: Clause) -> bool:
    between = text.original[before.end : after.start].strip()
    return before.is_first and between == "," and STAGED.fullmatch(text.lower, before.start, before.end) is not None


def _is_cut_adjective(text: Text, before: Clause, after: Clause) -> bool:
    words = [text.word(word) for word in text.words_in(before.start, before.end)]
    following = text.words_in(after.start, after.end)
    if len(words) < 2 or not following or text.word(following[0]) in _STARTERS:
        return False
    between = text.original[before.end : after.start].strip()
    return between == "," and words[-1] in ADJECTIVES | MOODS and words[-2] in {"a", "an", "the", "very"}


def _head_of_list(text: Text, found: list[Clause], number: int) -> int:
    """Where the list begins that ends with this clause; the clause itself where it ends none."""
    last = found[number]
    if not text.lower.startswith(("and ", "or "), last.start) or is_eastern(text, last.start, last.end):
        return number
    if len(text.words_in(last.start, last.end)) > _LAST_ITEM_WORDS or not _is_vague(text, last):
        return number
    at = number - 1
    while at >= 0:
        words = text.words_in(found[at].start, found[at].end)
        if text.original[found[at].end : found[at + 1].start].strip() in {":", "："}:
            break
        if OPENERS.intersection(text.word(word) for word in words[:-1]):
            return at
        if at == 0 or len(words) > _ITEM_WORDS or not _is_vague(text, found[at]):
            break
        at -= 1
    return at + 1


def _is_vague(text: Text, clause: Clause) -> bool:
    start = clause.start
    for joiner in ("and ", "or "):
        start += len(joiner) if text.lower.startswith(joiner, start) else 0
    return judged(text, start, clause.end) in {None, Attribute.DETAILS, Attribute.MOOD}
