"""The tree of a JSON prompt, as rows of fields: every value is an attribute that can be changed alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from django.utils.translation import gettext as _

from studio.forms import leaves
from studio.prompts import tree

# A page of rows. A form has at most a thousand fields, and people lose their way long before.
ROWS = 200
GROUPS = frozenset({tree.Form.OBJECT, tree.Form.ARRAY})
DEEPEST = 8  # further in, rows are not indented more


@dataclass(frozen=True, slots=True)
class Row:
    node: tree.Node
    path: str  # as the form sends it: names may hold line ends, which a form would change
    name: str
    names: str  # of all groups around it and its own, for those who hear it
    leaf: int | None  # its number among all leaves
    indent: int
    ends: tuple[Ending, ...] = ()  # groups that end after this row

    @property
    def is_group(self) -> bool:
        return self.node.form in GROUPS

    @property
    def is_text(self) -> bool:
        return self.node.form is tree.Form.TEXT


@dataclass(frozen=True, slots=True)
class Ending:
    """Where one more value can be added to a group."""

    path: str
    name: str
    indent: int
    has_names: bool


class Document:
    def __init__(self, source: str, *, first: int = 0, added: str = "") -> None:
        self.source, self.asked, self.added = source, first, added

    @cached_property
    def parsed(self) -> tree.Tree | None:
        try:
            return tree.parse(self.source)
        except tree.Invalid:
            return None

    @property
    def first(self) -> int:
        """The row that was asked for, or the first of the last page where so many are not there any more."""
        return self.asked if self.asked < self.total else max(self.total - 1, 0) // ROWS * ROWS

    @cached_property
    def rows(self) -> list[Row]:
        if self.parsed is None:
            return []
        nodes = self.parsed.nodes
        places = {node.path: place for place, node in enumerate(self.parsed.leaves)}
        following = [*nodes[self.first + 1 : self.first + ROWS + 1], None]
        shown = zip(nodes[self.first : self.first + ROWS], following, strict=False)
        return [self._row(node, after, places.get(node.path)) for node, after in shown]

    def _row(self, node: tree.Node, after: tree.Node | None, leaf: int | None) -> Row:
        around = self._around(node)
        named = [self._name(each) for each in [*reversed(around), node] if each.path]
        return Row(
            node=node,
            path=quote(node.path, safe="/~"),
            name=named[-1] if named else "",
            names=" › ".join(named) or _("Everything"),
            leaf=leaf,
            indent=min(max(node.depth - 1, 0), DEEPEST),
            ends=tuple(self._ending(each) for each in self._ended(node, around, after)),
        )

    @cached_property
    def _groups(self) -> dict[str, tree.Node]:
        return {node.path: node for node in (self.parsed.nodes if self.parsed else ()) if node.form in GROUPS}

    def _around(self, node: tree.Node) -> list[tree.Node]:
        """The groups that a node is in, the innermost first."""
        found, path = [], node.path
        while path:
            path = path.rpartition("/")[0]
            found.append(self._groups[path])
        return found

    def _ended(self, node: tree.Node, around: list[tree.Node], after: tree.Node | None) -> list[tree.Node]:
        """The groups whose last row this is."""
        own = [node] if node.form in GROUPS else []
        return [each for each in [*own, *around] if after is None or after.start >= each.end]

    def _name(self, node: tree.Node) -> str:
        """What stands in a list is counted from 1, as people do."""
        group = self._groups.get(node.path.rpartition("/")[0])
        return str(int(node.key) + 1) if group is not None and group.form is tree.Form.ARRAY and node.path else node.key

    def _unnamed(self, group: tree.Node) -> list[tree.Node]:
        """A group and those around it, up to the innermost that has a name of its own."""
        found = [group]
        for each in self._around(group):
            if not found[-1].path or each.form is not tree.Form.ARRAY:
                break
            found.append(each)
        return [each for each in found if each.path]

    def _ending(self, group: tree.Node) -> Ending:
        return Ending(
            path=quote(group.path, safe="/~"),
            name=" ".join(self._name(each) for each in reversed(self._unnamed(group))),
            indent=min(group.depth, DEEPEST),
            has_names=group.form is tree.Form.OBJECT,
        )

    @property
    def shape(self) -> str:
        return leaves.shape(self.source)

    @property
    def total(self) -> int:
        return len(self.parsed.nodes) if self.parsed else 0

    @property
    def last(self) -> int:
        return min(self.first + ROWS, self.total)

    @property
    def earlier(self) -> int | None:
        return max(self.first - ROWS, 0) if self.first else None

    @property
    def later(self) -> int | None:
        return self.last if self.last < self.total else None


def page_of(source: str, path: str) -> int:
    """The first row of the page on which a leaf stands."""
    places = (place for place, node in enumerate(tree.parse(source).nodes) if node.path == path)
    return next(places, 0) // ROWS * ROWS
