"""What the Prompt pane shows: the rendered prompt cut into linked pieces, marked where the checks found something."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from studio.prompts.recipe import Attribute, Recipe
from studio.prompts.scripts import SCRIPTS
from studio.views.places import field_id, in_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.prompts.lint import Finding
    from studio.prompts.render import Rendered, Span

LABELS: dict[Attribute, Any] = {
    Attribute.BODY: gettext_lazy("Prompt"),
    Attribute.SUBJECT: gettext_lazy("Subject"),
    Attribute.SETTING: gettext_lazy("Setting"),
    Attribute.MOOD: gettext_lazy("Mood"),
    Attribute.LIGHTING: gettext_lazy("Lighting"),
    Attribute.COMPOSITION: gettext_lazy("Composition"),
    Attribute.STYLE: gettext_lazy("Style"),
    Attribute.DETAILS: gettext_lazy("Details"),
    Attribute.TEXT: gettext_lazy("Text"),
    Attribute.REFERENCES: gettext_lazy("References"),
    Attribute.PRESERVE: gettext_lazy("Preserve"),
    Attribute.AVOID: gettext_lazy("Leave out"),
    Attribute.FILLS: gettext_lazy("Placeholders"),
}
_GRAVEST_FIRST = ("error", "warning", "note")
# Of a longer text the beginning is shown; all of it stands in its field, and "Copy" takes all of it.
SHOWN = 20_000
BEGINNING = 4_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt that looks the same throughout."""

    text: str
    index: int | None = None
    severity: str = ""
    lang: str = ""
    dir: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One attribute's part of the prompt, without the separator and label that the list shows in its own way."""

    attribute: Attribute
    label: str
    field: str
    pieces: list[Piece]
    left_out: int = 0  # characters of a text that is too long to be shown whole


def segments(recipe: Recipe, rendered: Rendered, findings: Sequence[Finding]) -> list[Segment]:
    return [_segment(recipe, rendered, span, findings) for span in rendered.spans if span.index is None]


def _segment(recipe: Recipe, rendered: Rendered, span: Span, findings: Sequence[Finding]) -> Segment:
    is_short = span.end - span.start <= SHOWN
    shown = rendered.text[span.value_start : span.value_start + BEGINNING]
    return Segment(
        attribute=span.attribute,
        label=str(LABELS[span.attribute]),
        field=field_id(span.attribute, None),
        pieces=_pieces(recipe, rendered, span, findings) if is_short else [Piece(shown)],
        left_out=0 if is_short else span.value_end - span.value_start - BEGINNING,
    )


def _pieces(recipe: Recipe, rendered: Rendered, whole: Span, findings: Sequence[Finding]) -> list[Piece]:
    """Cut at every edge of an item, of an exact text and of a finding."""
    items = rendered.items(whole.attribute)
    mine = [finding for finding in findings if finding.attribute is whole.attribute]
    # What is graver wins where two findings overlap.
    mine.sort(key=lambda finding: _GRAVEST_FIRST.index(finding.severity))
    marks = [(*in_prompt(finding, recipe, whole, items), finding.severity) for finding in mine]
    edges = {whole.value_start, whole.value_end}
    for item in items:
        edges |= {item.start, item.end, item.value_start, item.value_end}
    for start, end, _severity in marks:
        edges |= {start, end}
    cuts = sorted(edge for edge in edges if whole.value_start <= edge <= whole.value_end)
    starts = [item.start for item in items]
    pieces = []
    for start, end in itertools.pairwise(cuts):
        place = bisect_right(starts, start) - 1
        within = items[place] if place >= 0 and end <= items[place].end else None
        pieces.append(_piece(recipe, rendered.text[start:end], start, end, within, marks))
    return pieces


def _piece(
    recipe: Recipe, text: str, start: int, end: int, item: Span | None, marks: Sequence[tuple[int, int, str]]
) -> Piece:
    severity = next((name for first, last, name in marks if first <= start and end <= last), "")
    index = item.index if item else None
    is_exact = item is not None and item.attribute is Attribute.TEXT and item.value_start <= start < item.value_end
    script = SCRIPTS.get(recipe.text[index or 0].script) if is_exact else None
    if item is None or script is None:
        return Piece(text, index, severity)
    # Pieces of one right-to-left text must not be isolated from each other, or they would change places.
    is_whole = (start, end) == (item.value_start, item.value_end)
    return Piece(text, index, severity, script.lang, script.dir if is_whole else "")
