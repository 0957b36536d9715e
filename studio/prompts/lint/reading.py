"""A recipe as the rules read it: its prose in passages, with exact text in quotation marks set apart."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from studio.prompts import filling, tree
from studio.prompts.lint import drawn
from studio.prompts.lint.folding import fold, pattern
from studio.prompts.lint.mentioning import mentions
from studio.prompts.lint.vocabulary import ENGLISH, FOREIGN
from studio.prompts.recipe import Attribute, Kind, Recipe
from studio.prompts.render import Rendered, render
from studio.prompts.scripts import writings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.findings import Limits

# Attributes that say what is wanted. Preserve, avoid, text lines and references speak in their own way.
PROSE = (
    Attribute.BODY,
    Attribute.SUBJECT,
    Attribute.SETTING,
    Attribute.MOOD,
    Attribute.LIGHTING,
    Attribute.COMPOSITION,
    Attribute.STYLE,
    Attribute.DETAILS,
)

# A check runs at every pause in typing; of a text of 200 KB, or of one in thousands of pieces, this much is read.
MOST_CHARACTERS = 20_000
MOST_PASSAGES = 1000

_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[{"])')


_WORD = re.compile(r"[^\W\d_]+")
# No word and no sentence goes on across it.
_BETWEEN = "\x00\n"
# Names in a JSON prompt under which stands what is not wanted.
_UNWANTED = pattern(
    r"(?:.*[_\- ])?(?:negative|negatives|avoid|exclude|excluded|exclusions|not|no|never|without|forbidden|forbid"
    r"|unwanted|omit|do_?not|dont)(?:[_\- ].*)?|(?:负面|反向|负向|禁止|避免|排除|不要|不含|不出现|排除项|忌)(?:词"
    r"|提示词|项|内容|元素|出现)?|ネガティブ.*|除外.*|禁止.*|避け.*|ng"
)
# Names under which stands what has to stay as it is.
_KEPT = pattern(
    r"(?:keep|kept|preserve|preserved|preservation|retain|maintain|unchanged|do_not_change|lock(?:ed)?"
    r"|constant)(?:[_\- ].*)?|.*[_\- ](?:preservation|lock)|(?:保持|保留|维持|不变|锁定)(?:不变|内容|项)?|維持|保持"
    r"|変更しない|そのまま"
)
# Names under which stands what is to be drawn, letter by letter.
_LETTERING = pattern(
    r"(?:main|sub|secondary|primary|hero|sign|label|button|cta|exact)?[_\- ]?(?:headline|subheadline|subtitle|tagline"
    r"|slogan|caption|text|copy|wording|cta|words|inscription|heading)(?:[_\- ]?(?:text|content))?|.*(?:标题|标语|文案"
    r"|文字|口号|字样|店名|书名|招牌文字)|.*(?:見出し|タイトル|テキスト|コピー|文言)"
)
# Names of one side, page or panel of several, and of a list of them.
_SIDE = pattern(
    r"(?:the[_\- ]?)?(?:left|right|top|bottom|upper|lower|front|back|first|second|third|before|after|day|night|inside"
    r"|outside)(?:[_\- ]?(?:page|panel|side|half|frame|picture|image|scene|view|cover|column|part))?"
    r"|(?:page|panel|side|half|frame|picture|image|scene|shot|cell|step|version|variant|option|slide|card|part)"
    r"[_\- ]?(?:\d+|[a-f]|one|two|three|four|left|right)|(?:left|right)[_\- ]?\d*"
    r"|[左右上下前后後正反]+(?:页|頁|图|格|半|边|侧|側|面|幅|半边|半部|半部分|ページ|コマ|半分)?"
    r"|第?[一二三四五六\d]+(?:页|格|幅|镜|张|屏|コマ目?|枚目|ページ目?)|(?:页|格|图|镜头|分镜|场景|画面|版本|コマ|ページ"
    r"|シーン|パネル)[一二三四五六\da-d]+|之?前|之?后|以前|现在|白天|夜晚|昼|夜|外侧|内侧|封面|封底"
)
_SERIES = pattern(
    r".*(?:panels?|frames|pages|scenes|shots|cells|steps|versions|variants|options|slides|sides|sequence|storyboard"
    r"|页|格|分镜|镜头|场景|版本|コマ|ページ|シーン|パネル).*"
)
_LISTED = frozenset({"content", "value", "exact", "string", "words", "内容"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some characters of a passage."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    attribute: Attribute
    index: int | None
    text: str
    # Lower case, character by character, with the words to be drawn blanked out: what is asked for in prose.
    plain: str
    quoted: tuple[Stretch, ...]  # without the marks
    unquoted: tuple[Stretch, ...]  # words to be drawn that stand without marks

    def value_with(self, recipe: Recipe, text: str) -> str | tuple[str, ...]:
        """The attribute's value with another text in the place of this passage."""
        if self.index is None:
            return text
        if self.attribute is Attribute.BODY:
            return tree.with_text(recipe.body, tree.parse(recipe.body).leaves[self.index].path, text)
        chips: tuple[str, ...] = recipe.value(self.attribute)
        return (*chips[: self.index], text, *chips[self.index + 1 :])


