"""The proposal as its form posts it: the pieces that somebody took, each with the attribute that they chose for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.forms.typed import as_typed
from studio.prompts.proposal import Piece, Proposal
from studio.prompts.recipe import SUPPLEMENTS, Attribute, Kind, Recipe, TextLine

if TYPE_CHECKING:
    from django.http import QueryDict

# References cannot be read from words, and a body is what is being taken apart.
OFFERED = tuple(each for each in Attribute if each not in {Attribute.BODY, Attribute.REFERENCES, Attribute.FILLS})


def taken(post: QueryDict) -> Proposal:
    """The checked rows, in their order; a row without a word is nothing."""
    columns = (post.getlist(f"piece_{name}") for name in ("attribute", "value", "script", "lettering", "placement"))
    checked = set(post.getlist("take"))
    pieces = []
    for place, row in enumerate(zip(*columns, strict=False)):
        attribute, value, *line = (as_typed(cell) for cell in row)
        if str(place) in checked and value and attribute in set(OFFERED):
            pieces.append(_piece(Attribute(attribute), value, *line))
    return Proposal(tuple(pieces))


def _piece(attribute: Attribute, value: str, script: str, lettering: str, placement: str) -> Piece:
    if attribute is not Attribute.TEXT:
        return Piece(attribute, value, "")
    return Piece(attribute, TextLine(text=value, script=script, lettering=lettering, placement=placement), "")


def merged(recipe: Recipe, proposal: Proposal, *, anew: bool) -> Recipe:
    """The structured prompt of what was taken. Fields that were sent and for which nothing was taken stay, unless it is
    begun anew; references always do, and so does the text that was taken apart, which is not sent any more."""
    found = dict.fromkeys(piece.attribute for piece in proposal.pieces)
    structured = Recipe(kind=Kind.STRUCTURED, body=recipe.body, fills=recipe.fills)
    for attribute in (Attribute.REFERENCES,) if anew else recipe.attributes:
        structured = structured.with_value(attribute, recipe.value(attribute))
    for attribute in found:
        value = proposal.value(attribute)
        kept = structured.value(attribute) if attribute in SUPPLEMENTS else ()
        structured = structured.with_value(attribute, (*kept, *value) if kept else value)
    return structured
