"""Writes a recipe down as the prompt that is sent, and says which characters of it belong to which attribute.

The prompt is the parts of its attributes, one after the other, and nothing else. The part of an attribute is worked out
from the value of that attribute (and the kind of prompt) alone, its separator and label included; the part of an empty
value is empty. So for every recipe, every attribute and every new value, the text before the attribute's part and the
text after it stay the same to the byte, also when the attribute appears or disappears. Words for a placeholder stand
where the placeholder stood, and other words for it change nothing else.

A separator stands in front of every part but the first attribute's (subject, or body), so a prompt ends where its last
value ends, and a verbatim body without supplements is the prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from studio.prompts.filling import filled, text_leaves
from studio.prompts.recipe import LISTS, Attribute, Kind, Recipe, ReferenceUse, TextLine
from studio.prompts.roles import ROLES
from studio.prompts.scripts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

SEPARATORS: Mapping[Kind, str] = {Kind.STRUCTURED: "\n", Kind.VERBATIM: "\n\n", Kind.JSON: "\n\n"}

LABELS: Mapping[Attribute, str] = {
    Attribute.SETTING: "Setting: ",
    Attribute.MOOD: "Mood: ",
    Attribute.LIGHTING: "Lighting: ",
    Attribute.COMPOSITION: "Composition: ",
    Attribute.STYLE: "Style: ",
    Attribute.DETAILS: "Details: ",
    Attribute.TEXT: "Text in the image: ",
    Attribute.PRESERVE: "Keep unchanged: ",
    Attribute.AVOID: "Leave out: ",
}

# The first pair that does not occur in the text is used, so that nobody can mistake where the text ends.
QUOTES = (("“", "”"), ('"', '"'), ("«", "»"), ("「", "」"), ("『", "』"), ("⟦", "⟧"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the prompt: a whole attribute (``index`` is None) or one item inside it (chip, line, reference, leaf
    of a JSON text).

    ``start`` to ``end`` is the whole part. ``value_start`` to ``value_end`` is what stands after separator and label;
    of a text line and of a leaf with text, it is what stands between the quotation marks.
    """

    attribute: Attribute
    index: int | None = None
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The spans of attributes cover the text without gap or overlap; each is followed by the spans of its items."""

    text: str
    spans: tuple[Span, ...]

    def span(self, attribute: Attribute) -> Span | None:
        return next((span for span in self.spans if span.attribute is attribute and span.index is None), None)

    def items(self, attribute: Attribute) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span.attribute is attribute and span.index is not None)

    def around(self, attribute: Attribute) -> tuple[str, str]:
        """The text before and after an attribute; where it is empty, before and after the place it would take."""
        order = list(Attribute)
        earlier = (span.end for span in self.spans if order.index(span.attribute) < order.index(attribute))
        start = max(earlier, default=0)
        span = self.span(attribute)
        return self.text[:start], self.text[span.end if span else start :]


@dataclass(frozen=True, slots=True)
class _Item:
    """One chip, line or reference in words; ``value`` marks a stretch of it, or None for all of it."""

    index: int
    text: str
    value: tuple[int, int] | None = None


def render(recipe: Recipe) -> Rendered:
    recipe = filled(recipe)
    text = ""
    spans: list[Span] = []
    for place, attribute in enumerate(recipe.attributes):
        value = recipe.value(attribute)
        lead = (SEPARATORS[recipe.kind] if place else "") + LABELS.get(attribute, "")
        if isinstance(value, str):
            items, joint = [_Item(0, value)] if value else [], ""
        else:
            items, joint = _ITEMS[attribute](value), _JOINTS[attribute]
        if attribute is Attribute.REFERENCES and recipe.kind is not Kind.STRUCTURED:
            # Nothing is added to somebody's own text that they did not write.
            items = [item for item in items if value[item.index].role in ROLES or value[item.index].note]
        if not items:
            continue
        nested = _place_items(attribute, items, joint, len(text) + len(lead))
        start = len(text)
        text += lead + joint.join(item.text for item in items) + _CLOSES.get(attribute, "")
        span = Span(attribute=attribute, start=start, end=len(text), value_start=nested[0].start, value_end=len(text))
        spans += [span] if isinstance(value, str) else [span, *nested]
        if attribute is Attribute.BODY:
            spans += _leaves(recipe)
    return Rendered(text=text, spans=tuple(spans))


def _leaves(recipe: Recipe) -> Iterator[Span]:
    """The body comes first, so places in a JSON text are places in the prompt."""
    for index, node in text_leaves(recipe) or ():
        yield Span(
            attribute=Attribute.BODY,
            index=index,
            start=node.start,
            end=node.end,
            value_start=node.start + 1,
            value_end=node.end - 1,
        )


def _place_items(attribute: Attribute, items: Sequence[_Item], joint: str, at: int) -> list[Span]:
    spans = []
    for item in items:
        inner_start, inner_end = item.value or (0, len(item.text))
        spans.append(
            Span(
                attribute=attribute,
                index=item.index,
                start=at,
                end=at + len(item.text),
                value_start=at + inner_start,
                value_end=at + inner_end,
            )
        )
        at += len(item.text) + len(joint)
    return spans


def _chips(values: Sequence[str]) -> list[_Item]:
    """A chip without a character is a field still to be filled in, and says nothing."""
    return [_Item(index, value) for index, value in enumerate(values) if value]


def _text_lines(lines: Sequence[TextLine]) -> list[_Item]:
    """The lines are parts of one sentence, for it may go on with what somebody typed in small letters.

    A line without a character is still to be filled in: placement alone must not make the model invent words.
    """
    return [_text_line(index, line) for index, line in enumerate(lines) if line.text]


def _text_line(index: int, line: TextLine) -> _Item:
    script = SCRIPTS[line.script].words if line.script in SCRIPTS else ""
    described = ", ".join([*(words for words in (line.placement, line.lettering, script) if words), "exactly"])
    opening, closing = quotation_marks(line.text)
    head = f"{described}: {opening}"
    return _Item(index, f"{head}{line.text}{closing}", (len(head), len(head) + len(line.text)))


def quotation_marks(text: str) -> tuple[str, str]:
    """A pair of marks neither of which occurs in the text."""
    for opening, closing in QUOTES:
        if opening not in text and closing not in text:
            return opening, closing
    number = next(number for number in count(1) if f"text-{number}>" not in text)
    return f"<text-{number}>", f"</text-{number}>"


def _references(uses: Sequence[ReferenceUse]) -> list[_Item]:
    return [_Item(index, _reference(index + 1, use)) for index, use in enumerate(uses)]


def _reference(number: int, use: ReferenceUse) -> str:
    said = f"Image {number} {ROLES[use.role].phrase}" if use.role in ROLES else f"Image {number}"
    if not use.note:
        return f"{said}."
    return f"{said}: {use.note}" + ("" if use.note.endswith((".", "!", "?", "。", "！", "？")) else ".")


_ITEMS: Mapping[Attribute, Callable[[Any], list[_Item]]] = {
    **dict.fromkeys(LISTS, _chips),
    Attribute.TEXT: _text_lines,
    Attribute.REFERENCES: _references,
}
_JOINTS: Mapping[Attribute, str] = {**dict.fromkeys(LISTS, ", "), Attribute.TEXT: "; ", Attribute.REFERENCES: " "}
_CLOSES: Mapping[Attribute, str] = {Attribute.TEXT: "."}
