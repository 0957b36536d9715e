"""The command palette: what can be done and where one can go, found by a few letters, in this team alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from studio.models import Project, Prompt
from studio.models.users import Theme
from studio.services.permissions import Action, allows
from studio.views.access import StudioRequest, current_project, member
from studio.views.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpResponse

ROWS = 8


@dataclass(frozen=True, kw_only=True)
class Row:
    """A link (``url``), a button of a form of the frame (``post`` is the address), or one that opens a dialog."""

    label: str
    icon: str
    hint: str = ""
    keys: str = ""
    url: str = ""
    post: str = ""
    form: str = "palette-post"
    name: str = ""
    value: str = ""
    opens: str = ""
    words: tuple[str, ...] = ()

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The label cut where the typed words are found: (text, found)."""
        if not self.words:
            return [(self.label, False)]
        found = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        parts = re.split(f"({found})", self.label, flags=re.IGNORECASE)
        return [(part, index % 2 == 1) for index, part in enumerate(parts) if part]


@member(Action.VIEW)
@require_safe
def palette(request: StudioRequest) -> HttpResponse:
    typed = request.GET.get("q", "")[:200]
    words = tuple(typed.split())[:8]
    groups = [
        (_("Do"), list(_found(_commands(request), words))[:ROWS]),
        (_("Go to"), list(_found(_pages(request), words)) + list(_stored(request, words))),
    ]
    return render(request, "shell/palette.html", {"q": typed, "groups": [group for group in groups if group[1]]})


def _found(rows: Iterable[Row], words: tuple[str, ...]) -> Iterator[Row]:
    for row in rows:
        label = row.label.casefold()
        if all(word.casefold() in label for word in words):
            yield Row(**(vars(row) | {"words": words}))


def _commands(request: StudioRequest) -> Iterator[Row]:
    role = request.membership.role
    project = current_project(request)
    if project and allows(role, Action.WRITE):
        url = reverse("prompt-list", args=[request.team.slug, project.slug])
        yield Row(label=_("New prompt"), icon="plus", post=url)
    if allows(role, Action.MANAGE_CONNECTIONS):
        yield Row(label=_("Add a connection"), icon="plug", url=reverse("connection-create", args=[request.team.slug]))
    if allows(role, Action.STOP):
        stop = f"{reverse('spend', args=[request.team.slug])}#stop"
        yield Row(label=_("Stop all calls"), icon="ban", url=stop)
    for theme, icon, label in (
        (Theme.LIGHT, "sun", _("Switch to the light theme")),
        (Theme.DARK, "moon", _("Switch to the dark theme")),
        (Theme.SYSTEM, "monitor", _("Follow the system's theme")),
    ):
        if request.user.theme != theme:
            yield Row(label=label, icon=icon, form="theme-form", name="theme", value=theme.value)
    yield Row(label=_("Show the keyboard shortcuts"), icon="keyboard", opens="keys", keys="?")
    yield Row(label=_("Sign out"), icon="log-out", url=reverse("account_logout"))


def _pages(request: StudioRequest) -> Iterator[Row]:
    frame = Shell(request)
    for link in (*frame.places, *frame.tools):
        yield Row(label=str(link.label), icon=link.icon, keys=link.keys, url=link.url)


def _stored(request: StudioRequest, words: tuple[str, ...]) -> Iterator[Row]:
    """Projects and prompts by name; without words the newest prompts."""
    team = request.team.slug
    if words:
        for project in Project.objects.for_team(request.team).filter(_all_in("name", words))[:ROWS]:
            url = reverse("gallery", args=[team, project.slug])
            yield _row(project.name, "folder", _("Project"), url, words)
    prompts = Prompt.objects.for_team(request.team).filter(_all_in("title", words)).select_related("project")
    for prompt in prompts[:ROWS]:
        url = reverse("prompt-compose", args=[team, prompt.pk])
        yield _row(prompt.title, "file-text", prompt.project.name, url, words)


def _row(label: str, icon: str, hint: str, url: str, words: tuple[str, ...]) -> Row:
    return Row(label=label, icon=icon, hint=hint, url=url, words=words)


def _all_in(field: str, words: tuple[str, ...]) -> Q:
    tests: list[Any] = [Q(**{f"{field}__icontains": word}) for word in words]
    return reduce(and_, tests, Q())


urlpatterns: list[URLPattern] = [path("palette/", palette, name="palette")]
