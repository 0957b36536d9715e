"""Tells which quotations in a prompt are words to be drawn, and which only name a look ("golden hour" light)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from studio.prompts.proposal.pieces import is_east_asian

if TYPE_CHECKING:
    from collections.abc import Iterator


class Quotation(NamedTuple):
    """From mark to mark; ``text_start`` to ``text_end`` is what stands between them."""

    start: int
    end: int
    text_start: int
    text_end: int


# A straight mark after a digit or a letter is an inch mark or an apostrophe.
_QUOTATION = re.compile(
    r"“(?P<curly>[^“”]{1,400})”|(?<![0-9A-Za-z])\"(?P<straight>[^\"]{1,400}?)\"(?![0-9A-Za-z])"
    r"|„(?P<low>[^„“”]{1,400})[“”]"
    r"|«(?P<french>[^«»]{1,400})»|「(?P<corner>[^「」]{1,400})」|『(?P<white>[^『』]{1,400})』"
    r"|‘(?P<single>[^‘\n]{1,120}?)’(?!\w)|(?<![\w'])'(?P<typed>[^\n\"]{1,120}?)'(?![\w'])"
    r"|⟦(?P<double>[^⟦⟧]{1,400})⟧"
)
_VERB = re.compile(
    r"\b(?:reads?|reading|says?|saying|titled|labell?ed|spells?|spelling|captioned|inscribed|entitled|printed|engraved"
    r"|written|lettered|called|named)\b[\s:,]*$|(?:写着|写有|印着|印有|刻着|刻有|标着|标有|写上|题字|写道|书写"
    r"|显示|标注|寫著|印著|小字|大字|小さく|大きく|太字で|書かれた|書いて)",
    re.IGNORECASE,
)
TEXT_NOUNS = (
    r"signs?|signage|signboards?|labels?|headlines?|subheadlines?|titles?|subtitles?|captions?|texts?|words?|wording"
    r"|letters|lettering|typography|slogans?|taglines?|banners?|plaques?|billboards?|logos?|wordmarks?|badges?"
    r"|stickers?"
    r"|buttons?|menus?|heading|headings|header|footer|inscriptions?|phrases?|quotes?|messages?|marquee|fonts?|copy"
    r"|monogram|name tag|nameplate|serif|sans-serif|script|kana|kanji|watermark|letterhead|placard"
)
_NOUN = re.compile(
    rf"\b(?:{TEXT_NOUNS})\b|标题|副标题|文字|字样|招牌|标语|标签|文案|字体|大字|横幅|牌子|路牌|标志|按钮|小字"
    rf"|口号|题字|落款"
    r"|標題|標語|招牌|標籤|看板|ラベル|タイトル|見出し|ロゴ|のれん|暖簾|文字|と書|カタカナ|ひらがな|書体|ゴシック体|明朝体|書かれ|太字",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"\s*-?(?:light|look|style|effect|feel|feeling|vibe|mood|aesthetic|tones?|glow|lighting|atmosphere|energy"
    r"|palette|shot"
    r"|的?(?:风格|风|感|效果|氛围|感觉|气质|光)|(?:風|的な|のような|感|っぽい))(?![a-z])",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?;。！？；](?=\s|$|[^\x00-\x7f])|\n\s*\n")
_LISTED = re.compile(r"\s*(?:[,，、/|·]|and|or|和|与|及|或|と)?\s*(?:and|or)?\s*", re.IGNORECASE)
_BEFORE, _AFTER = 70, 40


def quotations(text: str) -> list[Quotation]:
    """All of them, from left to right, without those inside another."""
    found: list[Quotation] = []
    for match in _QUOTATION.finditer(text):
        if (name := match.lastgroup) and "\n\n" not in match.group():
            found.append(Quotation(match.start(), match.end(), match.start(name), match.end(name)))
    return found


def to_be_drawn(text: str, found: list[Quotation]) -> Iterator[Quotation]:
    """Those with a word for lettering nearby, in capitals, in a foreign script, or listed after such a one."""
    is_eastern = sum(map(is_east_asian, text[:4000])) * 4 > len(text[:4000])
    last_end = -1
    for number, quotation in enumerate(found):
        previous_end = found[number - 1].end if number else 0
        listed = last_end >= 0 and _LISTED.fullmatch(text, last_end, quotation.start) is not None
        next_start = found[number + 1].start if number + 1 < len(found) else len(text)
        if listed or _is_drawn(text, quotation, previous_end, next_start, is_eastern):
            last_end = quotation.end
            yield quotation
        else:
            last_end = -1


def _is_drawn(text: str, quotation: Quotation, floor: int, ceiling: int, is_eastern: bool) -> bool:
    before = text[max(floor, quotation.start - _BEFORE) : quotation.start]
    stops = list(_STOP.finditer(before))
    before = before[stops[-1].end() :] if stops else before
    if _VERB.search(before):
        return True
    after = text[quotation.end : min(ceiling, quotation.end + _AFTER)]
    if _LOOK.match(after):
        return False
    stop = _STOP.search(after)
    after = after[: stop.start()] if stop else after
    if _NOUN.search(before) or _NOUN.search(after):
        return True
    is_single = text[quotation.start] in "'‘"
    return not is_single and _is_loud(text[quotation.text_start : quotation.text_end], is_eastern)


def _is_loud(words: str, is_eastern: bool) -> bool:
    letters = [character for character in words if character.isalpha()]
    if len(letters) < 2:
        return False
    if any(map(is_east_asian, letters)):
        return not is_eastern
    return "".join(letters).isupper()
