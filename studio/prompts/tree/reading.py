"""Reads somebody's JSON text as RFC 8259 has it, and remembers where every key and value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from studio.prompts.tree import faults
from studio.prompts.tree.faults import NUMBER, Invalid
from studio.prompts.tree.texts import SURROGATE, TEXT, decoded, offsets
from studio.prompts.words import gettext_noop as _

MAX_DEPTH = 64  # brackets inside one another
MAX_BYTES = 200_000  # in UTF-8
# Every path holds the keys above it, so a long key around many values would take gigabytes.
MAX_PATHS = 5_000_000  # characters of all paths

_BOM = "\ufeff"
_WHITE = re.compile(r"[ \t\n\r]*+")
_SCALAR = re.compile(rf"(?:true|false|null|{NUMBER.pattern})(?=[ \t\n\r,\]}}]|\Z)")


class Form(StrEnum):
    OBJECT = "object"
    ARRAY = "array"
    TEXT = "text"
    NUMBER = "number"
    TRUE = "true"
    FALSE = "false"
    NULL = "null"


CONTAINERS = frozenset({Form.OBJECT, Form.ARRAY})
_FORMS = {"t": Form.TRUE, "f": Form.FALSE, "n": Form.NULL}
_OPENERS = {"{": Form.OBJECT, "[": Form.ARRAY}


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. Places count characters of the source; quotation marks and brackets are inside."""

    form: Form
    path: str  # an RFC 6901 pointer; see ``pointer`` for a key that is there twice
    key: str  # decoded; in an array the index; "" at the top
    depth: int
    start: int
    end: int
    key_start: int  # equal to key_end and start where there is no key
    key_end: int
    value: str  # decoded for a text, as it is written for the other scalars, "" for objects and arrays
    count: int  # of children

    @property
    def is_leaf(self) -> bool:
        return not self.count


@dataclass(frozen=True, eq=False)
class Tree:
    source: str
    nodes: tuple[Node, ...]  # in the order of the source, parents before children
    duplicates: tuple[str, ...]  # the paths whose key was there before in the same object

    @cached_property
    def leaves(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.is_leaf)

    def at(self, path: str) -> Node:
        """Raises KeyError where nothing has this path."""
        return self._by_path[path]

    def children(self, path: str) -> tuple[Node, ...]:
        """In the order of the source. Raises KeyError where nothing has this path."""
        return tuple(self._families[path]) if self.at(path).count else ()

    @cached_property
    def _by_path(self) -> dict[str, Node]:
        return {node.path: node for node in self.nodes}

    @cached_property
    def _families(self) -> dict[str, list[Node]]:
        families: dict[str, list[Node]] = {}
        line: list[Node] = []  # from the top down to the node before
        for node in self.nodes:
            del line[node.depth :]
            if line:
                families.setdefault(line[-1].path, []).append(node)
            line.append(node)
        return families


def pointer(parent: str, key: str, occurrence: int = 1) -> str:
    """The path of a key, or of an index, inside the parent.

    A key that is there again gets what no escaped key can hold: ~2 to ~9, then ~~10 and so on, for ~10 would be "/0".
    """
    path = f"{parent}/{key.replace('~', '~0').replace('/', '~1') if '~' in key or '/' in key else key}"
    if occurrence == 1:
        return path
    return f"{path}~{occurrence}" if occurrence < 10 else f"{path}~~{occurrence}"


def parse(source: str) -> Tree:
    """Raises Invalid at the first place where this is no JSON, or more of it than is taken."""
    # The tree of a large text may take megabytes, so fewer of those are kept.
    return _recent(source) if len(source) <= 20_000 else _recent_large(source)


def decoded_offsets(source: str, node: Node) -> tuple[int, ...]:
    """Where each character of a text's value starts in the source, and last where its closing mark stands."""
    if node.form is not Form.TEXT:
        raise ValueError(f"{node.path} is not a text.")
    return offsets(source, node.start, node.end)


def _read(source: str) -> Tree:
    _fits(source)
    return _Reader(source).read()


_recent = lru_cache(maxsize=64)(_read)
_recent_large = lru_cache(maxsize=4)(_read)


def _fits(source: str) -> None:
    try:
        size = source.encode()
    except UnicodeEncodeError as error:
        message = _("Half of a character (%(code)s) stands here, and cannot be sent.")
        raise Invalid(source, error.start, message, {"code": faults.code(source[error.start])}) from None
    if len(size) > MAX_BYTES:
        at = len(size[:MAX_BYTES].decode(errors="ignore"))
        message = _("The prompt has %(bytes)d bytes, and no more than %(limit)d can be kept.")
        raise Invalid(source, at, message, {"bytes": len(size), "limit": MAX_BYTES})
    if not source.removeprefix(_BOM).strip(" \t\n\r"):
        raise Invalid(source, 0, _("There is nothing here yet."))


