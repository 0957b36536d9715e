"""Takes a description of the subject apart: the frame before it ("a photo of"), and what surrounds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.prompts.proposal.chips import trimmed
from studio.prompts.proposal.frames import FRAME, divided_frame, eastern_looks, leading_look, looks
from studio.prompts.proposal.judging import head_end, is_eastern, judged
from studio.prompts.proposal.vocabulary import BODY_WORDS, BOUNDARIES, PLACERS, word_set
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from studio.prompts.proposal.cues import Cue, Span, Text


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch with its attribute; ``value_start`` and ``value_end`` leave out an article or an "of" that joins."""

    attribute: Attribute
    start: int
    end: int
    value_start: int = -1
    value_end: int = -1


_REQUEST = re.compile(
    r"(?:please |create|generate|make|design|draw|produce|render|show|turn|i want|imagine|give me|can you)\b", re.I
)
_CAMERA_NOUNS = frozenset({"close-up", "closeup", "view", "shot", "flat lay", "portrait"})
_PLAIN_NOUNS = frozenset({"picture", "image", "view", "logo", "icon", "print", "mockup"})
# In front of a place or a light these leave the subject; "with" leaves it for anything but a thing.
_LEAVING = word_set(
    "in on at inside against outside by near beside under beneath above along over within atop behind amid among "
    "across around through overlooking from with during seen viewed lit bathed close very"
)
_SIDES = word_set(
    "end edge side foot middle centre center top bottom corner heart back front rim tip mouth slab block bed "
    "row stack pile"
)
_RETURNING = word_set("holding wearing looking carrying drinking reading smiling while facing leaning")
_STAYING = re.compile(
    r"at (?:the )?(?:camera|lens|viewer)\b"
    r"|(?:in|at|on|into) the (?:background|foreground|image|picture|photo|frame|label)\b"
)

_EASTERN_FRAME = re.compile(
    r"的(?P<frame>[^的，]{0,8}(?:产品图|摄影|插画|海报|照片|写真|油画|水彩画|水墨画|漫画|信息图|效果图|特写))$"
)
_EASTERN_TIME = re.compile(r"(?P<time>[^的のが，、]{1,8}?)(?P<joint>的|の)(?=.)")
_EASTERN_PLACE = re.compile(
    r"(?:摆?放置?在|摆在|坐落在|坐在|站在|躺在|趴在|走在|立在|漂浮在|置于|位于|在)(?!画面|图中|画中)"
)
_EASTERN_SIDE = re.compile(r"(?:尽头|深处|中央|一角|之[间上中下]|[上里中内旁前边下间处外后](?:方|面|边|侧)?)?")
# What somebody wears, holds or does is said of the subject: 身穿淡青色旗袍, 走在石板桥上, 左手にランタンを持っている.
EASTERN_BODY = re.compile(
    r"[她他它]?(?:们)?(?:正|正在)?(?:身穿|身着|身披|穿着|头戴|戴着|手持|手里|手中|[左右双单]手|手拿|拿着|捧着|抱着|撑着|提着|牵着|背着|留着|面带"
    r"|微笑|低头|抬头|回头|望着|看着|坐在|站在|走在|跪在|躺在|蹲在|趴在|靠在|倚在|骑着|眼神|长发|短发)"
    r"|(?:左手|右手|両手|片手|手)[にで]|[^、。]{1,14}を(?:着て|着た|被って|持って|抱えて|羽織って|かけて|さして|手に)"
)
_JAPANESE_NAMED = re.compile(r"[^、。がで]{2,30}が(?=[^、。])")
_JAPANESE_PLACE = re.compile(r"[^、。]{1,16}?(?:の上に置かれた|に置かれた|の上の|の中で|の前で|にて|で)(?=.)")


def take_apart(text: Text, start: int, end: int) -> list[Part]:
    """The parts of the first clause: its frame, the subject, and what is said about its surroundings."""
    if is_eastern(text, start, end):
        return _eastern(text, start, end)
    frames = _frame(text, start, end)
    at = frames[-1].end if frames else start
    while at < end and text.original[at].isspace():
        at += 1
    return [*frames, *(surroundings(text, at, end) if at < end else [])]


