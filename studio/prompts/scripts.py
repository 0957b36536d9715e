"""The scripts and languages that a line of text in the picture can be in, and which one a text looks like."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from studio.prompts.words import gettext_noop as _

Direction = Literal["ltr", "rtl"]

# Characters that turn the direction of what follows them. A prompt keeps those that were typed; names and words from
# elsewhere lose them, or they could re-order the page around them.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    key: str
    label: str  # a msgid
    lang: str  # BCP 47, for the lang attribute and for choosing a face
    words: str  # in the prompt, so English and never translated
    writing: frozenset[str]  # the writing systems that its letters come from
    dir: Direction = "ltr"


def _script(key: str, label: str, lang: str, words: str, *writing: str, dir: Direction = "ltr") -> Script:
    return Script(key=key, label=label, lang=lang, words=words, writing=frozenset(writing), dir=dir)


_SCRIPTS = (
    _script("latin", _("Latin, English"), "en", "in Latin letters", "latin"),
    _script("japanese", _("Japanese"), "ja", "in Japanese kanji and kana", "han", "kana"),
    _script("japanese-kana", _("Japanese, kana only"), "ja", "in Japanese kana", "kana"),
    _script("chinese-simplified", _("Chinese, simplified"), "zh-Hans", "in Simplified Chinese", "han"),
    _script("chinese-traditional", _("Chinese, traditional"), "zh-Hant", "in Traditional Chinese", "han"),
    _script("korean", _("Korean"), "ko", "in Korean Hangul", "hangul", "han"),
    _script("french", _("Latin, French"), "fr", "in French", "latin"),
    _script("german", _("Latin, German"), "de", "in German", "latin"),
    _script("spanish", _("Latin, Spanish"), "es", "in Spanish", "latin"),
    _script("portuguese", _("Latin, Portuguese"), "pt", "in Portuguese", "latin"),
    _script("italian", _("Latin, Italian"), "it", "in Italian", "latin"),
    _script("dutch", _("Latin, Dutch"), "nl", "in Dutch", "latin"),
    _script("swedish", _("Latin, Swedish"), "sv", "in Swedish", "latin"),
    _script("finnish", _("Latin, Finnish"), "fi", "in Finnish", "latin"),
    _script("polish", _("Latin, Polish"), "pl", "in Polish", "latin"),
    _script("czech", _("Latin, Czech"), "cs", "in Czech", "latin"),
    _script("turkish", _("Latin, Turkish"), "tr", "in Turkish", "latin"),
    _script("vietnamese", _("Latin, Vietnamese"), "vi", "in Vietnamese", "latin"),
    _script("indonesian", _("Latin, Indonesian"), "id", "in Indonesian", "latin"),
    _script("russian", _("Cyrillic, Russian"), "ru", "in Russian Cyrillic", "cyrillic"),
    _script("ukrainian", _("Cyrillic, Ukrainian"), "uk", "in Ukrainian Cyrillic", "cyrillic"),
    _script("greek", _("Greek"), "el", "in Greek", "greek"),
    _script("arabic", _("Arabic"), "ar", "in Arabic", "arabic", dir="rtl"),
    _script("persian", _("Arabic script, Persian"), "fa", "in Persian", "arabic", dir="rtl"),
    _script("hebrew", _("Hebrew"), "he", "in Hebrew", "hebrew", dir="rtl"),
    _script("thai", _("Thai"), "th", "in Thai", "thai"),
    _script("hindi", _("Devanagari, Hindi"), "hi", "in Hindi Devanagari", "devanagari"),
)

SCRIPTS: dict[str, Script] = {script.key: script for script in _SCRIPTS}

# First and last code point of the letters, in rising order. Marks and digits shared between scripts are left out.
_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x005A, "latin"),
    (0x0061, 0x007A, "latin"),
    (0x00AA, 0x00AA, "latin"),
    (0x00BA, 0x00BA, "latin"),
    (0x00C0, 0x00D6, "latin"),
    (0x00D8, 0x00F6, "latin"),
    (0x00F8, 0x02AF, "latin"),
    (0x0370, 0x03FF, "greek"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0590, 0x05FF, "hebrew"),
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x0DFF, "other"),  # the other scripts of India and Sri Lanka
    (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0FFF, "other"),  # Lao, Tibetan
    (0x1000, 0x109F, "other"),  # Myanmar
    (0x10A0, 0x10FF, "other"),  # Georgian
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x17FF, "other"),  # Ethiopic, Cherokee, Khmer and more
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"),
    (0x2C60, 0x2C7F, "latin"),
    (0x3005, 0x3007, "han"),
    (0x3041, 0x30FA, "kana"),
    (0x30FC, 0x30FF, "kana"),
    (0x3131, 0x318E, "hangul"),
    (0x31F0, 0x31FF, "kana"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xA720, 0xA7FF, "latin"),
    (0xAC00, 0xD7A3, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFC, "arabic"),
    (0xFF21, 0xFF3A, "latin"),
    (0xFF41, 0xFF5A, "latin"),
    (0xFF66, 0xFF9F, "kana"),
    (0x20000, 0x3FFFF, "han"),
)
_STARTS = [first for first, _last, _name in _RANGES]

# Written without spaces between words, so a reader compares them character by character.
SPACELESS = frozenset({"han", "kana", "thai"})


# Chinese characters that occur in Japanese words alone, or nearly so: coffee, the mark of repetition, home-made ones.
_JAPANESE_HAN = frozenset("珈琲々込畑働峠匂")


def writing_of(character: str) -> str:
    """The writing system of a letter, or an empty string for digits, punctuation, symbols and spaces."""
    point = ord(character)
    place = bisect_right(_STARTS, point) - 1
    if place < 0 or point > _RANGES[place][1]:
        return ""
    return _RANGES[place][2]


def writings(text: str) -> Counter[str]:
    """How many letters of each writing system a text has."""
    if text.isascii():
        return +Counter(latin=sum(map(str.isalpha, text)))
    counted: Counter[str] = Counter()
    for character, number in Counter(text).items():
        counted[writing_of(character)] += number
    del counted[""]
    return counted


def detect(text: str) -> str:
    """The key of the script that the text looks like; empty where the letters do not tell.

    Anything beyond Latin decides, for a name in Latin letters often stands beside it.
    """
    found = writings(text)
    foreign = Counter({name: count for name, count in found.items() if name != "latin"})
    if not foreign:
        return "latin" if found else ""
    if foreign["kana"]:
        return "japanese" if foreign["han"] else "japanese-kana"
    name = foreign.most_common(1)[0][0]
    if name == "han":
        return _detect_han(text)
    if name == "cyrillic":
        return "ukrainian" if set(text) & set("іїєґІЇЄҐ") else "russian"
    if name == "arabic":
        return "persian" if set(text) & set("پچژگکی") else "arabic"
    return {"hangul": "korean", "greek": "greek", "hebrew": "hebrew", "thai": "thai", "devanagari": "hindi"}.get(
        name, ""
    )


def _detect_han(text: str) -> str:
    """The old national character sets tell simplified, traditional and Japanese forms apart; many words fit in all."""
    if _JAPANESE_HAN & set(text):
        return "japanese"
    han = [character for character in text if writing_of(character) == "han"]
    simplified, traditional, japanese = (
        all(_encodes(character, encoding) for character in han) for encoding in ("gb2312", "big5", "shift_jis")
    )
    if simplified and not traditional:
        return "chinese-simplified"
    if traditional and not simplified:
        return "chinese-traditional"
    if japanese and not (simplified or traditional):
        return "japanese"
    return ""


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
