"""The door of every team page: strangers get the same 404 as for nothing, members without the role a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from studio.models import Membership, Project, Prompt, Team, User
from studio.services.permissions import Action, allows

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from studio.views.tally import Tally


class StudioRequest(HttpRequest):
    """A request past the door. For typing alone: the middleware and ``member`` set the fields."""

    user: User
    htmx: HtmxDetails
    team: Team
    membership: Membership
    running: Tally  # the team's open attempts, where a view has read them; the frame shows the number


View = Callable[..., HttpResponseBase]


def member(action: Action, *, unsafe: Action | None = None) -> Callable[[View], View]:
    """Let in the members of the URL's team who may do ``action``; requests that change something need ``unsafe``.

    The view receives ``request`` with ``team`` and ``membership`` set, and the URL's other arguments. Membership is
    read on each request, so a removal bites at once.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: StudioRequest, team: str, **kwargs: Any) -> HttpResponseBase:
            membership = Membership.objects.select_related("team").filter(team__slug=team, user=request.user).first()
            if membership is None:
                raise Http404
            request.membership, request.team = membership, membership.team
            safe = request.method in {"GET", "HEAD", "OPTIONS"}
            if not allows(membership.role, action if safe else unsafe or action):
                raise PermissionDenied(_("Your role in this team does not allow that. Ask an owner of the team."))
            return view(request, **kwargs)

        return guarded

    return decorate


def get_project(request: StudioRequest, slug: str) -> Project:
    """The team's project, remembered as the one that pages without a project in their address belong to."""
    project = get_object_or_404(Project.objects.for_team(request.team), slug=slug)
    if request.session.get("project") != project.pk:
        request.session["project"] = project.pk
    return project


def get_prompt(request: StudioRequest, pk: int) -> Prompt:
    """The team's prompt; its project is remembered too."""
    prompt = get_object_or_404(Prompt.objects.for_team(request.team).select_related("project__team"), pk=pk)
    if request.session.get("project") != prompt.project_id:
        request.session["project"] = prompt.project_id
    return prompt


def current_project(request: StudioRequest) -> Project | None:
    """The project last worked in, or the team's first."""
    projects = Project.objects.for_team(request.team)
    remembered = request.session.get("project")
    return (projects.filter(pk=remembered).first() if remembered else None) or projects.first()
