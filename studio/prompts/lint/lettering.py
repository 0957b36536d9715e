"""Rules about the text in the picture: lines with exact characters, and words to be drawn that stand in prose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.prompts.lint.findings import Edit, Fix, Focus, Rule, Spot
from studio.prompts.recipe import Attribute, Kind, Recipe, TextLine
from studio.prompts.render import quotation_marks
from studio.prompts.scripts import SCRIPTS, detect, writings
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio.prompts.lint.reading import Passage, Reading, Stretch

FEWEST_LETTERS = 3  # shorter ones, such as "OK" or "CD", are at home in any script
MANY_LETTERS = 8
MAX_QUOTED = 120  # characters; longer lettering comes out misspelt more often than not

_NAMES_OF_WRITING = {
    "kana": "japanese|kana|katakana|hiragana|kanji|日文|日语|日本語|假名",
    "han": "chinese|japanese|kanji|hanzi|hanja|mandarin|cantonese|中文|汉字|漢字|简体|繁体|繁體|日文|日语",
    "hangul": "korean|hangul|韩文|韩语|한국어|한글",
    "cyrillic": "cyrillic|russian|ukrainian|bulgarian|serbian|俄文|俄语",
    "greek": "greek|希腊",
    "arabic": "arabic|persian|farsi|urdu|阿拉伯|波斯",
    "hebrew": "hebrew|yiddish|希伯来",
    "thai": "thai|泰文|泰语",
    "devanagari": "devanagari|hindi|sanskrit|marathi|nepali|印地|梵文",
}


_MARKS = '"“”„«»「」『』'


def unquoted(reading: Reading) -> Iterator[Spot]:
    for passage in reading.wanted:
        for stretch in _distinct(passage.unquoted):
            yield Spot(
                attribute=passage.attribute,
                index=passage.index,
                start=stretch.start,
                end=stretch.end,
                params={"words": stretch.text},
                fix=_quote(reading, passage, stretch),
            )


def _quote(reading: Reading, passage: Passage, stretch: Stretch) -> Fix:
    """Words whose script would then have to be named are left to the person, and so is a mark that nobody closed."""
    label = _("Quote it")
    if _unnamed_writing(reading, stretch.text) or any(mark in stretch.text for mark in _MARKS):
        return Fix(label=label, focus=Focus(attribute=passage.attribute, index=passage.index))
    opening, closing = quotation_marks(stretch.text)
    text = passage.text
    for same in reversed([other for other in passage.unquoted if other.text == stretch.text]):
        text = f"{text[: same.start]}{opening}{same.text}{closing}{text[same.end :]}"
    return Fix(label=label, edit=Edit(attribute=passage.attribute, value=passage.value_with(reading.recipe, text)))


def _distinct(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Words that stand twice in a passage are told once."""
    yield from {stretch.text: stretch for stretch in reversed([*stretches])}.values()


def long(reading: Reading) -> Iterator[Spot]:
    for index, line in enumerate(reading.recipe.text):
        if len(line.text) > MAX_QUOTED:
            yield Spot(
                attribute=Attribute.TEXT,
                index=index,
                field="text",
                params={"length": len(line.text)},
                fix=_go(_("Shorten"), index, "text"),
            )
    for passage in reading.wanted:
        for stretch in _distinct(passage.quoted):
            if len(stretch.text) > MAX_QUOTED:
                yield Spot(
                    attribute=passage.attribute,
                    index=passage.index,
                    start=stretch.start,
                    end=stretch.end,
                    params={"length": len(stretch.text), "words": stretch.text[:40]},
                    fix=Fix(label=_("Shorten"), focus=Focus(attribute=passage.attribute, index=passage.index)),
                )


def script_unnamed(reading: Reading) -> Iterator[Spot]:
    for index, line in enumerate(reading.recipe.text):
        if _foreign(line.text) and line.script not in SCRIPTS:
            yield Spot(
                attribute=Attribute.TEXT, index=index, params={"words": line.text}, fix=_set_script(reading, index)
            )
    for passage in reading.wanted:
        for stretch in _distinct(passage.quoted):
            if _unnamed_writing(reading, stretch.text):
                yield Spot(
                    attribute=passage.attribute,
                    index=passage.index,
                    start=stretch.start,
                    end=stretch.end,
                    params={"words": stretch.text},
                    fix=_name_script(reading, passage, stretch),
                )


def script_wrong(reading: Reading) -> Iterator[Spot]:
    for index, line in enumerate(reading.recipe.text):
        script = SCRIPTS.get(line.script)
        if script and not _fits(line.text, script.writing):
            yield Spot(
                attribute=Attribute.TEXT,
                index=index,
                field="script",
                params={"number": index + 1, "words": line.text},
                fix=_set_script(reading, index),
            )


def _fits(text: str, writing: frozenset[str]) -> bool:
    """A name in Latin letters may stand beside any writing, but not in its place."""
    if found := _foreign(text):
        return found in writing
    return "latin" in writing or writings(text)["latin"] < FEWEST_LETTERS