@dataclass(slots=True)
class _Open:
    """An object or an array whose closing bracket is still to come."""

    form: Form
    path: str
    key: str
    start: int
    key_start: int
    key_end: int
    index: int  # of its node
    count: int
    seen: dict[str, int]  # how often each key was there


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.nodes: list[Node | None] = []  # None for what is still open
        self.open: list[_Open] = []
        self.duplicates: list[str] = []
        self.room = MAX_PATHS
        self.last = 0  # where the last text begins

    def read(self) -> Tree:
        at = self._after_white(1 if self.source.startswith(_BOM) else 0)
        at = self._value(at, "", "", at, at)
        while self.open:
            container = self.open[-1]
            at = self._after_white(at)
            if self.source.startswith("}" if container.form is Form.OBJECT else "]", at):
                at = self._close(at + 1)
                continue
            if container.count:
                if not self.source.startswith(",", at):
                    raise faults.after_value(self.source, at, container.start, self.last)
                at = self._after_white(at + 1)
            at = self._member(container, at) if container.form is Form.OBJECT else self._element(container, at)
        at = self._after_white(at)
        if at < len(self.source):
            raise faults.after_value(self.source, at, None, self.last)
        nodes = tuple(node for node in self.nodes if node is not None)
        return Tree(source=self.source, nodes=nodes, duplicates=tuple(self.duplicates))

    def _after_white(self, at: int) -> int:
        found = _WHITE.match(self.source, at)
        return found.end() if found else at

    def _member(self, container: _Open, at: int) -> int:
        if not self.source.startswith('"', at):
            raise faults.at_key(self.source, at, container.start)
        key, key_end = self._text(at)
        colon = self._after_white(key_end)
        if not self.source.startswith(":", colon):
            raise faults.at_colon(self.source, colon, container.start, at)
        container.count += 1
        occurrence = container.seen[key] = container.seen.get(key, 0) + 1
        path = pointer(container.path, key, occurrence)
        if occurrence > 1:
            self.duplicates.append(path)
        return self._value(self._after_white(colon + 1), path, key, at, key_end)

    def _element(self, container: _Open, at: int) -> int:
        key = str(container.count)
        container.count += 1
        return self._value(at, f"{container.path}/{key}", key, at, at)

    def _value(self, at: int, path: str, key: str, key_start: int, key_end: int) -> int:
        """Reads a whole scalar, or the opening bracket alone, and says where it ends."""
        self.room -= len(path)
        if self.room < 0:
            raise Invalid(self.source, key_start, _("The names around this are too long for so many values."))
        sign = self.source[at : at + 1]
        if form := _OPENERS.get(sign):
            if len(self.open) == MAX_DEPTH:
                message = _("No more than %(limit)d brackets may stand inside one another.")
                raise Invalid(self.source, at, message, {"limit": MAX_DEPTH})
            self.open.append(_Open(form, path, key, at, key_start, key_end, len(self.nodes), 0, {}))
            self.nodes.append(None)
            return at + 1
        if sign == '"':
            form = Form.TEXT
            value, end = self._text(at)
        elif scalar := _SCALAR.match(self.source, at):
            form = _FORMS.get(sign, Form.NUMBER)
            value, end = scalar.group(), scalar.end()
        else:
            raise faults.at_value(self.source, at, self.open[-1].start if self.open else None)
        self.nodes.append(Node(form, path, key, len(self.open), at, end, key_start, key_end, value, 0))
        return end

    def _close(self, end: int) -> int:
        one = self.open.pop()
        self.nodes[one.index] = Node(
            one.form, one.path, one.key, len(self.open), one.start, end, one.key_start, one.key_end, "", one.count
        )
        return end

    def _text(self, at: int) -> tuple[str, int]:
        self.last = at
        found = TEXT.match(self.source, at)
        if not found:
            raise faults.in_text(self.source, at)
        value = decoded(self.source, at, found.end())
        if half := SURROGATE.search(value):
            place = offsets(self.source, at, found.end())[half.start()]
            message = _("%(escape)s is half of a character, and its other half is missing.")
            raise Invalid(self.source, place, message, {"escape": self.source[place : place + 6]})
        return value, found.end()