def _frame(text: Text, start: int, end: int) -> list[Part]:
    if framed := divided_frame(text, start, end):
        return _divided(start, framed.end(), looks(text, *framed.span("frame")))
    match = FRAME.match(text.original, start, end)
    if match is None or _REQUEST.match(text.original, start, end):
        return []
    first, last = match.span("frame")
    cues = text.cues_in(first, last)
    styles = [cue for cue in cues if cue.attribute is Attribute.STYLE]
    cameras = [cue for cue in cues if cue.attribute is Attribute.COMPOSITION]
    if not styles and not cameras and (match["noun"].lower() in _PLAIN_NOUNS or not match["joint"]):
        return []
    noun_is_camera = match["noun"].lower() in _CAMERA_NOUNS
    if (noun_is_camera and not styles) or (cameras and cameras[-1].end == last):
        return [Part(Attribute.COMPOSITION, start, match.end(), start, last)]
    if cameras and cameras[0].start == first and not noun_is_camera:
        rest, _ = trimmed(text.original, cameras[0].end, last)
        return [
            Part(Attribute.COMPOSITION, start, cameras[0].end),
            Part(Attribute.STYLE, rest, match.end(), rest, last),
        ]
    return [Part(Attribute.STYLE, start, match.end(), first, last)]


def _divided(start: int, end: int, found: list[tuple[Attribute, int, int]]) -> list[Part]:
    """Looks as parts that together reach from ``start`` to ``end``."""
    bounds = [start, *(look[1] for look in found[1:]), end]
    return [Part(look[0], bounds[n], bounds[n + 1], look[1], look[2]) for n, look in enumerate(found)]


def surroundings(text: Text, start: int, end: int) -> list[Part]:
    """The subject first, then each phrase that a preposition and a cue mark as something else."""
    words = text.words_in(start, end)
    cues = text.cues_in(start, end)
    parts: list[Part] = []
    attribute, at = Attribute.SUBJECT, start
    for number, word in enumerate(words):
        if number == 0 or word.start < at:
            continue
        found = _turn(text, words, number, end, cues, attribute)
        if found is None or found is attribute:
            continue
        cut = word.start
        if found is Attribute.SETTING and text.word(words[number - 1]) in PLACERS and words[number - 1].start >= at:
            cut = words[number - 1].start
        parts.append(Part(attribute, at, cut))
        attribute, at = found, cut
    parts.append(Part(attribute, at, end))
    return [part for part in parts if text.original[part.start : part.end].strip()]


def _turn(
    text: Text, words: tuple[Span, ...], number: int, end: int, cues: list[Cue], current: Attribute
) -> Attribute | None:
    """What the phrase that begins with this word belongs to; None where it goes on with what was."""
    word = words[number]
    name = text.word(word)
    if name in _RETURNING:
        return Attribute.SUBJECT
    if any(cue.start < word.start < cue.end for cue in cues):
        return None
    if text.lower.startswith(("at night", "at noon"), word.start):
        return Attribute.LIGHTING
    if name not in _LEAVING or _STAYING.match(text.lower, word.start):
        return None
    if name == "very" and not text.lower.startswith("very close to the camera", word.start):
        return None
    if name == "close" and not text.lower.startswith("close to the camera", word.start):
        return None
    phrase_end = _phrase_end(text, words, number, end, cues)
    inside = [cue for cue in cues if word.start <= cue.start < phrase_end]
    if not inside:
        return None
    found = inside[-1].attribute
    if found is Attribute.STYLE and name == "in":
        return found
    if name in {"with", "from"}:
        return found if found in {Attribute.LIGHTING, Attribute.COMPOSITION} else None
    return found if found in {Attribute.LIGHTING, Attribute.COMPOSITION, Attribute.SETTING} else None


def _phrase_end(text: Text, words: tuple[Span, ...], number: int, end: int, cues: list[Cue]) -> int:
    for place, word in enumerate(words[number + 2 :], number + 2):
        name = text.word(word)
        if name == "of" and text.word(words[place - 1]) in _SIDES:
            continue
        stops = name in BOUNDARIES or name in BODY_WORDS
        if stops and not any(cue.start < word.start < cue.end for cue in cues):
            return word.start
    return end


