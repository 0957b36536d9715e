"""The tree of a JSON prompt, as its form posts it: the leaves that were shown, and what its small buttons do.

Paths are percent-encoded in the form: a name may hold a line end, which a form would change.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from studio.forms.typed import as_typed
from studio.prompts import tree
from studio.prompts.line_ends import with_line_ends
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import QueryDict

    from studio.prompts.recipe import Recipe

REMOVE, ADD = "leaf-remove|", "leaf-add|"


@dataclass(frozen=True, slots=True)
class Unfit:
    """What was typed and could not be taken; ``name`` is the leaf's."""

    name: str
    fault: tree.Invalid | tree.Refused

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        said = self.fault.sentence(translate)
        return translate(_("%(name)s: %(problem)s")) % {"name": self.name, "problem": said} if self.name else said


def edited(post: QueryDict, source: str) -> tuple[str, tuple[Unfit, ...]]:
    """The source with the leaves that were typed into, each in its own characters, and what could not be taken.

    It is read once, however many leaves were typed into, and written from the last to the first.
    """
    columns = zip(post.getlist("leaf"), post.getlist("leaf_value"), strict=False)
    try:
        new, wrong = _typed(source, {unquote(path): as_typed(value) for path, value in columns})
        made = source
        for node in sorted(new, key=lambda node: node.start, reverse=True):
            made = made[: node.start] + new[node] + made[node.end :]
        tree.parse(made)
    except tree.Invalid as error:  # none to begin with, or too long now
        return source, (Unfit("", error),) if "leaf" in post else ()
    return made, tuple(wrong)


def _typed(source: str, typed: Mapping[str, str]) -> tuple[dict[tree.Node, str], list[Unfit]]:
    """What the leaves become in which something else stands now. One that was removed meanwhile is no more."""
    new: dict[tree.Node, str] = {}
    wrong: list[Unfit] = []
    nodes = {node.path: node for node in tree.parse(source).leaves} if typed else {}
    for path, value in typed.items():
        node = nodes.get(path)
        if node is None or node.form in {tree.Form.OBJECT, tree.Form.ARRAY}:
            continue
        text = with_line_ends(value, node.value) if node.form is tree.Form.TEXT else value.strip()
        try:
            if text != node.value:
                new[node] = tree.typed_into(source, node, text)
        except tree.Refused as error:
            wrong.append(Unfit(node.key, error))
    return new, wrong


def shape(source: str) -> str:
    """Of all paths: where it differs, a path may name another leaf than on the page."""
    try:
        paths = "\n".join(node.path for node in tree.parse(source).nodes)
    except tree.Invalid:
        return ""
    return hashlib.sha256(paths.encode()).hexdigest()[:16]


def step(recipe: Recipe, action: str, post: QueryDict) -> Recipe:
    """The recipe after a button of the tree; the same where the action is none. Raises tree.Refused or Invalid."""
    try:
        if action.startswith(REMOVE):
            return replace(recipe, body=tree.without(recipe.body, unquote(action.removeprefix(REMOVE))))
        if action.startswith(ADD):
            return replace(recipe, body=_with_added(recipe.body, action.removeprefix(ADD), post))
    except KeyError:
        pass
    return recipe


def _with_added(source: str, parent: str, post: QueryDict) -> str:
    key, value = (as_typed(post.get(f"{name}|{parent}", "")) for name in ("add_key", "add_value"))
    chosen = post.get(f"add_form|{parent}", "")
    form = tree.Form(chosen) if chosen in set(tree.Form) else tree.Form.TEXT
    if not key and tree.parse(source).at(unquote(parent)).form is tree.Form.OBJECT:
        raise tree.Refused(_("Write a name first: everything in a group has one."))
    return tree.with_added(source, unquote(parent), key, value, form)


def added_path(source: str, parent: str) -> str:
    """Where the leaf is that was added last to a group; empty where the group is gone."""
    try:
        children = tree.parse(source).children(parent)
    except KeyError:
        return ""
    return children[-1].path if children else parent
