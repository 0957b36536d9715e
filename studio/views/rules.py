"""The pages that explain the checks, made from the rules themselves, and where one is ignored with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from studio.forms.typed import as_typed
from studio.prompts import lint
from studio.prompts.render import render as rendered
from studio.services import prompts
from studio.services.permissions import Action, allows
from studio.views.access import StudioRequest, get_prompt, member
from studio.views.checks import LOOKS
from studio.views.wording import listed, sentences

if TYPE_CHECKING:
    from django.http import HttpResponse

MAX_WHY = 400
SEVERITIES = {
    "error": gettext_lazy("blocks the run"),
    "warning": gettext_lazy("warning"),
    "note": gettext_lazy("note"),
}
LANGUAGES = {
    "en": gettext_lazy("English"),
    "zh": gettext_lazy("Chinese"),
    "ja": gettext_lazy("Japanese"),
}


@require_GET
@member(Action.VIEW)
def rule_list(request: StudioRequest) -> HttpResponse:
    return render(request, "prompts/rules.html", {"rules": [described(rule) for rule in lint.RULES]})


@require_http_methods(["GET", "HEAD", "POST"])
@member(Action.VIEW, unsafe=Action.WRITE)
def prompt_check(request: StudioRequest, prompt: int, rule: str) -> HttpResponse:
    """One rule, and the way to have it ignored in this prompt."""
    row = get_prompt(request, prompt)
    found = next((each for each in lint.RULES if each.id == rule), None)
    if found is None:
        raise Http404
    why = as_typed(request.POST.get("why", "")).strip()[:MAX_WHY]
    if request.method == "POST" and why and found.can_be_ignored:
        prompts.ignore(row, rule, why)
        messages.success(request, _("This check stays silent in this prompt from now on."))
        return redirect("prompt-compose", team=request.team.slug, prompt=row.pk)
    context = {
        "prompt": row,
        "project": row.project,
        "rule": described(found),
        "why": why or row.ignored.get(rule, ""),
        "is_wrong": request.method == "POST",
        "most": MAX_WHY,
        "may_write": allows(request.membership.role, Action.WRITE),
    }
    return render(request, "prompts/check.html", context, status=422 if request.method == "POST" else 200)


def described(rule: lint.Rule) -> dict[str, Any]:
    """A rule in the reader's language, with its example and what the check says of that."""
    look, icon = LOOKS[rule.severity]
    told = [finding for finding in lint.check(rule.example, limits=rule.limits) if finding.id == rule.id]
    return {
        "id": rule.id,
        "title": _(rule.title),
        "severity": SEVERITIES[rule.severity],
        "look": look,
        "icon": icon,
        "says": sentences(told[0].sentence(_), told[0].because(_)) if told else "",
        "remedy": _(rule.remedy),
        "example": rendered(rule.example).text,
        "languages": listed(str(LANGUAGES.get(each, each)) for each in rule.languages),
        "one_click": rule.one_click,
        "can_be_ignored": rule.can_be_ignored,
    }


urlpatterns = [
    path("checks/", rule_list, name="rule-list"),
    path("prompts/<int:prompt>/checks/<slug:rule>/", prompt_check, name="prompt-check"),
]
