"""Chooses the proof's colours: from the prompt's colour words, else from its light, else from a hash of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """High and low are the two ends of the backdrop, ground lies under the subject, mass is the subject."""

    high: Colour
    low: Colour
    ground: Colour
    mass: Colour
    accent: Colour

    @property
    def swatches(self) -> tuple[Colour, ...]:
        return (self.high, self.low, self.ground, self.mass, self.accent)


def colour(text: str) -> Colour:
    value = int(text, 16)
    return value >> 16, value >> 8 & 255, value & 255


def _palette(high: str, low: str, ground: str, mass: str, accent: str) -> Palette:
    values = (colour(text) for text in (high, low, ground, mass, accent))
    return Palette(**dict(zip(("high", "low", "ground", "mass", "accent"), values, strict=True)))


# Named for the light that they hold; each list is chosen from by the prompt's hash.
BY_LIGHT: dict[str, tuple[Palette, ...]] = {
    "dusk": (
        _palette("2f3a56", "d98c6a", "3a3440", "262430", "f2b56b"),
        _palette("3b3a5a", "e0a08a", "4a3f4c", "2b2735", "f6c98a"),
        _palette("27405a", "e3a873", "33414c", "1f2a36", "f7d08c"),
    ),
    "night": (
        _palette("0f1626", "2a3a55", "121a26", "46597a", "e8c877"),
        _palette("14131f", "38304f", "191723", "5b5078", "ef9f76"),
    ),
    "bright": (
        _palette("f4f3f0", "e2e0db", "d5d2cc", "8d9499", "c8553d"),
        _palette("f3f4f5", "dee2e4", "cfd4d7", "6f7f8a", "2f6f8f"),
        _palette("f6f3ee", "e8e1d6", "dbd2c4", "a08c74", "b5533c"),
    ),
    "warm": (
        _palette("e9d8c0", "d9b48f", "b98a63", "7c4f38", "c9622f"),
        _palette("efe0cb", "dfc3a0", "b5936f", "5f4a3a", "a8452e"),
    ),
    "plain": (
        _palette("dfe4e4", "c5cecd", "a3afad", "4f6b6a", "d08a4e"),
        _palette("e6e1d8", "cfc6b8", "b0a593", "5c6b57", "b8643f"),
        _palette("dcdfe6", "c3c8d4", "a2a8b8", "525c7d", "d9a05b"),
        _palette("e5dcd6", "d3c2b9", "b59f95", "7a4e48", "3f6c71"),
        _palette("dde3dc", "c4cfc0", "9fb09b", "4b6349", "c9804d"),
        _palette("e3dfe6", "cbc4d3", "aaa1b6", "5f5377", "cf9a56"),
    ),
    "blueprint": (_palette("24508c", "1c4278", "16345f", "6f9bd1", "f2f6fb"),),
    "grey": (_palette("e4e4e4", "c2c2c2", "989898", "3f3f3f", "161616"),),
}
LIGHT_WORDS: tuple[tuple[str, str], ...] = (
    ("blueprint", "blueprint|蓝图|藍圖|青写真|設計図"),
    ("grey", "black-and-white|black and white|monochrome|noir|黑白|モノクロ|白黒"),
    ("bright", r"high-key|bright|white background|studio sweep|white-to|seamless|e-commerce|product|minimal|白色|明亮"
     r"|产品|白背景|明るい|ui\b|infographic|信息图"),
    ("dusk", "dusk|sunset|golden hour|twilight|dawn|sunrise|evening|黄昏|日落|傍晚|晨|夕方|夕暮れ|夕日|朝焼け"),
    ("night", "night|midnight|neon|moonlit|moonlight|darkness|dark (?:room|background|sky|street|scene)|low-key"
     "|夜|霓虹|ネオン|月光|深夜|暗い"),
    ("warm", "warm|cosy|cozy|candle|tungsten|amber|vintage|nostalgic|温暖|暖|復古|复古|暖かい|レトロ"),
)  # fmt: skip

COLOURS: dict[str, str] = {
    "red|scarlet|crimson|红|赤|紅": "b8352c",
    "vermilion|朱": "d2492a",
    "orange|橙|橘|オレンジ": "d97a32",
    "terracotta|rust": "b05a3c",
    "amber|琥珀": "d69a3a",
    "yellow|mustard|黄色|黄い|黃|イエロー": "e0b23c",
    "gold|golden|金色|ゴールド": "c49a4a",
    "lime|chartreuse": "a9b83f",
    "green|绿|綠|緑|グリーン": "4f7d57",
    "sage|olive|橄榄": "8a9677",
    "emerald|翡翠": "2f7a5c",
    "teal|turquoise|青绿|ターコイズ": "2f7f86",
    "cyan|aqua(?!\\+)": "4aa3b5",
    "blue|蓝|藍|青い|青色|ブルー": "3f679f",
    "navy|indigo|深蓝|紺": "27365e",
    "purple|violet|紫|パープル": "6b4f8f",
    "lavender|lilac": "a596c4",
    "pink|rose|粉|ピンク|桃色": "d98fa0",
    "magenta|fuchsia": "b8418a",
    "coral": "e07a65",
    "brown|chocolate|棕|褐|茶色|ブラウン|wooden|wood": "7a5438",
    "beige|linen|sand|cream|ivory|米色|ベージュ": "d8c7a8",
    "grey|gray|silver|灰|银|グレー|シルバー": "9a9a98",
    "black|黑|黒|ブラック": "24242a",
    "white|白|ホワイト": "f1efea",
}
# Colour words that are part of another expression.
NOT_COLOURS = re.compile(
    r"black[- ]and[- ]white|golden (?:hour|ratio)|white balance|rose window|黑白|白黒|white-to-[\w-]+"
    r"|(?:white|black|gr[ae]y)[\w -]{0,24}?(?:background|backdrop|sweep|curtain|wall|chalk|line)|[白黑灰]色?(?:背景|底)"
)


def choose(words: str, seed: int) -> Palette:
    words = words.casefold()
    light = next((name for name, pattern in LIGHT_WORDS if re.search(pattern, words)), "plain")
    family = BY_LIGHT[light]
    palette = family[seed % len(family)]
    return palette if light in ("grey", "blueprint") else _tinted(palette, named(words), light)


def named(words: str) -> list[Colour]:
    """The colours that are spelled out, in the order of their first mention; hexadecimal values too."""
    text = NOT_COLOURS.sub(" ", words.casefold())
    found: list[tuple[int, Colour]] = []
    for pattern, value in COLOURS.items():
        pattern = "|".join(rf"\b{word}" if word.isascii() else word for word in pattern.split("|"))
        if match := re.search(pattern, text):
            found.append((match.start(), colour(value)))
    found += [(match.start(), colour(match[1])) for match in re.finditer(r"#([0-9a-f]{6})\b", text)]
    return [value for _, value in sorted(found)]


def _tinted(palette: Palette, colours: list[Colour], light: str) -> Palette:
    """The first named colour belongs to the subject, the second to the accent, and the ground takes a little of it."""
    if not colours:
        return palette
    mass = mix(colours[0], palette.low, 0.08)
    if light in ("dusk", "night"):
        mass = mix(mass, palette.mass, 0.45)
    palette = replace(palette, mass=mass)
    if len(colours) > 1:
        palette = replace(
            palette, ground=mix(colours[1], palette.ground, 0.62), accent=mix(colours[1], palette.accent, 0.2)
        )
    return palette


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """``share`` of ``b`` in ``a``."""
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


def luminance(value: Colour) -> float:
    """Relative luminance as in WCAG."""
    linear = [c / 12.92 if (c := part / 255) <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for part in value]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: Colour, b: Colour) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
