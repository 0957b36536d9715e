"""Reads what is said around a quotation: how its letters look, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.prompts.proposal.bearers import bearer
from studio.prompts.proposal.pieces import is_east_asian
from studio.prompts.proposal.vocabulary import word_set
from studio.prompts.recipe import Attribute, TextLine
from studio.prompts.scripts import detect

if TYPE_CHECKING:
    from studio.prompts.proposal.cues import Text
    from studio.prompts.proposal.quotations import Quotation


@dataclass(frozen=True, slots=True)
class Line:
    """A text line, and the stretch of the original that it is made of."""

    start: int
    end: int
    value: TextLine


# Words before a quotation that say no more than that it is text.
_NAMED = re.compile(
    r"(?:\b(?:(?:and|with|plus|featuring)\s+)?(?:(?:the|an?)\s+)?(?:exact\s+)?(?:words?|texts?|phrase|lettering)"
    r"(?:\s+(?:that\s+)?(?:reads?|reading|says?|saying))?\s*:?|(?:上|里)?(?:写着|写有|文字为|文字)[:：]?|\band|和)\s*$",
    re.IGNORECASE,
)
_SEGMENT = re.compile(
    r"\s*(?P<comma>,\s*)?(?P<verb>(?:(?:is|are)\s+)?(?:set|written|painted|printed|rendered|lettered|engraved|embossed"
    r"|embroidered|typeset|spelled out)\s+)?"
    r"(?P<prep>at|on|in|above|below|under|across|along|near|beneath|over|inside|beside|around|using|with)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"[ \n](?:at|on|in|above|below|under|across|along|near|beneath|over|inside|beside|around|using|with|while|and|that"
    r"|which|is|are|as|for|against)\b|[,\"“「«(]|\s[–—-]\s",
    re.IGNORECASE,
)
# What a description of letters ends in.
LETTERED = word_set(
    "letters letter lettering font fonts type typeface serif sans script caps capitals uppercase lowercase kana "
    "kanji hiragana katakana hangul characters handwriting handwritten calligraphy numerals japanese english "
    "chinese korean french german spanish arabic hebrew thai russian cyrillic gold golden red blue green white "
    "black silver yellow pink orange brown grey gray bold italic italics style text print neon chalk paint ink "
    "typography contrast brushwork cursive stencil outline strokes sans-serif blackletter monospace"
)
_PLACES = word_set(
    "label sign top bottom corner center centre middle door plaque board box left right side edge front back cap "
    "lid bag cup mug shirt chest banner window wall can bottle poster page header footer third half area band "
    "ribbon plate screen it cover tin package packaging storefront awning image frame photo picture spine card "
    "jar glass headline"
)
_ALONE = re.compile(
    r",\s*(?:and\s+)?(?P<words>(?:(?:horizontally |vertically |perfectly )?(?:centered|centred)|(?:top|bottom"
    r"|upper|lower)[ -]"
    r"(?:left|right|center|centre)(?: corner)?|(?P<look>(?:high|low)[ -]contrast|all caps|uppercase|lowercase"
    r"|bold|italic"
    r"|handwritten|hand-lettered|(?:clean |bold )*(?:sans-serif|serif|script)|(?:bold |large |small |clean )*"
    r"(?:letters|lettering|type|font)))(?=\s*(?:[,.;\n]|$)))",
    re.IGNORECASE,
)
_EASTERN_BEFORE = re.compile(
    r"(?P<placement>(?:[^，。；、：！？,;\s]{0,12}?[^，。；、：！？,;\s上里中])??(?:标题|標題|标语|口号|标签|招牌|横幅|路牌|看板"
    r"|匾额|牌匾|门牌|灯笼|旗帜|菜单)|(?:在"
    r"|位于)?[^，。；、：！？,;\s]{0,18}?(?:上方|下方|中央|顶部|底部|右上角|左上角|右下角|左下角|角落|正面|中间"
    r"|左侧|右侧|上|里|处|中|に(?!は)|には))?"
    r"(?:(?:用|以|采用)(?P<lettering>[^，。；、：！？,;\s]{1,14}?(?:字|体|字体|书法|字样))|(?P<size>[大小]字)"
    r"|(?P<look>[^、。，\s]{0,12}?(?:太字|文字|書体|カタカナ|ひらがな|漢字|ゴシック体|明朝体|書道))で)?"
    r"(?P<verb>书写着|写着|写有|写上|写|印着|印有|刻着|刻有|标着|标有|寫著|印著|寫)?[:：]?\s*$"
)
_EASTERN_AFTER = re.compile(
    r"(?:(?:这?[一两三四几]个)?字(?=[，。；、！？,;\s]|\Z)|と(?:書かれ|記され)(?:た|ている|て|ており)(?=[、。]|\Z))"
    r"|(?:的|という|と|を(?:(?P<placement>[^、。，\s]{1,6})に)?)?(?P<lettering>[^，。；、！？,;\s]{0,12}?(?:字样"
    r"|大字|字体|手写体|美术字|艺术字|个字|粗体"
    r"|宋体|黑体|楷体|书法|カタカナ|ひらがな|文字|書体|フォント|毛筆|ゴシック体|明朝体))(?:で)?"
    r"(?:と?書かれ(?:た|ている|て))?"
)
_EASTERN_BEARER = re.compile(
    r"(?P<placement>[^，。；、：！？,;\s]{1,16}?)(?:书写着|写着|写有|印着|印有|刻着|刻有|标着|题着|绣着|贴着|挂着)"
    r"(?:(?P<look>[^，。；、：！？,;\s]{1,8}?)的)?[:：]?\s*$"
)
_SOMEBODY = ("他", "她", "一位", "一个", "一名")
_MERE = frozenset({"字样", "文字", "个字"})  # a "look" that says only that it is text
_EASTERN_MORE = re.compile(
    r"[，、,]\s*(?P<lettering>[^，。；、！？,;\s]{0,10}(?:字体|手写体|美术字|艺术字|大字|粗体|宋体|黑体|楷体"
    r"|书法|書体|文字))(?=[，。；、,;\s]|\Z)"
    r"|[，、,]?\s*(?P<placement>(?:位于|放在|置于|居中"
    r"|在(?=[^，。；]{0,6}[上下左右中]))[^，。；、！？,;\s]{0,12}"
    r"|[左右上下][上下]?角|[左右上下][方侧]|顶部|底部|正?中央|正中)(?=[，。；、,;\s]|\Z)"
)
_REACH = 160


def read_line(text: Text, quotation: Quotation, floor: int, ceiling: int) -> Line:
    """With the words around it that tell its look and place, from ``floor`` to ``ceiling`` at most."""
    original = text.original
    words = original[quotation.text_start : quotation.text_end]
    start, lettering, placement = _before(
        original, quotation.start, max(floor, reach := quotation.start - _REACH), is_cut=reach > floor
    )
    end = quotation.end
    if after := _EASTERN_AFTER.match(original, end, ceiling):
        look = "" if after["lettering"] in _MERE else after["lettering"]
        lettering, end = ", ".join(filter(None, (lettering, look))), after.end()
        placement = ", ".join(filter(None, (placement, after["placement"])))
    while more := _EASTERN_MORE.match(original, end, ceiling):
        lettering = ", ".join(filter(None, (lettering, more["lettering"])))
        placement = ", ".join(filter(None, (placement, more["placement"])))
        end = more.end()
    if end == quotation.end:
        end, looks, places = _after(text, end, min(ceiling, end + _REACH))
        lettering = ", ".join([*([lettering] if lettering else []), *looks])
        placement = ", ".join([*([placement] if placement else []), *places])
    script = script_of(words, text.script)
    return Line(
        start, end, TextLine(text=words, script=script, lettering=lettering.strip(), placement=placement.strip())
    )


def script_of(words: str, around: str) -> str:
    """Chinese characters that do not tell their language are in that of the prompt around them."""
    script = detect(words)
    if around.startswith("japanese") and script.startswith("chinese"):
        return "japanese"
    if script or not any(map(is_east_asian, words)):
        return script
    return "japanese" if around.startswith("japanese") else around if around.startswith("chinese") else ""


def _before(original: str, end: int, floor: int, *, is_cut: bool) -> tuple[int, str, str]:
    match = _EASTERN_BEFORE.search(original, floor, end)
    if match and (match["placement"] or match["lettering"] or match["look"]):
        is_placed = match["verb"] or match["size"] or (match["placement"] or "").endswith(("に", "には"))
        look = match["lettering"] or match["size"] or match["look"] or ""
        if is_placed and _at_clause_start(original, match.start(), floor):
            return match.start(), look, match["placement"] or ""
    if east := _EASTERN_BEARER.search(original, floor, end):
        is_told = original[: east.start()].strip() and not east["placement"].startswith(_SOMEBODY)
        if is_told and _at_clause_start(original, east.start(), floor):
            return east.start(), east["look"] or "", east["placement"]
    if named := _NAMED.search(original, floor, end):
        return named.start(), "", ""
    if found := bearer(original, floor, end, is_cut=is_cut):
        return found.start, "", found.placement
    return end, "", ""


def _at_clause_start(original: str, start: int, floor: int) -> bool:
    return start == floor or original[start - 1] in "，。；、：！？,;.\n \t"


def _after(text: Text, start: int, ceiling: int) -> tuple[int, list[str], list[str]]:
    """Reads "in bold red letters at the top, centered", and stops at the first words of another kind."""
    looks: list[str] = []
    places: list[str] = []
    original, at = text.original, start
    while at < ceiling:
        if alone := _ALONE.match(original, at, ceiling):
            (looks if alone["look"] else places).append(alone["words"])
            at = alone.end()
            continue
        segment = _SEGMENT.match(original, at, ceiling)
        if segment is None:
            break
        following = _NEXT.search(original, segment.end() + 1, _sentence_end(original, segment.end(), ceiling))
        end = following.start() if following else _sentence_end(original, segment.end(), ceiling)
        kind = _kind(text, segment, end)
        if kind is Attribute.TEXT:
            looks.append(_joined(original[segment.start("verb") if segment["verb"] else segment.end("prep") : end]))
        elif kind is Attribute.COMPOSITION:
            where = _joined(original[segment.start("verb") if segment["verb"] else segment.start("prep") : end])
            if places and not segment["comma"]:
                places[-1] += f" {where}"
            else:
                places.append(where)
        else:
            break
        at = end
    return at, looks, places


def _joined(words: str) -> str:
    return " ".join(words.split())


def _sentence_end(original: str, start: int, ceiling: int) -> int:
    stop = re.compile(r"[.!?;。；](?=\s|$)|\n\s*\n").search(original, start, ceiling)
    return stop.start() if stop else ceiling


def _kind(text: Text, segment: re.Match[str], end: int) -> Attribute | None:
    """TEXT for the look of the letters, COMPOSITION for their place, None for neither."""
    words = [text.word(word) for word in text.words_in(segment.end(), end)]
    if not words:
        return None
    prep = segment["prep"].lower()
    if prep in {"in", "using", "with"} and (words[-1] in LETTERED or {"font", "letters", "lettering"} & set(words)):
        return Attribute.TEXT
    if prep in {"using", "with"}:
        return None
    if segment["comma"] and words[-1] not in _PLACES:
        return None
    cues = {cue.attribute for cue in text.cues_in(segment.end(), end)}
    if words[-1] in _PLACES or not cues & {Attribute.SETTING, Attribute.LIGHTING, Attribute.STYLE}:
        return Attribute.COMPOSITION
    return None
