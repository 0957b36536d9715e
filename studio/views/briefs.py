"""What the buttons of the brief do to a prompt of one's own text: its kind, its tree, its pages, its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from django.utils.translation import gettext as _

from studio.forms import leaves
from studio.prompts import kinds, tree
from studio.prompts.recipe import Kind
from studio.services import prompts
from studio.views.documents import page_of

if TYPE_CHECKING:
    from studio.views.access import StudioRequest
    from studio.views.sheets import Sheet


def act(request: StudioRequest, sheet: Sheet, action: str) -> None:
    if action.startswith("leaf-"):
        _grow(request, sheet, action)
    elif action.startswith("rows|"):
        rows = action.removeprefix("rows|")
        sheet.first_row = int(rows) if rows.isdecimal() and len(rows) < 7 else 0
        sheet.__dict__.pop("document", None)
    elif action.startswith("heed|"):
        prompts.heed(sheet.prompt, action.removeprefix("heed|"))
    elif action in {"view-source", "view-tree"}:
        sheet.asked_for_source = action == "view-source"
        if sheet.in_source and not sheet.asked_for_source:
            sheet.told_apart.append(_("This is not JSON yet, so it has no tree. The checks say where."))
    elif action == "kind-verbatim":
        sheet.change(kinds.as_verbatim(sheet.recipe))
    elif action == "kind-json" and sheet.recipe.kind is not Kind.STRUCTURED:
        sheet.change(kinds.as_json(sheet.recipe))


def _grow(request: StudioRequest, sheet: Sheet, action: str) -> None:
    """Add a leaf, or remove one."""
    try:
        sheet.change(leaves.step(sheet.recipe, action, request.POST))
    except (tree.Invalid, tree.Refused) as refusal:
        sheet.told_apart.append(refusal.sentence(_))
        return
    if action.startswith(leaves.ADD):
        sheet.added = leaves.added_path(sheet.recipe.body, unquote(action.removeprefix(leaves.ADD)))
        sheet.first_row = page_of(sheet.recipe.body, sheet.added)
        sheet.__dict__.pop("document", None)
