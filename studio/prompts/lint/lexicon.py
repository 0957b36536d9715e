"""Finds known words and phrases in folded text, fast enough to run at every pause in typing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from studio.prompts.lint.folding import fold, pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What turns the words after it around, so that "no people" does not ask for people.
_NEGATION = pattern(
    r"(?:\b(?:no|not|without|never|non|nor|avoid(?:ing|s)?|exclud(?:e|ing)|omit(?:ting)?|instead of|rather than"
    r"|free of|free from|remov(?:e|ing)|lacking|sans|sin|ohne|senza|sem|без)|n['’]t|不要|不得|不能|不用|没有"
    r"|不是|避免"
    r"|去掉|禁止|而非|代替|不需要|无需|不必|不想要?|并非|切勿|拒绝|[不无非勿別没](?:有|出现|含|带|使用|加入|做"
    r"|任何)*)(?:\s+(?:a"
    r"|an|any|the|be|too|visible|overly|harsh|kind of|use|show|include|add|make|have|want|need|it|in|on|with|as"
    r"|my|its"
    r"|una?|le|la|de|di)){0,3}[\s-]*$"
)
# A list that is forbidden as a whole: "no people, text or logos" up to its last word, "avoid: blur, close-ups".
_NEGATED_LIST = pattern(
    r"(?:\b(?:no|without|neither)\b[^.;:!?\n]{0,60}\b(?:or|nor)\s+(?:\w+\s)?|\b(?:(?:avoid|exclude|omit|leave out"
    r"|do not (?:include|show|add|use)|don['’]t (?:include|show|add|use)|never show)\b"
    r"|negative(?: prompt)?s?:)(?:(?!\b(?:use|make|keep|but|instead|with)\b)[^.;!?\n。；]){0,160}[,:、/]\s*(?:(?:and"
    r"|or|any|an?)\s+)*|(?:不要|避免|禁止|没有|不含|不得|不出现|排除)[^，。；！\n]{0,40}(?:、|和|或|及|与)(?:任何"
    r"|出现)*|(?:不要|避免|禁止|不得|切忌|拒绝|防止|切勿)[^，。；！、\n而但要]{1,6}|(?:负面提示词|反向提示词"
    r"|负向提示词|ネガティブ(?:プロンプト)?|除外|排除|避免|禁止)[:：][^。；\n]{0,160}[:：，,、\s])$"
)
# Cheap to look for; without one of these there is no such list.
_MAY_NEGATE = pattern(
    r"\bno\b|without|neither|avoid|exclu|omit|leave out|not |n['’]t |negative|never|[不没避禁排除负反ネ切拒防勿]"
)
# Behind the words: Japanese turns them around there, and English in "text-free".
_NEGATED_BEHIND = pattern(
    r"[はがもをのにで]{0,2}(?:一切|絶対|何も)*(?:入れ|描か|出さ|含め|加え|つけ|付け|使わ|使用し|し|写さ|見せ|載せ"
    r"|表示し|写り込ま|置か)?(?:なし|無し|無く|なく|ない|ません|ず(?:に|、|。|$)|禁止|厳禁|ではな|じゃな|でな|不要"
    r"|抜き|除く|避け|NG|ng)|[- ]free\b"
)
_CLAUSE_ENDS = pattern(
    r"\s*(?:(?:(?:documentary|street|press|fashion|analog(?:ue)?|archive|archival|vintage|studio|editorial|fine-art"
    r"|portrait|reportage|news|landscape|wedding|high-contrast|grainy|cinematic|medium[- ]format|large[- ]format|film"
    r"|silver|gelatin|35 ?mm|moody|dramatic|close-up|nature|wildlife|architectural|still|fine|art|noir"
    r"|candid) ){0,3}(?:photo\w*"
    r"|portraits?|film|pictures?|prints?|shots?|stills?|images?|snapshots?|reportage|movie|noir)\b|$|[^\w\s]"
    r"|(?:with|in|on|at|and|but|by|from|throughout|look|style|tones?|only|的?(?:色调|画面|质感)|で"
    r"|の写真)(?!\w))"
)
_LATIN_WORD = re.compile(r"[0-9a-zª²³µ¹º¼-¾ß-öø-ɏ]+")
_REACH = 24  # characters before a word in which a negation is looked for
_REACH_OF_LIST = 240


@dataclass(frozen=True, slots=True)
class Hit:
    start: int
    end: int


def is_negated(text: str, start: int, end: int | None = None) -> bool:
    if _NEGATION.search(text[max(0, start - _REACH) : start]):
        return True
    if end is not None and _NEGATED_BEHIND.match(text, end):
        return True
    before = text[max(0, start - _REACH_OF_LIST) : start]
    return _MAY_NEGATE.search(before) is not None and _NEGATED_LIST.search(before) is not None


def asked_for(phrase: str, text: str, *, is_stem: bool = False) -> Iterator[Hit]:
    """Where one phrase is asked for, whatever its characters are."""
    at = text.find(phrase) if phrase else -1
    while at >= 0:
        end = at + len(phrase)
        if _is_whole(text, at, end, is_stem=is_stem) and not is_negated(text, at, end):
            yield Hit(at, end)
        at = text.find(phrase, end)


def asks(text: str, word: str) -> bool:
    return next(asked_for(word, text), None) is not None


def is_telling(word: str) -> bool:
    """Whether a word is long enough to be looked for in other texts."""
    return len(word) > 2 or (len(word) == 2 and not word.isascii())


class Cue:
    """A pattern of which only the presence counts. Several rules ask for the same one, so answers are kept."""

    def __init__(self, written: str) -> None:
        sought = pattern(written)
        self.occurs: Callable[[str], bool] = lru_cache(maxsize=256)(lambda text: sought.search(text) is not None)


@dataclass(frozen=True, slots=True)
class _Phrase:
    key: str  # what a text must contain for the phrase to be worth looking for
    words: str
    is_last: bool
    is_stem: bool


class Lexicon:
    """A set of phrases with one meaning. Phrases in Latin letters match whole words only, with hyphens or without.

    "$" at the end: where the clause ends as well, for a black-and-white cat is no black-and-white photograph.
    "*" at the end: whatever ending the word has.
    """

    def __init__(self, *phrases: str) -> None:
        self.phrases = tuple(dict.fromkeys(variant for phrase in phrases for variant in _variants(fold(phrase))))
        self._sought = tuple(
            _Phrase(_key(phrase), phrase.rstrip("$*"), phrase[-1:] == "$", phrase[-1:] == "*")
            for phrase in self.phrases
        )

    def hits(self, text: str) -> Iterator[Hit]:
        """For each phrase in turn, where it is first asked for, and not forbidden."""
        keys = _keys(text)
        for sought in self._sought:
            if sought.is_stem or sought.key in keys:
                for hit in asked_for(sought.words, text, is_stem=sought.is_stem):
                    if not sought.is_last or _CLAUSE_ENDS.match(text, hit.end):
                        yield hit
                        break

    def first(self, text: str) -> Hit | None:
        return _first(self, text)

    def occurs(self, text: str) -> bool:
        return next(self.hits(text), None) is not None


def _key(phrase: str) -> str:
    """What a text must contain for the phrase to be worth looking for: its first word, or its first character."""
    word = _LATIN_WORD.match(phrase)
    return word.group() if word else phrase[:1]


@lru_cache(maxsize=256)
def _keys(text: str) -> frozenset[str]:
    return frozenset(text).union(_LATIN_WORD.findall(text))


@lru_cache(maxsize=4096)  # a check reads the same passages again to try out its fixes
def _first(lexicon: Lexicon, text: str) -> Hit | None:
    return min(lexicon.hits(text), key=lambda hit: (hit.start, -hit.end), default=None)


def _is_whole(text: str, start: int, end: int, *, is_stem: bool) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    ends = is_stem or not (_is_letter(after) and _is_letter(text[end - 1]))
    return ends and not (_is_letter(before) and _is_letter(text[start]))


def _is_letter(character: str) -> bool:
    """Of a script that sets words apart by spaces."""
    return character.isalnum() and character < "\u0590"


def _variants(phrase: str) -> Iterator[str]:
    yield phrase
    if phrase[:1].isascii() and not set(phrase).isdisjoint(" -"):
        yield phrase.replace("-", " ")
        yield phrase.replace(" ", "-")
