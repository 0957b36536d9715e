"""Reads a JSON prompt leaf by leaf: the names of the keys say which attribute a value is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from studio.prompts.proposal.chips import chip, chips
from studio.prompts.proposal.judging import forbidden
from studio.prompts.proposal.labels import Label, key_label, label_of
from studio.prompts.proposal.pieces import Piece, Proposal, is_east_asian, says_something
from studio.prompts.proposal.quotations import quotations, to_be_drawn
from studio.prompts.proposal.vocabulary import word_set
from studio.prompts.recipe import LISTS, Attribute, TextLine
from studio.prompts.scripts import detect, writing_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Bare(str):
    """A number, true, false or null, as it is written in JSON."""

    __slots__ = ()


class _Object(NamedTuple):
    """All pairs of an object; a name may occur more than once, and nothing is lost."""

    pairs: list[tuple[str, Node]]


Node = str | list["Node"] | _Object

# Names within an object that say nothing of their own: {"lighting": {"type": "softbox"}}.
_EMPTY_KEYS = word_set(
    "type description desc value name kind main primary secondary content contents overall general notes note "
    "info items list elements elements data main_subject summary 描述 内容 说明 類型 类型 名称 説明"
)
# Names whose value says by itself what it is: {"gender": "female"}.
_NAMING_KEYS = word_set(
    "gender sex pose posture expression facial_expression prop props identity role occupation clothing clothes outfit "
    "attire wardrobe costume age hair hairstyle hair_style action activity body_language gesture ethnicity nationality "
    "accessories accessory species breed 性别 性別 姿势 姿態 动作 表情 道具 身份 职业 服装 衣着 穿着 年龄 年齢 发型 "
    "髪型 头发 配饰 ポーズ 職業 持ち物"
)
_HAIR = word_set("hair hairstyle hair_style")
_HAIRY = re.compile(
    r"hair|\b(?:bob|bun|braids?|ponytail|curls|locks|afro|bald|wig|pixie|dreadlocks|fringe|bangs)\b", re.I
)
_CLAUSED = re.compile(r"[,;.]|\b(?:with|in|and|of|to|tied|falling|pulled|worn|styled)\b", re.IGNORECASE)
_CONTENT = word_set("text content value copy string words line characters exact exact_text 内容 文字 文本")
_LETTERING = word_set(
    "font typeface lettering style weight color colour typography font_style font_family treatment 字体 颜色 样式 "
    "書体 色"
)
_PLACEMENT = word_set("position placement location where area alignment 位置 配置")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_LONGEST_LINE = 120
_TOLD_OF = frozenset({Attribute.MOOD, Attribute.STYLE, Attribute.TEXT, Attribute.DETAILS, Attribute.AVOID})


def propose_json(source: str) -> Proposal:
    """Every leaf is in a piece. Raises ValueError for what is not JSON, or too deep to read."""
    try:
        node = _node(
            json.loads(
                source.removeprefix("\ufeff"),
                object_pairs_hook=lambda pairs: _Object([(key, _node(value)) for key, value in pairs]),
                parse_int=_Bare,
                parse_float=_Bare,
                parse_constant=_Bare,
            )
        )
        return Proposal(tuple(_walk(node, ())))
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply.") from error


def _node(value: object) -> Node:
    if isinstance(value, _Object | str):
        return value
    if isinstance(value, list):
        return [_node(item) for item in value]
    return _Bare(json.dumps(value))


def _walk(node: Node, path: tuple[str, ...]) -> Iterator[Piece]:
    if isinstance(node, _Object):
        yield from _object(node, path)
    elif isinstance(node, list):
        yield from _list(node, path)
    elif node.strip():
        yield from _leaf(node, path)


def _object(node: _Object, path: tuple[str, ...]) -> Iterator[Piece]:
    label = _label(path)
    content = next((key for key, value in node.pairs if key.casefold() in _CONTENT and _is_words(value)), None)
    if label is not None and label.attribute is Attribute.TEXT and content is not None:
        yield from _described_line(node, path, content)
        return
    for key, value in node.pairs:
        yield from _walk(value, (*path, key))


def _is_words(node: Node) -> bool:
    return isinstance(node, str) and not isinstance(node, _Bare) and bool(node)


def _described_line(node: _Object, path: tuple[str, ...], content: str) -> Iterator[Piece]:
    """A text line whose look and place are told beside it."""
    words = ""
    found: dict[str, list[str]] = {"lettering": [], "placement": []}
    rest: list[tuple[str, Node]] = []
    for key, value in node.pairs:
        name = key.casefold()
        kind = "lettering" if name in _LETTERING else "placement" if name in _PLACEMENT else ""
        if key == content and not words and isinstance(value, str):
            words = value
        elif kind and isinstance(value, str) and value:
            found[kind].append(value)
        else:
            rest.append((key, value))
    line = TextLine(
        text=words,
        script=detect(words),
        lettering=", ".join(found["lettering"]),
        placement=", ".join(found["placement"]) or _named_placement(path),
    )
    yield Piece(Attribute.TEXT, line, words)
    for key, value in rest:
        for piece in _walk(value, (*path, key)):
            yield (
                piece
                if piece.attribute is not Attribute.TEXT
                else Piece(Attribute.DETAILS, _told((*path, key), piece.source), piece.source)
            )


def _list(node: list[Node], path: tuple[str, ...]) -> Iterator[Piece]:
    label = _label(path)
    attribute = label.attribute if label else Attribute.DETAILS
    if attribute is Attribute.TEXT or attribute in LISTS or not all(isinstance(item, str) for item in node):
        for item in node:
            pieces = list(_walk(item, path) if not isinstance(item, str) else _item(item, path))
            yield from _ended(pieces) if isinstance(item, _Object) and len(node) > 1 else pieces
        return
    plain = [item for item in node if isinstance(item, str) and forbidden(item) is None and item.strip()]
    for item in node:
        if isinstance(item, str) and (other := forbidden(item)) is not None:
            yield Piece(other, chip(item, other), item)
    if plain:
        joint = "、" if all(_is_eastern(item) for item in plain) else ", "
        yield Piece(attribute, _worded(attribute, path, joint.join(plain)), joint.join(plain))


def _ended(pieces: list[Piece]) -> Iterator[Piece]:
    """Closes the last sentence on one of several things, so that the next one's words do not run on from it."""
    for number, piece in enumerate(pieces):
        value = piece.value
        is_last = number + 1 == len(pieces) and isinstance(value, str) and piece.attribute not in LISTS
        if is_last and isinstance(value, str) and not value.endswith(_SENTENCE_ENDS):
            value += "。" if is_east_asian(value[-1]) else "."
        yield Piece(piece.attribute, value, piece.source)