def _foreign(text: str) -> str:
    """The writing system, other than Latin, of most letters of a text; empty where all are Latin."""
    counted = writings(text)
    latin = counted.pop("latin", 0)
    # One odd letter among many belongs to a face such as (；´д｀).
    if counted.total() == 1 and latin >= MANY_LETTERS:
        return ""
    return counted.most_common(1)[0][0] if counted else ""


def _unnamed_writing(reading: Reading, words: str) -> bool:
    found = _foreign(words)
    if not found or (found == "han" and reading.is_chinese):
        return False
    names = _NAMES_OF_WRITING.get(found, "").split("|")
    is_named = any(name and name in reading.whole for name in names)
    # Prose in the same writing, as a Russian prompt with a Russian sign, tells it as well.
    return not is_named and not reading.letters[found]


def _set_script(reading: Reading, index: int) -> Fix:
    lines = reading.recipe.text
    key = detect(lines[index].text)
    if key and _foreign(lines[index].text) in SCRIPTS[key].writing:
        named = (*lines[:index], replace(lines[index], script=key), *lines[index + 1 :])
        return Fix(label=_("Name the script"), edit=Edit(attribute=Attribute.TEXT, value=named))
    return _go(_("Name the script"), index, "script")


def _name_script(reading: Reading, passage: Passage, stretch: Stretch) -> Fix:
    key, label = detect(stretch.text), _("Name the script")
    if not key or _foreign(stretch.text) not in SCRIPTS[key].writing:
        return Fix(label=label, focus=Focus(attribute=passage.attribute, index=passage.index))
    at = stretch.end + 1  # behind the closing mark
    text = f"{passage.text[:at]} ({SCRIPTS[key].words}){passage.text[at:]}"
    return Fix(label=label, edit=Edit(attribute=passage.attribute, value=passage.value_with(reading.recipe, text)))


def without_placement(reading: Reading) -> Iterator[Spot]:
    yield from _without(reading, "placement")


def without_lettering(reading: Reading) -> Iterator[Spot]:
    yield from _without(reading, "lettering")


def _without(reading: Reading, field: str) -> Iterator[Spot]:
    for index, line in enumerate(reading.recipe.text):
        if line.text and not getattr(line, field).strip():
            yield Spot(
                attribute=Attribute.TEXT,
                index=index,
                field=field,
                params={"number": index + 1},
                fix=_go(_("Fill in"), index, field),
            )


def _go(label: str, index: int, field: str) -> Fix:
    return Fix(label=label, focus=Focus(attribute=Attribute.TEXT, index=index, field=field))


RULES = (
    Rule(
        id="words-unquoted",
        severity="warning",
        title=_("Words to be drawn without quotation marks"),
        message=_("“%(words)s” is to be drawn, but is not in quotation marks."),
        reason=_("Quoted words are spelled as they stand."),
        remedy=_("Set them in quotation marks, or make them a text line."),
        example=Recipe(kind=Kind.VERBATIM, body="A café at dusk, the sign reads coffee"),
        find=unquoted,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
    Rule(
        id="text-long",
        severity="warning",
        title=_("Long text in the image"),
        message=_("A text to be drawn has %(length)s characters."),
        reason=_("Long lettering comes out misspelt: split it, or set it later."),
        remedy=_("Cut it to a few words, or split it into lines."),
        example=Recipe(subject="A label", text=(TextLine(text="many words " * 20),)),
        find=long,
    ),
    Rule(
        id="script-unnamed",
        severity="warning",
        title=_("Script not named"),
        message=_("“%(words)s” does not name its script."),
        reason=_("Named, its characters are drawn more reliably."),
        remedy=_("Name the script or language beside the words."),
        example=Recipe(kind=Kind.VERBATIM, body="A café at dusk, the sign reads “コーヒー”"),
        find=script_unnamed,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
    Rule(
        id="script-wrong",
        severity="warning",
        title=_("Another script than the one named"),
        message=_("Line %(number)s is not in the script that it names."),
        reason=_("The model may translate or respell it."),
        remedy=_("Choose the script that the line is written in."),
        example=Recipe(subject="A sign", text=(TextLine(text="コーヒー", script="latin"),)),
        find=script_wrong,
        one_click=True,
    ),
    Rule(
        id="line-without-placement",
        severity="warning",
        title=_("Text line without placement"),
        message=_("Line %(number)s has no placement."),
        reason=_("Text without a place drifts."),
        remedy=_("Say where it stands, such as “above the door”."),
        example=Recipe(subject="A sign", text=(TextLine(text="OPEN", lettering="bold sans"),)),
        find=without_placement,
    ),
    Rule(
        id="line-without-lettering",
        severity="note",
        title=_("Text line without lettering"),
        message=_("Line %(number)s has no lettering."),
        reason=_("The model chooses a typeface each time anew."),
        remedy=_("Say how it is lettered, such as “bold sans”."),
        example=Recipe(subject="A sign", text=(TextLine(text="OPEN", placement="above the door"),)),
        find=without_lettering,
    ),
)
