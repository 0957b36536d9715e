"""Backgrounds of which a picture can have one: two plain ones of different colours, or a plain and a busy one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.folding import has_other_letters, pattern
from studio.prompts.lint.lexicon import Hit, is_negated

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_COLOURS_EN = (
    "white",
    "black",
    "red",
    "blue",
    "green",
    "yellow",
    "grey|gray",
    "pink",
    "purple|violet",
    "orange",
    "brown",
    "beige|cream",
)
_COLOURS_HAN = (
    "白",
    "黑|黒",
    "红|赤",
    "蓝|青",
    "绿|緑",
    "黄",
    "灰",
    "粉|ピンク",
    "紫",
    "橙|橘|オレンジ",
    "棕|褐|茶",
    "米|ベージュ",
)
_NAMES_EN, _NAMES_HAN = "|".join(_COLOURS_EN), "|".join(_COLOURS_HAN)
# The same number for the same colour, in whatever language.
_NUMBERS = {
    name: number
    for colours in (_COLOURS_EN, _COLOURS_HAN)
    for number, names in enumerate(colours)
    for name in names.split("|")
}
_PURE_EN = r"(?:plain|pure|solid|seamless|flat|uniform|pitch|jet|monochrome|single-colou?r|clean)"
# What a plain ground is plain by is optional in one of the two only, as a wall may be behind a plain sign.
_GROUND_EN = pattern(
    rf"\b(?P<pure>{_PURE_EN}[ ,-]+)?(?:(?:pale|light|dark|deep|bright|soft|warm|cool|mid"
    rf"|off) ?-?)?(?P<colour>{_NAMES_EN})"
    r"(?:[ -](?P<pure2>seamless|solid|studio|paper|cyc|cyclorama|infinity))*[ -](?:background|backdrop)\b"
    r"|\b(?:background|backdrop)(?: colou?r)?(?:(?: is| in| should be| must be|:| of)){1,2} (?P<pure3>(?:an? )?"
    rf"{_PURE_EN}[ ,-]+)?(?:(?:pale|light|dark|deep|bright) )?(?P<colour2>{_NAMES_EN})\b"
)
_GROUND_HAN = pattern(
    rf"(?P<pure>纯|全|純|真っ|(?:无地|無地)の)?(?P<colour>{_NAMES_HAN})(?:一?色|い)?(?P<pure2>一色)?(?:の"
    rf"|的)?(?P<pure3>纯色"
    rf"|无地|無地)?(?:の)?"
    r"(?:背景|バック(?!パ|ル)|底(?=[，。、,.\s]|$))"
    rf"|背景(?:色)?(?:统一)?(?:用|为|是|要|选|采用|改用|は|を)(?P<pure4>一?片?纯|全|統一|純"
    rf"|真っ)?(?P<colour2>{_NAMES_HAN})(?:(?P<pure5>一色)|色|い)?"
)
# Where several grounds are in one picture, or one runs into the other.
_SEVERAL = pattern(
    r"\b(?:gradient|fading|fades|two-tone|duotone|split|cards?|buttons?|tiles?|swatch\w*|columns?|rows?|header"
    r"|sections?"
    r"|stripes?|panels?|labels?|badges?|each|versions?|variants?|icons?|text box|sticker)\b|渐变|双色|拼色|撞色"
    r"|按钮|卡片|分区"
    r"|色块|各|每|标签|图标|版本|贴纸|条纹|グラデ|ボタン|カード|ラベル|ツートン|それぞれ|アイコン|各"
)
_PLAIN = pattern(
    r"\b(?:seamless|plain|solid|pure|featureless|completely empty|totally empty)(?:[ ,-]+[\w-]+){0,2}[ -](?:background"
    r"|backdrop)\b|\bnothing (?:at all |else |whatsoever )?(?:is |stands )?(?:behind (?:it|them|her|him|the \w+)"
    r"|in the background)\b|\b(?:background|backdrop) (?:(?:is|stays|must be|should be|kept|remains) )?(?:completely "
    r"|entirely |totally |perfectly )?(?:plain|empty|seamless|bare)\b"
    r"|纯[白黑灰](?:色)?(?:的)?(?:无缝)?(?:影棚)?背景|无缝(?:白|黑|灰)?色?背景|纯色背景|背景(?:要|里|中|上|保持)?(?:干净到"
    r"|什么(?:都|也)没有|空无一物|没有任何东西|纯[白黑灰])|(?:無地|无地)の[白黒灰]?い?(?:背景|バック)"
    r"|背景(?:は|を)(?:無地|无地|真っ白|純白|何もない)"
)
# What is said to be behind, or in the background, and full of things or people.
_BUSY_EN = r"(?:cluttered|crowded|crowds?|bustling|busy|teeming|crammed|jam-packed|overflowing)"
_BUSY = pattern(
    rf"\b(?:behind (?:it|them|her|him|the [\w-]+)|in the background|(?:background|backdrop)(?: is| of|:| shows))\b"
    rf"[^.;\n]{{0,50}}?\b(?P<en>{_BUSY_EN})\b|\b(?P<en2>{_BUSY_EN}) [^.;,\n]{{0,40}}\b(?:behind (?:it|them|her|him|the)"
    r"|in the background)\b"
    r"|(?:身?后方?|背后|后面|背景)(?:的)?(?:是|为|里|中|有|则)*[^。；;\n，,]{0,12}?(?P<zh>热闹|拥挤|喧闹|夜市|人群|人潮|杂乱"
    r"|繁忙|熙熙攘攘|摆满|堆满|琳琅满目|车水马龙|闹市|集市|市集)"
    r"|(?:背景|背後|後ろ|奥)(?:に|には|は|で)[^。\n]{0,24}?(?P<ja>にぎわ|賑わ|混雑|ごちゃごちゃ|ごった返|雑踏|人混み|びっしり"
    r"|ひしめ|散らか)"
)
# Not behind the subject itself, but in a picture, a pane or a pattern.
_ELSEWHERE = pattern(
    r"\b(?:reflect\w*|mirror\w*|posters?|screens?|photos?|prints?|printed|windows?|patterns?|illustrat\w*|mural|painted|drawn|decorated)\b"
    r"|倒影|映[りるっし]|镜|屏|海报|照片|图案|插画|画着|印着|描か|柄|模様|窗|壁画|ポスター|写真|鏡|窓|画面の中(?![央心])"
)
_NEARBY = 16
_VERSIONS = pattern(
    r"\b(?:versions?|variants?|(?:second|other|another) (?:shot|image|picture|frame))\b|版本|第二张|另一张"
    r"|两张|バージョン|二枚"
)


def busy_ground(text: str) -> Iterator[tuple[Hit, Hit]]:
    """A background that is to be plain, and the first things that crowd it."""
    plain = next((each for each in _PLAIN.finditer(text) if not is_negated(text, each.start())), None)
    for busy in _BUSY.finditer(text) if plain and not _VERSIONS.search(text) else ():
        start, end = busy.span(busy.lastgroup or 0)
        around = text[max(0, busy.start() - _NEARBY) : busy.end() + _NEARBY]
        if plain and not is_negated(text, start, end) and not _ELSEWHERE.search(around):
            yield Hit(plain.start(), plain.end()), Hit(start, end)
            return


def two_grounds(text: str) -> Iterator[tuple[Hit, Hit]]:
    """The first two that exclude each other. At least one of them has to be said to be plain."""
    found = [*_GROUND_EN.finditer(text), *(_GROUND_HAN.finditer(text) if has_other_letters(text) else ())]
    wanted = [match for match in found if not is_negated(text, match.start(), match.end())]
    if len(wanted) < 2 or _SEVERAL.search(text):
        return
    first = wanted[0]
    for other in wanted[1:]:
        if _colour(first) != _colour(other) and (_is_pure(first) or _is_pure(other)):
            yield Hit(first.start(), first.end()), Hit(other.start(), other.end())
            return


def _colour(match: re.Match[str]) -> int:
    return _NUMBERS[match["colour"] or match["colour2"]]


def _is_pure(match: re.Match[str]) -> bool:
    return any(said for name, said in match.groupdict().items() if name.startswith("pure"))
