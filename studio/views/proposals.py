"""Taking a finished text apart: a proposal that a person confirms field by field. No model is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.shortcuts import render as answer
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from studio.forms.proposals import OFFERED, merged, taken
from studio.forms.typed import as_typed
from studio.prompts.kinds import kind_of
from studio.prompts.proposal import Piece, propose, propose_json
from studio.prompts.recipe import Kind, TextLine
from studio.prompts.render import render
from studio.providers.output import Output
from studio.services import prompts
from studio.services.permissions import Action
from studio.views import fields
from studio.views.access import StudioRequest, get_prompt, member
from studio.views.previews import LABELS

if TYPE_CHECKING:
    from django.http import HttpResponse

    from studio.models import Prompt

# Longer than any model takes. What is further in stays where it is, in the text.
MOST = 40_000
MOST_ROWS = 4_000  # of six fields each, which is about what a form takes
# Patterns that begin with white space try each place of a gap, so time would grow with the square of its length.
GAP = re.compile(r"(\s{40})\s+")


@require_http_methods(["GET", "HEAD", "POST"])
@member(Action.WRITE)
def prompt_proposal(request: StudioRequest, prompt: int) -> HttpResponse:
    """GET proposes for the prompt's own text, or asks for another one; POST reads that, or takes what is checked."""
    row = get_prompt(request, prompt)
    if request.POST.get("do") == "take":
        return _take(request, row)
    text = as_typed(request.POST.get("text", "")) or _own_text(row)
    is_json = kind_of(text) is Kind.JSON
    pieces = _read(text, is_json=is_json)
    context: dict[str, Any] = {
        "prompt": row,
        "project": row.project,
        "is_own": text == _own_text(row),
        "text": text,
        "is_cut": len(pieces) > MOST_ROWS or (len(text) > MOST and not is_json),
        "base_number": row.draft_number,
        "is_filled": row.recipe.kind is Kind.STRUCTURED and bool(render(row.recipe).text),
        "rows": [_row(place, piece) for place, piece in enumerate(pieces[:MOST_ROWS])],
        "attributes": [{"key": each.value, "label": LABELS[each]} for each in OFFERED],
        "scripts": fields.scripts(),
    }
    return answer(request, "prompts/proposal.html", context)


def _own_text(prompt: Prompt) -> str:
    """A structured prompt has been taken apart already."""
    recipe = prompt.recipe
    return "" if recipe.kind is Kind.STRUCTURED else recipe.body


def _read(text: str, *, is_json: bool) -> tuple[Piece, ...]:
    """Half of a JSON text is no JSON, and to read all of it takes no time."""
    if is_json:
        return propose_json(text).pieces
    return propose(GAP.sub(r"\1", text[:MOST])).pieces if text.strip() else ()


def _row(place: int, piece: Piece) -> dict[str, Any]:
    line = piece.value if isinstance(piece.value, TextLine) else TextLine(text=piece.value)
    return {"place": place, "attribute": piece.attribute.value, "line": line, "lines": 1 + len(line.text) // 70}


def _take(request: StudioRequest, row: Prompt) -> HttpResponse:
    proposal = taken(request.POST)
    if not proposal.pieces:
        messages.error(request, _("Nothing was taken: no row was checked."))
        return redirect("prompt-proposal", team=request.team.slug, prompt=row.pk)
    number = request.POST.get("base_number", "")
    result = prompts.save_draft(
        prompt=row,
        recipe=merged(row.recipe, proposal, anew="anew" in request.POST),
        output=Output.from_json(row.draft.get("output", {})),
        base_number=int(number) if number.isdecimal() and len(number) < 10 else -1,
        aside=prompts.set_aside(row, tab=prompts.Tab()),
    )
    if isinstance(result, prompts.Behind):
        messages.error(request, _("The prompt was changed meanwhile, so nothing was taken. Read it again."))
        return redirect("prompt-proposal", team=request.team.slug, prompt=row.pk)
    messages.success(request, _("The text is in its fields now. The one before is set aside."))
    return redirect("prompt-compose", team=request.team.slug, prompt=row.pk)


urlpatterns = [path("prompts/<int:prompt>/proposal/", prompt_proposal, name="prompt-proposal")]
