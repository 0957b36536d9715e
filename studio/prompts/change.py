"""What differs between two recipes, and the making of a recipe that differs in exactly one attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.prompts import filling, tree
from studio.prompts.recipe import ATTRIBUTES, Attribute, Kind, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

# RFC 6901: how a name is written in a path.
_ESCAPES = (("~", "~0"), ("/", "~1"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a change is about: an attribute, one leaf of a JSON text, or the words for one placeholder.

    ``path`` is empty for a whole attribute. ``str`` writes it as versions keep it: "setting",
    "body/environment/lighting/mood", "fills/LANDMARK".
    """

    attribute: Attribute
    path: str = ""

    def __str__(self) -> str:
        return f"{self.attribute.value}{self.path}"

    @classmethod
    def of_fill(cls, name: str) -> Place:
        for sign, written in _ESCAPES:
            name = name.replace(sign, written)
        return cls(Attribute.FILLS, f"/{name}")

    @property
    def name(self) -> str:
        """Of the placeholder, or the last name in a leaf's path."""
        name = self.path.rpartition("/")[2]
        for sign, written in reversed(_ESCAPES):
            name = name.replace(written, sign)
        return name


def differences(a: Recipe, b: Recipe) -> tuple[Place, ...]:
    """The places, in the order of the prompt, whose sent values differ; empty when nothing of the prompt has changed.

    Recipes of different kinds differ in body and subject at least, whatever their values: every separator changes.
    """
    if a.kind is not b.kind:
        forced = {Attribute.BODY, Attribute.SUBJECT}
        changed = (each for each in Attribute if each in forced or _sent(a, each) != _sent(b, each))
        return tuple(Place(attribute) for attribute in changed)
    places: list[Place] = []
    for attribute in a.attributes:
        if a.value(attribute) != b.value(attribute):
            is_tree = attribute is Attribute.BODY and a.kind is Kind.JSON
            places += _leaves(a.body, b.body) if is_tree else [Place(attribute)]
    return (*places, *_fills(a, b))


def single_difference(a: Recipe, b: Recipe) -> Place | None:
    """The one place in which they differ; None when it is none, or more than one."""
    found = differences(a, b)
    return found[0] if len(found) == 1 else None


def with_one(recipe: Recipe, attribute: Attribute, value: Any) -> Recipe:
    """The same recipe with another value of one attribute. Raises ValueError where its kind has no such attribute."""
    if attribute not in recipe.attributes and attribute is not Attribute.FILLS:
        raise ValueError(f"A {recipe.kind.value} prompt has no {attribute.value}.")
    kept = type(recipe.value(attribute))
    if not isinstance(value, kept):
        raise TypeError(f"{attribute.value} is kept as {kept.__name__}, not as {type(value).__name__}.")
    return recipe.with_value(attribute, value)


def _sent(recipe: Recipe, attribute: Attribute) -> Any:
    return (recipe.value(attribute) or None) if attribute in ATTRIBUTES[recipe.kind] else None


def _fills(a: Recipe, b: Recipe) -> list[Place]:
    """Words for a placeholder that is nowhere in the prompt are not sent."""
    one, other = filling.words(a), filling.words(b)
    changed = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    if not changed:
        return []
    used = dict.fromkeys((*filling.names(a), *filling.names(b)))
    return [Place.of_fill(name) for name in used if name in changed]


def _leaves(a: str, b: str) -> list[Place]:
    """The leaves that were changed, added or removed, and the whole text if it differs in anything else as well."""
    whole = Place(Attribute.BODY)
    try:
        one, other = tree.parse(a), tree.parse(b)
    except tree.Invalid:
        return [whole]
    before = {leaf.path: a[leaf.start : leaf.end] for leaf in one.leaves}
    after = {leaf.path: b[leaf.start : leaf.end] for leaf in other.leaves}
    changed = [path for path in dict.fromkeys((*before, *after)) if before.get(path) != after.get(path)]
    # A group that was empty is no leaf any more once something is in it; that is one change, not two.
    groups = {above for path in changed for above in _above(path)}
    changed = [path for path in changed if path not in groups]
    places = [Place(Attribute.BODY, path) for path in changed]
    if before.keys() == after.keys():
        is_all = _frame(a, one) == _frame(b, other)
    else:
        is_all = len(changed) > 1 or _is_one_more(a, b, changed[0]) or _is_one_more(b, a, changed[0])
    return places if is_all else [*places, whole]


def _above(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


def _is_one_more(small: str, large: str, path: str) -> bool:
    """Whether ``large`` is ``small`` with that leaf; the first of a group may bring any white space with it."""
    try:
        if tree.without(large, path) == small:
            return True
        group = path.rpartition("/")[0]
        empty, filled = tree.parse(small).at(group), tree.parse(large).at(group)
    except (KeyError, tree.Refused):
        return False
    is_first = filled.count == 1 and not empty.count
    return is_first and (small[: empty.start], small[empty.end :]) == (large[: filled.start], large[filled.end :])


def _frame(source: str, found: tree.Tree) -> list[str]:
    """Everything but the leaves: names, their order, brackets and white space."""
    pieces, at = [], 0
    for leaf in found.leaves:
        pieces.append(source[at : leaf.start])
        at = leaf.end
    return [*pieces, source[at:]]
