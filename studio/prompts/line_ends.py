"""Keeps somebody's line ends: a browser hands every CRLF and CR back as LF, whatever the file had that was opened."""

from __future__ import annotations

import re

from studio.prompts.ends import alike

_LINE_END = re.compile(r"\r\n?")
# A leaf of a JSON text may hold an escaped null character, and this is what a browser shows and sends for it.
_NULL, _NULL_AS_SHOWN = "\x00", "\ufffd"


def with_line_ends(text: str, kept: str) -> str:
    """``text``, with LF line ends, as an edit of ``kept``: what was not touched keeps the line ends that it had.

    Where all line ends of ``kept`` are alike, new ones are written like them. Null characters are kept in the same way.
    """
    if "\r" not in kept and _NULL not in kept:
        return text
    plain = _LINE_END.sub("\n", kept).replace(_NULL, _NULL_AS_SHOWN)
    if text == plain:
        return kept
    head, tail = alike(text, plain)
    middle = text[head : len(text) - tail]
    ends = set(re.findall(r"\r\n|\r|\n", kept))
    if len(ends) == 1:
        middle = middle.replace("\n", ends.pop())
    places = _places(kept)
    return kept[: places[head]] + middle + kept[places[len(plain) - tail] :]


def _places(kept: str) -> list[int]:
    """For each character of the text with LF line ends, and for its end, where it stands in the kept one."""
    places, at = [], 0
    for match in _LINE_END.finditer(kept):
        places += [*range(at, match.start()), match.start()]
        at = match.end()
    return [*places, *range(at, len(kept) + 1)]