@lru_cache(maxsize=256)  # a check reads the same passages again to try out its fixes
def read_passage(attribute: Attribute, index: int | None, text: str) -> Passage:
    read = text[:MOST_CHARACTERS]
    ranges = drawn.quoted(read, is_json=_JSON.match(read) is not None)
    plain = _blank(fold(read), [marked for marked, _inner in ranges])
    bare = drawn.unquoted(plain, read)
    return Passage(
        attribute=attribute,
        index=index,
        text=text,
        plain=_blank(plain, bare),
        quoted=tuple(Stretch(text=read[start:end], start=start, end=end) for _marked, (start, end) in ranges),
        unquoted=tuple(Stretch(text=read[start:end], start=start, end=end) for start, end in bare),
    )


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


class Reading:
    def __init__(self, recipe: Recipe, limits: Limits) -> None:
        self.recipe = recipe
        self.limits = limits

    @cached_property
    def rendered(self) -> Rendered:
        return render(self.recipe)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        passages: list[Passage] = []
        left = MOST_CHARACTERS
        for each in filling.written(self.recipe):
            if left <= 0 or len(passages) >= MOST_PASSAGES:
                break
            if each.attribute in PROSE and each.text.strip():
                passages.append(read_passage(each.attribute, each.index, each.text))
                left -= len(each.text)
        return tuple(passages)

    @cached_property
    def wanted(self) -> tuple[Passage, ...]:
        """The passages but for those that stand in JSON under a name such as "avoid"."""
        is_broken = self.recipe.kind is Kind.JSON and any(passage.index is None for passage in self.passages)
        # What is no JSON yet is not read as prose: its marks and names would be taken for words.
        return () if is_broken else tuple(each for each in self.passages if not self.is_under(each, _UNWANTED))

    @cached_property
    def names_what_stays(self) -> bool:
        return any(self.is_under(passage, _KEPT) for passage in self.passages)

    @cached_property
    def whole(self) -> str:
        """All that is wanted as one text, for words that may stand anywhere in it."""
        return _BETWEEN.join(self.plain)

    def passage_at(self, place: int) -> tuple[Passage, int]:
        """The passage in which a place of the whole text is, and where in the whole text it begins."""
        number = bisect_right(self._starts, place) - 1
        return self.wanted[number], self._starts[number]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(plain) + len(_BETWEEN) for plain in self.plain)][:-1]

    def is_unwanted(self, passage: Passage) -> bool:
        return (passage.attribute, passage.index) not in self._wanted_places

    @cached_property
    def _wanted_places(self) -> frozenset[tuple[Attribute, int | None]]:
        return frozenset((passage.attribute, passage.index) for passage in self.wanted)

    def is_lettering(self, passage: Passage) -> bool:
        """Whether a text of a JSON prompt stands under a name such as "headline", and so is to be drawn as it is."""
        names = [name for name in self._names(passage) if not name.isdigit()]
        if len(names) > 1 and names[-1] in _LISTED:
            names.pop()
        return bool(names) and _LETTERING.fullmatch(names[-1]) is not None

    def is_named(self, passage: Passage, names: re.Pattern[str]) -> bool:
        """Whether a text of a JSON prompt has a name of its own that matches."""
        path = self._names(passage)
        return bool(path) and names.fullmatch(path[-1]) is not None

    def is_under(self, passage: Passage, names: re.Pattern[str]) -> bool:
        """Whether a text of a JSON prompt stands, at whatever depth, under a name that matches."""
        return any(names.fullmatch(name) for name in self._names(passage))

    def _names(self, passage: Passage) -> list[str]:
        """Of a text in a JSON prompt: the names on the way to it, folded."""
        if self.recipe.kind is not Kind.JSON or passage.index is None:
            return []
        return fold(tree.parse(self.recipe.body).leaves[passage.index].path).split("/")[1:]

    def are_apart(self, one: Passage, two: Passage) -> bool:
        """Whether two texts of a JSON prompt stand in different pages, panels or sides of it."""
        names, others = self._names(one), self._names(two)
        for depth, (name, other) in enumerate(zip(names, others, strict=False)):
            if name != other:
                is_row = name.isdigit() and other.isdigit() and depth and _SERIES.fullmatch(names[depth - 1])
                return bool(is_row) or (_SIDE.fullmatch(name) is not None and _SIDE.fullmatch(other) is not None)
        return False

    @property
    def plain(self) -> Iterator[str]:
        return (passage.plain for passage in self.wanted)

    @cached_property
    def letters(self) -> Counter[str]:
        """How many letters of each writing system the prose has, without the words to be drawn."""
        return writings("".join(self.plain))

    @cached_property
    def mentioned(self) -> frozenset[int]:
        """The references that the prose names by their numbers."""
        return frozenset(number for plain in self.plain for number, _start, _end in mentions(plain))

    @cached_property
    def language(self) -> str:
        """What the prose is written in: en, zh or ja; empty where it is another one, of which few words are known."""
        letters = self.letters
        spaceless = letters["han"] + letters["kana"]
        if spaceless * 2 > letters["latin"]:
            return "ja" if letters["kana"] * 8 > spaceless else "zh"
        if letters["latin"] * 2 < letters.total():
            return ""
        words = Counter(_WORD.findall(" ".join(self.plain)[:2000]))
        foreign = sum(words[word] for word in FOREIGN) + sum(not word.isascii() for word in words) / 2
        return "en" if sum(words[word] for word in ENGLISH) >= foreign else ""

    @cached_property
    def is_chinese(self) -> bool:
        """Whether the prose itself is in Chinese characters, so that nobody needs to name their script."""
        return self.language == "zh"

    @cached_property
    def is_asking_for_text(self) -> bool:
        if any(line.text for line in self.recipe.text):
            return True
        return any(drawn.is_asked_for(passage) or self.is_lettering(passage) for passage in self.wanted)
