"""Shows what changed between two values, in pieces that a person can read and that put both values together again."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from studio.prompts.ends import alike
from studio.prompts.scripts import SPACELESS, writing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Op = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """The same and the removed pieces, joined, are the old value; the same and the added ones are the new value."""

    op: Op
    text: str


# Beyond this many pairs of tokens the exact comparison takes longer than a person's pause in typing.
_MAX_PAIRS = 1_000_000
# An unchanged stretch of at most this many characters between two longer changes is noise, not help.
_MAX_NOISE = 4

_CLAUSE_ENDS = frozenset(".,;:!?\n。，、；：！？")

_ZERO_WIDTH_JOINER = "\u200d"


def words(a: str, b: str) -> tuple[Piece, ...]:
    return _diff(a, b, _is_letter)


def characters(a: str, b: str) -> tuple[Piece, ...]:
    """By character as a reader sees it: combining marks and joined emoji stay in one piece."""
    return _diff(a, b, lambda _character: False)


def diff(a: str, b: str) -> tuple[Piece, ...]:
    """By word, and by character inside Chinese, Japanese and Thai, which put no spaces between words."""
    return _diff(a, b, lambda character: _is_letter(character) and writing_of(character) not in SPACELESS)


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _diff(a: str, b: str, is_of_word: Callable[[str], bool]) -> tuple[Piece, ...]:
    if a == b:
        return (Piece("same", a),) if a else ()
    return tuple(_merged(_readable(_compare(_tokens(a, is_of_word), _tokens(b, is_of_word)))))


def _tokens(text: str, is_of_word: Callable[[str], bool]) -> list[str]:
    tokens: list[str] = []
    previous = ""
    for cluster in _clusters(text):
        sort = "word" if is_of_word(cluster[0]) else "space" if cluster.isspace() else ""
        if sort and sort == previous:
            tokens[-1] += cluster
        else:
            tokens.append(cluster)
        previous = sort
    return tokens


def _clusters(text: str) -> Iterator[str]:
    """Characters with the marks and joiners that belong to them."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and (cluster[-1] == _ZERO_WIDTH_JOINER or _extends(character)):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _extends(character: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _ZERO_WIDTH_JOINER or is_skin_tone or unicodedata.category(character)[0] == "M"


def _compare(a: list[str], b: list[str]) -> Iterator[Piece]:
    """Raw pieces: what is common at both ends is set apart first, for most changes are small."""
    start, end = alike(a, b)
    yield Piece("same", "".join(a[:start]))
    yield from _compare_middle(a[start : len(a) - end], b[start : len(b) - end])
    yield Piece("same", "".join(a[len(a) - end :]))


def _compare_middle(a: list[str], b: list[str]) -> Iterator[Piece]:
    if len(a) * len(b) > _MAX_PAIRS:
        yield from _compare_clauses(_clauses(a), _clauses(b))
        return
    for op, a_start, a_end, b_start, b_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            yield Piece("same", "".join(a[a_start:a_end]))
        else:
            yield Piece("removed", "".join(a[a_start:a_end]))
            yield Piece("added", "".join(b[b_start:b_end]))


def _compare_clauses(a: list[str], b: list[str]) -> Iterator[Piece]:
    """Long texts: whole clauses against each other; with no clauses to speak of, one text replaces the other."""
    if len(a) * len(b) > _MAX_PAIRS:
        yield from (Piece("removed", "".join(a)), Piece("added", "".join(b)))
    else:
        yield from _compare_middle(a, b)


def _clauses(tokens: list[str]) -> list[str]:
    clauses = [""]
    for token in tokens:
        clauses[-1] += token
        if token[0] in _CLAUSE_ENDS:
            clauses.append("")
    return clauses


def _readable(pieces: Iterator[Piece]) -> list[tuple[str, str, str]]:
    """Runs of (same before, removed, added), with unchanged crumbs between two changes counted as changed."""
    runs: list[tuple[str, str, str]] = []
    for same, removed, added in _runs(pieces):
        if runs and same and _is_noise(same, runs[-1], (removed, added)):
            before, old, new = runs[-1]
            runs[-1] = (before, old + same + removed, new + same + added)
        else:
            runs.append((same, removed, added))
    return runs


def _runs(pieces: Iterator[Piece]) -> Iterator[tuple[str, str, str]]:
    text = {"same": "", "removed": "", "added": ""}
    for piece in pieces:
        if piece.op == "same" and piece.text and (text["removed"] or text["added"]):
            yield text["same"], text["removed"], text["added"]
            text = {"same": "", "removed": "", "added": ""}
        text[piece.op] += piece.text
    yield text["same"], text["removed"], text["added"]


def _is_noise(same: str, before: tuple[str, str, str], after: tuple[str, str]) -> bool:
    old, new = before[1:]
    removed, added = after
    if not (removed or added):
        return False
    if not any(_is_letter(character) for character in same):
        # Spaces and commas between two changed words, as long as both sides of the change have something to show.
        return bool(old or new)
    return len(same) <= _MAX_NOISE and len(same) <= min(max(len(old), len(new)), max(len(removed), len(added)))


def _merged(runs: list[tuple[str, str, str]]) -> Iterator[Piece]:
    for same, removed, added in runs:
        if same:
            yield Piece("same", same)
        if removed:
            yield Piece("removed", removed)
        if added:
            yield Piece("added", added)
