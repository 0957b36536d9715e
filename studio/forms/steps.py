"""What the small buttons of the brief do to a recipe: remove a text line, move a reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.prompts.recipe import Attribute, Recipe

if TYPE_CHECKING:
    from studio.forms.prompts import Posted

STEP = re.compile(r"(line|reference)-(remove|up|left|right)-([1-9]\d{0,3})")
NOUNS = {"line": Attribute.TEXT, "reference": Attribute.REFERENCES}


def blank_after(posted: Posted) -> int:
    """How many rows of text without a word are left after this step: they are no lines of the recipe yet."""
    match = STEP.fullmatch(posted.action)
    takes_one = (
        match is not None and match.group(1, 2) == ("line", "remove") and int(match[3]) > len(posted.recipe.text)
    )
    return max(posted.blank_lines - takes_one, 0)


def step(recipe: Recipe, action: str) -> Recipe:
    """The recipe after this step; the same recipe where the action is none, or names an item that is not there."""
    match = STEP.fullmatch(action)
    if match is None:
        return recipe
    attribute, verb, place = NOUNS[match[1]], match[2], int(match[3]) - 1
    items = list(recipe.value(attribute))
    if place >= len(items):
        return recipe
    item = items.pop(place)
    if verb != "remove":
        items.insert(place + 1 if verb == "right" else max(place - 1, 0), item)
    return recipe.with_value(attribute, tuple(items))