def _item(value: str, path: tuple[str, ...]) -> Iterator[Piece]:
    """An item of a list is one chip, commas and all."""
    label = _label(path)
    if label is not None and label.attribute in LISTS and value.strip() and not isinstance(value, _Bare):
        yield Piece(label.attribute, chip(value, label.attribute), value)
    elif value.strip():
        yield from _leaf(value, path)


def _leaf(value: str, path: tuple[str, ...]) -> Iterator[Piece]:
    label = _label(path)
    attribute = label.attribute if label else Attribute.DETAILS
    if isinstance(value, _Bare):
        yield Piece(Attribute.DETAILS, _told(path, value), value)
    elif attribute is Attribute.TEXT:
        yield from _text(value, path)
    elif attribute in LISTS:
        if value.rstrip().endswith(_SENTENCE_ENDS):
            yield Piece(attribute, chip(value, attribute), value)
        else:
            yield from (Piece(attribute, piece.value, piece.source) for piece in chips(value, 0, len(value), attribute))
    elif (other := forbidden(value)) is not None:
        yield Piece(other, chip(value, other), value)
    else:
        yield Piece(attribute, _worded(attribute, path, value), value)


def _text(value: str, path: tuple[str, ...]) -> Iterator[Piece]:
    if (other := forbidden(value)) is not None:
        yield Piece(other, chip(value, other), value)
    elif len(value) > _LONGEST_LINE or any(to_be_drawn(value, quotations(value))):
        at = 0
        for quotation in quotations(value):
            yield from _described(value[at : quotation.start], path)
            words = value[quotation.text_start : quotation.text_end]
            yield Piece(Attribute.TEXT, TextLine(text=words, script=detect(words)), words)
            at = quotation.end
        yield from _described(value[at:], path)
    else:
        line = TextLine(text=value, script=detect(value), placement=_named_placement(path))
        yield Piece(Attribute.TEXT, line, value)


def _described(words: str, path: tuple[str, ...]) -> Iterator[Piece]:
    if says_something(words):
        yield Piece(Attribute.DETAILS, _told(path, words.strip(" ,;:，；：")), words)


def _named_placement(path: tuple[str, ...]) -> str:
    """A headline is told apart from a caption by the name of its key."""
    for key in reversed(path):
        label = key_label(key)
        if label is not None:
            named = label_of(key.replace("_", " "))
            return key.replace("_", " ") if named and not label.is_plain and label.attribute is Attribute.TEXT else ""
    return ""


def _label(path: Sequence[str]) -> Label | None:
    """Of the innermost key that names an attribute; a colour or a note belongs to the thing that it is told of."""
    found: Label | None = None
    for key in reversed(path):
        label = None if key.casefold() in _EMPTY_KEYS and len(path) > 1 else key_label(key)
        if label is None:
            continue
        if found is None:
            found = label
        elif label.attribute not in _TOLD_OF:
            return label
        if found.attribute is not Attribute.DETAILS or found.is_plain:
            return found
    return found


def _worded(attribute: Attribute, path: tuple[str, ...], value: str) -> str:
    """With the key in front where it says more than the attribute does."""
    keys = list(path)
    while len(keys) > 1 and keys[-1].casefold() in _EMPTY_KEYS:
        keys.pop()
    if attribute is Attribute.SUBJECT and len(path) > 1 and (bare := _said_by_value(keys[-1], value)):
        return bare
    label = key_label(keys[-1]) if keys else None
    if label is None:
        return _told(path, value) if attribute is Attribute.DETAILS else f"{keys[-1]}: {value}" if keys else value
    if attribute is Attribute.DETAILS and len(keys) < len(path):
        return _told(path[len(keys) - 1 :], value)
    return value if label.is_plain else f"{keys[-1]}: {value}"


def _said_by_value(key: str, value: str) -> str | None:
    """The bare value where the key only names what the value says already; None where the key says more."""
    name = re.sub(r"[_\-\s]+", "_", key.strip()).casefold()
    if name not in _NAMING_KEYS or not any(map(str.isalpha, value)):
        return None
    if name in _HAIR and not _is_eastern(value) and not _HAIRY.search(value):
        return f"{value} hair" if len(value.split()) <= 4 and not _CLAUSED.search(value) else None
    return value


def _told(path: Sequence[str], value: str) -> str:
    return f"{'.'.join(path)}: {value}" if path else value


def _is_eastern(text: str) -> bool:
    return bool(text) and writing_of(text[0]) in {"han", "kana"}
