"""Reads a long prompt: as what the studio itself wrote, else by its sections, else by its sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import chips, trimmed
from studio.prompts.proposal.clauses import brackets, clauses
from studio.prompts.proposal.cues import Span, Text
from studio.prompts.proposal.judging import forbidding
from studio.prompts.proposal.lettering import Line, read_line, script_of
from studio.prompts.proposal.pieces import Piece, Proposal, says_something, tidied
from studio.prompts.proposal.prose import Reading
from studio.prompts.proposal.quotations import Quotation, quotations, to_be_drawn
from studio.prompts.proposal.rendered import read_rendered
from studio.prompts.proposal.sections import BULLET, Section, sections
from studio.prompts.recipe import LISTS, Attribute, TextLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST_LINE = 120  # characters; more under "Text:" is a description of it


def propose(text: str) -> Proposal:
    """Every letter and digit of the text is in a piece, but for labels and words that only name its attribute."""
    if (pieces := read_rendered(text)) is not None:
        return Proposal(tuple(pieces))
    quoted = quotations(text)
    found = sections(text, [Span(quotation.start, quotation.end) for quotation in quoted])
    read = Text.read(text)
    lines = _lines(read, quoted, found)
    shielded = _shields(text, quoted, lines)
    reading = Reading(read, lines, shielded, has_subject=any(s.attribute is Attribute.SUBJECT for s in found))
    pieces = [piece for section in found for piece in _section(reading, section)]
    labels = [section.label for section in found if section.label and section.is_plain]
    return Proposal(tuple(_complete(text, sorted(pieces, key=lambda piece: piece.start), labels)))


def _lines(text: Text, quoted: list[Quotation], found: list[Section]) -> list[Line]:
    texts = [section for section in found if section.attribute is Attribute.TEXT]
    named = {q for q in quoted if any(s.start <= q.start < s.end for s in texts)}
    drawn = sorted(named.union(to_be_drawn(text.original, quoted)))
    lines: list[Line] = []
    for number, quotation in enumerate(drawn):
        section = next(s for s in reversed(found) if s.start <= quotation.start) if found else Section(start=0)
        floor = max(lines[-1].end if lines else 0, section.start)
        ceiling = min(drawn[number + 1].start if number + 1 < len(drawn) else len(text.original), section.end)
        lines.append(read_line(text, quotation, floor, ceiling))
    return lines


def _shields(text: str, quoted: list[Quotation], lines: Sequence[Line]) -> list[Span]:
    """Stretches that are not split, in order and without overlap."""
    spans = [Span(quotation.start, quotation.end) for quotation in quoted]
    spans += [Span(line.start, line.end) for line in lines]
    shields: list[Span] = []
    for span in sorted([*spans, *brackets(text)]):
        if shields and span.start < shields[-1].end:
            shields[-1] = Span(shields[-1].start, max(shields[-1].end, span.end))
        else:
            shields.append(span)
    return shields


def _section(reading: Reading, section: Section) -> Iterator[Piece]:
    start = section.label.start if section.label and not section.is_plain else section.start
    if section.attribute is None:
        yield from reading.prose(section.start, section.end)
    elif section.attribute is Attribute.TEXT:
        yield from _text_section(reading, section)
    elif not section.is_inline:
        yield from _named(reading, section.attribute, start, section.end)
    else:
        said = clauses(reading.text.original, section.start, section.end, reading.shielded)
        first = next((number for number, clause in enumerate(said) if number and clause.is_first), len(said))
        cut = said[first].start if first < len(said) else section.end
        yield from _named(reading, section.attribute, start, said[first - 1].end if first else cut)
        yield from reading.prose(cut, section.end)


def _named(reading: Reading, attribute: Attribute, start: int, end: int) -> Iterator[Piece]:
    """A section whose label says what it holds: only lines of text and later prohibitions go elsewhere."""
    at = start
    for line in reading.lines:
        if start <= line.start and line.end <= end:
            yield from _plain(reading, attribute, at, line.start)
            yield Piece(Attribute.TEXT, line.value, reading.text.original[line.start : line.end], line.start, line.end)
            at = line.end
    yield from _plain(reading, attribute, at, end)


def _plain(reading: Reading, attribute: Attribute, start: int, end: int) -> Iterator[Piece]:
    original = reading.text.original
    if attribute in LISTS:
        bullet = BULLET.match(original, start, end)
        yield from chips(original, bullet.end() if bullet else start, end, attribute, reading.shielded)
        return
    kept: list[tuple[int, int]] = []
    for clause in clauses(original, start, end, reading.shielded):
        other = forbidding(reading.text, clause.start, clause.end) if clause.is_first and kept else None
        if other is not None:
            yield from chips(original, clause.start, clause.end, other, reading.shielded)
        elif kept and (not clause.is_first) and "\n" not in original[kept[-1][1] : clause.start]:
            kept[-1] = (kept[-1][0], clause.stop)
        else:
            kept.append((clause.start, clause.stop))
    for first, last in kept:
        yield Piece(attribute, tidied(original[first:last]), original[first:last], first, last)


def _text_section(reading: Reading, section: Section) -> Iterator[Piece]:
    """Lines between quotation marks, or each line as it stands where there are none."""
    original = reading.text.original
    lines = [line for line in reading.lines if section.start <= line.start and line.end <= section.end]
    start = section.label.start if section.label and not section.is_plain else section.start
    if lines:
        named = _labelled(original, section, lines[0])
        if named is not lines[0]:
            yield Piece(Attribute.TEXT, named.value, original[named.start : named.end], named.start, named.end)
            start = named.end
        yield from _named(reading, Attribute.DETAILS, start, section.end)
        return
    at = section.start
    for line in original[section.start : section.end].splitlines(keepends=True):
        first, last = _bare(original, at, at + len(line))
        at += len(line)
        if first >= last:
            continue
        if other := forbidding(reading.text, first, last):
            yield from chips(original, first, last, other)
        elif last - first > _LONGEST_LINE or original[first:last].casefold() in {"none", "n/a", "无", "なし"}:
            start = section.label.start if section.label and start == section.start else start
            yield Piece(Attribute.DETAILS, tidied(original[start:last]), original[start:last], start, last)
        else:
            words = original[first:last]
            value = TextLine(
                text=words, script=script_of(words, reading.text.script), placement=_name(original, section)
            )
            yield Piece(Attribute.TEXT, value, original[start:last], start, last)
        start = at


def _labelled(original: str, section: Section, line: Line) -> Line:
    """A line right behind its label: "Headline" is where it stands."""
    name = _name(original, section)
    if not name or section.label is None or says_something(original[section.start : line.start]):
        return line
    placement = f"{name}, {line.value.placement}" if line.value.placement else name
    return Line(section.label.start, line.end, replace(line.value, placement=placement))


def _name(original: str, section: Section) -> str:
    """The label of the section, if it says more than that there is text."""
    if section.is_plain or section.label is None:
        return ""
    start, end = trimmed(original, *section.label)
    if bullet := BULLET.match(original, start, end):
        start = bullet.end()
    return original[start:end].strip("*_【】#:： ")


def _bare(original: str, start: int, end: int) -> tuple[int, int]:
    bullet = BULLET.match(original, start, end)
    start = bullet.end() if bullet else start
    return start, start + len(original[start:end].rstrip())


def _complete(text: str, pieces: list[Piece], labels: list[Span]) -> Iterator[Piece]:
    """The pieces, and between them as details whatever no rule has taken."""
    at = 0
    for piece in pieces:
        yield from _forgotten(text, at, piece.start, labels)
        yield piece
        at = max(at, piece.end)
    yield from _forgotten(text, at, len(text), labels)


def _forgotten(text: str, start: int, end: int, labels: list[Span]) -> Iterator[Piece]:
    for label in labels:
        if start <= label.start and label.end <= end:
            yield from _rest(text, start, label.start)
            start = label.end
    yield from _rest(text, start, end)


def _rest(text: str, start: int, end: int) -> Iterator[Piece]:
    if bullet := BULLET.match(text, start, end):
        start = bullet.end()
    first, last = trimmed(text, start, end)
    if says_something(text[first:last]):
        yield Piece(Attribute.DETAILS, tidied(text[first:last]), text[first:last], first, last)
