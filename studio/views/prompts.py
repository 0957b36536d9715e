"""Compose: the list of prompts, the page on which one is written, and the updates that it posts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Subquery
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from studio.forms.prompts import Posted, read
from studio.forms.steps import blank_after, step
from studio.models import Image, Project, Prompt
from studio.prompts import filling
from studio.prompts.recipe import Attribute, Kind, Recipe, ReferenceUse
from studio.services import generations, prompts, references
from studio.services.permissions import Action, allows
from studio.views import briefs, pulse
from studio.views.access import StudioRequest, get_project, get_prompt, member
from studio.views.allowances import Allowance
from studio.views.sheets import Sheet
from studio.views.uploads import was_cut

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

PAGE = "prompts/compose.html"
LISTED = 200
THUMB = 512
WORDS = 400  # characters of a prompt without a picture


@require_GET
@member(Action.VIEW)
def compose(request: StudioRequest, project: str) -> HttpResponseBase:
    """The prompt that was last worked on, or the invitation to write the first one."""
    row = get_project(request, project)
    last = row.prompts.order_by(F("draft_saved_at").desc(nulls_last=True), "-id").first()
    if last is None:
        return redirect("prompt-list", team=request.team.slug, project=row.slug)
    return redirect("prompt-compose", team=request.team.slug, prompt=last.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member(Action.VIEW, unsafe=Action.WRITE)
def prompt_list(request: StudioRequest, project: str) -> HttpResponseBase:
    row = get_project(request, project)
    if request.method == "POST":
        recipe = prompts.empty_recipe(request.POST.get("kind", ""))
        prompt = prompts.create(project=row, user=request.user, title=_("Untitled prompt"), recipe=recipe)
        return redirect("prompt-compose", team=request.team.slug, prompt=prompt.pk)
    context = {"project": row, "prompts": _listed(row), "may_write": allows(request.membership.role, Action.WRITE)}
    return render(request, "prompts/list.html", context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A prompt with the newest picture that was made of it; its words while there is none to show."""

    prompt: Prompt
    image: Image | None
    has_thumb: bool

    @property
    def title(self) -> str:
        # A title that is not somebody's own is the first words already; a long JSON text is not read again for them.
        is_nameless = self.prompt.title in prompts.nameless()
        return prompts.shown_title("" if is_nameless else self.prompt.title, self.prompt.recipe)

    @property
    def words(self) -> str:
        recipe = self.prompt.recipe
        return recipe.subject if recipe.kind is Kind.STRUCTURED else recipe.body[:WORDS]


def _listed(project: Project) -> list[Listed]:
    pictures = Image.objects.filter(attempt__generation__version__prompt=OuterRef("pk")).order_by("-id")
    rows = project.prompts.order_by(F("draft_saved_at").desc(nulls_last=True), "-id")
    newest_of = dict(rows.annotate(picture=Subquery(pictures.values("pk")[:1])).values_list("pk", "picture")[:LISTED])
    images = Image.objects.filter(pk__in=filter(None, newest_of.values())).prefetch_related("renditions")
    newest = images.in_bulk()
    shown = {pk for pk, image in newest.items() if any(each.edge == THUMB for each in image.renditions.all())}
    return [
        Listed(prompt=row, image=newest.get(newest_of[row.pk]), has_thumb=newest_of[row.pk] in shown)
        for row in rows.filter(pk__in=newest_of)
    ]


def _context(request: StudioRequest, sheet: Sheet, **more: Any) -> dict[str, Any]:
    role = request.membership.role
    return {
        "sheet": sheet,
        "allowance": Allowance(sheet, request.user),
        "prompt": sheet.prompt,
        "project": sheet.prompt.project,
        "may_write": allows(role, Action.WRITE),
        "may_generate": allows(role, Action.GENERATE),
        **more,
    }


