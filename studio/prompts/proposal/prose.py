"""Reads sentences that nobody labelled: clause by clause, each with an eye on the ones beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import PRESERVE_CLOSER, chips, trimmed
from studio.prompts.proposal.clauses import Clause, clauses
from studio.prompts.proposal.enumerations import STAGED, gathered
from studio.prompts.proposal.frames import LEAD
from studio.prompts.proposal.judging import forbidding, is_eastern, judged, judged_by_rest
from studio.prompts.proposal.pieces import Piece, tidied
from studio.prompts.proposal.quotations import TEXT_NOUNS
from studio.prompts.proposal.scenes import EASTERN_BODY, Part, is_mere_cue, surroundings, take_apart
from studio.prompts.proposal.vocabulary import BODY_WORDS, EDITS, PRONOUNS, word_set
from studio.prompts.recipe import LISTS, Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.prompts.proposal.cues import Span, Text
    from studio.prompts.proposal.lettering import Line

_LEAD_IN = re.compile(
    rf"(?:\b(?:with|and|featuring|showing|plus|add|include|including|has|have)\s+)?(?:\b(?:an?|the|its|her|his"
    rf"|one|two|three)\s+)"
    rf"(?:[\w'’-]+\s+){{0,5}}?(?:{TEXT_NOUNS})\b[^,]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\b(?:behind|around|beside|near|above|below|beneath) (?:him|her|it|them)$")
_PROPER = re.compile(r"[A-ZÀ-Þ][a-zà-þ]+(?: [A-ZÀ-Þ][a-zà-þ]+)?")
_LACKING = re.compile(r"\s(?=(?:with no|without|and no|but no)\s(?:\S+\s?){1,6}$)", re.IGNORECASE)
_NOT_A_SUBJECT = word_set("the and with from that this into image photo picture create generate style")


@dataclass(slots=True)
class Reading:
    """What was read so far: whether the subject is known, and its words."""

    text: Text
    lines: Sequence[Line]
    shielded: Sequence[Span]
    has_subject: bool = False
    subject_words: set[str] = field(default_factory=set)

    def prose(self, start: int, end: int) -> Iterator[Piece]:
        sentence: list[Clause] = []
        for clause in clauses(self.text.original, start, end, self.shielded, is_japanese=self.text.is_japanese):
            if clause.is_first and sentence:
                yield from self._sentence(sentence)
                sentence = []
            sentence.append(clause)
        if sentence:
            yield from self._sentence(sentence)

    def _sentence(self, sentence: list[Clause]) -> Iterator[Piece]:
        stop = sentence[-1].stop
        sentence = gathered(self.text, sentence)
        scope = self._scope(sentence)
        parts: list[Part] = []
        for number, clause in enumerate(sentence):
            before = parts[-1].attribute if parts else None
            parts += self._clause(clause, before, scope[number])
        parts = _sandwiched(self._merged(parts))
        for part in parts:
            yield from self._pieces(part, sentence[0].start, sentence[-1].end, stop)

    def _scope(self, sentence: list[Clause]) -> list[Attribute | None]:
        """A prohibition or a wish to keep at the start of a sentence goes on to its end, or to "unchanged"."""
        scope: list[Attribute | None] = [forbidding(self.text, clause.start, clause.end) for clause in sentence]
        original = self.text.original
        closers = [
            n for n, clause in enumerate(sentence) if PRESERVE_CLOSER.search(original[clause.start : clause.end])
        ]
        for number, clause in enumerate(sentence):
            if scope[number] is not None or not number or scope[number - 1] is None:
                continue
            if scope[number - 1] is Attribute.PRESERVE:
                goes_on = any(number <= closer for closer in closers) or self._is_item(clause)
            else:
                is_order = re.match(
                    r"(?:please )?(?:avoid|do not|don['’]t|never|exclude|no)\b",
                    original[sentence[0].start :][:20],
                    re.I,
                )
                opener = is_order is not None and is_order.group().lower() != "no" and scope[0] is Attribute.AVOID
                goes_on = opener or (self._is_item(clause) and self._ends_in_or(sentence[number:]))
            if goes_on:
                scope[number] = scope[number - 1]
        return scope

    def _is_item(self, clause: Clause) -> bool:
        words = self.text.words_in(clause.start, clause.end)
        return len(words) <= 5 and judged(self.text, clause.start, clause.end) in {
            None,
            Attribute.DETAILS,
            Attribute.SUBJECT,
        }

    def _ends_in_or(self, rest: list[Clause]) -> bool:
        return any(self.text.lower.startswith(("or ", "nor "), clause.start) for clause in rest)

    def _clause(self, clause: Clause, before: Attribute | None, scope: Attribute | None) -> list[Part]:
        lines = [line for line in self.lines if clause.start <= line.start and line.end <= clause.end]
        if lines:
            return self._around_lines(clause, lines)
        if scope is not None:
            return [Part(scope, clause.start, clause.end)]
        lacking = _LACKING.search(self.text.original, clause.start, clause.end)
        if lacking:
            head = self._clause(replace(clause, end=lacking.start()), before, None)
            return [*head, Part(Attribute.AVOID, lacking.end(), clause.end)]
        return self._judged(clause.start, clause.end, clause.is_first, before)

    def _around_lines(self, clause: Clause, lines: list[Line]) -> list[Part]:
        parts: list[Part] = []
        at = clause.start
        for line in lines:
            if at == clause.start:
                parts += self._led_in(at, line.start, clause.is_first)
            else:
                parts.append(Part(Attribute.DETAILS, at, line.start))
            parts.append(Part(Attribute.TEXT, line.start, line.end))
            at = line.end
        if at < clause.end:
            start, end = trimmed(self.text.original, at, clause.end)
            attribute = forbidding(self.text, start, end) or judged_by_rest(self.text, start, end)
            parts.append(Part(attribute or Attribute.DETAILS, at, clause.end))
        return parts

    def _led_in(self, start: int, end: int, is_first: bool) -> list[Part]:
        """The words before a line of text: those that introduce it are details, the rest is read as usual."""
        if start >= end:
            return []
        lead = _LEAD_IN.search(self.text.original, start, end)
        if lead is None and self.has_subject:
            return [Part(Attribute.DETAILS, start, end)]
        is_whole = lead is not None and lead.start() == start
        keeps = is_whole and not self.has_subject and not self.text.lower.startswith(("the ", "with ", "its "), start)
        cut = lead.start() if lead and not keeps else end
        body_start, body_end = trimmed(self.text.original, start, cut)
        body: list[Part] = []
        if body_start < body_end and self.has_subject:
            body = self._judged(body_start, body_end, is_first, None)
        elif body_start < body_end:
            body = self._described(body_start, body_end)
        return [*body, Part(Attribute.DETAILS, cut, end)] if cut < end else body

    def _judged(self, start: int, end: int, is_first: bool, before: Attribute | None) -> list[Part]:
        if not self.has_subject:
            return self._opening(start, end)
        text = self.text
        words = text.words_in(start, end)
        names = [text.word(word) for word in words[:4]]
        if names and names[0] in BODY_WORDS and (before or is_first):
            return surroundings(text, start, end)
        if EASTERN_BODY.match(text.original, start, end):
            return take_apart(text, start, end)
        if self._is_more_of_the_place(start, end, before):
            return [Part(Attribute.SETTING, start, end)]
        found = judged(text, start, end)
        if found is not None:
            return [Part(found, start, end)]
        if STAGED.match(text.lower, start, end):
            return [Part(Attribute.COMPOSITION, start, end)]
        if before is Attribute.SUBJECT and names[:1] == ["with"]:
            return [Part(Attribute.SUBJECT, start, end)]
        if (names and names[0] in PRONOUNS) or (is_first and self.subject_words.intersection(names)):
            return surroundings(text, start, end)
        return [Part(judged_by_rest(text, start, end) or Attribute.DETAILS, start, end)]

    def _is_more_of_the_place(self, start: int, end: int, before: Attribute | None) -> bool:
        """What stands behind somebody, and the land after the town: "in Havana, Cuba"."""
        if _BEHIND.search(self.text.lower, start, end):
            return before in {Attribute.SETTING, Attribute.LIGHTING}
        return before is Attribute.SETTING and _PROPER.fullmatch(self.text.original, start, end) is not None

    def _opening(self, start: int, end: int) -> list[Part]:
        """The subject comes first, unless an order, a look or a frame stands before it."""
        text = self.text
        words = text.words_in(start, end)
        if words and text.word(words[0]) in EDITS and not is_eastern(text, start, end):
            self.has_subject = True
            cues = [cue.attribute for cue in text.cues_in(start, end)]
            return [Part(cues[0] if cues and cues[0] is not None else Attribute.DETAILS, start, end)]
        if (lead := LEAD.match(text.original, start, end)) and lead.end() < end:
            return _led(self._described(lead.end(), end), start)
        if mere := is_mere_cue(text, start, end):
            return [Part(mere, start, end)]
        return self._described(start, end)

    def _described(self, start: int, end: int) -> list[Part]:
        text = self.text
        parts = take_apart(text, start, end)
        for part in parts:
            if part.attribute is Attribute.SUBJECT:
                self.has_subject = True
                names = {text.word(word) for word in text.words_in(part.start, part.end)}
                self.subject_words |= {name for name in names if len(name) > 2} - _NOT_A_SUBJECT
        return parts

    def _merged(self, parts: list[Part]) -> list[Part]:
        """Neighbours of one attribute become one part, so that the words between them stay as they were."""
        merged: list[Part] = []
        for part in parts:
            last = merged[-1] if merged else None
            mergeable = last is not None and last.attribute is part.attribute and part.attribute not in LISTS
            if (
                last
                and mergeable
                and part.attribute is not Attribute.TEXT
                and last.value_start == part.value_start == -1
            ):
                merged[-1] = Part(last.attribute, last.start, part.end)
            else:
                merged.append(part)
        return merged

    def _pieces(self, part: Part, first: int, last: int, stop: int) -> Iterator[Piece]:
        original = self.text.original
        if part.attribute is Attribute.TEXT:
            line = next(line for line in self.lines if line.start == part.start)
            yield Piece(Attribute.TEXT, line.value, original[line.start : line.end], line.start, line.end)
            return
        start, end = trimmed(original, part.start, part.end)
        if start >= end:
            return
        if part.value_start >= 0:
            value = tidied(original[part.value_start : part.value_end])
            yield Piece(part.attribute, value, original[part.start : part.end], part.start, part.end)
        elif part.attribute in LISTS:
            yield from chips(original, start, end, part.attribute, self.shielded)
        else:
            end = stop if start == first and end == last else end
            yield Piece(part.attribute, tidied(original[start:end]), original[start:end], start, end)


def _led(parts: list[Part], start: int) -> list[Part]:
    """The words that lead to the first part are of it, but not in its value."""
    first = parts[0]
    value = (first.start, first.end) if first.value_start < 0 else (first.value_start, first.value_end)
    return [Part(first.attribute, start, first.end, *value), *parts[1:]]


def _sandwiched(parts: list[Part]) -> list[Part]:
    """What nothing is known of, between two parts of one attribute, is more of the same."""
    found: list[Part] = []
    for number, part in enumerate(parts):
        around = {
            found[-1].attribute if found else None,
            parts[number + 1].attribute if number + 1 < len(parts) else None,
        }
        is_unknown = part.attribute is Attribute.DETAILS and around == {Attribute.COMPOSITION}
        if is_unknown:
            part = replace(part, attribute=Attribute.COMPOSITION)
        if (
            found
            and found[-1].attribute is part.attribute is Attribute.COMPOSITION
            and part.value_start < 0 > found[-1].value_start
        ):
            found[-1] = Part(part.attribute, found[-1].start, part.end)
        else:
            found.append(part)
    return found
