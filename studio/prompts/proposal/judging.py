"""Judges which attribute a clause belongs to, by its last cue before the first preposition."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import AVOID_CLOSER, AVOID_MARKER, PRESERVE_CLOSER, PRESERVE_MARKER
from studio.prompts.proposal.labels import label_of
from studio.prompts.proposal.pieces import is_east_asian
from studio.prompts.proposal.vocabulary import (
    BOUNDARIES,
    EASTERN_FILLERS,
    EASTERN_MOODS,
    FILLERS,
    MOODS,
)
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from studio.prompts.proposal.cues import Cue, Span, Text

# "The light is soft": the sentence names its attribute.
_NAMED = re.compile(
    r"(?:the |its |their |an? )?(?:overall )?(?P<name>[a-z]+(?: [a-z]+)?) (?:is|are|should be|must be|feels"
    r"|stays|comes|falls)\b"
)
_STATED = frozenset(
    {Attribute.SETTING, Attribute.MOOD, Attribute.LIGHTING, Attribute.COMPOSITION, Attribute.STYLE, Attribute.DETAILS}
)
_KEEPS_SHAPE = re.compile(
    r"(?:keep|maintain)(?:ing)? (?:it|things|(?:the |an? )?(?:overall |whole )?(?:composition|layout|design|mood"
    r"|look|style|balance"
    r"|contrast|tone|palette|lighting|background)) (?!of\b|from\b|and\b|exactly\b|unchanged\b|the same\b"
    r"|intact\b|as is\b)\S",
    re.IGNORECASE,
)
_EASTERN_MOOD = re.compile("|".join(sorted(map(re.escape, EASTERN_MOODS), key=len, reverse=True)))
_IN_THE_STYLE = re.compile(r"\b(?:in the style of|inspired by|reminiscent of)\b")
_EASTERN_TIME_OF = re.compile(
    r"(?:清晨|黎明|早晨|正午|午后|下午|黄昏|傍晚|夜晚|深夜|夜色中|日落时分?|日出时分?|雨夜|雪夜)时?分?的(?P<place>[^，。的]{2,10})"
)
_WORDY = 7  # a chip of more words is a sentence, and belongs to the details


def is_eastern(text: Text, start: int, end: int) -> bool:
    return any(map(is_east_asian, text.original[start:end]))


def forbidding(text: Text, start: int, end: int) -> Attribute | None:
    """PRESERVE or AVOID for a clause that says what must stay, or must not be there."""
    return forbidden(text.original[start:end], is_japanese=text.is_japanese)


def forbidden(clause: str, *, is_japanese: bool = False) -> Attribute | None:
    if PRESERVE_MARKER.match(clause) and not _KEEPS_SHAPE.match(clause):
        return Attribute.PRESERVE
    if PRESERVE_CLOSER.search(clause):
        return Attribute.PRESERVE
    if AVOID_MARKER.match(clause) or (is_japanese and AVOID_CLOSER.search(clause)):
        return Attribute.AVOID
    return None


def judged(text: Text, start: int, end: int) -> Attribute | None:
    """The attribute that the clause clearly names; None where it does not."""
    if is_eastern(text, start, end):
        return _eastern(text, start, end)
    named = _NAMED.match(text.lower, start, end)
    label = label_of(named["name"].split()[-1]) if named else None
    if label is not None and label.attribute in _STATED:
        return label.attribute
    words = text.words_in(start, end)
    head = end if text.lower.startswith(("shot on ", "shot with "), start) else head_end(text, start, end)
    cues = [cue for cue in text.cues_in(start, end) if cue.start < head]
    if cues and _is_said(text, cues[-1], words, head):
        is_named = _IN_THE_STYLE.search(text.lower, start, end) is not None
        return _short_enough(cues[-1].attribute, 0 if is_named else len(words))
    return Attribute.MOOD if _is_mood(text, words) else None


def _is_said(text: Text, cue: Cue, words: tuple[Span, ...], head: int) -> bool:
    """A place counts as the last word, or after a preposition: "a sunny kitchen", not "kitchen utensils"."""
    if cue.attribute is not Attribute.SETTING or text.word(words[0]) in BOUNDARIES:
        return True
    return not any(cue.end <= word.start < head for word in words)


def judged_by_rest(text: Text, start: int, end: int) -> Attribute | None:
    """What the words after the first preposition say, for a clause that begins with nothing known."""
    head = head_end(text, start, end)
    for cue in text.cues_in(start, end):
        is_place = cue.attribute is Attribute.SETTING and cue.start >= head
        if is_place or cue.attribute in {Attribute.LIGHTING, Attribute.COMPOSITION}:
            return cue.attribute
    return None


def head_end(text: Text, start: int, end: int) -> int:
    """Where the first preposition after the first word stands."""
    cues = text.cues_in(start, end)
    words = text.words_in(start, end)
    for word in words[1:]:
        if text.word(word) in BOUNDARIES and not any(cue.start < word.start < cue.end for cue in cues):
            return word.start
    return end


def _short_enough(attribute: Attribute | None, words: int) -> Attribute | None:
    if attribute in {Attribute.STYLE, Attribute.MOOD} and words > _WORDY:
        return Attribute.DETAILS
    return attribute


def _is_mood(text: Text, words: tuple[Span, ...]) -> bool:
    said = [name for word in words if (name := text.word(word)) not in FILLERS]
    return 0 < len(said) <= 5 and said[-1] in MOODS and 2 * sum(word in MOODS for word in said) >= len(said)


def _eastern(text: Text, start: int, end: int) -> Attribute | None:
    clause = text.original[start:end]
    rest = _EASTERN_MOOD.sub("", clause)
    if rest != clause and not rest.strip(EASTERN_FILLERS + " "):
        return Attribute.MOOD
    cues = text.cues_in(start, end)
    timed = _EASTERN_TIME_OF.fullmatch(clause)
    if timed and not text.cues_in(start + timed.start("place"), end):
        return Attribute.SETTING
    return cues[-1].attribute if cues else None