def _page(request: StudioRequest, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    scope = pulse.Scope("takes", sheet.prompt.pk)
    context = _context(request, sheet, pulse=pulse.pulse_for(request, scope))
    return render(request, PAGE, context, status=status)


@require_GET
@member(Action.VIEW)
def prompt_compose(request: StudioRequest, prompt: int) -> HttpResponse:
    sheet = Sheet.of_draft(request.team, get_prompt(request, prompt))
    sheet.has_new_line = "line" in request.GET
    return _page(request, sheet)


@require_POST
@member(Action.WRITE)
def prompt_draft(request: StudioRequest, prompt: int) -> HttpResponseBase:
    """Save what the form says and answer with all that follows from it: preview, checks and output."""
    row = get_prompt(request, prompt)
    posted = read(request.POST, kept=row.recipe)
    if was_cut(request):
        sheet = Sheet.of_draft(request.team, row)
        sheet.told_apart.append(references.too_large())
        return _page(request, sheet, status=422)
    sheet = Sheet.of_post(request.team, row, posted)
    before = sheet.recipe
    _act(request, sheet, posted)
    _save(sheet, posted, undo=sheet.undo_since(before))
    sheet.has_new_line = posted.action == "line-add"
    sheet.blank_lines = blank_after(posted)
    status = 409 if sheet.behind else 422 if sheet.notices else 200
    if request.htmx:
        brief_too = bool(posted.action) and posted.action != "save"
        fills_too = posted.fill_names != filling.names(sheet.recipe)
        context = _context(request, sheet, brief_too=brief_too, fills_too=fills_too)
        return render(request, f"{PAGE}#updated", context, status=status)
    if status != 200:
        return _page(request, sheet, status=status)
    address = reverse("prompt-compose", kwargs={"team": request.team.slug, "prompt": row.pk})
    return redirect(f"{address}?line=new#lines" if sheet.has_new_line else address)


def _act(request: StudioRequest, sheet: Sheet, posted: Posted) -> None:
    """What the pressed button asks for besides saving."""
    if posted.action.startswith("fix|"):
        sheet.change(sheet.checks.fixed(posted.action.removeprefix("fix|")))
    elif posted.action == "undo":
        sheet.change(prompts.undone(sheet.recipe, sheet.prompt.draft.get("undo") or {}) or sheet.recipe)
    elif posted.action == "aside-back":
        sheet.swap_aside()
    elif posted.action == "upload":
        sheet.change(_uploaded(request, sheet))
    elif posted.action.startswith(("leaf-", "view-", "rows|", "kind-", "heed|")):
        briefs.act(request, sheet, posted.action)
    else:
        sheet.change(step(sheet.recipe, posted.action))


def _uploaded(request: StudioRequest, sheet: Sheet) -> Recipe:
    """With the pictures that a browser without scripts sent along; those that are refused with their reason."""
    uses = list(sheet.recipe.references)
    for upload in request.FILES.getlist("files"):
        try:
            row = references.store(team=request.team, user=request.user, upload=upload)
        except references.Refused as refusal:
            sheet.told_apart.append(str(refusal))
            continue
        numbers = {use.sha256: number for number, use in enumerate(uses, start=1)}
        if row.sha256 in numbers:
            sheet.told_apart.append(_("Already attached as image %(n)s.") % {"n": numbers[row.sha256]})
        else:
            uses.append(ReferenceUse(sha256=row.sha256))
    return sheet.recipe.with_value(Attribute.REFERENCES, tuple(uses))


def _save(sheet: Sheet, posted: Posted, *, undo: dict[str, Any]) -> None:
    if posted.action == "undo":
        undo = {}
    tab = prompts.Tab(id=posted.tab, count=posted.count)
    result = prompts.save_draft(
        prompt=sheet.prompt,
        recipe=sheet.recipe,
        output=sheet.pane.output,
        base_number=posted.base_number,
        title=sheet.title,
        tab=tab,
        undo=undo,
        aside=_aside(sheet, posted, tab),
    )
    sheet.__dict__.pop("undo", None)
    sheet.behind = result if isinstance(result, prompts.Behind) else None


def _aside(sheet: Sheet, posted: Posted, tab: prompts.Tab) -> dict[str, Any] | None:
    if posted.action == "aside-back":
        return prompts.taken_back(sheet.prompt)
    if posted.action == "aside-drop":
        return {}
    if posted.action == "kind-verbatim":
        return prompts.set_aside(sheet.prompt, tab=prompts.Tab())
    return prompts.set_aside(sheet.prompt, tab=tab) if posted.keeps else None


@require_POST
@member(Action.GENERATE)
def prompt_generate(request: StudioRequest, prompt: int) -> HttpResponseBase:
    """Freeze what the form says and run it. A second press with the same token answers with the same generation."""
    row = get_prompt(request, prompt)
    posted = read(request.POST, kept=row.recipe)
    sheet = Sheet.of_post(request.team, row, posted)
    _save(sheet, posted, undo={})
    sheet.refusal = _obstacle(sheet, posted) or _submitted(request, sheet, posted)
    if not request.htmx:
        return _page(request, sheet, status=422) if sheet.refusal else _shown(request, sheet)
    if sheet.refusal:
        return render(request, f"{PAGE}#refused", _context(request, sheet), status=422)
    sheet.token = uuid.uuid4()
    scope = pulse.Scope("takes", row.pk)
    takes = sheet.pane.output.takes
    said = ngettext("%(n)d take started.", "%(n)d takes started.", takes) % {"n": takes}
    drawn = pulse.pulse_for(request, scope)
    context = _context(request, sheet, pulse=drawn, running=request.running, said=said)
    return render(request, f"{PAGE}#generated", context)


def _obstacle(sheet: Sheet, posted: Posted) -> str:
    """Why this cannot be sent, in one sentence; empty when it can."""
    if sheet.behind:
        return _("Nothing was sent. Choose first: load the newer work, or keep yours.")
    if sheet.notices:
        return sheet.notices[0]
    if not sheet.rendered.text.strip():
        return _("There is no prompt yet. Write something in the brief first.")
    errors = [error for error in sheet.checks.errors if not (error.is_placeholder and posted.as_written)]
    if errors:
        sheet.offers_as_written = all(error.is_placeholder for error in errors)
        return _("This cannot be sent yet: %(message)s") % {"message": errors[0].message}
    return sheet.pane.size_reason if sheet.pane.size is None else ""


def _submitted(request: StudioRequest, sheet: Sheet, posted: Posted) -> str:
    """Submit; the sentence of a refusal, or nothing."""
    offer = sheet.pane.offer
    if offer is None:
        return _("There is no connection to send it through. Ask an owner of the team to add one.")
    try:
        generations.begin(
            prompt=sheet.prompt,
            recipe=sheet.recipe,
            user=request.user,
            connection=offer.connection,
            output=sheet.pane.output,
            client_token=posted.token,
            as_written=posted.as_written,
        )
    except generations.Refused as refusal:
        return str(refusal)
    except generations.Conflict:
        sheet.token = uuid.uuid4()
        return _("This page was used for another generation. Press Generate once more.")
    return ""


def _shown(request: StudioRequest, sheet: Sheet) -> HttpResponseBase:
    address = reverse("prompt-compose", kwargs={"team": request.team.slug, "prompt": sheet.prompt.pk})
    return redirect(f"{address}#takes")


urlpatterns = [
    path("p/<slug:project>/compose/", compose, name="compose"),
    path("p/<slug:project>/prompts/", prompt_list, name="prompt-list"),
    path("prompts/<int:prompt>/", prompt_compose, name="prompt-compose"),
    path("prompts/<int:prompt>/draft/", prompt_draft, name="prompt-draft"),
    path("prompts/<int:prompt>/fix/", prompt_draft, name="prompt-fix"),
    path("prompts/<int:prompt>/generate/", prompt_generate, name="prompt-generate"),
]
