"""How JSON writes a text: what its escapes stand for, where each character stands, and how a new text is escaped."""

from __future__ import annotations

import re

from studio.prompts.ends import alike

# The inside of a text from its opening quotation mark on, as far as it is good. Possessive, so never tried twice.
SOUND = r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+'
TEXT = re.compile(SOUND + '"')
SURROGATE = re.compile(r"[\ud800-\udfff]")

_ESCAPE = re.compile(
    r"\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<code>[0-9a-fA-F]{4})"
    r"|\\(?P<sign>.)"
)
_SIGNS = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SHORT = {value: f"\\{sign}" for sign, value in _SIGNS.items() if sign != "/"}
_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x1f]')
_NEEDS_ESCAPE_IN_ASCII = re.compile(r'["\\\x00-\x1f]|[^\x00-\x7f]')


def decoded(source: str, start: int, end: int) -> str:
    """What the text stands for whose quotation marks are at ``start`` and before ``end``."""
    raw = source[start + 1 : end - 1]
    return _ESCAPE.sub(_character, raw) if "\\" in raw else raw


def _character(escape: re.Match[str]) -> str:
    if high := escape["high"]:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(escape["low"], 16) - 0xDC00)
    if code := escape["code"]:
        return chr(int(code, 16))
    return _SIGNS[escape["sign"]]


def offsets(source: str, start: int, end: int) -> tuple[int, ...]:
    """Where each decoded character of that text starts in the source, and last where its closing mark stands."""
    found: list[int] = []
    at = start + 1
    for escape in _ESCAPE.finditer(source, at, end - 1):
        found.extend(range(at, escape.start() + 1))
        at = escape.end()
    found.extend(range(at, end))
    return tuple(found)


def is_all_ascii(source: str) -> bool:
    """Whether this JSON writes every other character as an escape: it has none as it is, and at least one escaped."""
    return source.isascii() and any(
        escape["high"] or int(escape["code"] or "0", 16) > 0x7F for escape in _ESCAPE.finditer(source)
    )


def escaped(text: str, *, in_ascii: bool) -> str:
    """With as few escapes as JSON allows; ``in_ascii`` writes all that is not ASCII as \\uXXXX."""
    return (_NEEDS_ESCAPE_IN_ASCII if in_ascii else _NEEDS_ESCAPE).sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    if short := _SHORT.get(sign):
        return short
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def quoted(text: str, *, in_ascii: bool) -> str:
    return f'"{escaped(text, in_ascii=in_ascii)}"'


def rewritten(source: str, start: int, end: int, text: str) -> str:
    """The text between ``start`` and ``end``, with its marks, as it reads after only what differs is written anew."""
    value = decoded(source, start, end)
    head, tail = alike(value, text)
    places = offsets(source, start, end)
    middle = escaped(text[head : len(text) - tail], in_ascii=is_all_ascii(source))
    return source[start : places[head]] + middle + source[places[len(value) - tail] : end]
