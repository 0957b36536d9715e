"""What is wrong with a JSON text, where, and what to write instead, in a sentence for somebody who is no programmer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.tree.texts import SOUND
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")

CONSTANTS = frozenset({"true", "false", "null"})

_WHITE = " \t\n\r"
_LINE_END = re.compile(r"\r\n|\r|\n")
_CLOSERS = {"{": "}", "[": "]"}
_QUOTES = frozenset("'`´‘’‚‛“”„‟«»‹›「」『』＂＇")
_SIGNS = frozenset(("", *_WHITE, *'{}[]":,=：，；;、'))
_MEANT = {";": ",", "，": ",", "、": ",", "；": ",", "：": ":", "=": ":"}
_COMMENT = re.compile(r"//|/\*|#(?![0-9A-Fa-f]{3,8}\b)")
_WORD = re.compile(r'(?:(?!//|/\*)[^\s,;，；、：\[\]{}"\u200b\u2060\ufeff])+')
_SOUND = re.compile(SOUND)
_TO_NEXT_MARK = re.compile(r'(?:[^"\\]|\\.)*+"[ \t\n\r]*+(?P<next>[,:}\]]|\Z)?', re.DOTALL)
_WORDS = {"true": "true", "false": "false", "null": "null", "none": "null", "nil": "null", "undefined": "null"}
_NUMBERS = (
    (r"[+-]?(?:nan|inf|infinity)", _("JSON has no %(word)s: write a number or null.")),
    (r"\+[0-9.].*", _("A number has no plus sign before it.")),
    (r"-?0[0-9]+(?:\.[0-9]+)?", _("A number has no zero before its other digits.")),
    (r"-?\.[0-9].*", _("A number needs a digit before its point, as in 0.5.")),
    (r"-?[0-9]+\.(?:e.*)?", _("A digit is missing after the point of this number.")),
    (r"-?[0-9]+(?:\.[0-9]+)?e[+-]?", _("A digit is missing after the e of this number.")),
    (r"-", _("A digit is missing after the minus sign.")),
    (r"[+-]?[0-9].*", _('This is no plain number: put it in quotation marks (").')),
)
_UNQUOTED = _('Put this text in quotation marks (").')
_UNCLOSED = _("This text has no closing quotation mark.")
_COLON_TOO_MANY = _("There is a colon too many here.")
_COMMA_TOO_MANY = _("There is a comma too many before this.")

Params = dict[str, str | int]


class _Told(ValueError):
    """An error that says in one sentence what a person can do."""

    def __init__(self, message: str, params: Mapping[str, str | int] | None = None) -> None:
        self.message = message  # a msgid
        self.params: Mapping[str, str | int] = params or {}
        super().__init__(self.sentence())

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message) % self.params


class Refused(_Told):
    """A change that cannot be made."""


class Invalid(_Told):
    """A text that is not JSON, or more of it than is taken.

    ``at`` is the place in the text; lines and columns count from 1, columns in characters.
    """

    def __init__(self, source: str, at: int, message: str, params: Mapping[str, str | int] | None = None) -> None:
        ends = [end.end() for end in _LINE_END.finditer(source, 0, at)]
        self.at = at
        self.line = len(ends) + 1
        self.column = at - (ends[-1] if ends else 0) + 1
        super().__init__(message, params)


def code(sign: str) -> str:
    return f"U+{ord(sign):04X}"


def at_value(source: str, at: int, opened: int | None) -> Invalid:
    """No value stands here. ``opened`` is where the innermost bracket stands that is still open."""
    if fault := _anywhere(source, at, opened):
        return fault
    sign, before = source[at], _before(source, at)
    if before == ":" and sign in ",}]":
        return Invalid(source, at, _("A value is missing before this."))
    if sign in "}]":
        return Invalid(source, at, _COMMA_TOO_MANY) if before == "," else _closer(source, at, opened)
    if sign == ",":
        return Invalid(source, at, _("There is a comma too many here."))
    if sign in ":：":
        return Invalid(source, at, _COLON_TOO_MANY)
    found = _WORD.match(source, at)
    if found and (NUMBER.fullmatch(found.group()) or found.group() in CONSTANTS):
        return after_value(source, found.end(), opened, at)
    message, params = about_word(found.group() if found else sign)
    if message == _UNQUOTED and opened is None:
        return Invalid(source, at, _("A JSON prompt starts with { or [."))
    return Invalid(source, at, message, params)


def about_word(word: str) -> tuple[str, Params]:
    """What is wrong with a word that stands where a value belongs."""
    if right := _WORDS.get(word.lower()):
        return _("JSON writes %(right)s, not %(wrong)s."), {"right": right, "wrong": word}
    for pattern, message in _NUMBERS:
        if re.fullmatch(pattern, word, re.IGNORECASE | re.ASCII):
            return message, {"word": word[:40]}
    return _UNQUOTED, {}


def at_key(source: str, at: int, opened: int) -> Invalid:
    """No key stands here."""
    if fault := _anywhere(source, at, opened):
        return fault
    sign = source[at]
    if sign in "}]":
        return Invalid(source, at, _COMMA_TOO_MANY) if _before(source, at) == "," else _closer(source, at, opened)
    if sign == ",":
        return Invalid(source, at, _("There is a comma too many here."))
    if sign in ":：{[":
        return Invalid(source, at, _('A name in quotation marks (") is missing before this.'))
    return Invalid(source, at, _('Put this key in quotation marks (").'))


def at_colon(source: str, at: int, opened: int, last: int) -> Invalid:
    """No colon stands here, after the key that begins at ``last``."""
    if fault := _glued(source, at, last, is_key=True) or _anywhere(source, at, opened):
        return fault
    sign = source[at]
    if _MEANT.get(sign) == ":":
        return _instead(source, at, ":")
    if sign == "]":
        return _closer(source, at, opened)
    if sign in ",}":
        return Invalid(source, at, _("A colon and a value are missing before this."))
    return Invalid(source, at, _("A colon is missing before this."))


def after_value(source: str, at: int, opened: int | None, last: int) -> Invalid:
    """Neither a comma nor the right bracket stands here, after a value; or something stands after the end.

    ``last`` is where the last text begins.
    """
    if fault := _glued(source, at, last, is_key=False) or _anywhere(source, at, opened):
        return fault
    sign = source[at]
    if sign in "}]":
        return _closer(source, at, opened)
    if opened is None:
        return Invalid(source, at, _("The prompt ends before this: take away what follows."))
    if _MEANT.get(sign) == ",":
        return _instead(source, at, ",")
    if sign in ":：":
        is_list = source[opened] == "["
        return Invalid(source, at, _("A list has no names: use { } instead of [ ].") if is_list else _COLON_TOO_MANY)
    return Invalid(source, at, _("A comma is missing before this."))


def in_text(source: str, start: int) -> Invalid:
    """The text that opens here is not written as JSON wants it."""
    found = _SOUND.match(source, start)
    at = found.end() if found else start
    sign = source[at : at + 1]
    after = source[at + 1 : at + 2]
    is_line_end = sign in {"\n", "\r"} or (sign == "\\" and after in {"\n", "\r"})
    if not sign or (sign == "\\" and not after):
        return Invalid(source, start, _UNCLOSED)
    if is_line_end:
        # A next mark that ends a text is the end of this one; one that begins a text says that this one has no end.
        mark = _TO_NEXT_MARK.match(source, at)
        if mark is None or mark["next"] is None:
            return Invalid(source, start, _UNCLOSED)
        return Invalid(source, at, _("A line break inside a text is written as \\n."))
    if sign == "\t":
        return Invalid(source, at, _("A tab inside a text is written as \\t."))
    if sign != "\\":
        params: Params = {"code": code(sign), "escape": f"\\u{ord(sign):04x}"}
        return Invalid(source, at, _("The invisible character %(code)s is written as %(escape)s."), params)
    if after == "u":
        return Invalid(source, at, _("After \\u, four signs from 0 to 9 and from A to F are needed."))
    return Invalid(
        source, at, _("%(escape)s means nothing in JSON: a \\ is written as \\\\."), {"escape": sign + after}
    )


def _anywhere(source: str, at: int, opened: int | None) -> Invalid | None:
    """What is as wrong here as at any other place outside a text."""
    sign = source[at : at + 1]
    if not sign and opened is not None:
        return _still_open(source, at, opened)
    if not sign:
        return Invalid(source, at, _("There is nothing here yet."))
    if _COMMENT.match(source, at):
        return Invalid(source, at, _("JSON has no comments: take this one away."))
    if source.startswith("```", at):
        return Invalid(source, at, _("Take away the ``` around the prompt."))
    if sign in _QUOTES:
        return Invalid(source, at, _('Write " here, not %(sign)s.'), {"sign": sign})
    if not sign.isprintable():
        message = _("The invisible character %(code)s stands here: outside a text, only plain spaces may.")
        return Invalid(source, at, message, {"code": code(sign)})
    return None


def _glued(source: str, at: int, last: int, *, is_key: bool) -> Invalid | None:
    """A word directly after a text: a mark inside the text has ended it, or its own mark was forgotten or curly."""
    sign = source[at : at + 1]
    if source[at - 1] != '"' or sign in _SIGNS or not sign.isprintable() or source.startswith(("//", "/*"), at):
        return None
    raw = source[last + 1 : at - 1]
    if raw.count("”") > raw.count("“") + raw.count("„"):
        return Invalid(source, last + 1 + raw.index("”"), _('Write " here, not %(sign)s.'), {"sign": "”"})
    if is_key and ":" in raw:
        return Invalid(source, last, _UNCLOSED)
    return Invalid(source, at, _('The text ends before this: a quotation mark inside a text is written as \\".'))


def _before(source: str, at: int) -> str:
    """The last sign before this that is no white space."""
    return source[:at].rstrip(_WHITE)[-1:]


def _instead(source: str, at: int, right: str) -> Invalid:
    params: Params = {"right": right, "wrong": source[at]}
    return Invalid(source, at, _("Write “%(right)s” here, not “%(wrong)s”."), params)


def _closer(source: str, at: int, opened: int | None) -> Invalid:
    """A bracket that does not close the one that is open."""
    if opened is None:
        return Invalid(source, at, _("This %(bracket)s closes nothing."), {"bracket": source[at]})
    message = _("The %(bracket)s of line %(line)d has to be closed by %(right)s, not by %(wrong)s.")
    return Invalid(source, at, message, {**_bracket(source, opened), "wrong": source[at]})


def _still_open(source: str, at: int, opened: int) -> Invalid:
    return Invalid(
        source, at, _("The %(bracket)s of line %(line)d is never closed: add %(right)s."), _bracket(source, opened)
    )


def _bracket(source: str, opened: int) -> Params:
    return {
        "bracket": source[opened],
        "line": len(_LINE_END.findall(source, 0, opened)) + 1,
        "right": _CLOSERS[source[opened]],
    }
