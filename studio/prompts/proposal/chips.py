"""Splits a list into chips, and drops the words that only say which list it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.proposal.pieces import Piece, tidied
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studio.prompts.proposal.cues import Span

_SEPARATOR = re.compile(r"(?<!\d),|,(?!\d)|[，、;；。！!]|\.(?=\s|$)|\n\s*(?:[-*•·]\s+)?")
_JOINER = re.compile(r"(?:and|or|nor)\s+|以及|或者|和|与|及|或|や", re.IGNORECASE)
_EDGES = " \t\r\n,，、;；.。:：!！"

AVOID_MARKER = re.compile(
    r"(?:(?:please\s+)?(?:do not|don['’]t|never|must not|should not)(?:\s+(?:add|include|use|show|draw|render|put|have"
    r"|contain|generate)\b)?(?:\s+any\b)?"
    r"|(?:and |but |with )?(?:absolutely )?no(?![\w.-])(?!\s+(?:longer|changes?\s+to)\b)(?:\s+visible\b)?"
    r"|without(?:\s+any)?\b|avoid(?:ing)?\b(?:\s+(?:using|any)\b)?|exclud(?:e|ing)\b|leave out\b|omit\b|free of\b"
    r"|(?:remove|erase|delete)\b|(?:(?:make sure|ensure)(?: that)? )?there (?:is|are|should be|must be) no\b)\s*"
    r"|(?:请)?(?:画面)?(?:中)?(?:不要(?:出现|有|添加|加入|使用|包含)?|没有|沒有|避免(?:出现|使用)?|禁止(?:出现)?"
    r"|不含|不出现"
    r"|不能有|不能出现|去掉|去除|移除|无(?![论限数])|無(?!料))",
    re.IGNORECASE,
)
AVOID_CLOSER = re.compile(
    r"(?:は|が|を)?(?:なし|無し|入れない|含めない|避ける|避けて|除く|描かない|不要|しない)(?:で|こと|でください)*$"
)
PRESERVE_MARKER = re.compile(
    r"(?:please\s+)?(?:(?:do not|don['’]t|never) (?:change|alter|modify|touch|distort)"
    r"(?:(?:,? (?:or|and)|,) (?:change|alter|modify|touch|distort|edit|replace|move|remove)\b)*(?! or\b)|no changes? to"
    r"|keep(?:ing)?|preserv(?:e|ing)|retain(?:ing)?|maintain(?:ing)?)\b\s*"
    r"|(?:请|绝对|务必)?(?:不要改动|不可改变|不得改变|不得更改|请勿改变)|请?(?:保持|保留|维持|維持|不要改变|不要更改|不要修改|不改变|请勿改动|勿改)(?:住)?",
    re.IGNORECASE,
)
PRESERVE_CLOSER = re.compile(
    r"\s*\b(?:(?:exactly |completely |entirely |fully )?(?:unchanged|untouched|intact|identical)|(?:exactly )?as is"
    r"|(?:exactly )?the same|exactly as (?:it is|they are))$"
    r"|(?:完全)?(?:保持)?(?:不变|不變|原样|一致|不动)$|(?:は|を)?(?:そのまま|維持|保持|変えない|変更しない)(?:で"
    r"|に|する|こと)*$",
    re.IGNORECASE,
)
# What is kept under a condition is not told by its name alone.
_CONDITION = re.compile(r"\b(?:unless|except|until|but|if|when|while|so that)\b|除非|除了|但|如果", re.IGNORECASE)
# What a labelled line repeats: "风格要可爱" under style.
_NAMING = {
    Attribute.STYLE: re.compile(
        r"(?:整体|画面)?(?:风格|画风)(?!化|感)(?:要|是|为)?"
        r"|(?:the |overall )*(?:visual )?(?:style|aesthetic) (?:should be|must be|is)\s+",
        re.IGNORECASE,
    ),
    Attribute.MOOD: re.compile(
        r"(?:整体|画面)?(?:氛围|气氛|情绪)(?!感)(?:要|是|为)?"
        r"|(?:the |overall )*(?:mood|atmosphere|feeling|vibe) (?:should be|should feel|must be|is|feels)\s+"
        r"|(?:it|the (?:image|picture|scene|photo)) (?:should feel|feels)\s+",
        re.IGNORECASE,
    ),
}


def chips(text: str, start: int, end: int, attribute: Attribute, shielded: Sequence[Span] = ()) -> Iterator[Piece]:
    """Pieces of one list; a stretch that must stay whole (a quotation, brackets) is not split."""
    at = start
    for match in _SEPARATOR.finditer(text, start, end):
        if any(span.start <= match.start() < span.end for span in shielded):
            continue
        yield from _chip(text, at, match.start(), attribute)
        at = match.end()
    yield from _chip(text, at, end, attribute)


def chip(value: str, attribute: Attribute) -> str:
    """One whole chip of a list that is divided already."""
    return tidied(_unmarked(value.strip(_EDGES), attribute)) or value


def _chip(text: str, start: int, end: int, attribute: Attribute) -> Iterator[Piece]:
    start, end = trimmed(text, start, end)
    value = text[start:end]
    if joiner := _JOINER.match(value):
        value = value[joiner.end() :]
    value = _unmarked(value, attribute)
    if value:
        yield Piece(attribute, tidied(value), text[start:end], start, end)


def _unmarked(value: str, attribute: Attribute) -> str:
    """Without the words that say no more than the attribute; a chip that would be empty is left as it was."""
    kept = value
    if attribute is Attribute.AVOID:
        kept = AVOID_CLOSER.sub("", _without(AVOID_MARKER, value))
    elif attribute is Attribute.PRESERVE and not _CONDITION.search(value):
        kept = PRESERVE_CLOSER.sub("", _without(PRESERVE_MARKER, value))
    elif attribute in _NAMING:
        kept = _without(_NAMING[attribute], value)
    return kept.strip(_EDGES) or value


def _without(marker: re.Pattern[str], value: str) -> str:
    found = marker.match(value)
    return value[found.end() :] if found else value


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without white space, bullets and separators at its edges."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return start, end
