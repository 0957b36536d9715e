"""One that is to be the only one of its kind, beside others of that kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.folding import has_other_letters, pattern
from studio.prompts.lint.lexicon import Hit, is_negated

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS_EN = (
    "cat|kitten|dog|puppy|bird|owl|gull|seagull|crow|swan|duck|horse|pony|fox|wolf|deer|stag|bear|rabbit|hare|sheep"
    "|cow|goat|tiger|lion|elephant|whale|dolphin|fish|turtle|penguin|butterfly|robot|dragon|person|figure|man|woman"
    "|girl|boy|child|student|hiker|dancer|chair|bottle|cup|car|boat|tree|house|balloon|lantern"
)
# "Only one cat looks at us" tells it from the others.
_ONE_EN = pattern(
    r"\b(?:only (?:that|this|the) (?:one|single)|(?:only|just|exactly) (?:one|a single)|one single|no more than one) "
    rf"(?:[\w-]+ )?(?P<kind>{_KINDS_EN})\b(?! (?:of|is (?!(?:in|on|at|to|there|visible|shown|allowed|present|seated"
    r"|alone)\b)|looks|wears|wearing|has|faces|facing|turns|in colou?r"
    r"|with|raises|that|who|which))"
)
_SEVERAL_EN = (
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen|dozens of|several|many|a few|a group of"
    r"|a pack of|a herd of|a flock of|a litter of|other|more) (?:[\w-]+ )??{kind}e?s\b"
)
_PLURALS = {
    "person": "(?:people|persons|friends|men|women|girls|boys|children|companions|tourists|students)",
    "man": "men",
    "woman": "women",
    "child": "children",
    "wolf": "wolves",
    "pony": "ponies",
    "puppy": "puppies",
    "butterfly": "butterflies",
}
_KINDS_HAN = (
    "猫|狗|犬|鸟|鳥|马|馬|狐狸|狐|兔子|兔|鹿|熊|羊|牛|老虎|狮子|鲸|鱼|天鹅|企鹅|乌鸦|海鸥|うさぎ|ウサギ|カラス|船"
)
_ONE_HAN = pattern(
    rf"(?:只有|仅有|就只有|只画|有且只有)(?:这|那)?(?:一|1)(?:只|匹|头|条|艘)(?:[^，。、,.\n]{{0,4}}?的?)(?P<zh>{_KINDS_HAN})"
    r"(?!醒|看|抬|睁|在看|是|穿|戴|露|有)"
    rf"|(?P<ja>{_KINDS_HAN})(?:は|が)?(?:その|この)?(?:一|1)(?:匹|羽|頭|隻)(?:だけ|のみ|きり)"
)
_SEVERAL_HAN = (
    r"[两二三四五六七八九十几数2-9](?:只|匹|头|条|艘|羽|頭|隻)(?:[^，。、,.\n]{{0,4}}?的?|の)?{kind}"
    r"|{kind}(?:が|は)?[二三四五六七八九十数2-9](?:匹|羽|頭|隻)|一群(?:小)?{kind}|{kind}たち"
)
# Where the others are told apart, or are not in the scene itself.
_MEANT = pattern(
    r"\b(?:among|amid|amidst|unlike|apart from|reflect\w*|mirror\w*|shadows?|pictures? of"
    r"|statue|figurines?|pattern|printed|embroidered|memory|versions?|variants?)\b|其中|其余|另外|之中|倒影|镜|影子|照片[里中上]|图案|雕像"
    r"|回忆|版本|映|鏡|写真の中|模様|ほかの|他の|残りの|なかで|の中で"
)


def not_alone(text: str) -> Iterator[tuple[Hit, Hit]]:
    """The first that is to be the only one, and others like it."""
    one = _ONE_EN.search(text)
    if one:
        kind = one["kind"]
        # The plural of most, and no second mention of the one.
        written = _SEVERAL_EN.format(kind=kind) if kind not in _PLURALS else _plural(_PLURALS[kind])
    elif has_other_letters(text) and (one := _ONE_HAN.search(text)):
        written = _SEVERAL_HAN.format(kind=one["zh"] or one["ja"])
    if one is None or _MEANT.search(text) or is_negated(text, one.start(), one.end()):
        return
    for others in pattern(written).finditer(text):
        if not is_negated(text, others.start(), others.end()) and not others.start() <= one.start() < others.end():
            yield Hit(one.start(), one.end()), Hit(others.start(), others.end())
            return


def _plural(plural: str) -> str:
    return _SEVERAL_EN.partition("{kind}")[0] + plural + r"\b"
