"""Finds the sections of a prompt that names them: "Mood: calm", "**Lighting** – soft", "## Style", 【风格】."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from studio.prompts.proposal.cues import Span
from studio.prompts.proposal.labels import Label, label_of
from studio.prompts.proposal.pieces import is_east_asian
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BULLET = re.compile(
    r"[ \t>]*(?:(?:[-*+–](?=[ \t])|[•·●○▪►◆■‣]|\(?\d{1,2}[.)、](?!\d)|（?[一二三四五六七八九十]{1,3}[、）.])[ \t]*)?"
)
_LABEL = re.compile(
    r"(?P<open>(?:#{1,6}[ \t]*)?(?:[*_]{1,3}|【|\[|［)?)"
    r"(?P<name>[^\W\d_][^\n:：*#【】\[\]［］。.!?！？，,;；|]{0,40}?)[ \t]*(?P<close>[*_]{1,3}|】|\]|］)?"
    r"(?P<sep>[ \t]*[:：][ \t]*[*_]{0,3}|[ \t]+[–—-]+[ \t]+|[ \t]*(?=\n|\Z)|(?(close)|(?!)))"
)
_INLINE = re.compile(
    r"(?<=[.!?;,|。；，！？、)）])[ \t]*(?P<open>[*_]{0,2})"
    r"(?P<name>[A-Z][\w &/'-]{1,30}?|[^\x00-\u2fff、。，；：！？（）]{1,8}?)(?P<sep>[ \t]*[:：][ \t]*[*_]{0,2})"
    r"|(?P<bracket>【(?P<title>[^【】\n]{1,20})】[:：]?)"
)
_TERMINAL = (".", "!", "?", "。", "！", "？", "：", ":", ";", "；")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``attribute`` is None where the text does not say what it is. The label stands before ``start``."""

    attribute: Attribute | None = None
    start: int
    end: int = 0
    label: Span | None = None
    is_plain: bool = True  # the label says no more than the attribute
    is_inline: bool = False  # it starts within a line, and its first sentence is what it names


class _Mark(NamedTuple):
    """Where a label opens a section; ``label`` is None for a name that is none of an attribute's."""

    start: int
    content: int
    label: Label | None
    is_heading: bool
    is_inline: bool = False


def sections(text: str, shielded: Sequence[Span] = ()) -> list[Section]:
    """In order; together with their labels, bullets and white space they cover the text."""
    marks = [mark for mark in _marks(text) if not any(span.start <= mark.start < span.end for span in shielded)]
    if not any(mark.label for mark in marks):
        marks = []
    found: list[Section] = []
    opened, enclosing = Section(start=0), Section(start=0)
    at = 0
    previous = ""
    for line_start, line_end in _lines(text):
        line = text[line_start:line_end]
        here = [mark for mark in marks if line_start <= mark.start < line_end]
        is_headed = bool(here) and not here[0].is_inline
        if not is_headed and opened.label and opened != enclosing and not _continues(previous, line):
            found.append(_closed(opened, at, line_start))
            opened, at = enclosing, line_start
        for mark in here:
            found.append(_closed(opened, at, mark.start))
            opened = _opened(mark, enclosing)
            at = opened.start
            if mark.is_heading:
                enclosing = opened if mark.label else Section(start=0)
        if is_headed and here[0].is_heading and not here[0].label:
            found.append(_closed(opened, at, line_end))
            opened, at = enclosing, line_end
        previous = line
    found.append(_closed(opened, at, len(text)))
    return [section for section in found if text[section.start : section.end].strip() or not section.is_plain]


def _closed(section: Section, start: int, end: int) -> Section:
    is_first = section.start == start
    return Section(
        attribute=section.attribute,
        start=start,
        end=max(start, end),
        label=section.label if is_first else None,
        is_plain=section.is_plain or not is_first,
        is_inline=section.is_inline and is_first,
    )


def _opened(mark: _Mark, enclosing: Section) -> Section:
    if mark.label is None:
        return Section(attribute=Attribute.DETAILS, start=mark.start, label=Span(mark.start, mark.start))
    return Section(
        attribute=mark.label.attribute,
        start=mark.content,
        label=Span(mark.start, mark.content),
        is_plain=mark.label.is_plain,
        is_inline=mark.is_inline,
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, at + len(line)
        at += len(line)


def _continues(previous: str, line: str) -> bool:
    """Whether a line is the rest of the line before it, broken by hand."""
    before, after = previous.strip(), line.strip()
    if not before or not after or _content(line, 0) > len(line) - len(line.lstrip()):
        return False
    if before.endswith((",", "，", "、")):
        return True
    return not before.endswith(_TERMINAL) and after[0].islower()


def _marks(text: str) -> list[_Mark]:
    titles = _bracketed(text)
    found: list[_Mark] = []
    names_known = False
    for start, end in _lines(text):
        if (mark := _line_mark(text, start, end, titles)) is not None:
            found.append(mark)
            names_known = names_known or mark.label is not None
        elif names_known and (mark := _unknown_mark(text, start)) is not None:
            found.append(mark)
        found.extend(_inline_marks(text, max(start, found[-1].content if found else 0), end, titles))
    return found


def _bracketed(text: str) -> bool:
    """Whether 【…】 titles sections here; a single one is a blank to fill in unless a colon or a line break follows."""
    return sum(label_of(name) is not None for name in re.findall(r"【([^【】\n]{1,20})】", text)) > 1


def _line_mark(text: str, start: int, end: int, titles: bool) -> _Mark | None:
    match = _LABEL.match(text, _content(text, start), end)
    if match is None:
        return None
    label, opening, sep = label_of(match["name"]), match["open"].strip(), match["sep"].strip()
    rest = text[match.end() : end].strip()
    if label is None:
        is_heading = bool(opening) and opening[0] in "#*【" and not rest and bool(opening[0] == "#" or match["close"])
        return _Mark(match.start(), match.end(), None, True) if is_heading and opening != "*" else None
    if not sep:
        if opening in {"[", "［"} and rest:
            return None
        if opening == "【" and rest and not titles:
            return None
        if not opening and not _stands_alone(text, match, label):
            return None
    return _Mark(start, match.end(), label, not rest)


def _stands_alone(text: str, match: re.Match[str], label: Label) -> bool:
    """A line that is the name of a section and nothing else, with something below it."""
    name = match["name"]
    is_title = name[0].isupper() or is_east_asian(name[0])
    before, after = text[: match.start()], text[match.end() :]
    return is_title and label.is_plain and bool(after.strip()) and not before.rstrip().endswith((",", "，", "、"))


def _unknown_mark(text: str, start: int) -> _Mark | None:
    """In a prompt of named sections, "Brand: Northlight" is one more of them."""
    match = _LABEL.match(text, _content(text, start))
    if match is None or not match["sep"].strip().startswith((":", "：")) or len(match["name"].split()) > 3:
        return None
    if not (match["name"][0].isupper() or is_east_asian(match["name"][0])):
        return None
    return _Mark(match.start(), match.end(), None, False)


def _content(text: str, start: int) -> int:
    bullet = BULLET.match(text, start)
    return bullet.end() if bullet else start


def _inline_marks(text: str, start: int, end: int, titles: bool) -> Iterator[_Mark]:
    for match in _INLINE.finditer(text, start, end):
        if match["bracket"] and not titles:
            continue
        label = label_of(match["title"] or match["name"])
        if label is not None:
            yield _Mark(match.start(), match.end(), label, False, True)
