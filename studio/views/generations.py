"""The jobs page, and what a person can do to an attempt: cancel it, try it again, ask after it, give it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from studio.models import Attempt, Project
from studio.models.generations import OPEN, State
from studio.services import generations
from studio.services.permissions import Action, allows
from studio.views import outcomes, pulse
from studio.views.access import StudioRequest, member
from studio.views.jobs import job
from studio.views.paging import before
from studio.views.pulse import jobs_of
from studio.views.rows import Row, attempt_rows, undecided
from studio.views.tally import Tally
from studio.views.tiles import Addresses, row_tiles

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase

PAGE = 40
# Beyond that they stand where they are in the list.
MOST_UNDECIDED = 100


@require_GET
@member(Action.VIEW)
def job_list(request: StudioRequest) -> HttpResponseBase:
    """What waits for a decision, then the rest, newest first; one's own or the team's, of one project or of all."""
    everybody = request.GET.get("of") == "team"
    project = Project.objects.for_team(request.team).filter(slug=request.GET.get("project", "")).first()
    attempts = jobs_of(request, everybody)
    if project:
        attempts = attempts.filter(generation__project=project)
    waiting = list(undecided(attempts).order_by("-id").values_list("id", flat=True)[:MOST_UNDECIDED])
    rows = _page(attempts.exclude(pk__in=waiting), before(request))
    chosen = {"of": "team" if everybody else "", "project": project.slug if project else ""}
    addresses = Addresses(request.team.slug)
    context: dict[str, Any] = {
        "jobs": [job(row, addresses) for row in rows[:PAGE]],
        "more": _query(chosen, before=rows[PAGE - 1].id) if len(rows) > PAGE else "",
        "may_generate": allows(request.membership.role, Action.GENERATE),
    }
    if request.htmx and "before" in request.GET:
        return render(request, "generations/list.html#page", context)
    context |= {"everybody": everybody, "filter": project} | _around(request, chosen)
    decisions = attempt_rows(Attempt.objects.filter(pk__in=waiting)) if waiting else []
    context |= {"decisions": [job(row, addresses) for row in decisions], "undecided": len(waiting)}
    return render(request, "generations/list.html", context)


def _around(request: StudioRequest, chosen: dict[str, str]) -> dict[str, Any]:
    """What a whole page needs besides its jobs."""
    everybody = chosen["of"] == "team"
    return {
        "mine": _query({"project": chosen["project"]}),
        "whole_team": _query({"of": "team", "project": chosen["project"]}),
        "projects": _projects(request, chosen["of"]),
        "all_projects": _query({"of": chosen["of"]}),
        "pulse": pulse.pulse_for(request, pulse.Scope("jobs", None if everybody else request.user.pk)),
        "tally": Tally.of(jobs_of(request, everybody)),
    }


def _page(attempts: QuerySet[Attempt], older_than: int | None) -> list[Row]:
    """Keyset on the id: any page costs what the first costs. One more than a page tells whether there is another."""
    if older_than is not None:
        attempts = attempts.filter(pk__lt=older_than)
    chosen = attempts.order_by("-id").values("id")[: PAGE + 1]
    return attempt_rows(Attempt.objects.filter(pk__in=list(chosen.values_list("id", flat=True))))


def _query(values: dict[str, str], **more: Any) -> str:
    kept = {name: value for name, value in {**values, **more}.items() if value}
    return f"?{urlencode(kept)}"


def _projects(request: StudioRequest, of: str) -> list[dict[str, str]]:
    found = Project.objects.for_team(request.team).values_list("name", "slug")[:100]
    return [{"name": name, "slug": slug, "href": _query({"of": of, "project": slug})} for name, slug in found]


@require_POST
@member(Action.GENERATE)
def cancel(request: StudioRequest, attempt: int) -> HttpResponseBase:
    """Answers at once, and says whether the provider may still charge."""
    outcome = generations.cancel(attempt=_attempt(request, attempt))
    messages.info(request, str(outcome.message))
    return _instead(request, attempt)


@require_POST
@member(Action.GENERATE)
def retry(request: StudioRequest, attempt: int) -> HttpResponseBase:
    """The same request once more, as a new attempt with its own price."""
    try:
        again = generations.retry(attempt=_attempt(request, attempt), user=request.user)
    except generations.Refused as refusal:
        messages.error(request, refusal.message)
        return render(request, "generations/changed.html#told") if request.htmx else _back(request, attempt)
    return _instead(request, again.pk, retried=attempt)


@require_POST
@member(Action.GENERATE)
def check(request: StudioRequest, attempt: int) -> HttpResponseBase:
    """Ask the provider once more what became of an unknown outcome; nothing is sent anew."""
    asked = generations.check_again(attempt=_attempt(request, attempt))
    state = _attempt(request, attempt).state
    if asked and state in OPEN:
        messages.info(request, _("The provider is asked once more. If the picture exists, it is fetched."))
    elif state == State.UNKNOWN:
        messages.error(request, str(outcomes.CANNOT_BE_ASKED))
    return _instead(request, attempt)


@require_POST
@member(Action.GENERATE)
def give_up(request: StudioRequest, attempt: int) -> HttpResponseBase:
    """An unknown outcome that nobody will look into any more."""
    generations.give_up(attempt=_attempt(request, attempt))
    return _instead(request, attempt)


def _attempt(request: StudioRequest, pk: int) -> Attempt:
    return get_object_or_404(Attempt.objects.for_team(request.team), pk=pk)


def _back(request: StudioRequest, pk: int) -> HttpResponseBase:
    return redirect(f"{reverse('job-list', kwargs={'team': request.team.slug})}#job-{pk}")


def _instead(request: StudioRequest, pk: int, *, retried: int | None = None) -> HttpResponseBase:
    """What stands in the attempt's place now: a tile on a wall, a line on the jobs page with the one it repeats."""
    if not request.htmx:
        return _back(request, pk)
    row, *older = attempt_rows(Attempt.objects.filter(pk__in=[pk, retried or pk]))
    addresses = Addresses(request.team.slug)
    context: dict[str, Any] = {"may_generate": True}
    if (request.htmx.target or "").partition("#")[2].startswith("tile-"):
        context["tiles"] = row_tiles(row, addresses)
        return pulse.at_once(render(request, "generations/changed.html#tiles", context))
    context |= {"job": job(row, addresses), "older": [job(each, addresses) for each in older]}
    return pulse.at_once(render(request, "generations/changed.html#job", context))


urlpatterns = [
    path("jobs/", job_list, name="job-list"),
    path("attempts/<int:attempt>/cancel/", cancel, name="attempt-cancel"),
    path("attempts/<int:attempt>/retry/", retry, name="attempt-retry"),
    path("attempts/<int:attempt>/check/", check, name="attempt-check"),
    path("attempts/<int:attempt>/give-up/", give_up, name="attempt-give-up"),
]
