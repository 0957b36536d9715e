"""Making teams and projects, each complete: a team always has an owner and the connection that needs no key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from studio.models import Connection, Membership, Project, Team, User
from studio.models.teams import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet


@transaction.atomic
def create_team(*, name: str, owner: User) -> Team:
    team = Team.objects.create(name=name, slug=_free_slug(Team.objects.all(), name, otherwise="team"))
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    Connection.objects.create(team=team, name=_("Layout proof"), provider="proof", created_by=owner)
    return team


def create_project(*, team: Team, name: str) -> Project:
    slug = _free_slug(Project.objects.for_team(team), name, otherwise="project")
    return Project.objects.create(team=team, name=name, slug=slug)


def _free_slug(rows: QuerySet[Team] | QuerySet[Project], name: str, *, otherwise: str) -> str:
    """A slug that none of ``rows`` has. A name without Latin letters leaves nothing, hence ``otherwise``."""
    stem = slugify(name)[:50] or otherwise
    taken = set(rows.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
