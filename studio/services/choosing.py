"""What a command works with when it is not told: the first team, its first project, its first usable connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.utils.translation import gettext as _

from studio.models import Connection, Project, Team, User
from studio.models.teams import Role
from studio.providers import catalogue
from studio.services import connections, start
from studio.services.teams import create_project

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Missing(LookupError):
    """Something was named that is not there; the message says what to do."""


def ensure_started() -> None:
    """Make tables and the first team on an empty data folder, so that a script needs no other command before it."""
    try:
        empty = not User.objects.exists()
    except DatabaseError:
        empty = True  # there are no tables
    if empty:
        start.prepare()


def team(slug: str = "") -> Team:
    rows = Team.objects.order_by("pk")
    found = rows.filter(slug=slug).first() if slug else rows.first()
    if found is None:
        raise Missing(_("There is no team “%(name)s”.") % {"name": slug} if slug else _("There is no team yet."))
    return found


def owner(team: Team) -> User:
    """On whose behalf a command acts."""
    membership = team.memberships.filter(role=Role.OWNER).order_by("pk").select_related("user").first()
    if membership is None:
        raise Missing(_("The team “%(name)s” has no owner.") % {"name": team.name})
    return membership.user


def project(team: Team, slug: str = "") -> Project:
    rows = Project.objects.for_team(team)
    if slug:
        found = rows.filter(slug=slug).first()
        if found is None:
            raise Missing(_("The team has no project “%(name)s”.") % {"name": slug})
        return found
    return rows.order_by("pk").first() or create_project(team=team, name=_("First project"))


def connection(team: Team, name: str = "") -> Connection:
    rows: QuerySet[Connection] = Connection.objects.for_team(team).order_by("pk")
    if name:
        found = rows.filter(name=name).first()
        names = ", ".join(rows.values_list("name", flat=True))
        if found is None:
            raise Missing(
                _("There is no connection “%(name)s”. There are: %(names)s.") % {"name": name, "names": names}
            )
        return found
    found = rows.filter(paused_at=None).first() or rows.first()
    if found is None:
        raise Missing(_("The team has no connection. Make one with the connect command."))
    return found


def model(connection: Connection) -> str:
    """The model of the catalogue that the server named when it was tested, else the catalogue's first."""
    try:
        return next(iter(connections.model_ids(connection)), "")
    except catalogue.UnknownProvider:
        return ""
