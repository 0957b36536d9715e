"""Finds what a person still has to fill in: [LANDMARK], {name}, {{ name }} and 【名】."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    name: str
    start: int
    end: int


_NAME = r"[^\W\d_](?:[\w \-'’./&]{0,38}[\w])?"
_PATTERNS = (
    re.compile(rf"\{{\{{\s*(?P<name>{_NAME})\s*\}}\}}"),
    # Not after a letter, a bracket or a sign of a formula, of code or of LaTeX.
    re.compile(rf"(?<![A-Za-z0-9_{{}}\\^$#%=>])\{{(?P<name>{_NAME})\}}(?![}}<^_])"),
    # Not [text](address), [text][id], [id]: address, items[INDEX] or [[wiki]].
    re.compile(rf"(?<![A-Za-z0-9_\])\[\\])\[(?P<name>{_NAME})\](?![(\[\]]|: ?(?:http|www|/))"),
    re.compile(r"【(?P<name>[^【】\n]{1,20})】"),
)
_MAX_WORDS = 4
_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_REMARKS, _BEGINNINGS, _SECTIONS = (frozenset(_WORDS[name]) for name in ("remarks", "beginnings", "sections"))
_IMAGES = "image|picture|photo|ref|reference|img|figure|fig|图|图片|参考图|參考圖|圖|画像|参考画像|写真|照片"
# A picture that is attached, by its number or in words.
_PICTURE = re.compile(
    rf"(?:{_IMAGES})\s*\d+|(?:(?:the|your|my) )?(?:uploaded?|attached|reference|input) (?:image|picture|photo)s?"
    r"|(?:参考|上传|附件|输入|參考|上傳)(?:的)?(?:图|图片|照片|圖|圖片)|附图|原图|参考画像|添付画像|元画像",
    re.IGNORECASE,
)
# Beside brackets that are drawn as a button or a key of a mock-up: "press [Enter]", "a [Sign in] button".
_KEY_BEFORE = re.compile(
    r"(?:\b(?:press|presses|clicks?|taps?|hits?|button|key)|点击|按下?|按钮|单击|键)\s*[“\"‘]?$", re.IGNORECASE
)
_KEY_AFTER = re.compile(
    r"[”\"’]?\s*(?:(?:button|key|tab|checkbox|toggle|keycap)s?\b|按钮|键(?!入)|标签页|ボタン|キー)", re.IGNORECASE
)
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]{1,400}`|\$\$.{1,400}?\$\$|\\[(\[].{1,400}?\\[)\]]|<script\b.*?(?:</script>|\Z)",
    re.DOTALL,
)
_STATEMENT = re.compile(r"(?:=>|\b(?:import|const|export))\s*$")
_IS_CODE = re.compile(r"\s*(?:=>|from\s+['\"])")
_QUOTED = re.compile(
    r"“[^“”\n]{1,200}”|「[^「」\n]{1,200}」|『[^『』\n]{1,200}』|《[^《》\n]{1,100}》|\"[^\"\n]{1,200}\""
)
_HEADING = re.compile(
    r"^[ \t]*(?:[-*•]\s*)?(?:(?:\d+|[一二三四五六七八九十]+)[.、)）][ \t]*)?(?P<it>[【\[][^【】\[\]\n]{1,20}[】\]])",
    re.MULTILINE,
)
# What stands before the name of a section in the middle of a line, and what would make it part of a sentence.
_BOUNDARIES = frozenset(("", " ", "\n", "\t", "。", "；", ";", "，", ",", "\u3000", "】", "、", ".", "|", "/"))
_PARTICLES = frozenset("的前后後中里裡上下内外のにをとはがで")


def find(text: str) -> tuple[Placeholder, ...]:
    """In the order of the text. Prose in brackets, ratios, code, formulas, links and headings are left alone."""
    if not any(sign in text for sign in "[{【"):
        return ()
    headings, code = _headings(text), _spans(_CODE, text)
    quoted = _spans(_QUOTED, text) if "【" in text else []
    found: list[Placeholder] = []
    for match in sorted(_matches(text), key=lambda match: match.start()):
        at = match.start()
        if at in headings or _is_within(code, at) or (found and at < found[-1].end) or not _asks(text, match):
            continue
        # Chinese posters set off headlines with 【…】, so in quotation marks it is meant as it stands.
        if text[at] == "【" and _is_within(quoted, at):
            continue
        found.append(Placeholder(name=match["name"], start=at, end=match.end()))
    return tuple(found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    for pattern in _PATTERNS:
        yield from pattern.finditer(text)


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _is_within(spans: list[tuple[int, int]], at: int) -> bool:
    place = bisect_right(spans, at, key=itemgetter(0)) - 1
    return place >= 0 and at < spans[place][1]


def _asks(text: str, match: re.Match[str]) -> bool:
    name = match["name"]
    words = name.casefold().split()
    # An emoji in brackets is somebody's choice already.
    if not words or not any(character.isalpha() for character in name):
        return False
    if len(words) > _MAX_WORDS or name.casefold() in _REMARKS or words[0] in _BEGINNINGS:
        return False
    if _PICTURE.fullmatch(name):
        return False
    opening, before = text[match.start()], text[max(0, match.start() - 80) : match.start()]
    if opening == "[":
        # A single letter is an index, a variable or a box to tick.
        is_single = len(name) == 1 and name.isascii()
        return not (is_single or _KEY_BEFORE.search(before[-24:]) or _KEY_AFTER.match(text, match.end()))
    if opening == "{":
        return not (
            _STATEMENT.search(before) or text[match.end() : match.end() + 6].lstrip().startswith(("from ", "=>"))
        )
    return True


def _headings(text: str) -> frozenset[int]:
    """Where brackets open a section: before a colon or a line break, at several line starts, or by a section's name.

    A single [NAME] at the start of a line may well be the one thing to fill in, so of square brackets two are wanted.
    """
    starts = {match.start("it"): match.end("it") for match in _HEADING.finditer(text)}
    wide = {start: end for start, end in starts.items() if text[start] == "【"}
    alone = {start for start, end in starts.items() if text[end : end + 1] in {"", ":", "：", "\n", "\r"}}
    found = set(wide) if len(wide) > 1 else {start for start in wide if start in alone and text[wide[start] :].strip()}
    square = {start for start in alone if text[start] == "["}
    if len(square) > 1:
        found |= square
    for match in _PATTERNS[-1].finditer(text):
        before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if match["name"] in _SECTIONS and before in _BOUNDARIES and after not in _PARTICLES:
            found.add(match.start())
    return frozenset(found)
