"""Puts a person's words in the place of the placeholders, in whatever kind of prompt they stand.

The recipe keeps both, the placeholder and its words, so that other words can be tried; what is sent is the filled one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from studio.prompts import placeholders, tree
from studio.prompts.recipe import LISTS, Attribute, Kind, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One text of a recipe, and where a person finds it. ``field`` names the part of a text line or reference."""

    attribute: Attribute
    index: int | None = None  # of a chip, a line, a reference, or a leaf of a JSON text
    field: str = ""
    text: str


def written(recipe: Recipe) -> Iterator[Written]:
    """Everything that somebody typed and that is sent, in the order of the prompt."""
    for attribute in recipe.attributes:
        if attribute is Attribute.TEXT:
            yield from _lines(recipe)
        elif attribute is Attribute.REFERENCES:
            yield from _written(attribute, enumerate(use.note for use in recipe.references), "note")
        elif attribute in LISTS:
            yield from _written(attribute, enumerate(recipe.value(attribute)))
        elif attribute is Attribute.BODY and (leaves := text_leaves(recipe)) is not None:
            yield from _written(attribute, ((index, node.value) for index, node in leaves))
        else:
            yield Written(attribute=attribute, text=recipe.value(attribute))


def _written(attribute: Attribute, texts: Iterable[tuple[int, str]], field: str = "") -> Iterator[Written]:
    for index, text in texts:
        yield Written(attribute=attribute, index=index, field=field, text=text)


def _lines(recipe: Recipe) -> Iterator[Written]:
    """Of a line without a word nothing is sent."""
    for index, line in enumerate(recipe.text):
        for field in ("text", "placement", "lettering") if line.text else ():
            yield Written(attribute=Attribute.TEXT, index=index, field=field, text=getattr(line, field))


def text_leaves(recipe: Recipe) -> tuple[tuple[int, tree.Node], ...] | None:
    """The texts of a JSON prompt, each with its number among all leaves; None of other kinds, and of broken JSON."""
    if recipe.kind is not Kind.JSON:
        return None
    try:
        leaves = tree.parse(recipe.body).leaves
    except tree.Invalid:
        return None
    return tuple((index, node) for index, node in enumerate(leaves) if node.form is tree.Form.TEXT)


def text_leaf(recipe: Recipe, index: int | None) -> tree.Node | None:
    """The leaf of a JSON prompt with this number; None where it is no text, or none at all."""
    if recipe.kind is not Kind.JSON or index is None:
        return None
    try:
        leaves = tree.parse(recipe.body).leaves
    except tree.Invalid:
        return None
    return leaves[index] if index < len(leaves) and leaves[index].form is tree.Form.TEXT else None


def wanted(recipe: Recipe) -> dict[str, str]:
    """The placeholders, each once, in the order of the prompt: by their names, as they are first written."""
    found: dict[str, str] = {}
    for each in written(recipe):
        for one in asked(each):
            found.setdefault(one.name, each.text[one.start : one.end])
    return found


def names(recipe: Recipe) -> tuple[str, ...]:
    return tuple(wanted(recipe))


def asked(each: Written) -> tuple[placeholders.Placeholder, ...]:
    """The placeholders in one text. In exact text 【…】 is meant as it stands: Chinese posters set off headlines so."""
    found = placeholders.find(each.text)
    is_exact = each.attribute is Attribute.TEXT and each.field == "text"
    return tuple(one for one in found if not (is_exact and each.text[one.start] == "【"))


def words(recipe: Recipe) -> dict[str, str]:
    """What was written for each placeholder; one without words is still to be filled in."""
    return {fill.name: fill.value for fill in recipe.fills if fill.value}


def unfilled(recipe: Recipe) -> tuple[str, ...]:
    """As they are written."""
    known = words(recipe)
    return tuple(shown for name, shown in wanted(recipe).items() if name not in known)


@lru_cache(maxsize=64)
def filled(recipe: Recipe) -> Recipe:
    """As it is sent; the same recipe when nothing was filled in."""
    known = words(recipe)
    if not known:
        return recipe
    leaves = text_leaves(recipe)
    changed: dict[Attribute, list[tuple[Written, str]]] = {}
    for each in written(recipe):
        text = fill(each, known)
        if text != each.text:
            changed.setdefault(each.attribute, []).append((each, text))
    for attribute, edits in changed.items():
        if attribute is Attribute.BODY and leaves is not None:
            recipe = replace(recipe, body=_with_leaves(recipe.body, dict(leaves), [each for each, _ in edits], known))
        else:
            recipe = _with_texts(recipe, attribute, edits)
    return recipe


def fill(each: Written, known: Mapping[str, str]) -> str:
    text = each.text
    for found in reversed(asked(each)):
        if found.name in known:
            text = text[: found.start] + known[found.name] + text[found.end :]
    return text


def moved(each: Written, known: Mapping[str, str], place: int) -> int:
    """Where a place of the text stands once it is filled; inside a placeholder, where its words begin."""
    shift = 0
    for found in asked(each):
        if found.name not in known or found.start >= place:
            continue
        grown = len(known[found.name]) - (found.end - found.start)
        shift += grown if found.end <= place else found.start - place
    return place + shift


def _with_texts(recipe: Recipe, attribute: Attribute, edits: list[tuple[Written, str]]) -> Recipe:
    value = recipe.value(attribute)
    if isinstance(value, str):
        return recipe.with_value(attribute, edits[0][1])
    items = list(value)
    for each, text in edits:
        place = each.index or 0
        items[place] = replace(items[place], **{each.field: text}) if each.field else text
    return recipe.with_value(attribute, tuple(items))


def _with_leaves(source: str, leaves: Mapping[int, tree.Node], edits: list[Written], known: Mapping[str, str]) -> str:
    """From the last placeholder to the first, so that earlier places stay right; every other character stays."""
    pieces: list[str] = []
    end = len(source)
    for each in reversed(edits):
        places = tree.decoded_offsets(source, leaves[each.index or 0])
        for found in reversed(asked(each)):
            if found.name in known:
                value = json.dumps(known[found.name], ensure_ascii=False)[1:-1]
                pieces += [source[places[found.end] : end], value]
                end = places[found.start]
    return "".join(reversed([*pieces, source[:end]]))
