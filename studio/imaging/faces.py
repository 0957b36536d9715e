"""The proof's own fonts, and which of them sets a character. Nothing here asks the system for a font."""

from __future__ import annotations

import gzip
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import uharfbuzz as hb

FONTS = Path(__file__).resolve().parent / "fonts"


class Voice(StrEnum):
    """How a line speaks. Only the alphabets have a face for each; every other script has one."""

    TEXT = "text"
    DISPLAY = "display"
    SERIF = "serif"


ALPHABETS = {
    Voice.TEXT: "Inter-500Medium",
    Voice.DISPLAY: "Inter-700Bold",
    Voice.SERIF: "Newsreader-500Medium",
}
SCRIPTS = (
    "NotoSansArabic-600SemiBold",
    "NotoSansHebrew-600SemiBold",
    "NotoSansThai-600SemiBold",
    "NotoSansDevanagari-600SemiBold",
    "NotoSansBengali-600SemiBold",
    "NotoSansTamil-600SemiBold",
    "NotoSansGeorgian-600SemiBold",
    "NotoSansArmenian-600SemiBold",
)
# The shapes of shared characters differ by language, so the line's language chooses who comes first.
EAST_ASIAN = {
    "ja": "NotoSansJP-600SemiBold",
    "zh-hans": "NotoSansSC-600SemiBold",
    "zh-hant": "NotoSansTC-600SemiBold",
    "ko": "NotoSansKR-600SemiBold",
}
EMOJI = "NotoEmoji-600SemiBold"
# Where several Han faces cover a character and none was asked for, the largest coverage goes first.
EAST_ASIAN_ORDER = ("zh-hans", "ja", "ko", "zh-hant")


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    font: hb.Font
    units: int
    covered: frozenset[int]
    ascent: float  # in ems
    descent: float  # in ems, positive

    def covers(self, cluster: str) -> bool:
        return all(ord(c) in self.covered or invisible(c) for c in cluster)


def invisible(character: str) -> bool:
    """Joiners, variation selectors and directional marks steer shaping; no font needs a glyph for them."""
    return unicodedata.category(character) == "Cf" or 0xFE00 <= ord(character) <= 0xFE0F


@cache
def face(name: str) -> Face:
    content = gzip.decompress((FONTS / f"{name}.ttf.gz").read_bytes())
    source = hb.Face(hb.Blob(content))
    font = hb.Font(source)
    font.scale = (source.upem, source.upem)
    extents = font.get_font_extents("ltr")
    return Face(
        name=name,
        font=font,
        units=source.upem,
        covered=frozenset(source.unicodes),
        ascent=extents.ascender / source.upem,
        descent=-extents.descender / source.upem,
    )


def order(voice: Voice, language: str) -> tuple[str, ...]:
    """Every face, first choice first. They are opened only when the ones before do not cover a character."""
    preferred = [language] if language in EAST_ASIAN else []
    asian = preferred + [other for other in EAST_ASIAN_ORDER if other not in preferred]
    return (ALPHABETS[voice], *(EAST_ASIAN[key] for key in asian), *SCRIPTS, EMOJI, ALPHABETS[Voice.TEXT])


# Opening the large Han face only to learn that it has no Arabic costs more than the line itself.
BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0530, 0x058F, "NotoSansArmenian-600SemiBold"),
    (0x0590, 0x05FF, "NotoSansHebrew-600SemiBold"),
    (0x0600, 0x08FF, "NotoSansArabic-600SemiBold"),
    (0x0900, 0x097F, "NotoSansDevanagari-600SemiBold"),
    (0x0980, 0x09FF, "NotoSansBengali-600SemiBold"),
    (0x0B80, 0x0BFF, "NotoSansTamil-600SemiBold"),
    (0x0E00, 0x0E7F, "NotoSansThai-600SemiBold"),
    (0x10A0, 0x10FF, "NotoSansGeorgian-600SemiBold"),
    (0x1100, 0x11FF, "NotoSansKR-600SemiBold"),
    (0x1C90, 0x1CBF, "NotoSansGeorgian-600SemiBold"),
    (0x3040, 0x30FF, "NotoSansJP-600SemiBold"),
    (0x3130, 0x318F, "NotoSansKR-600SemiBold"),
    (0xAC00, 0xD7A3, "NotoSansKR-600SemiBold"),
    (0xFB1D, 0xFB4F, "NotoSansHebrew-600SemiBold"),
    (0xFB50, 0xFDFF, "NotoSansArabic-600SemiBold"),
    (0xFE70, 0xFEFF, "NotoSansArabic-600SemiBold"),
    (0x1F000, 0x1FAFF, EMOJI),
)
# Symbols that are drawn as pictures when the text asks for it.
AS_EMOJI = "\ufe0f"


@cache
def choose(cluster: str, voice: Voice, language: str) -> Face | None:
    """The face that sets this cluster, or None where none of ours does."""
    names = order(voice, language)
    if AS_EMOJI in cluster:
        names = (EMOJI, *names)
    elif block := _block(ord(cluster[0])):
        names = (block, *names)
    return next((candidate for name in names if (candidate := face(name)).covers(cluster)), None)


def _block(code: int) -> str | None:
    return next((name for first, last, name in BLOCKS if first <= code <= last), None)
