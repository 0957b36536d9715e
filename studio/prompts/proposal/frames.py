"""The frame before the subject ("a cinematic, ultra detailed wide shot of", 一张电影感的广角照片), look by look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import trimmed
from studio.prompts.proposal.pieces import says_something
from studio.prompts.proposal.vocabulary import ADJECTIVES, EASTERN_MOODS, MOODS
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.proposal.cues import Text

FRAME = re.compile(
    r"(?:(?:an?|the)\s+)?(?P<frame>(?:[\w'’+/.:-]+,?\s+){0,11}?(?P<noun>photos?|photographs?|shot|portrait"
    r"|illustration|painting|drawing|render|rendering|sketch|poster|infographic|still life|close-up|closeup|view"
    r"|snapshot|flat lay|watercolou?r|photography|picture|image|film still|collage|logo|icon|woodcut|print|mockup))"
    r"(?P<joint>\s+(?:of|showing|depicting|featuring|capturing)\s+(?=\S)|(?=$|[,:]\s))",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:please\s+)?(?:(?:create|generate|draw|produce|render|imagine|give me|show me|i want|i need)\s+(?:me\s+)?)?"
    + FRAME.pattern,
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(r"\w+(?:ing|ed|ful|ic|ous|ive|al|less|ish|ary)|\w+-\w+")
_LOOKS = frozenset({Attribute.STYLE, Attribute.COMPOSITION, Attribute.LIGHTING, Attribute.MOOD, Attribute.DETAILS})
# "Shown in it is": what leads from a frame to its subject, and says nothing else.
LEAD = re.compile(
    r"(?:the|this) (?:image|photo|photograph|picture|scene|shot) (?:shows|depicts|features)\s+|it shows\s+"
    r"|(?:showing|depicting|featuring|capturing)\s+"
    r"|(?:照片|图片|海报)?(?:拍的是|画的是|拍摄的是|画面(?:中央?|里|上|的?主体)?(?:是|有)|主体是|主角是|内容是|描绘的是|展示的是"
    r"|描绘了|展示了|呈现了|画面(?:中|里)(?=[一两三]))",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"请?(?:[帮给为]我)?(?:生成|画|创作|制作|设计|做|来|拍)?(?:一|这)(?:张|幅|副|组|份)|[1一]枚の")
_EASTERN_NOUN = (
    r"照片|图片|圖片|图像|画面|海报|插画|插畫|插图|产品图|摄影(?:作品|图)?|写真|特写|镜头|油画|水彩画|水墨画|漫画|渲染图|效果图"
    r"|イラスト|ポスター|ショット|ポートレート|画像|絵"
)
_EASTERN_NOUNS = re.compile(_EASTERN_NOUN)
_EASTERN_ADJECTIVE = re.compile(
    r"超|(?:产品|高清|精细|逼真|真实|唯美|精美|细致|高质量|专业|商业|人像|人文|纪实|时尚|风光|美食|街头|广告|宽幅|横幅|竖幅)"
    r"|高品質|高精細|リアル|美しい|本格的|風景|で(?=高|リ|美)|縦位置|横位置|ドキュメンタリー|広告|商品"
)
_LEADING = re.compile(r"[^的，。、]{1,10}的(?=.)")
_EASTERN_CUT = re.compile(r"的な|的|ような|風の|調の|で(?=[^、，])|な(?=[^、，])|[、，,\s]+")
_EASTERN_FILLER = re.compile(r"[下图的のなで、，,\s一张幅：:]|ような|風|調|级|級|感")


def divided_frame(text: Text, start: int, end: int) -> re.Match[str] | None:
    """A frame that commas divide, asked for or not: "Create a cinematic, ultra detailed wide shot of"."""
    match = _ASKED.match(text.original, start, end)
    if match is None or "," not in match["frame"]:
        return None
    found = list(_divided(text, *match.span("frame")))
    return match if all(_is_look(text, *look) for look in found[:-1]) else None


def _divided(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for comma in re.compile(r",\s*").finditer(text.original, start, end):
        yield at, comma.start()
        at = comma.end()
    yield at, end


def _is_look(text: Text, start: int, end: int) -> bool:
    words = [text.word(word) for word in text.words_in(start, end)]
    if not words or len(words) > 4:
        return False
    cues = text.cues_in(start, end)
    if cues and cues[-1].end == end and cues[-1].attribute in _LOOKS:
        return True
    last = re.split(r"\s", text.lower[start:end])[-1]
    return words[-1] in ADJECTIVES | MOODS or _ADJECTIVE.fullmatch(last) is not None


def looks(text: Text, start: int, end: int) -> list[tuple[Attribute, int, int]]:
    """Each look of an English frame that commas divide: "cinematic" is style, "wide shot" composition."""
    found: list[tuple[Attribute, int, int]] = []
    for first, last in _divided(text, start, end):
        attributes = [cue.attribute for cue in text.cues_in(first, last)]
        named = next((cue for cue in reversed(attributes) if cue in _LOOKS), None)
        words = [text.word(word) for word in text.words_in(first, last)]
        if last == end and named is not Attribute.COMPOSITION:
            named = Attribute.STYLE
        named = named or (Attribute.MOOD if words and words[-1] in MOODS else Attribute.STYLE)
        found.append((named, first, last))
    return found


def eastern_looks(text: Text, start: int, end: int) -> list[tuple[Attribute, int, int]]:
    """Each look of a clause that says nothing but how the picture looks; none where it says more."""
    original = text.original
    counted = _COUNTED.match(original, start, end)
    first = counted.end() if counted else start
    if not _EASTERN_NOUNS.search(original, first, end) or not _is_mere_look(text, first, end):
        return []
    found: list[tuple[Attribute, int, int]] = []
    for at, last in _segments(original, first, end):
        cues = [cue.attribute for cue in text.cues_in(at, last)]
        attribute = Attribute.COMPOSITION if Attribute.COMPOSITION in cues else cues[-1] if cues else None
        attribute = Attribute.STYLE if Attribute.STYLE in cues and attribute is Attribute.DETAILS else attribute
        attribute = attribute or (Attribute.MOOD if original[at:last] in EASTERN_MOODS else Attribute.STYLE)
        is_noun = _EASTERN_NOUNS.fullmatch(original, at, last) is not None
        if found and (is_noun or found[-1][0] is attribute):
            found[-1] = (found[-1][0], found[-1][1], last)
        else:
            found.append((attribute, at, last))
    return found


def leading_look(text: Text, start: int, end: int) -> tuple[Attribute, int, int] | None:
    """The look at the head of a clause that names its subject after it: 一张电影感的年轻女子."""
    counted = _COUNTED.match(text.original, start, end)
    first = counted.end() if counted else start
    look = _LEADING.match(text.original, first, end)
    if look is None or not counted or not _is_mere_look(text, first, look.end()):
        return None
    cues = [cue.attribute for cue in text.cues_in(first, look.end())]
    return cues[-1] if cues and cues[-1] else Attribute.STYLE, first, look.end() - 1


def _segments(original: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for cut in _EASTERN_CUT.finditer(original, start, end):
        joint = len(cut.group()) if cut.group()[0] in "な、，, で" or cut.group() == "的" else 0
        last = cut.end() - (joint or cut.group().endswith("の"))
        if says_something(original[at:last]):
            yield trimmed(original, at, last)
        at = cut.end()
    if at < end:
        yield trimmed(original, at, end)


def _is_mere_look(text: Text, start: int, end: int) -> bool:
    rest = list(text.original[start:end])
    for cue in text.cues_in(start, end):
        if cue.attribute in _LOOKS:
            rest[cue.start - start : cue.end - start] = " " * (cue.end - cue.start)
    left = _EASTERN_ADJECTIVE.sub("", _EASTERN_NOUNS.sub("", "".join(rest)))
    for mood in EASTERN_MOODS:
        left = left.replace(mood, "")
    return not _EASTERN_FILLER.sub("", left)
