"""The rule about text that is asked for and forbidden in one prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.findings import Edit, Fix, Focus, Rule, Spot
from studio.prompts.lint.folding import fold, pattern
from studio.prompts.recipe import Attribute, Kind, Recipe
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Passage, Reading

_NOUN_EN = r"(?:text|words|wording|lettering|letters|typography|writing|captions?|inscriptions?)"
# Each with the word that makes a ban of other text of it; none where that takes more than a word.
_BANS = tuple(
    (pattern(written), other)
    for other, written in (
        # "No text other than the headline", "no text below the fold" and "no text effects" leave the rest alone.
        (
            "other ",
            r"\b(?:no|without|free of|free from|avoid|exclude|omit|devoid of|zero|(?:do not|don['’]t|never|(?:must"
            r"|should|may|can|shall) ?(?:not|n['’]t)) (?:add|contain|feature|display|include|use|show|write|render"
            r"|put|draw|place|have))(?: (?:any|visible|readable|legible|written|printed|kind of|form of|people,"
            rf"|logos?,|watermarks?,|logos? or|watermarks? or|or))* (?P<what>{_NOUN_EN})\b(?! (?:other than|except"
            r"|besides|but|apart from|beyond|aside from|overlap|effects?|box|boxes|errors?|distort|artefacts?"
            r"|artifacts?|cut|crop|clutter|warp|bleed|outside|is (?:cut|cropped|hidden)|too|smaller|block|heavy"
            r"|messages?|balloons?|(?:on|over|under|behind|near|around|across|inside|within|at|in|below|above"
            r"|beside) (?!the (?:image|picture|poster|artwork|design|whole|entire|frame|scene|photo)\b|it\b|this\b))"
            r"|,? (?:except|other than|apart from|besides|but (?:the|for)))",
        ),
        (
            "",
            r"\b(?P<what>text|lettering)[- ]free\b|\b(?P<none>textless|wordless)\b(?! (?:icons?|song|melody|look"
            r"|glance|gaze|moment|exchange|understanding|agreement|conversation|dialogue|expression|joke|comedy|scream))",
        ),
        (
            "其他",
            r"(?:不要|没有|不含|避免|禁止|不带|不出现|不能有|不得有|不得出现|不能出现|不加|别加|别放|不放|不写"
            r"|去掉|无"
            r"|勿)(?:再|出现|包含|含有|有|任何|加入|添加|加|放|写|可读的?|可见的?|一切|所有|多|的|形式的"
            r"|[^，。；！\n不无没其他除以外]{1,6}[、和或及与])*(?P<what>文字|文本|字样|字母|字)(?!幕|体|号|距"
            r"|型|节|错"
            r"|变形|重叠|遮挡|乱码|模糊|扭曲|太|过|溢出|拥挤|贴边|压|以外|之外|说明栏|标签|标注|上|里)",
        ),
        (
            "他の",
            r"(?P<what>文字|テキスト|文章|字幕)(?!化け|切れ|潰れ|列|数|間)(?:や[^、。]{1,8})?[はがもをの]?(?:一"
            r"切|全く"
            r"|何も|絶対に|どこにも)?(?:入れ|書か|載せ|描か|含め|表示し|使わ|使用し|出さ|加え|つけ|付け|置か)?(?:ない"
            r"|なし|無し|ません|ず(?:に|、|。|$)|禁止|不要|ng)",
        ),
        (
            "",
            r"\b(?:sin|sans|ohne|senza|sem|zonder|bez)(?: (?:ningún|aucun|jeglichen|jede[nr]?|alcun"
            r"|nenhum))? (?P<what>textos?|letras|texte|lettres|beschriftung|schrift|testo|scritte|tekst|tekstu)\b"
            r"|\b(?:kein(?:e|en)?|aucun|pas de|ningún|nessun|nenhum|geen) (?:text|texte|texto|testo|schrift|tekst)\b",
        ),
        (
            "",
            r"(?:без|никак(?:ого|их)|не должно быть(?: никакого)?) (?P<what>текста|надписей|букв)|(?P<ko>텍스트|글자"
            r"|문자)[는은이가도]? ?(?:없이|없음|없는|넣지|금지)|بدون (?:أي )?(?P<ar>نص|نصوص|كتابة)"
            r"|χωρίς (?:κανένα )?(?P<el>κείμενο|γράμματα)|ไม่มี(?P<th>ข้อความ|ตัวอักษร)|(?P<tr>yazı|metin) (?:yok"
            r"|olmasın)",
        ),
        # In a list of what is not wanted: "Avoid: blur, text, watermarks".
        (
            "other ",
            r"\b(?:negative(?: prompt)?s?|avoid|exclude|do not include|no)\b:?[^.;:\n]{0,120}?(?:,|:| and"
            r"| or) (?:any )?(?P<what>text|words|lettering|letters|typography|captions)(?= ?(?:,|$|\.|;|\n| and\b"
            r"| or\b))",
        ),
        (
            "其他",
            r"(?:负面提示词|反向提示词|负向提示词|避免|禁止|不要)[:：]?[^。；\n]{0,80}?[:：、，,\s](?P<what>文字"
            r"|文本|字样)(?=[、，,。；\s]|$|和|或|以及)",
        ),
    )
)
# Before the ban, in its clause: it is about the rest, or about a part of the picture alone.
_WHOLE = (
    r"(?:(?:整[张个幅]|全|请|在|最终|成品|本|此|该)*(?:画面|图片?|画|海报|封面|版面|照片|成品|作品|成图|画幅"
    r"|背景图|构图)"
    r"|(?:この|最終)?(?:画像|絵|画面|写真|イラスト|ポスター|作品|全体|図|紙面|表紙|どこ)|一切|全く)"
)
_PARTIAL = pattern(
    r"(?:除|以外|之外|其他|其余|其它|别处|别的|另外|多余|额外|再[无没]|背景|背面|四周|周围|apart from|besides"
    r"|other than"
    r"|except|aside from|beyond|elsewhere|the rest|remaining|otherwise|blank \w+ (?:sign|label|board) with"
    r"|(?:他|ほか|外)[のに]|その他|それ以外|これ以外|余計な|余分な|追加の|別の|以外[のにはで]|背景に|다른|외의"
    r"|그 ?외|이 ?외"
    r"|이외|나머지|추가|außer|sonst|weiter|salvo|excepto|sauf|más allá|кроме|больше|друг)[^.;。；\n]{0,24}$"
    r"|\b(?:panel|sign|label|board|page|screen|shirt|wall|side|back|bottle|door|lid|cup|mug|box|paper|book|spine"
    r"|print|awning|card|lines only)\b[^.;\n]{0,60} with $"
    r"|\b(?:blank|empty|plain|bare|unmarked|unprinted)\b[^.;\n]{0,20}$"
    r"|(?:^|[.;,:\n])\s*(?!(?:the |this |whole |final )*(?:image|picture|poster|artwork|design|frame|scene"
    r"|photo|it|result)\b)"
    r"[a-z][\w'’ -]{2,40} (?:must |should )?(?:carry|carries|has|have|bears?|shows?|contains?) $"
    # "The tongue of the shoe carries no text", "left blank, without text".
    r"|\b(?:the|its|his|her|their|every|each|all|other|both) (?!(?:whole |entire |final |finished )?(?:image|picture"
    r"|poster|artwork|design|frame|scene|photo|composition|illustration|result|cover|output"
    r"|render)\b)(?:[\w'’-]+ ){1,4}"
    r"(?:(?:must |should |may |can |to )?(?:has|have|carr(?:y|ies)|bears?|shows?|contains?|(?:is|are"
    r"|be) (?:left )?(?:\w+"
    r" )?|stays? (?:\w+ )?|remains? (?:\w+ )?)(?:with )?)$"
    r"|(?:[瓶杯盒罐袋衣包]身?|墙|牌|纸|布|衣服|封底|标签|屏幕|杯子|瓶子)(?:上|里|中|内)?(?:也|都|请)?$"
    rf"|(?:^|[，。；：！,.;:!\n])\s*(?!{_WHOLE})[^，。；、,.;\n]{{1,14}}(?:[上里中内处面部]|标识|标志|标签|标牌"
    rf"|铭牌|logo"
    r"|吊牌|招牌|屏幕|商标)(?:请|都|均|也|全|一律|全部|统一)*$"
    rf"|(?:^|[、。！,.\n])\s*(?!{_WHOLE})[^、。,.\n]{{1,14}}(?:に|には|にも|の上には?|の|側の|面の)$"
)
# "Keep this side wordless"; five icons in a row, 不带文字; 看板は無地にして、文字は描かない.
_ONE_PART = pattern(
    r"\b(?:this|that|the|its|each|every|one|both|left|right|upper|lower) (?:[\w-]+ )?(?:side|back|spine|panel|page"
    r"|label|lid|wall|sign|half|third|quarter|strip|column|corner|area|space|flap|inside|margin|top|bottom|cap|background|sky"
    r"|icons?|buttons?)(?: (?:is|stays|must be|should be|entirely|completely|kept|left|remains))* $"
    r"|\b(?:icons|buttons|badges|thumbnails|bottles|cups|flags|signs|storefronts|labels"
    r"|cards)(?: (?:are|come|stay|left))? $"
    r"|(?:图标|按钮|图示|色块|插图|头像|缩略图|瓶盖|标牌|纸张|旗帜|卡片)[^，。；,;\n]{0,6}[，,、]?(?:都|均|全部|一律)?$"
    r"|(?:無地|无地|空白|白紙|ブランク|真っ白)(?:に|の|で|と)[^。\n]{0,8}$"
    r"|(?:看板|ラベル|アイコン|ボタン|壁|背表紙|裏面|札|のれん|旗|服|シャツ|カップ|袋)(?:は|には|も|の)[^。\n]{0,16}$"
)
_ANY_TEXT = pattern(
    rf"(?:(?:any|all|no|visible|readable|legible) )*{_NOUN_EN}(?: in the (?:image|picture))?|(?:任何|一切|所有"
    rf"|可读的?"
    r"|可见的?)*(?:文字|字|字样|文本)|(?:すべての|一切の|いかなる)?(?:文字|テキスト)"
)


def forbidden(reading: Reading) -> Iterator[Spot]:
    if not reading.is_asking_for_text:
        return
    yield from _chips(reading)
    for passage in reading.passages:
        if reading.is_unwanted(passage):
            if _ANY_TEXT.fullmatch(fold(passage.text).strip()):
                value = passage.value_with(reading.recipe, _other(passage.text.strip(), reading.language))
                yield _spot(passage, 0, len(passage.text), Edit(attribute=passage.attribute, value=value))
        elif bans := _bans(passage):
            edit = _allow_this_text(reading, passage, bans)
            yield _spot(passage, bans[0].start(), bans[0].end(), edit)


def _chips(reading: Reading) -> Iterator[Spot]:
    chips = reading.recipe.avoid
    for index, chip in enumerate(chips):
        if _ANY_TEXT.fullmatch(fold(chip).strip()):
            other = _other(chip.strip(), reading.language)
            added = [] if other in {fold(chip).strip() for chip in chips} else [other]
            value = (*chips[:index], *added, *chips[index + 1 :])
            yield Spot(
                attribute=Attribute.AVOID,
                index=index,
                params={"phrase": chip},
                fix=Fix(label=_("Allow this text"), edit=Edit(attribute=Attribute.AVOID, value=value)),
            )


def _spot(passage: Passage, start: int, end: int, edit: Edit | None) -> Spot:
    label = _("Allow this text")
    focus = Focus(attribute=passage.attribute, index=passage.index)
    return Spot(
        attribute=passage.attribute,
        index=passage.index,
        start=start,
        end=end,
        params={"phrase": passage.text[start:end]},
        fix=Fix(label=label, edit=edit) if edit else Fix(label=label, focus=focus),
    )


def _bans(passage: Passage) -> list[re.Match[str]]:
    """In the order of the text. The same words may be read as two languages; the first reading counts."""
    found: list[re.Match[str]] = []
    matches = (match for ban, _other_word in _BANS for match in ban.finditer(passage.plain))
    for match in sorted(matches, key=lambda match: match.start()):
        is_apart = not found or match.start() >= found[-1].end()
        before = passage.plain[max(0, match.start() - 40) : match.start()]
        if is_apart and not _PARTIAL.search(before) and not _ONE_PART.search(before):
            found.append(match)
    return found


def _allow_this_text(reading: Reading, passage: Passage, bans: list[re.Match[str]]) -> Edit | None:
    """Every ban in the passage becomes a ban of other text, where that is a matter of one more word."""
    text = passage.text
    for ban in reversed(bans):
        at = ban.start("what") if "what" in ban.re.groupindex else -1
        word = _word_for_other(ban)
        if at < 0 or not word:
            return None
        text = text[:at] + word + text[at:]
    return Edit(attribute=passage.attribute, value=passage.value_with(reading.recipe, text))


def _word_for_other(ban: re.Match[str]) -> str:
    return next(word for each, word in _BANS if each is ban.re)


def _other(chip: str, language: str) -> str:
    bare = fold(chip)
    for lead in ("any ", "all ", "no ", "visible ", "任何", "一切", "所有", "すべての", "一切の"):
        bare = bare.removeprefix(lead)
    if bare.isascii():
        return f"other {bare}"
    return f"他の{bare}" if language == "ja" else f"其他{bare}"


RULES = (
    Rule(
        id="text-forbidden",
        severity="warning",
        title=_("Text asked for and forbidden"),
        message=_("Text is asked for, and “%(phrase)s” forbids it."),
        reason=_("The model may follow either."),
        remedy=_("Forbid other text only, or leave the ban out."),
        example=Recipe(kind=Kind.VERBATIM, body="A poster with “OPEN STUDIO” in bold, no text"),
        find=forbidden,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
)
