"""Turns a line of text in any script into placed glyphs: direction, faces and shapes, without any system library."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import uharfbuzz as hb
from bidi import algorithm as bidi

from studio.imaging.faces import ALPHABETS, EMOJI, Face, Voice, choose, face, invisible

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGE_TAGS = {"zh-hans": "zh-hans", "zh-hant": "zh-hant", "ja": "ja", "ko": "ko"}
JOINER = "\u200d"
# Removed by rule X9 of the bidirectional algorithm; they take the level of what stands before them.
LEVELLESS = frozenset({"BN", "LRE", "RLE", "LRO", "RLO", "PDF"})
# Classes that the library does not know, each as a character that behaves alike: unassigned, separators, isolates.
STAND_INS = {"": "a", "B": " ", "S": " ", "LRI": " ", "RLI": " ", "FSI": " ", "PDI": " "}
PAIRS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "（": "）",
    "［": "］",
    "｛": "｝",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "《": "》",
}


@dataclass(frozen=True, slots=True)
class Glyph:
    face: Face
    id: int
    x: float  # ems from the line's left
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """Sizes in ems, so that one shaping serves every size."""

    text: str
    glyphs: tuple[Glyph, ...]
    width: float
    ascent: float
    descent: float
    missing: tuple[str, ...]  # characters that no face of ours covers


@lru_cache(maxsize=2048)
def shape(text: str, voice: Voice = Voice.TEXT, language: str = "", rtl: bool | None = None) -> Line:
    glyphs: list[Glyph] = []
    missing: list[str] = []
    base = face(ALPHABETS[voice])
    pen, ascent, descent = 0.0, base.ascent, base.descent
    for run_text, level in _visual_runs(text, rtl):
        pieces = list(_by_face(run_text, voice, language, missing))
        for used, piece in reversed(pieces) if level % 2 else pieces:
            placed, pen = _shape_piece(used, piece, level, language, pen)
            glyphs += placed
            ascent, descent = max(ascent, used.ascent), max(descent, used.descent)
    return Line(text, tuple(glyphs), pen, ascent, descent, tuple(missing))


def _shape_piece(used: Face, piece: str, level: int, language: str, pen: float) -> tuple[list[Glyph], float]:
    buffer = hb.Buffer()
    buffer.add_str(piece)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if level % 2 else "ltr"
    if language in LANGUAGE_TAGS:
        buffer.language = LANGUAGE_TAGS[language]
    hb.shape(used.font, buffer)
    placed = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        x, y = pen + position.x_offset / used.units, position.y_offset / used.units
        placed.append(Glyph(used, info.codepoint, x, y))
        pen += position.x_advance / used.units
    return placed, pen


def clusters(text: str) -> Iterator[str]:
    """What must not be torn apart: a letter with its marks, an emoji with its modifiers."""
    current = ""
    for character in text:
        if current and _continues(current, character):
            current += character
        else:
            if current:
                yield current
            current = character
    if current:
        yield current


def _continues(current: str, character: str) -> bool:
    if current.endswith(JOINER) and ord(character) > 0x2000:
        return True
    if invisible(character) or unicodedata.category(character).startswith("M"):
        return True
    if 0x1F3FB <= ord(character) <= 0x1F3FF:  # skin tones
        return True
    flags = range(0x1F1E6, 0x1F200)
    return len(current) == 1 and ord(current) in flags and ord(character) in flags


def _by_face(text: str, voice: Voice, language: str, missing: list[str]) -> Iterator[tuple[Face, str]]:
    """Runs of one face. Spaces and punctuation stay with the face before them where it has them."""
    used, run = None, ""
    for cluster in clusters(text):
        stays = used is not None and used.name != EMOJI and _neutral(cluster) and used.covers(cluster)
        found = used if stays else choose(cluster, voice, language)
        if found is None and unicodedata.category(cluster[0]) == "Cc":
            if not cluster.isspace():
                continue  # a control character has no shape in any face
            cluster, found = " ", used or face(ALPHABETS[voice])
        if found is None:
            missing.append(cluster)
            cluster, found = "□", choose("□", voice, language) or face(ALPHABETS[voice])
        if used and found is not used:
            yield used, run
            run = ""
        used, run = found, run + cluster
    if used:
        yield used, run


def _neutral(cluster: str) -> bool:
    return cluster == " " or (not cluster.isascii() and unicodedata.category(cluster[0])[0] in "ZPC")


def is_rtl(text: str) -> bool:
    """The direction of a paragraph by its first strong character."""
    for character in text:
        if (kind := unicodedata.bidirectional(character)) in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def _visual_runs(text: str, rtl: bool | None) -> list[tuple[str, int]]:
    """Runs of one level, left to right as they are seen; each run's text stays in logical order."""
    base = int(is_rtl(text) if rtl is None else rtl)
    if not base and not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text):
        return [(text, 0)] if text else []
    runs: list[tuple[str, int]] = []
    for character, level in zip(text, _levels(text, base), strict=True):
        if runs and runs[-1][1] == level:
            runs[-1] = (runs[-1][0] + character, level)
        else:
            runs.append((character, level))
    return _reordered(runs)


def _reordered(runs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Rule L2: from the highest level down to the lowest odd one, turn every stretch at or above it around."""
    highest = max(level for _, level in runs)
    for limit in range(highest, 0, -1):
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][1] >= limit:
                end += 1
            runs[start:end] = reversed(runs[start:end])
            start = max(end, start + 1)
    return runs


def _levels(text: str, base: int) -> list[int]:
    storage: dict[str, Any] = bidi.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    text = "".join(STAND_INS.get(unicodedata.bidirectional(character), character) for character in text)
    bidi.get_embedding_levels(text, storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], base)
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    found = iter(storage["chars"])
    levels: list[int] = []
    for character in text:
        levelless = unicodedata.bidirectional(character) in LEVELLESS
        levels.append((levels[-1] if levels else base) if levelless else next(found)["level"])
    return levels


def _resolve_brackets(characters: list[dict[str, Any]], base: int) -> None:
    """Rule N0, which the library leaves out: a pair of brackets takes one direction, so both are turned or none."""
    strong = {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}
    own = "LR"[base]
    opened: list[tuple[str, int]] = []
    for index, character in enumerate(characters):
        if character["ch"] in PAIRS:
            opened.append((PAIRS[character["ch"]], index))
        elif opened and character["ch"] == opened[-1][0]:
            _, start = opened.pop()
            inside = {strong.get(c["type"]) for c in characters[start + 1 : index]} - {None}
            if not inside:
                continue
            before = next((d for c in reversed(characters[:start]) if (d := strong.get(c["type"]))), own)
            kind = own if own in inside or before == own else "LR"[1 - base]
            character["type"] = characters[start]["type"] = kind
