"""Rules about JSON prompts: the text has to be JSON, and a name that is there twice is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts import tree
from studio.prompts.lint.findings import Fix, Focus, Rule, Spot
from studio.prompts.recipe import Attribute, Kind, Recipe
from studio.prompts.words import Sentence
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading


def broken(reading: Reading) -> Iterator[Spot]:
    source = reading.recipe.body
    if reading.recipe.kind is not Kind.JSON or not source.strip():
        return
    try:
        tree.parse(source)
    except tree.Invalid as error:
        yield Spot(
            attribute=Attribute.BODY,
            start=error.at,
            end=min(error.at + 1, len(source)),
            params={"line": error.line, "column": error.column, "problem": Sentence(error.message, error.params)},
            fix=Fix(label=_("Show"), focus=Focus(attribute=Attribute.BODY)),
        )


def name_twice(reading: Reading) -> Iterator[Spot]:
    if reading.recipe.kind is not Kind.JSON:
        return
    try:
        found = tree.parse(reading.recipe.body)
    except tree.Invalid:
        return
    leaves = {leaf.path: place for place, leaf in enumerate(found.leaves)}
    for path in found.duplicates:
        place = leaves.get(path)
        yield Spot(
            attribute=Attribute.BODY,
            index=place,
            params={"name": found.at(path).key},
            fix=Fix(label=_("Choose one"), focus=Focus(attribute=Attribute.BODY, index=place)),
        )


RULES = (
    Rule(
        id="json-broken",
        severity="error",
        title=_("Not JSON"),
        message=_("Line %(line)s, column %(column)s: %(problem)s"),
        reason=_("Until it is JSON, it has no parts that can be changed alone."),
        remedy=_("Mend it at that place, or send it as a plain text."),
        example=Recipe(kind=Kind.JSON, body='{"subject": "a tin",}'),
        find=broken,
    ),
    Rule(
        id="json-name-twice",
        severity="warning",
        title=_("Name twice in one group"),
        message=_("“%(name)s” is there twice in one group."),
        reason=_("Most programs keep the last one and drop the others."),
        remedy=_("Give one of them another name, or remove it."),
        example=Recipe(kind=Kind.JSON, body='{"subject": "a tin", "mood": "calm", "light": "soft", "mood": "loud"}'),
        find=name_twice,
    ),
)
