"""Adds a leaf to somebody's JSON in the spacing that is there, and takes one away as if it had never been there."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from studio.prompts.tree.editing import absent, replaced, written
from studio.prompts.tree.faults import Refused
from studio.prompts.tree.reading import CONTAINERS, Form, Node, Tree, parse
from studio.prompts.tree.texts import is_all_ascii, quoted
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = "  "


def with_added(
    source: str, parent_path: str, key: str, text: str, form: Form = Form.TEXT, *, before: str | None = None
) -> str:
    """A new leaf as the last child, or before the child with the path ``before``. An array takes no notice of the key.

    Raises KeyError for an unknown path, Refused for a key that is there already.
    """
    tree = parse(source)
    parent, children = tree.at(parent_path), tree.children(parent_path)
    if parent.form not in CONTAINERS:
        raise Refused(_("Nothing can be added here: this is neither a group nor a list."))
    item = written(source, text, form)
    if parent.form is Form.OBJECT:
        absent(key, children)
        item = quoted(key, in_ascii=is_all_ascii(source)) + _colon(tree, parent, children) + item
    if before is not None:
        place = {child.path: child.key_start for child in children}[before]
        return replaced(source, place, place, item + _comma(tree, parent, children))
    if children:
        place = children[-1].end
        return replaced(source, place, place, _comma(tree, parent, children) + item)
    head, tail = _padding(tree, parent)
    return replaced(source, parent.start + 1, parent.start + 1, head + item + tail)


def without(source: str, path: str) -> str:
    """Without this member or element, its comma and its white space. Raises KeyError, or Refused for the top."""
    tree = parse(source)
    node = tree.at(path)
    if not path:
        raise Refused(_("The whole prompt cannot be taken away."))
    parent = tree.at(_above(path))
    siblings = tree.children(parent.path)
    if len(siblings) == 1:
        return replaced(source, parent.start + 1, parent.end - 1, "")
    if node is siblings[-1]:
        return replaced(source, siblings[-2].end, node.end, "")
    after = siblings[siblings.index(node) + 1]
    return replaced(source, node.key_start, after.key_start, "")


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _comma(tree: Tree, parent: Node, children: tuple[Node, ...]) -> str:
    """What stands between two children: most often so far, or as the white space before the only one suggests."""
    if len(children) > 1:
        return _usual(tree.source[one.end : other.key_start] for one, other in pairwise(children))
    before_first = tree.source[parent.start + 1 : children[0].key_start]
    return "," + (before_first or (" " if _colon_of_all(tree).endswith(" ") else ""))


def _colon(tree: Tree, parent: Node, children: tuple[Node, ...]) -> str:
    """What stands between a key and its value: most often in this object, or else in all the prompt."""
    colons = [colon for child in children if not _LINE_END.search(colon := _colon_after(tree, child))]
    return _usual(colons) if colons else _colon_of_all(tree)


def _colon_after(tree: Tree, node: Node) -> str:
    return tree.source[node.key_end : node.start]


def _colon_of_all(tree: Tree) -> str:
    colons = [_colon_after(tree, node) for node in tree.nodes if node.key_start < node.key_end]
    return _usual(colons) if colons and not _LINE_END.search(_usual(colons)) else ": "


def _usual(found: Iterable[str]) -> str:
    """The most frequent one, of several the last."""
    counted = Counter(reversed(list(found)))
    return counted.most_common(1)[0][0]


def _padding(tree: Tree, parent: Node) -> tuple[str, str]:
    """The white space to write before and after the first child of an empty object or array."""
    inside = tree.source[parent.start + 1 : parent.end - 1]
    if _LINE_END.search(inside):
        return _line_end(inside) + _last_line(inside) + _unit(tree), ""
    if inside:
        return inside, ""
    if not parent.path:
        return _line_end(tree.source) + _INDENT, _line_end(tree.source)
    head, tail = _edges(tree, tree.at(_above(parent.path)))
    if _LINE_END.search(head):
        line = _line_end(head) + _last_line(head)
        return line + _unit(tree), line
    return head, head if _LINE_END.search(tail) else tail


def _edges(tree: Tree, container: Node) -> tuple[str, str]:
    """The white space after the opening bracket and before the closing one."""
    children = tree.children(container.path)
    return (
        tree.source[container.start + 1 : children[0].key_start],
        tree.source[children[-1].end : container.end - 1],
    )


def _unit(tree: Tree) -> str:
    """By how much this prompt indents what stands inside a bracket."""
    for node in tree.nodes:
        if node.count:
            head, tail = _edges(tree, node)
            inner, outer = _last_line(head), _last_line(tail)
            if _LINE_END.search(head) and inner.startswith(outer) and inner != outer:
                return inner[len(outer) :]
    return _INDENT


def _line_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def _last_line(white: str) -> str:
    return _LINE_END.split(white)[-1]
