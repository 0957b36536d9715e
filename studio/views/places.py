"""Where a finding stands: in the field that somebody typed into, and in the prompt as it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts import filling, tree
from studio.prompts.filling import Written, filled
from studio.prompts.recipe import Attribute, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.prompts.lint import Finding
    from studio.prompts.render import Span

# Parts of a text line that have a field of their own.
PARTS = frozenset({"script", "placement", "lettering"})


def field_id(attribute: Attribute, index: int | None, part: str = "", *, in_source: bool = False) -> str:
    """The id of the form's field for an attribute, one of its items, or a part of a text line."""
    if attribute is Attribute.TEXT and part in PARTS:
        return f"f-{part}-{index or 0}"
    if attribute in {Attribute.TEXT, Attribute.REFERENCES}:
        return f"f-{attribute.value}-{index or 0}"
    if index is None or (attribute is Attribute.BODY and in_source):
        return f"f-{attribute.value}"
    return f"f-{attribute.value}-{index}"


def in_field(finding: Finding, recipe: Recipe, *, in_source: bool = False) -> tuple[int, int] | None:
    """What to select in the field, in the units of a browser: UTF-16, with one for a line end."""
    if finding.start is None or finding.end is None:
        return None
    text, start, end = _written(finding, recipe).text, finding.start, finding.end
    if in_source and (node := _leaf(finding, recipe)) is not None:
        places = tree.decoded_offsets(recipe.body, node)
        text, start, end = recipe.body, places[start], places[end]
    return _units(text[:start]), _units(text[:end])


def _units(text: str) -> int:
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2


def in_prompt(finding: Finding, recipe: Recipe, whole: Span, items: Sequence[Span]) -> tuple[int, int]:
    """The stretch of the prompt that a finding points to; all of its item when it names no stretch of it."""
    span = next((item for item in items if item.index == finding.index), whole) if finding.index is not None else whole
    if finding.start is None or finding.end is None:
        return span.value_start, span.value_end
    each, words = _written(finding, recipe), filling.words(recipe)
    start, end = (filling.moved(each, words, place) for place in (finding.start, finding.end))
    sent = filled(recipe)
    if (node := _leaf(finding, sent)) is not None:
        places = tree.decoded_offsets(sent.body, node)
        return places[min(start, len(places) - 1)], places[min(end, len(places) - 1)]
    start = min(span.value_start + start, span.value_end)
    return start, min(span.value_start + end, span.value_end)


def _leaf(finding: Finding, recipe: Recipe) -> tree.Node | None:
    return filling.text_leaf(recipe, finding.index) if finding.attribute is Attribute.BODY else None


def _written(finding: Finding, recipe: Recipe) -> Written:
    """The text in which the finding counts its places."""
    if (node := _leaf(finding, recipe)) is not None:
        text = node.value
    else:
        value = recipe.value(finding.attribute)
        if finding.index is not None and not isinstance(value, str):
            value = value[finding.index]
        text = value if isinstance(value, str) else str(getattr(value, finding.field or "text", ""))
    return Written(attribute=finding.attribute, index=finding.index, field=finding.field, text=text)
