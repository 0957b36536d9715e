"""The spend page: what was spent and by whom, budgets, and the one switch that stops all calls of the team."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from studio.forms.budgets import BudgetForm
from studio.models import Budget
from studio.services import budgets, halts, orders, spending
from studio.services.permissions import Action, allows
from studio.views.access import StudioRequest, member
from studio.views.accounts import safe_next
from studio.views.charts import chart
from studio.views.spends import Spends, id_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse, HttpResponseBase

# What a spreadsheet needs to read a file as UTF-8.
MARK = "\ufeff"


@member(Action.VIEW)
@require_safe
def spend(request: StudioRequest) -> HttpResponse:
    """``?budget=`` fills the form with one that is to be changed."""
    chosen = Budget.objects.for_team(request.team).filter(pk=id_in(request.GET, "budget") or 0).first()
    return _page(request, BudgetForm(team=request.team, budget=chosen), chosen)


def _page(request: StudioRequest, form: BudgetForm, chosen: Budget | None = None) -> HttpResponse:
    role = request.membership.role
    spends = Spends(request.team, request.GET)
    context: dict[str, Any] = {
        "spends": spends,
        "chart": chart(spends.report),
        "standings": budgets.standings(request.team),
        "form": form,
        "chosen": chosen,
        "may_manage": allows(role, Action.MANAGE_MONEY),
        "may_stop": allows(role, Action.STOP),
        # Its own first, which it can end: the operator's stands above every page.
        "halt": halts.of_team(request.team) or halts.standing(team=request.team),
    }
    return render(request, "spending/page.html", context, status=422 if form.is_bound else 200)


@member(Action.VIEW)
@require_safe
def spend_csv(request: StudioRequest) -> HttpResponseBase:
    """One row for each call, within what the page is filtered to."""
    scope = Spends(request.team, request.GET).scope
    name = f"spend-{request.team.slug}-{timezone.localdate().isoformat()}.csv"
    return StreamingHttpResponse(
        _lines(request, scope),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, line: str) -> str:
        return line


def _lines(request: StudioRequest, scope: spending.Scope) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield MARK + writer.writerow(spending.headings())
    for row in spending.rows(request.team, scope):
        yield writer.writerow(row)


@member(Action.MANAGE_MONEY)
@require_POST
def budget_save(request: StudioRequest) -> HttpResponse:
    form = BudgetForm(request.POST, team=request.team)
    if not form.is_valid():
        return _page(request, form)
    try:
        budget = budgets.save(team=request.team, user=request.user, **form.values)
    except orders.Refused as refused:
        form.add_error(None, refused.message)
        return _page(request, form)
    messages.success(request, _("%(budget)s is saved.") % {"budget": budgets.name(budget)})
    return redirect("spend", team=request.team.slug)


@member(Action.MANAGE_MONEY)
@require_POST
def budget_delete(request: StudioRequest, budget: int) -> HttpResponse:
    found = get_object_or_404(Budget.objects.for_team(request.team), pk=budget)
    name = budgets.name(found)
    budgets.delete(budget=found)
    messages.success(request, _("%(budget)s is removed.") % {"budget": name})
    return redirect("spend", team=request.team.slug)


@member(Action.STOP)
@require_POST
def calls_stop(request: StudioRequest) -> HttpResponse:
    halts.stop(team=request.team, user=request.user, reason=request.POST.get("reason", ""))
    return redirect("spend", team=request.team.slug)


@member(Action.MANAGE_MONEY)
@require_POST
def calls_resume(request: StudioRequest) -> HttpResponse:
    if halts.resume(team=request.team):
        if halts.standing(team=request.team):
            messages.info(request, _("The operator has stopped all calls to providers."))
        else:
            messages.success(request, _("Calls go on. What waited is sent now."))
    return redirect(safe_next(request)) if "next" in request.POST else redirect("spend", team=request.team.slug)


urlpatterns: list[URLPattern] = [
    path("spend/", spend, name="spend"),
    path("spend/calls.csv", spend_csv, name="spend-csv"),
    path("spend/budgets/", budget_save, name="budget-save"),
    path("spend/budgets/<int:budget>/delete/", budget_delete, name="budget-delete"),
    path("spend/stop/", calls_stop, name="calls-stop"),
    path("spend/resume/", calls_resume, name="calls-resume"),
]