def _eastern(text: Text, start: int, end: int) -> list[Part]:
    parts: list[Part] = []
    tail: list[Part] = []
    original = text.original
    if found := eastern_looks(text, start, end):
        return _divided(start, end, found)
    if frame := _EASTERN_FRAME.search(original, start, end):
        attributes = [cue.attribute for cue in text.cues_in(frame.start("frame"), end)]
        is_camera = Attribute.COMPOSITION in attributes and Attribute.STYLE not in attributes
        look = Attribute.COMPOSITION if is_camera else Attribute.STYLE
        tail = [Part(look, frame.start(), end, frame.start("frame"), end)]
        end = frame.start()
        if leading := leading_look(text, start, end):
            parts.append(Part(leading[0], start, leading[2] + 1, leading[1], leading[2]))
            start = leading[2] + 1
    if (time := _EASTERN_TIME.match(original, start, end)) and _is_light(text, *time.span("time")):
        parts.append(Part(Attribute.LIGHTING, start, time.end(), start, time.end("time")))
        start = time.end()
    if text.is_japanese and (named := _JAPANESE_NAMED.match(original, start, end)):
        rest = _eastern(text, named.end(), end)
        if rest and rest[0].attribute in {Attribute.SETTING, Attribute.LIGHTING}:
            return [*parts, *_eastern_subject(text, start, named.end()), *rest, *tail]
    if text.is_japanese and original.endswith("が", start, end) and end - start > 2:
        return [*parts, *_eastern_subject(text, start, end)]
    if (place := _place(text, start, end)) is not None:
        before = [Part(Attribute.SUBJECT, start, place.start)] if place.start > start else []
        after = [Part(Attribute.SUBJECT, place.end, end)] if place.end < end else []
        return [*parts, *before, place, *after, *tail]
    return [*parts, *([Part(Attribute.SUBJECT, start, end)] if start < end else []), *tail]


def _eastern_subject(text: Text, start: int, end: int) -> list[Part]:
    """A clause that ends in the particle of its subject: the particle is not of its name."""
    place = _place(text, start, end)
    before = [place] if place is not None and place.start == start and place.end < end else []
    at = before[0].end if before else start
    return [*before, Part(Attribute.SUBJECT, at, end, at, end - 1)]


def _place(text: Text, start: int, end: int) -> Part | None:
    """From "sitting on" or the like to the last place named."""
    opening = (_JAPANESE_PLACE if text.is_japanese else _EASTERN_PLACE).search(text.original, start, end)
    if opening is None:
        return None
    within = opening.span() if text.is_japanese else (opening.end(), end)
    places = [cue for cue in text.cues_in(*within) if cue.attribute is Attribute.SETTING]
    if not places:
        return None
    if text.is_japanese:
        return Part(Attribute.SETTING, *within)
    side = _EASTERN_SIDE.match(text.original, places[-1].end, end)
    return Part(Attribute.SETTING, opening.start(), side.end() if side else places[-1].end)


def _is_light(text: Text, start: int, end: int) -> bool:
    cues = text.cues_in(start, end)
    return bool(cues) and cues[-1].attribute is Attribute.LIGHTING


# 清晨的江南水乡，一位女子: the place comes first, and then who is there.
_BEFORE_A_BEING = re.compile(r"[，,]\s*[一两三几](?:位|个|名|只|条|艘|辆|对|群|匹|头)")
_AT = ("で", "に", "には", "では")


def is_mere_cue(text: Text, start: int, end: int) -> Attribute | None:
    """The attribute of a first clause that has no subject in it: "cinematic", "电影感画面", "Close-up"."""
    words = text.words_in(start, end)
    found = judged(text, start, end)
    if found is Attribute.SETTING and _BEFORE_A_BEING.match(text.original, end):
        return found if text.cues_in(start, end)[-1:] == [] or text.cues_in(start, end)[-1].end == end else None
    if found is Attribute.SETTING:
        is_place = text.word(words[0]) in BOUNDARIES if words else text.original.endswith(_AT, start, end)
        return found if is_place else None
    if found in {None, Attribute.SUBJECT, Attribute.DETAILS}:
        return None
    if is_eastern(text, start, end):
        return found if end - start <= 6 else None
    has_article = bool(words) and text.word(words[0]) in {"a", "an", "the"}
    return found if len(words) <= 4 and not has_article and head_end(text, start, end) == end else None
