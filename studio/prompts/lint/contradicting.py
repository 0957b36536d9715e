"""Rules about sides that exclude each other, and about what is to be left out and is asked for all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.alone import not_alone
from studio.prompts.lint.findings import Fix, Focus, Rule, Spot
from studio.prompts.lint.folding import fold, pattern
from studio.prompts.lint.grounds import busy_ground, two_grounds
from studio.prompts.lint.lexicon import Hit, Lexicon, asks, is_telling
from studio.prompts.lint.vocabulary import BOTH_MEANT, CONTRADICTIONS, IDIOMS
from studio.prompts.recipe import Attribute, Kind, Recipe
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading

_BECOMES = pattern(r"\binto\b|→|->|变成|改成|换成")
_TOWARDS = pattern(r"[^、。\n]{0,6}(?:へ|に変|にな|まで|にかけ)")
_FROM, _TO = pattern(r"\bfrom\b[^.,;]{0,16}$"), pattern(r"\bto\b")
_BECOMES_REACH = 40  # characters between the two sides of "turn day into night"
_PICTURE_WITHIN = pattern(
    r"(?P<before>[^\n]{20}\b(?:poster|painting|picture|mural|photograph|photo|screen|billboard|calendar|postcard"
    r"|tattoo|tv|television|print|map) (?:\w+ ){0,3}?(?:of|showing|shows|depicting|depicts) )[^.;,\n]+"
    r"|(?P<before2>(?:海报|壁画|挂画|油画|照片|屏幕|电视|广告牌|明信片|杂志封面|日历|画框|ポスター|絵|テレビ"
    r"|看板)(?:里|上|中|の中|には?)(?:是|有|的|印着|画着|が|の)?)[^，。；\n]+"
)
# What something is made from is gone in the picture: "turn the day into night".
_MADE_FROM = pattern(
    r"(?P<before>\b(?:transform|turn|convert|change|redraw|reimagine|recreate|morph|swap|replace)(?:s|ed"
    r"|ing)?\b)[^.;\n]{1,90}?(?=\b(?:into|to|with)\b)"
    r"|(?P<before2>把|将|從|从)[^，。；\n]{1,24}?(?=变成|变为|转换|转化|改成|改为|换成|换为|替换)"
)
# "A sunny street on the left, the same street in snow on the right". One side alone says where something stands.
_LEFT, _RIGHT = (
    rf"\b(?:on|to|at|in) (?:the |its |his |her |their )?{side}(?:[- ]hand)?(?: (?:side|half"
    rf"|part))?\b(?! (?:third|edge"
    r"|corner|margin|of|calm|empty|free|foreground|background))"
    for side in ("left", "right")
)
_TWO_SIDES = pattern(
    r"\b(?:left|one|first) (?P<noun>bank|room|wall|house|window|eye|hand|shop|street|door|bottle|cup|glass"
    r"|figure|person"
    r"|woman|man|child|girl|boy|tree|frame|picture|image)\b[^\n]{1,200}\b(?:right|other|second) (?P=noun)\b"
    rf"|{_LEFT}[^\n]{{0,200}}{_RIGHT}|{_RIGHT}[^\n]{{0,200}}{_LEFT}"
    r"|左[侧边]?(?:は|是)[^\n]{0,200}(?:(?<!左)右[侧边]?[はがに是为]|另一|反対|もう一)"
    r"|右[侧边]?(?:は|是)[^\n]{0,200}(?:左[侧边]?[はがに是为]|另一|反対|もう一)"
)
# From where it is lit, a picture is not seen.
_LIT_FROM = pattern(
    r"\b(?:(?:back)?lit|lights?|lighting|sun(?:light|shine)?|moonlight|glow\w*|lamps?|spot\w*|softbox\w*|rays?|beams?"
    r"|shafts?|illuminat\w+|shin\w+|stream\w+|peek\w*|emerg\w+|ris\w+|skylight)(?: \w+){0,3}? from (?:directly "
    r"|straight )?"
    r"(?:above|below|behind|overhead)\b"
)
MOST_WORDS = 3  # of what is left out; more are a sentence of their own
_PARTS = pattern(r"[^,;.，、；。\n\x00]+")
_BAN = pattern(r"^\s*(?:no|any|without|all|不要|没有|无|任何)(?= )\s*|^\s*(?:不要|没有|任何)")
# Text in the picture has a rule of its own, and words that stand for a whole picture are wanted in one sense or other.
_LETTERS = pattern(r"(?:text|texts|lettering|letters|words|typography|image|picture|photo|文字|文本|字|字样|テキスト)")
_CLAUSE_MARKS = pattern(r"[,.;:，。；：、\n]")
_EXTRA = pattern(r"(?:extra|other|additional|any other|too|more|其他|多余|额外)")


def contradictions(reading: Reading) -> Iterator[Spot]:
    text = _without_others(_without_idioms(reading.whole))
    if BOTH_MEANT.occurs(text) or _TWO_SIDES.search(text):
        return
    told: list[tuple[Hit, Hit]] = []
    for one, two in _opposites(text):
        if _becomes(reading.whole, one, two) or _are_apart(reading, one, two):
            continue
        if any(_overlap(one, two, *other) for other in told):
            continue
        told.append((one, two))
        later = max(one, two, key=lambda hit: hit.start)
        passage, begin = reading.passage_at(later.start)
        yield Spot(
            attribute=passage.attribute,
            index=passage.index,
            start=later.start - begin,
            end=later.end - begin,
            params={"one": _typed(reading, one), "two": _typed(reading, two)},
            fix=Fix(label=_("Choose one"), focus=Focus(attribute=passage.attribute, index=passage.index)),
        )


def _opposites(text: str) -> Iterator[tuple[Hit, Hit]]:
    for opposites in CONTRADICTIONS:
        one, two = _first(opposites.one, opposites.apart, text), _first(opposites.two, opposites.apart, text)
        if one and two and not opposites.unless.occurs(text):
            yield one, two
    yield from two_grounds(text)
    yield from busy_ground(text)
    yield from not_alone(text)


def _are_apart(reading: Reading, one: Hit, two: Hit) -> bool:
    return reading.are_apart(reading.passage_at(one.start)[0], reading.passage_at(two.start)[0])


def _first(side: Lexicon, apart: Lexicon, text: str) -> Hit | None:
    """The first of a side's words, or of those in whose clause nothing says that it is about something else."""
    if not apart.phrases:
        return side.first(text)
    return next((hit for hit in side.hits(text) if not apart.occurs(_clause(text, hit))), None)


