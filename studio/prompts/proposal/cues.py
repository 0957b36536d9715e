"""Finds the cue words of a whole text in one pass, however long the vocabulary is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from studio.prompts.proposal.pieces import is_east_asian
from studio.prompts.proposal.vocabulary import CUES
from studio.prompts.scripts import detect, writing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.recipe import Attribute

WORD = re.compile(r"[0-9a-zß-öø-ɏ]+(?:[/:.]\d+)*")
_SAMPLE = 2000  # characters tell the script
_INSIDE_PHRASE = re.compile(r"[ \-\n'’]+")

# Phrases that hold a cue without meaning it.
_MASKS = (
    "light grey|light gray|light blue|light green|light brown|light pink|light wood|light beige|light purple",
    "light yellow",
    "traffic light|light bulb|light switch|wall clock|kitchen knife|desk lamp|table lamp|city map|photo frame",
    "photo album",
    "camera bag|flash drive|beach ball|street food|garden tools|glass of|sofa bed|shot glass|living room furniture",
    "floor plan|bar of|set of lights|drawing board|drawing attention|style guide|光滑|目光|时光|观光|光盘|曝光",
    "眼光|风光|夜莺",
)
# One Chinese character is a whole word in Japanese, and half of another word in Chinese.
_SHORT_CHINESE = frozenset("光墙")


class Cue(NamedTuple):
    start: int
    end: int
    attribute: Attribute | None  # None masks the words


class Span(NamedTuple):
    start: int
    end: int


@cache
def _latin_phrases() -> dict[str, list[tuple[tuple[str, ...], Attribute | None]]]:
    """By first word, the longest phrases first."""
    found: dict[str, list[tuple[tuple[str, ...], Attribute | None]]] = defaultdict(list)
    for phrase, attribute in _phrases():
        if words := tuple(WORD.findall(phrase)):
            found[words[0]].append((words, attribute))
    return {key: sorted(phrases, key=lambda item: -len(item[0])) for key, phrases in found.items()}


@cache
def _eastern_phrases() -> dict[str, list[tuple[str, Attribute | None]]]:
    """By first character, the longest phrases first."""
    found: dict[str, list[tuple[str, Attribute | None]]] = defaultdict(list)
    for phrase, attribute in _phrases():
        if is_east_asian(phrase[0]):
            found[phrase[0]].append((phrase, attribute))
    return {key: sorted(phrases, key=lambda item: -len(item[0])) for key, phrases in found.items()}


def _phrases() -> Iterator[tuple[str, Attribute | None]]:
    for group in _MASKS:
        yield from ((phrase, None) for phrase in group.split("|"))
    for attribute, groups in CUES.items():
        for group in groups:
            yield from ((phrase, attribute) for phrase in group.split("|"))


@dataclass(frozen=True, slots=True)
class Text:
    """An original with all that is looked up in it again and again."""

    original: str
    lower: str
    is_japanese: bool
    script: str  # of most of it
    words: tuple[Span, ...]
    cues: tuple[Cue, ...]
    _word_starts: list[int] = field(repr=False)
    _cue_starts: list[int] = field(repr=False)

    @classmethod
    def read(cls, original: str) -> Text:
        lower = lowered(original)
        words = tuple(Span(*match.span()) for match in WORD.finditer(lower))
        is_japanese = any(writing_of(character) == "kana" for character in original)
        cues = tuple(sorted([*_latin_cues(lower, words), *_eastern_cues(lower, is_japanese)]))
        return cls(
            original,
            lower,
            is_japanese,
            detect(original[:_SAMPLE]),
            words,
            cues,
            [word.start for word in words],
            [cue.start for cue in cues],
        )

    def words_in(self, start: int, end: int) -> tuple[Span, ...]:
        return self.words[bisect_left(self._word_starts, start) : bisect_left(self._word_starts, end)]

    def cues_in(self, start: int, end: int) -> list[Cue]:
        found = self.cues[bisect_left(self._cue_starts, start) : bisect_left(self._cue_starts, end)]
        return [cue for cue in found if cue.attribute is not None and cue.end <= end]

    def word(self, span: Span) -> str:
        return self.lower[span.start : span.end]


def lowered(text: str) -> str:
    """In lower case and of the same length, so that positions stay right."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def _latin_cues(lower: str, words: tuple[Span, ...]) -> Iterator[Cue]:
    phrases = _latin_phrases()
    names = [lower[word.start : word.end] for word in words]
    place = 0
    while place < len(words):
        length, attribute = _longest(lower, words, names, place, phrases)
        if length:
            yield Cue(words[place].start, words[place + length - 1].end, attribute)
        place += length or 1


def _longest(
    lower: str,
    words: tuple[Span, ...],
    names: list[str],
    place: int,
    phrases: dict[str, list[tuple[tuple[str, ...], Attribute | None]]],
) -> tuple[int, Attribute | None]:
    name = names[place]
    candidates = phrases.get(name) or (phrases.get(name[:-1]) if name.endswith("s") else None) or []
    for phrase, attribute in candidates:
        length = len(phrase)
        if length > 1 and not _follows(tuple(names[place + 1 : place + length]), phrase[1:]):
            continue
        gaps = zip(words[place : place + length - 1], words[place + 1 : place + length], strict=True)
        if all(_INSIDE_PHRASE.fullmatch(lower, one.end, two.start) for one, two in gaps):
            return length, attribute
    return 0, None


def _follows(names: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return names == phrase or (names[:-1] == phrase[:-1] and names[-1:] == (phrase[-1] + "s",))


def _eastern_cues(lower: str, is_japanese: bool) -> Iterator[Cue]:
    if lower.isascii():
        return
    phrases = _eastern_phrases()
    at = 0
    while at < len(lower):
        for phrase, attribute in phrases.get(lower[at], ()):
            if len(phrase) == 1 and not is_japanese and phrase not in _SHORT_CHINESE:
                continue
            if lower.startswith(phrase, at):
                yield Cue(at, at + len(phrase), attribute)
                at += len(phrase) - 1
                break
        at += 1
