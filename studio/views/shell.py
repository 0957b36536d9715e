"""What surrounds every page: its context, the way home, settings and the command palette."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from studio.models import Attempt, Halt, Project, Team, User
from studio.services import budgets, halts
from studio.services.permissions import Action, allows
from studio.views.access import StudioRequest, current_project, member
from studio.views.rows import of_person, undecided
from studio.views.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

MENU_LENGTH = 200


@dataclass(frozen=True)
class Place:
    """One entry of the rail. ``active`` lists the names of the addresses that belong to it."""

    label: Any
    icon: str
    name: str
    keys: str
    active: tuple[str, ...]
    in_project: bool = False
    short: Any = ""  # for the rail, where the label is too long for it


PLACES = (
    Place(_("Compose"), "pencil-line", "compose", "g c", ("compose", "prompt-compose", "prompt-list"), in_project=True),
    Place(_("Gallery"), "images", "gallery", "g g", ("gallery", "image-detail"), in_project=True),
    Place(_("Jobs"), "list-todo", "job-list", "g j", ("job-list",)),
)
TOOLS = (
    Place(_("Spend"), "circle-dollar-sign", "spend", "g m", ("spend", "budget-save")),
    Place(
        _("Connections"),
        "plug",
        "connection-list",
        "g n",
        ("connection-list", "connection-create", "connection-edit"),
        short=_("Connect"),
    ),
    Place(_("Settings"), "settings-2", "settings", "g s", ("settings",)),
)


@dataclass(frozen=True)
class Link:
    label: str
    short: str
    icon: str
    name: str
    url: str
    keys: str
    is_here: bool


class Shell:
    """What the frame shows. Everything is read when a template first asks, so fragments pay for nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = cast("User", request.user)

    @cached_property
    def teams(self) -> list[Team]:
        return list(Team.objects.of(self.user).order_by("name")[:MENU_LENGTH])

    @cached_property
    def team(self) -> Team | None:
        if team := getattr(self.request, "team", None):
            return cast("Team", team)
        mine = Team.objects.of(self.user).order_by("name")
        remembered = self.request.session.get("project")
        left_off = mine.filter(projects=remembered).first() if remembered else None
        # A team in which work has begun, before one in which there is nothing to open yet.
        return left_off or mine.filter(projects__isnull=False).first() or mine.first()

    @cached_property
    def projects(self) -> list[Project]:
        return list(Project.objects.for_team(self.team)[:MENU_LENGTH]) if self.team else []

    @cached_property
    def project(self) -> Project | None:
        wanted = self.request.session.get("project")
        return next((project for project in self.projects if project.pk == wanted), next(iter(self.projects), None))

    @cached_property
    def running(self) -> Tally:
        """Attempts of this team that wait or run."""
        known: Tally | None = getattr(self.request, "running", None)
        if known is not None:
            return known
        return Tally.of(Attempt.objects.for_team(self.team)) if self.team else Tally()

    @cached_property
    def undecided(self) -> int:
        """How many of this person's takes wait for a decision. One query over the few whose outcome is unknown."""
        return undecided(of_person(self.team, self.user)).count() if self.team else 0

    @cached_property
    def halt(self) -> Halt | None:
        """What keeps this team's calls from being sent."""
        return halts.standing(team=self.team) if self.team else None

    @cached_property
    def budget(self) -> budgets.Standing | None:
        """The whole team's budget, where it has one."""
        return budgets.of_team(self.team) if self.team else None

    @cached_property
    def may_resume(self) -> bool:
        membership = getattr(self.request, "membership", None)
        return bool(membership and allows(membership.role, Action.MANAGE_MONEY))

    @cached_property
    def may_write(self) -> bool:
        membership = getattr(self.request, "membership", None)
        return bool(membership and allows(membership.role, Action.WRITE))

    @cached_property
    def places(self) -> list[Link]:
        return list(self._links(PLACES))

    @cached_property
    def tools(self) -> list[Link]:
        return list(self._links(TOOLS))

    def _links(self, places: tuple[Place, ...]) -> Iterator[Link]:
        match = self.request.resolver_match
        for place in places:
            if url := self._address(place):
                here = match is not None and match.url_name in place.active
                yield Link(str(place.label), str(place.short), place.icon, place.name, url, place.keys, here)

    def _address(self, place: Place) -> str:
        """Empty where it cannot be reached from here: no dead links."""
        if self.team is None or (place.in_project and self.project is None):
            return ""
        kwargs = {"team": self.team.slug}
        if place.in_project and self.project:
            kwargs["project"] = self.project.slug
        return reverse(place.name, kwargs=kwargs)


def shell(request: HttpRequest) -> dict[str, Any]:
    """``shell``, ``team`` and ``project`` for templates; a view's own values win. No query before they are used."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        offers = {"open_signup": settings.STUDIO_OPEN_SIGNUP, "sends_mail": settings.STUDIO_MAIL}
        return {"shell": None, "team": None, "project": None, **offers}
    frame = Shell(request)
    return {
        "shell": frame,
        "team": SimpleLazyObject(lambda: frame.team),
        "project": SimpleLazyObject(lambda: frame.project),
    }


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Where the person left off: the project last worked in, else the first of the first team."""
    frame = Shell(request)
    if frame.team is None:
        return render(request, "shell/no_team.html")
    if frame.project is None:
        return redirect("settings", team=frame.team.slug)
    return redirect("compose", team=frame.team.slug, project=frame.project.slug)


@member(Action.VIEW)
@require_safe
def team_home(request: StudioRequest) -> HttpResponse:
    project = current_project(request)
    if project is None:
        return redirect("settings", team=request.team.slug)
    return redirect("compose", team=request.team.slug, project=project.slug)


urlpatterns: list[URLPattern] = [path("", home, name="home")]
team_urlpatterns: list[URLPattern] = [path("", team_home, name="team-home")]
