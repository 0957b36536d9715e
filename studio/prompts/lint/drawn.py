"""Finds the words that are to be drawn: in quotation marks, and behind verbs such as "reads" without any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.lint.folding import has_other_letters, pattern
from studio.prompts.lint.vocabulary import NO_BEGINNINGS, STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Passage

Range = tuple[int, int]

_CURLY = (
    r"“(?P<a>[^“”]{1,2000})”|「(?P<b>[^「」]{1,2000})」|『(?P<c>[^『』]{1,2000})』|«(?P<d>[^«»]{1,2000})»"
    r"|„(?P<f>[^„“”]{1,2000})[“”]|‹(?P<g>[^‹›]{1,200})›|＂(?P<h>[^＂]{1,2000})＂|〝(?P<i>[^〝〟]{1,2000})〟"
    # An apostrophe is the same sign as the closing mark.
    r"|(?<!\w)‘(?P<j>(?:[^‘’\n]|’(?=\w)){1,200})’(?!\w)"
)
# Not after a letter or digit: 12" is a measure, and the dogs' bowls are no quotation.
_SINGLE = r"(?<![\w'])'(?P<k>[^\s'](?:(?:[^'\n]|'(?=\w)){0,198}[^\s'])?)'(?!\w)"
_DOUBLE = r"(?<![A-Za-z0-9\"])\"(?P<e>[^\s\"](?:[^\"\n]{0,1998}[^\s\"])?)\"(?![A-Za-z0-9])"
_QUOTED = re.compile(f"{_CURLY}|{_DOUBLE}|{_SINGLE}")
_QUOTED_IN_JSON = re.compile(f"{_CURLY}|{_SINGLE}")

_BEARER = (
    r"(?<![\w-])(?:sign|signs|signage|signboard|label|labels|text|headline|title|subtitle|banner|poster|logo|neon"
    r"|plaque|caption|billboard|t-shirt|tee|shirt|hoodie|cap|cup|mug|board|blackboard|chalkboard|whiteboard|sticker"
    r"|lettering|cover|screen|flag|ticket|card|awning|placard|tag|badge|patch|ribbon|heading|header|bottle|tin"
    r"|box|bag"
    r"|tote|packaging|page|note|envelope|window|door|wall|storefront|marquee|display|button|slogan|tagline|embossing"
    r"|engraving)"
)
_NAMED = (
    r"(?<![\w-])(?:sign|poster|book|magazine|newspaper|cover|card|chart|infographic|diagram|brochure|menu|flyer"
    r"|leaflet|page|sheet|map|album|comic|certificate|slide|banner|label|journal|zine|ticket|invitation|plaque|scroll"
    r"|notebook|booklet|record|painting)(?: \w+){0,2}?"
)
_MOST_WORDS = 6
_TOKEN = re.compile(r"[^\s.,;:!?()\x00]+")

_STRONG = pattern(
    rf"(?:{_BEARER}\b[^.,;:\n\x00]{{0,40}}?\b(?:reads|says|spells(?: out)?)|{_BEARER} (?:reading|saying"
    r"|spelling(?: out)?)|\b(?:that|which|it) (?:clearly |simply |just |only )?(?:reads|says|spells(?: out)?)"
    r"|\b(?:signs|labels|banners|posters|buttons|stickers|badges|captions|t-shirts|shirts|cards|flags|tags|letters"
    rf"|lines|mugs) (?:that |which )?(?:each |both |all )?(?:read|say|spell)|{_NAMED} (?:titled|entitled|captioned)"
    r"|\b(?:inscribed with|emblazoned with|(?:with|bearing|showing|displaying|featuring|containing|add|adds"
    r"|has) the words?|(?:with|bearing) the (?:phrase|slogan|inscription|message)|lettered with|that must read"
    r"|should read|must say|should say|mit der aufschrift|mit dem text|avec l['’]inscription|avec le texte|que dice"
    r"|con el texto|con la scritta|с надписью))\s+(?=\S)"
)
# Behind these, words in small letters describe; words with capitals are what is to be drawn.
_WEAK = pattern(
    r"\b(?:(?:with|has|add|under|below|and) (?:a|an|the) (?:\w+ ){0,3}?(?:title|headline|caption|text|slogan|tagline"
    r"|sign|label|banner|logo|heading)|(?:title|headline|subtitle|tagline|slogan|caption|heading|cta|button text"
    r"|main text):)\s+(?=\S)"
)
_ZH = pattern(
    r"(?:写着|写上|写有|印着|印上|印有|刻着|刻有|标着|标有|绣着|题着|题为|上书|挂着写有|(?:标题|副标题|文字|文案|字样"
    r"|店名|招牌|口号|标语|书名|片名|品牌名|大字|主标语|落款)(?:就)?(?:为|是|叫|写(?![着有上道])|：|:)|(?:标题|文字"
    r"|招牌|标语)用)[:：]?\s*(?:大字|几个大字|四个字|两个字|三个字|英文|中文|日文|繁体"
    r"|简体)?[:：]?\s*(?P<w>[^\s，。,.；、！!？?的\x00（(《【\[{'‘\"`]{1,14}+)"
    # What describes a picture is not written: 印着热闹的集市插画.
    r"(?!的[^，。,.]{0,8}(?:插画|图案|花纹|纹样|画面|风景|照片|图))"
)
_ZH_TAIL = pattern(r"(?:字样|几个字|[一二三四五六七八两]个(?:大)?字|等字|等文字|这几个字).*$")
# Kinds of lettering and of pictures, not what is written.
_ZH_GENERIC = pattern(
    r"(?:半|几|满|许多|各种|密密麻麻).{0,6}|.{0,8}(?:毛笔字|字|文字|字体|黑体|宋体|楷体|隶书|图案|花纹|纹样|纹|图形"
    r"|图样|标志|标识|图标|logo|字母|数字|汉字|英文|中文|日文|诗句|价格|日期|名字|名称|编号|说明|信息"
    r"|[红黑白金蓝绿灰银黄橙紫粉]色|居中|置中|手写|书法|印章|(?:大字)?(?:标语|标题|口号|广告语|宣传语|店名|品牌名"
    r"|名言)|海报|照片|画|花|叶|封条|标签|价签|徽章)$|(?:大号|白色|黑色|金色|红色|居[中左右]|置于|放[在置]|位于|竖排"
    r"|横排|手写|采用|使用|一[张个只幅枚]|该|其|各[种类]|所有|相应|对应|关于|一些|[他她它我你]的|如下|以下|清晰|简洁"
    r"|醒目|没有|什么|无(?:字|任何)|不(?:同|清|可)).*|.{1,12}(?:[体写印笔]|书写|书法|风格?|呈现|样式|描边|效果|渐变)"
)
_JA = pattern(
    r"(?:(?<=[、。,，\s「」\n\x00])|(?<=[にへで])|(?<=には)|(?<=大きく)|(?<=文字で)"
    r"|^)(?P<w>[^\s、。,，にへでをはが「」『』\x00]{1,16}?)(?:と(?:[^、。,，「」『』\n\x00]{1,20}?(?:で|く"
    r"|に))?(?:書か|書い|記さ|記し|印刷さ|刻印さ|印字さ"
    r"|プリントさ|刺繍さ|彫ら)|と(?:いう)?(?:大きく|太く|はっきり|英語で|日本語で"
    r"|手書きで)?(?:書か|書い|書く|記さ|記し|印刷さ|刻ま|刻印さ|表示さ|印字さ|プリントさ|刺繍さ|入れ|入っ|描か)"
    r"|という(?:文字|タイトル|見出し|ロゴ|看板|言葉|テキスト|文言|キャッチコピー|店名|コピー|ラベル))"
)
_JA_MANNER = pattern(
    r"(?:きちん|ちゃん|はっきり|くっきり|しっかり|ずらり|びっしり|ぎっしり|堂々|淡々|そっ|さらさら|すっ|さっ|ふわり"
    r"|しっとり|ゆったり|こ|もの|文字|何か|英語|日本語|手書き|細か|丁寧|大き|小さ|繊細|ちょこん|生き生き"
    r"|のびのび|美し"
    r"|店名|名前)"
)
_KO = pattern(r"(?:에|에는|간판에)\s(?P<w>[^\s,.“”\"'\x00]{1,16}?)(?:이라고|라고)\s(?:적|쓰|써|새겨|인쇄)")


# Words beside quotation marks by which a reader knows that the quoted ones are to be drawn, not meant with a wink.
_CUE = pattern(
    r"\b(?:signs?|signage|labels?|labell?ed|text|headlines?|titles?|titled|words?|reads?|reading|says?|saying"
    r"|captions?|lettering|logo|banner|slogan|tagline|written|writing|write|writes|capitals|caps|lettered|chalked|printed|poster|cover|neon|type|typography|font"
    r"|serif|sans|bold|script|letters?|headings?|inscription|inscribed|engraved|embossed|stencil\w*|button|plaque"
    r"|headed|spelling|spells|card|shirt|hoodie|mug|numerals?|titre|titolo|título|aufschrift|titel|überschrift"
    r"|schriftzug|letrero|inscripción|texto|texte|lettres)\b|заголов|надпис|назван|крупно|афиша|обложк|العنوان|عنوان"
    r"|نص|글자|문구|제목|ข้อความ|หัวเรื่อง|τίτλ|标题|[写寫]|字|招牌|标语|文案|印[着有]|刻|题|logo|海报|封面|牌|文字"
    r"|タイトル|見出し|看板|書|ロゴ|ラベル|コピー|題"
)
_CUE_BEFORE, _CUE_AFTER = 60, 40
# What names a theme, a job or a work, or is said with a wink, is not to be drawn.
_NAME_BEFORE = pattern(
    r"(?:\b(?:themed?|concept|articles?|stor(?:y|ies)|essay|brief|key visual|kv|campaign|codenamed?|project"
    r"|working title"
    r"|song|novel|film|movie|exhibition|mood|look|feeling|idea|motif|topic|keyword|inspired by|based on"
    r"|so-called|(?:book|novel|film|movie|song|story|series|play|game|album|band|club|heroine|hero) (?:is|was)"
    r" (?:called|titled|named|entitled))\b[:,]?"
    r"|(?:主题|概念|文章|栏目|项目|活动|系列|代号|名为|所谓|主旨|关键词|理念|灵感|歌曲|电影|小说|专题|命题|创意|意境"
    r"|テーマ|記事|企画|コンセプト|キーワード|案件|作品名|通称)[为是叫:：はがの]?)\s*[\"'“‘「『«„]*$"
)
_NAME_BEHIND = pattern(
    r"[\"'”’」』»“]*\s*(?:[(（][^()（）\n]{0,60}?(?:working title|internal|not to appear|not (?:be )?(?:drawn"
    r"|shown|written"
    r"|printed|rendered)|don['’]t (?:write|draw|show|print)|for context|meaning|暂定|内部|不(?:要)?(?:写|画"
    r"|出现|显示)|代号"
    r"|仅供|仮題|仮称|描かない|書かない|入れない)|(?:的)?(?:效果|感觉|感|风格|风|氛围|那种|式|主题|概念"
    r"|のような|という(?:テーマ"
    r"|雰囲気|感じ)|風の|感の)|[- ](?:themed?|style|look|feeling|mood|vibe|effect)\b)"
)


def is_asked_for(passage: Passage) -> bool:
    """Whether the passage asks for words to be drawn."""
    if passage.unquoted:
        return True
    plain = passage.plain
    return any(
        _CUE.search(plain[max(0, stretch.start - _CUE_BEFORE) : stretch.end + _CUE_AFTER])
        and not _is_a_name(plain.replace("\x00", " "), stretch.start, stretch.end)
        for stretch in passage.quoted
    )


def _is_a_name(plain: str, start: int, end: int) -> bool:
    before = plain[max(0, start - _CUE_BEFORE) : start].rstrip(" ")
    return (
        _NAME_BEFORE.search(before) is not None
        or _NAME_BEHIND.match(plain[end:].lstrip(" ")[: _CUE_BEFORE + 40]) is not None
    )


def quoted(text: str, *, is_json: bool) -> list[tuple[Range, Range]]:
    """Where exact text stands, each with its marks and without them. In JSON, double ones belong to the notation."""
    marks = _QUOTED_IN_JSON if is_json else _QUOTED
    return [(match.span(), match.span(match.lastgroup)) for match in marks.finditer(text) if match.lastgroup]


def unquoted(plain: str, text: str) -> list[Range]:
    """Where words to be drawn stand without marks. ``plain``: ``text`` in lower case, quoted parts blanked."""
    found: list[Range] = []
    for start, end in sorted(_candidates(plain, text)):
        if start < end and (not found or start >= found[-1][1]):
            found.append((start, end))
    return found


def _candidates(plain: str, text: str) -> Iterator[Range]:
    for match in _STRONG.finditer(plain):
        yield match.end(), _end_of_phrase(plain, text, match.end())
    for match in _WEAK.finditer(plain):
        end = _end_of_phrase(plain, text, match.end())
        words = text[match.end() : end].split()
        if words and _is_capital(words[0]) and sum(_is_capital(word) for word in words) * 2 > len(words):
            yield match.end(), end
    if has_other_letters(plain):
        yield from _spaceless_candidates(plain)


def _spaceless_candidates(plain: str) -> Iterator[Range]:
    for match in _ZH.finditer(plain):
        written = _ZH_TAIL.sub("", match["w"])
        if written and not _ZH_GENERIC.fullmatch(written):
            yield match.start("w"), match.start("w") + len(written)
    yield from (match.span("w") for match in _JA.finditer(plain) if not _JA_MANNER.fullmatch(match["w"]))
    yield from (match.span("w") for match in _KO.finditer(plain))


def _end_of_phrase(plain: str, text: str, at: int) -> int:
    """Where the words that begin at ``at`` end; ``at`` itself where they are none that could be drawn.

    A small word ends them, unless it is one of a title: "Inside the Hive", "Open on Sunday".
    """
    end, first = at, ""
    tokens = _TOKEN.finditer(plain, at)
    for number, token in enumerate(tokens):
        word = text[token.start() : token.end()]
        if number == _MOST_WORDS or text[end : token.start()].strip(" ") or (number and token.start() != end + 1):
            break
        first = first or word
        is_title = _is_capital(word) or (_is_capital(first) and _is_capital(text[token.end() + 1 : token.end() + 2]))
        if not number and word.islower() and word.endswith("ly"):
            break
        if not is_title and word.lower() in (STOPS if number else NO_BEGINNINGS):
            break
        if "\n" in text[at : token.start()]:
            break
        end = token.end()
    return end


def _is_capital(word: str) -> bool:
    return word[:1].isupper() or word[:1].isdigit() or not word[:1].isascii()
