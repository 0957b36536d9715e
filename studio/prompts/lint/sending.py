"""Rules about what cannot be sent: nothing at all, something not filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts import filling
from studio.prompts.lint.findings import Fix, Focus, Rule, Spot
from studio.prompts.recipe import Attribute, Kind, Recipe
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading


def empty(reading: Reading) -> Iterator[Spot]:
    recipe = reading.recipe
    if recipe.kind is Kind.JSON and recipe.body.strip():  # numbers alone are something too
        return
    if not recipe.references and not any(each.text.strip() for each in filling.written(recipe)):
        attribute = recipe.attributes[0]
        yield Spot(attribute=attribute, fix=Fix(label=_("Write it"), focus=Focus(attribute=attribute)))


def unfilled(reading: Reading) -> Iterator[Spot]:
    """Each placeholder once, however often it stands in the prompt: one field fills them all."""
    known = filling.words(reading.recipe)
    named: list[str] = []
    for each in filling.written(reading.recipe):
        for found in filling.asked(each):
            if found.name in named:
                continue
            named.append(found.name)
            if found.name in known:
                continue
            is_shown_apart = each.field in {"", "text"}
            yield Spot(
                attribute=each.attribute,
                index=each.index,
                field=each.field,
                start=found.start if is_shown_apart else None,
                end=found.end if is_shown_apart else None,
                params={"name": each.text[found.start : found.end]},
                fix=Fix(label=_("Fill in"), focus=Focus(attribute=Attribute.FILLS, index=len(named) - 1)),
            )


RULES = (
    Rule(
        id="prompt-empty",
        severity="error",
        title=_("Empty prompt"),
        message=_("The prompt is empty."),
        reason=_("There is nothing to send yet."),
        remedy=_("Write at least a subject."),
        example=Recipe(),
        find=empty,
    ),
    Rule(
        id="placeholder-unfilled",
        severity="error",
        title=_("Unfilled placeholder"),
        message=_("%(name)s is not filled in."),
        reason=_("The model would draw the placeholder itself."),
        remedy=_("Write what it stands for."),
        example=Recipe(kind=Kind.VERBATIM, body="A poster of [LANDMARK] at dawn"),
        find=unfilled,
    ),
)
