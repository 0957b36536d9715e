"""Rules about how much is said: too many styles, words said twice, too little about the look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.lint.editing import is_about_a_picture
from studio.prompts.lint.findings import Edit, Fix, Focus, Rule, Spot
from studio.prompts.lint.folding import fold, pattern
from studio.prompts.lint.lexicon import Lexicon, asks, is_telling
from studio.prompts.lint.vocabulary import DIRECTIVES, MANNERS, PANELS, STYLES
from studio.prompts.recipe import LISTS, Attribute, Recipe
from studio.prompts.scripts import SPACELESS, writings
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading

MAX_STYLES = 2
MIN_DIRECTIVES = 2
# A prompt with so many parts, or so many words, is no bare subject.
MANY_PARTS, MANY_WORDS = 4, 14
BARE_WORDS, BARE_CHARACTERS = 3, 24

_WORD = re.compile(r"[a-z\u00e0-\u024f]+")
# Under which names a JSON prompt says it.
_NAMES = {
    Attribute.SETTING: pattern(
        r".*(?:setting|environment|location|background|place|scene|环境|场景|地点|背景|場所|舞台).*"
    ),
    Attribute.MOOD: pattern(r".*(?:mood|atmosphere|vibe|feeling|tone|emotion|氛围|情绪|气氛|雰囲気|ムード).*"),
    Attribute.LIGHTING: pattern(r".*(?:light|illumination|time_?of_?day|光|照明|时间|時間|ライティング).*"),
    Attribute.COMPOSITION: pattern(
        r".*(?:composition|framing|camera|angle|view|shot|layout|perspective|lens|构图|镜头|角度|视角|版式|アングル"
        r"|カメラ).*"
    ),
    Attribute.STYLE: pattern(r".*(?:style|aesthetic|medium|look|palette|colou?r|风格|画风|色|スタイル|画風).*"),
}
_PARTS = pattern(r"[,;，；、。.\n]")


def too_many_styles(reading: Reading) -> Iterator[Spot]:
    chips = [chip for chip in reading.recipe.style if chip.strip()] if _has_style(reading) else []
    named = 0 if PANELS.occurs(reading.whole) else _styles(reading)
    if len(chips) <= MAX_STYLES and named <= MAX_STYLES:
        return
    attribute = Attribute.STYLE if _has_style(reading) else Attribute.BODY
    if len(chips) > MAX_STYLES:
        kept = tuple(chips[:MAX_STYLES])
        fix = Fix(label=_("Keep the first two"), edit=Edit(attribute=Attribute.STYLE, value=kept))
    else:
        fix = Fix(label=_("Choose two"), focus=Focus(attribute=attribute))
    yield Spot(attribute=attribute, params={"number": max(len(chips), named)}, fix=fix)


def _has_style(reading: Reading) -> bool:
    return Attribute.STYLE in reading.recipe.attributes


def _styles(reading: Reading) -> int:
    """How many known styles the prompt names. A mood may well be "minimal" without being a style."""
    plains = (passage.plain for passage in reading.wanted if passage.attribute is not Attribute.MOOD)
    text = "\n".join(plains)
    return sum(style.occurs(text) for style in (*STYLES, MANNERS))


def said_twice(reading: Reading) -> Iterator[Spot]:
    """A chip of mood or style that is, or is a word of, a chip of the other; or is said by itself in another field."""
    recipe = reading.recipe
    if not _has_style(reading):
        return
    told: set[str] = set()
    for attribute, other in ((Attribute.STYLE, Attribute.MOOD), (Attribute.MOOD, Attribute.STYLE)):
        others = [fold(chip) for chip in recipe.value(other)]
        for index, chip in enumerate(recipe.value(attribute)):
            word = fold(chip).strip()
            if word in told or not is_telling(word):
                continue
            where = other if any(asks(each, word) for each in others) else _said_in(recipe, word)
            if where is None:
                continue
            told.add(word)
            yield Spot(
                attribute=attribute,
                index=index,
                params={"word": chip.strip(), "one": attribute, "two": where} | _both(where),
                fix=_remove_chip(recipe, attribute, word),
            )


def _both(where: Attribute) -> dict[str, Attribute]:
    """Mood and style are told in their order, whichever of them the chip is in."""
    return {"one": Attribute.MOOD, "two": Attribute.STYLE} if where in {Attribute.MOOD, Attribute.STYLE} else {}


def _said_in(recipe: Recipe, word: str) -> Attribute | None:
    """The field of prose in which the word stands by itself between commas. "A calm sea" is no mood."""
    for attribute in (Attribute.SETTING, Attribute.LIGHTING, Attribute.COMPOSITION, Attribute.DETAILS):
        for part in _PARTS.split(fold(recipe.value(attribute))):
            said = part.strip()
            # "Dramatic light" says a mood again; the calm sea of a setting is a thing.
            if said == word or (attribute is not Attribute.SETTING and _begins(said, word)):
                return attribute
    return None


def _begins(said: str, word: str) -> bool:
    return said.startswith(word if not word.isascii() else f"{word} ")


def _remove_chip(recipe: Recipe, attribute: Attribute, word: str) -> Fix:
    left = tuple(chip for chip in recipe.value(attribute) if fold(chip).strip() != word)
    return Fix(label=_("Remove one"), edit=Edit(attribute=attribute, value=left))


def chip_twice(reading: Reading) -> Iterator[Spot]:
    for attribute in reading.recipe.attributes:
        seen: set[str] = set()
        told: set[str] = set()
        for index, chip in enumerate(reading.recipe.value(attribute)) if attribute in LISTS else ():
            word = fold(chip).strip()
            if word and word in seen and word not in told:
                told.add(word)
                yield Spot(
                    attribute=attribute,
                    index=index,
                    params={"word": chip.strip(), "where": attribute},
                    fix=_once(reading.recipe, attribute, word),
                )
            seen.add(word)


def _once(recipe: Recipe, attribute: Attribute, word: str) -> Fix:
    chips: tuple[str, ...] = recipe.value(attribute)
    first = next(index for index, chip in enumerate(chips) if fold(chip).strip() == word)
    left = tuple(chip for index, chip in enumerate(chips) if index <= first or fold(chip).strip() != word)
    return Fix(label=_("Keep one"), edit=Edit(attribute=attribute, value=left))


def too_little_said(reading: Reading) -> Iterator[Spot]:
    """A subject alone leaves the picture to chance. Edits are spared: there, the picture says the rest."""
    if not reading.wanted or reading.recipe.references or is_about_a_picture(reading):
        return
    said = {attribute for attribute, lexicon in DIRECTIVES.items() if _says(reading, attribute, lexicon)}
    if len(said) >= MIN_DIRECTIVES or _is_rich(reading) or not (reading.language or _is_bare(reading)):
        return
    missing = next(attribute for attribute in DIRECTIVES if attribute not in said)
    attribute = missing if missing in reading.recipe.attributes else Attribute.BODY
    yield Spot(attribute=attribute, fix=Fix(label=_("Say more"), focus=Focus(attribute=attribute)))


def _is_rich(reading: Reading) -> bool:
    """Whether so much is said that some of it is a directive, in whatever words."""
    parts = sum(1 for plain in reading.plain for part in _PARTS.split(plain) if part.strip("\x00 "))
    return parts >= MANY_PARTS or sum(_length(plain) for plain in reading.plain) >= MANY_WORDS


def _is_bare(reading: Reading) -> bool:
    """Whether so little is said that no words need to be known to see it."""
    text = " ".join(reading.plain)
    return len(text.split()) <= BARE_WORDS and len(text) <= BARE_CHARACTERS


def _length(plain: str) -> float:
    """In words; a word is two characters of Chinese or Japanese."""
    spaceless = sum(number for name, number in writings(plain).items() if name in SPACELESS)
    return len(_WORD.findall(plain)) + spaceless / 2


def _says(reading: Reading, attribute: Attribute, lexicon: Lexicon) -> bool:
    names = _NAMES[attribute]
    has_field = any(passage.attribute is attribute or reading.is_under(passage, names) for passage in reading.wanted)
    return has_field or lexicon.occurs(reading.whole)


RULES = (
    Rule(
        id="styles-too-many",
        severity="warning",
        title=_("More than two styles"),
        message=_("%(number)s style anchors are named."),
        reason=_("Beyond two, styles average out."),
        remedy=_("Keep the two that matter most."),
        example=Recipe(
            subject="A fox in the snow",
            lighting="low sun",
            style=("ukiyo-e", "watercolour", "cinematic", "minimalist"),
        ),
        find=too_many_styles,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
    Rule(
        id="said-twice",
        severity="note",
        title=_("The same word in two attributes"),
        message=_("“%(word)s” is in %(one)s and in %(two)s."),
        reason=_("Once is enough."),
        remedy=_("Keep it where it says most."),
        example=Recipe(subject="A tin", mood=("calm", "minimal"), style=("editorial still life", "minimal")),
        find=said_twice,
        one_click=True,
    ),
    Rule(
        id="chip-twice",
        severity="note",
        title=_("The same word twice in one attribute"),
        message=_("“%(word)s” is in %(where)s twice."),
        reason=_("Once is enough."),
        remedy=_("Remove one of them."),
        example=Recipe(subject="A tin", setting="a shelf", mood=("calm", "bright", "calm")),
        find=chip_twice,
        one_click=True,
    ),
    Rule(
        id="directives-too-few",
        severity="note",
        title=_("Too few directives"),
        message=_("Little is said about the look."),
        reason=_("Setting, mood, lighting, composition and style are left to chance."),
        remedy=_("Say at least where it is and how it looks."),
        example=Recipe(subject="A red bicycle"),
        find=too_little_said,
        languages=("en", "zh", "ja"),
    ),
)