def _clause(text: str, hit: Hit) -> str:
    begin = max((mark.end() for mark in _CLAUSE_MARKS.finditer(text, 0, hit.start)), default=0)
    end = _CLAUSE_MARKS.search(text, hit.end)
    return text[begin : end.start() if end else len(text)]


def _overlap(one: Hit, two: Hit, other: Hit, another: Hit) -> bool:
    """Whether two pairs of words are about the same: "ground level" beside "from ground level"."""
    return all(any(each.start < side.end and side.start < each.end for side in (other, another)) for each in (one, two))


def _without_idioms(plain: str) -> str:
    plain = _LIT_FROM.sub(lambda match: "\x00" * len(match.group()), plain)
    for idiom in IDIOMS:
        if idiom in plain:
            plain = plain.replace(idiom, "\x00" * len(idiom))
    return plain


def _without_others(plain: str) -> str:
    """Without what is not in the picture itself: a poster on the wall may show anything, and so may what is"
    " changed."""
    return _MADE_FROM.sub(_blank_behind, _PICTURE_WITHIN.sub(_blank_behind, plain))


def _blank_behind(match: re.Match[str]) -> str:
    cue = match["before"] or match["before2"]
    return cue + "\x00" * (len(match.group()) - len(cue))


def _becomes(text: str, one: Hit, two: Hit) -> bool:
    """Whether one side turns into the other, as in an edit."""
    first, second = sorted((one, two), key=lambda hit: hit.start)
    between = text[first.end : second.start]
    if len(between) > _BECOMES_REACH or "\n" in between:
        return False
    before = text[max(0, first.start - _BECOMES_REACH) : first.start]
    is_from_to = _FROM.search(before) is not None and _TO.search(between) is not None
    return is_from_to or _BECOMES.search(between) is not None or _becomes_in_japanese(text, first, second)


def _becomes_in_japanese(text: str, first: Hit, second: Hit) -> bool:
    """The sign of what it becomes stands behind both: 昼から夜へ, but 上空からの空撮 is a viewpoint."""
    between = text[first.end : second.start]
    return "から" in between and _TOWARDS.match(text, second.end) is not None


def _typed(reading: Reading, hit: Hit) -> str:
    passage, begin = reading.passage_at(hit.start)
    return passage.text[hit.start - begin : hit.end - begin]


def left_out_but_wanted(reading: Reading) -> Iterator[Spot]:
    if reading.recipe.kind is Kind.JSON:
        yield from left_out_in_json(reading)
    for index, chip in enumerate(reading.recipe.avoid):
        word = fold(chip).strip()
        if not is_telling(word) or _EXTRA.match(word):
            continue
        if where := _wanted_in(reading, word):
            yield Spot(
                attribute=Attribute.AVOID,
                index=index,
                params={"word": chip.strip(), "where": where},
                fix=Fix(label=_("Choose one"), focus=Focus(attribute=Attribute.AVOID, index=index)),
            )


def left_out_in_json(reading: Reading) -> Iterator[Spot]:
    """What stands in a JSON prompt under a name such as "avoid", and is asked for elsewhere."""
    for passage in reading.passages:
        if not reading.is_unwanted(passage):
            continue
        for part in _PARTS.finditer(passage.plain):
            word = _BAN.sub("", part.group()).strip()
            if not is_telling(word) or len(word.split()) > MOST_WORDS or _EXTRA.match(word) or _LETTERS.fullmatch(word):
                continue
            if where := _wanted_in(reading, word):
                at = part.start() + part.group().index(word)
                yield Spot(
                    attribute=passage.attribute,
                    index=passage.index,
                    start=at,
                    end=at + len(word),
                    params={"word": passage.text[at : at + len(word)], "where": where},
                    fix=Fix(label=_("Choose one"), focus=Focus(attribute=passage.attribute, index=passage.index)),
                )


def _wanted_in(reading: Reading, word: str) -> Attribute | None:
    if any(fold(chip).strip() == word for chip in reading.recipe.preserve):
        return Attribute.PRESERVE
    return next((passage.attribute for passage in reading.wanted if asks(passage.plain, word)), None)


RULES = (
    Rule(
        id="contradiction",
        severity="warning",
        title=_("Contradiction"),
        message=_("“%(one)s” and “%(two)s” contradict each other."),
        reason=_("The model picks one, or blends both."),
        remedy=_("Keep one of them."),
        example=Recipe(kind=Kind.VERBATIM, body="A close-up of a lighthouse, aerial view at dusk"),
        find=contradictions,
        languages=("en", "zh", "ja"),
    ),
    Rule(
        id="left-out-but-wanted",
        severity="warning",
        title=_("Left out and asked for"),
        message=_("“%(word)s” is to be left out, but %(where)s asks for it."),
        reason=_("The model may follow either."),
        remedy=_("Keep one of them."),
        example=Recipe(subject="A cup with steam rising", setting="a table", mood=("calm",), avoid=("steam",)),
        find=left_out_but_wanted,
    ),
)
