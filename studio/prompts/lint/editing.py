"""Rules about edits of a picture: what stays as it is, and where something moves to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from studio.prompts.lint.findings import Edit, Fix, Focus, Rule, Spot
from studio.prompts.lint.folding import pattern
from studio.prompts.lint.lexicon import Cue, is_negated
from studio.prompts.lint.mentioning import mentions
from studio.prompts.lint.preserving import keeps, speaks_of_the_rest
from studio.prompts.recipe import Attribute, Kind, Recipe, ReferenceUse
from studio.prompts.roles import ROLES
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading

THE_PICTURE = Cue(
    r"\b(?:(?:the|this|that|my|attached|uploaded|provided|original|source|input) (?:\w+ )?(?:image|picture|photo"
    r"|photograph))\b|\b(?:in|from) the reference\b|\breferences?\b|图中|图里|图片中|照片[中里]|画面中的"
    r"|这[张幅]|原图"
    r"|原照|参考图|附图|上传的|图上|この(?:画像|写真)|元の?(?:画像|写真)|参考(?:画像|写真)|添付|写真の中|画像の中"
    r"|этой фотографии|на фото|diesem (?:bild|foto)|cette (?:image|photo)|esta (?:imagen|foto)|이 사진|bu fotoğraf"
)
# Less than above: what is "in the picture" is mostly said of the one to be made.
POINTS_AT_ONE = Cue(
    r"\b(?:(?:this|my|attached|uploaded|provided|original|source|input|reference|given) (?:\w+ )?(?:image"
    r"|picture|photo"
    r"|photograph|sketch|drawing|logo|portrait|selfie|screenshot)|(?:person|man|woman|people|product|face|dog"
    r"|cat|room"
    r"|style|layout|colou?rs|light|pose|composition) (?:\w+ )?(?:in|of|from) the (?:image|picture|photo)|(?:the"
    r"|as) references?"
    r"|reference)\b|图中的|图片中的|照片[中里]的?|这[张幅](?:图|照片|画)|原图|原照|参考图|参考照片|附图|附件"
    r"|上传的|图上的"
    r"|この(?:画像|写真)|元の?(?:画像|写真)|参考(?:画像|写真)|添付|写真の中の|画像の中の"
    r"|этой фотографии|на фото|diesem (?:bild|foto)|cette (?:image|photo)|esta (?:imagen|foto)|이 사진|bu fotoğraf"
)
# Less than above: "the image" of a long prompt is often the one to be made.
_GIVEN = Cue(
    r"\b(?:this|my|(?:the |an? )?(?:attached|uploaded|provided|original|source|input)) (?:\w+ )?(?:photo"
    r"|photograph|picture)\b|\b(?<!no )(?:this|my|(?:the|an|your) (?:attached|uploaded|provided|original|source"
    r"|input)) (?:image|portrait|selfie|drawing|sketch)\b|\bimage attached\b|图[中里]|图片中|照片[中里]|这[张幅]|原图"
    r"|原照|附图|上传的|参考图中|この(?:画像|写真)|元の?(?:画像|写真)|添付"
)
# An order for something new. With nothing attached, what it says of changes is told of what is to be made.
_NEW = pattern(
    r"\W*(?:please |can you |could you )?(?:create|generate|draw|design|produce|render|illustrate|imagine|make (?:an?"
    r"|me|one))\b|\W*(?:请|帮我|给我|为我)*(?:生成|绘制|创作|创建|制作|设计|画)(?:一|张|个|幅)|\W*一[张幅]"
)
# Where an order begins: people who change the tyres in a picture give none.
_ORDER = (
    r"(?:^|[.;:,!?(\n\-–•]\s*|\b(?:and|then|please|now|also|just|only|first|next|finally|simply|you|want to|like to"
    r"|need to|same|image \d|photo \d|step \d)[:,]?\s+)"
)
_THING = (
    r"(?:only |just )?(?:the|this|that|these|those|his|her|their|my|its|it|him|them|all|every|any|image \d|both"
    r"|each)\b"
)
_EDIT = Cue(
    rf"{_ORDER}(?:change|replace|swap|convert|recolou?r|retouch|remove|erase|delete|edit|translate|restore|upscale"
    rf"|outpaint|inpaint|colori[sz]e|relight|crop out|extend|switch|retexture|restyle|redraw|get rid of) {_THING}"
    rf"|{_ORDER}turn {_THING}[^.;\n]{{1,60}}?\b(?:into|to)\b|{_ORDER}(?:cut out|mask out|paint out"
    rf"|airbrush out) {_THING}|(?:^|[，。；：！,.;:、\s]|请|帮我|再|并|然后|只|想|需要|接着|最后|同时|中)(?:把"
    rf"|将(?!军"
    r"|来|近|要"
    r"|至))[^，。,.\n]{1,24}?(?:换成|改成|改为|换为|替换|去掉|删掉|删除|去除|移除|抹掉|抹去|换掉|换上|移到|挪到)"
    r"|(?:替换|去掉|去除|移除|抹掉|删除|删掉|修改|更换|擦除|消除)(?:掉|一下)?(?:背景|图|这|人物|文字|画面|照片|左|右"
    r"|路人|水印|她|他|衣)|背景(?:换成|改成|改为|换为|替换为)|换(?:一?个|成)?背景|を[^、。\n]{0,24}?(?:に|へ)(?:変更"
    r"|変え|替え|換え|置き換え|差し替え|塗り替え|入れ替え|着替え)(?!な|ず)|を(?:すべて|全部|完全に|きれいに)?(?:削除"
    r"|消し|取り除|除去|消去|切り抜|取り去)(?!さ?な)"
)
# Orders that also begin prompts for a new picture. With a picture to work on, they change it.
_EDIT_OF_A_PICTURE = Cue(
    rf"{_ORDER}(?:add|put|place|give|dress|make(?! (?:an?|some|two|three|me) (?!bit|little|touch))|insert"
    rf"|rotate|resize|enlarge|shrink|brighten|darken|lighten|fix"
    r"|clean up|smooth|whiten|straighten|adjust|blur|sharpen|crop|paint(?! (?:an?|some|two|three|me)\b| (?:it"
    r"|them|this) (?:in|as|like)\b)"
    r"|set|apply|combine|merge|blend|drop|open|close"
    r"|age|soften|tidy) (?:only |just |up )?(?:the|this|that|his|her|their|my|its|it|him|them|an?|some|more|image \d"
    r"|two|three)\b"
    r"|[给为让在][^，。\n]{1,16}?(?:加上|添加|戴上|穿上|换上|加一|变得|变亮|变暗|放上|贴上)|(?:调亮|调暗|提亮"
    r"|虚化背景"
    r"|放大|缩小|美白|磨皮|变成|变为|转换|转化)|穿上|戴上|加上一|を(?:追加|加え|足し|かぶせ|着せ|明るく|暗く|ぼかし"
    r"|拡大|縮小|載せ|置い)|(?:ändere|ersetze|entferne|tausche|remplace[rz]?|change[rz]|supprime[rz]?|enlève|cambia"
    r"|reemplaza|sustituye|elimina|quita|sostituisci|rimuovi|troque|substitua|remova|замените?|измените?|уберите?"
    r"|удалите?|vervang|verwijder|değiştir)\b|바꿔|교체|제거해|지워|غيّر|غير خلفية|استبدل|احذف"
)

_MOVES = pattern(
    rf"{_ORDER}(?P<en>(?:move|reposition|relocate|shift|nudge|slide|rearrange)(?: only| just)? (?:the|this|that|these"
    r"|his|her|their|my|its|it|him|them|image \d)\b[^.;,\n]*)"
    r"|(?P<zh>(?:移动|挪动|移一下|挪一下|挪一挪|移一移|重新摆放|重新放置|重新定位|换个位置|换一下位置|挪个位置"
    r"|移个位置|挪个地方|换个地方)(?!端|应用|设备|电源|硬盘|通信|支付|中的?|的|式|版|界面|app|城堡|镜头|速度"
    r"|轨迹|电话"
    r"|互联网|网络|房屋|办公)[^，。；,;\n]*|(?:调整|改变|更改|修改)[^，。；,;\n的]{0,12}的?(?:位置"
    r"|摆放)[^，。；,;\n]*)"
    r"|(?P<ja>(?:を|の位置を)[^、。\n]{0,16}?(?:移動|動か|ずら|移し|配置し直|置き直|配置換え|変更し|変え"
    r"|調整)(?!さ?せ?な|せず|しな|さず|な)[^、。\n]*)"
    r"|(?P<any>\b(?:mueve|mover|mueva|déplace[rz]?|verschiebe?n?|sposta(?:re)?|mova|переместите?|передвиньте?"
    r"|сдвиньте?|verplaats|przesuń)\b[^.;,\n]*|(?:옮겨|이동시|이동해|taşı(?:yın|r)?\b|انقل)[^.;,\n]*)"
)
# "を…変える" is a move only if a place is what changes.
_JA_PLACE = pattern(r"位置|場所|移動|動か|ずら|移し|置き直|配置")
_JA_CHANGES = pattern(r"変更し|変え|調整")
# Words that look like a place and name none.
_VAGUE = pattern(
    r"\b(?:to|in|into|at|on) (?:an?|the|some|its) (?:\w+ )?(?:better|different|new|another|nicer|more \w+|other|good"
    r"|suitable|proper|right) (?:place|position|spot|location|area|side)\b|\bsomewhere(?: else)?\b|\belsewhere\b"
    r"|\baround(?= *(?:$|[,.;]))|\bto (?:make|improve|fit|balance|get|create|look|be|avoid|give|have|let|help|free"
    r"|feel)\b|(?:到|至|在|往)?(?:一个)?(?:更好|更合适|合适|更佳|别|其他|其它|另外?一?[个处]|新|不同|更美观"
    r"|适当)的?(?:位置|地方|处)|一下|画面中|图\d?[中里上]|图片[中里上]|照片[中里上]|[上里中下左右侧边]的"
    r"|[左右上下]側?の(?!ほう|方|端|隅|上|下|横|隣|角|壁|窓)"
    r"|(?<=\w )(?:on|at) the (?:far )?(?:left|right)(?: side)?(?= (?:a (?:little|bit|touch)|slightly|somewhat)\s*$)"
    r"|[左右上下前后][边侧面方](?:的)?(?:那|这|第)?[一二两三几]?[把个张只件位盏棵条本辆幅块台]|别处"
    r"|(?:別|他"
    r"|ほか|もっと良い|適切な|良い|違う)の?(?:場所|位置|ところ)|画面の中の|写真の中の|画像の?中の|少し"
)
_DIRECTION = pattern(
    r"\b(?:to|into|onto|towards?|next to|beside|behind|above|below|between|under|beneath|underneath|over|inside"
    r"|outside|against|across|near|nearer|closer|farther|further|by \d|\d+ ?(?:px|%|pixels|percent|cm|mm)|up|upwards?"
    r"|down|downwards?|higher|lower|away|off|forwards?|backwards?|back|out of|in front|left(?!-?hand| \w+ed)(?= *(?:$"
    r"|[,.;]|by|a|of|so|until|and|slightly|\d|side))|right(?= *(?:$|[,.;]|by|a|of|so|until|and|slightly|\d|side))"
    r"|leftwards?|rightwards?|cent(?:re|er)ed|clockwise|north|south|(?:in|at|on|along) (?:the|its"
    r"|a) (?:\w+[ -])?(?:left|right|top|bottom|cent(?:re|er)|middle|corner|edge|third|thirds|foreground|background"
    r"|front|side|half|quarter|margin|line|table|wall|floor|shelf|desk|lower|upper|window|door|horizon))\b"
    r"|[左右上下前后顶底]{1,2}(?:移|边|方|侧|角|端|部|面|半|挪|方向|偏)|[左右]{1}[上下]|居中|中间|中央|正中|靠近|远离"
    r"|旁边?|靠[左右上下前后窗墙]|边缘|角落|三分线|前景|背景里|[向往朝]|(?:到|至)[^，。；]{1,}|(?:左|右|上|下|中央"
    r"|真ん中|中心|隅|端|横|隣|前|奥|手前|後ろ|背後|側|角|上部|下部|そば|脇|間)(?:に|へ|まで|寄|方|側|隅|端|の方"
    r"|[0-9\d])|(?:に|へ|まで)(?:移動|動か|ずら|移し|移す|配置|置き)|[0-9]+(?:px|ピクセル|%|％|cm)|左右|中央"
    r"|izquierda"
    r"|derecha|arriba|abajo|esquina|centro|junto|debajo|encima|gauche|droite|haut|bas\b|coin|centre|links|rechts|oben"
    r"|unten|ecke|mitte|neben|nach |sinistra|destra|in alto|in basso|angolo|direita|esquerda|влево|вправо|вверх|вниз"
    r"|угол|центр|справа|слева|왼쪽|오른쪽|위로|위쪽|아래|가운데|모서리|옆|sola|sağa|köşe|yukarı|aşağı|ortaya|يمين"
    r"|يسار|أعلى|أسفل|زاوية|وسط|hoek|rogu|lewo|prawo"
)
# Behind a comma, only a whole phrase of place counts: "move the logo, keep the background".
_DIRECTION_LATER = pattern(
    r"\b(?:to|at|in|on|into|towards?|near|beside|above|below|behind|under) (?:the |its |a )?(?:\w+[ -])?(?:left|right"
    r"|top|bottom|cent(?:re|er)|middle|corner|edge|third|foreground|lower|upper|headline|window|table)\b|\b\d+ ?(?:px"
    r"|%)|\bcent(?:re|er)ed\b|[向往朝][左右上下前后]|到[^，。；]{0,8}[左右上下角侧边中]|(?:左|右|上|下)(?:上"
    r"|下)?(?:角"
    r"|侧|方|边)|居中|[左右上下隅端]に(?:配置|置|移)"
)
_FIRST_SENTENCE = pattern(r"\s*[^.!?。！？\n]+")
_SENTENCE_ENDS = pattern(r"[.!?](?=\s)|[。！？\n]")
_REACH = 200  # characters around a move in which its direction is looked for
_EVERYTHING_ELSE = {"zh": "其他所有内容", "ja": "それ以外のすべて"}


def is_edit(reading: Reading) -> bool:
    """Whether an existing picture is to be changed, rather than a new one made."""
    uses = reading.recipe.references
    if any(use.role == "base" for use in uses):
        return True
    is_given = any(_may_be_changed(use) for use in uses)
    text = reading.whole
    is_given = is_given or _GIVEN.occurs(text) or bool(mentions(text))
    if not is_given and _NEW.match(text):
        return False
    return _EDIT.occurs(text) or bool(moves(text)) or (is_given and _EDIT_OF_A_PICTURE.occurs(text))


def _is_surely_an_edit(reading: Reading) -> bool:
    """As above, but silent in doubt: many prompts make a new picture from the style or the person of another."""
    uses = reading.recipe.references
    if any(use.role == "base" for use in uses):
        return True
    if uses and not any(_may_be_changed(use) for use in uses):
        return False
    text = reading.whole
    is_named = _GIVEN.occurs(text) or bool(mentions(text))
    if not uses and not is_named:
        # Further down, a long brief says what to leave away; an edit says so at once.
        beginning = _FIRST_SENTENCE.match(text)
        text = beginning.group() if beginning else text
        return not _NEW.match(text) and (_EDIT.occurs(text) or bool(moves(text)))
    if _EDIT.occurs(text) or bool(moves(text)):
        return True
    return not any(use.role for use in uses if use.role != "style") and any(
        _EDIT_OF_A_PICTURE.occurs(sentence)
        for number, sentence in enumerate(_SENTENCE_ENDS.split(text))
        if not number or _GIVEN.occurs(sentence) or mentions(sentence)
    )


def _may_be_changed(use: ReferenceUse) -> bool:
    return not use.role or (use.role in ROLES and ROLES[use.role].is_kept)


def is_about_a_picture(reading: Reading) -> bool:
    """Whether the prompt leans on a picture that says the rest: it changes one, or tells what of one has to stay."""
    return is_edit(reading) or speaks_of_the_rest(reading) or THE_PICTURE.occurs(reading.whole)


def without_preservation(reading: Reading) -> Iterator[Spot]:
    recipe = reading.recipe
    is_changed = _is_surely_an_edit(reading)
    # Somebody who writes their own text says there what a new picture takes from a product or a person.
    is_kept = recipe.kind is Kind.STRUCTURED and any(
        ROLES[use.role].is_kept for use in recipe.references if use.role in ROLES
    )
    if not (is_changed or is_kept) or keeps(reading):
        return
    if is_changed:
        value = (*recipe.preserve, _EVERYTHING_ELSE.get(reading.language, "everything else"))
        fix = Fix(label=_("Keep everything else"), edit=Edit(attribute=Attribute.PRESERVE, value=value))
    else:
        fix = Fix(label=_("Fill in"), focus=Focus(attribute=Attribute.PRESERVE))
    yield Spot(attribute=Attribute.PRESERVE, fix=fix)


@lru_cache(maxsize=256)  # several rules ask, and a check reads the same passages again to try out its fixes
def moves(plain: str) -> tuple[tuple[int, int], ...]:
    """Where something is to be moved, up to the end of the clause."""
    return tuple(_moves(plain))


def _moves(plain: str) -> Iterator[tuple[int, int]]:
    for match in _MOVES.finditer(plain):
        kind = match.lastgroup or "any"
        start, end = match.span(kind)
        if kind == "ja" and _JA_CHANGES.search(match["ja"]) and not _JA_PLACE.search(match["ja"]):
            continue
        if not is_negated(plain, start):
            yield start, end


def without_direction(reading: Reading) -> Iterator[Spot]:
    for passage in reading.wanted:
        told: set[str] = set()
        for start, end in moves(passage.plain):
            phrase = passage.text[start:end].strip()
            if phrase not in told and not _says_where(passage.plain, start, end):
                told.add(phrase)
                yield Spot(
                    attribute=passage.attribute,
                    index=passage.index,
                    start=start,
                    end=end,
                    params={"phrase": phrase},
                    fix=Fix(label=_("Say where"), focus=Focus(attribute=passage.attribute, index=passage.index)),
                )


def _says_where(plain: str, start: int, end: int) -> bool:
    """In Chinese and Japanese, the place often stands before the verb: "把标题向左移动"."""
    first = max(plain.rfind(mark, max(0, start - _REACH), start) for mark in "，。；、,;.\n") + 1
    most = min(len(plain), end + _REACH)
    last = min((at for mark in "。；;.\n" if (at := plain.find(mark, end, most)) >= 0), default=most)
    clause, later = (_VAGUE.sub(" ", text) for text in (plain[first:end], plain[end:last]))
    return _DIRECTION.search(clause) is not None or _DIRECTION_LATER.search(later) is not None


RULES = (
    Rule(
        id="edit-without-preservation",
        severity="warning",
        title=_("Edit that names nothing to keep"),
        message=_("Nothing is named to stay unchanged."),
        reason=_("What is not named may change as well."),
        remedy=_("Name what has to stay, or keep everything else."),
        example=Recipe(kind=Kind.VERBATIM, body="Turn the background into a beach at noon"),
        find=without_preservation,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
    Rule(
        id="move-without-direction",
        severity="warning",
        title=_("Move without a direction"),
        message=_("“%(phrase)s” does not say where to."),
        reason=_("Name a side, a corner or a neighbour."),
        remedy=_("Say where to, such as “to the upper left”."),
        example=Recipe(kind=Kind.VERBATIM, body="Reposition the headline, keep the rest unchanged"),
        find=without_direction,
        languages=("en", "zh", "ja"),
    ),
)
