"""Halts: no call is sent while one stands, of one team or, by the operator's word, of all.

What is queued stays queued, what was sent goes on: a halt loses nothing and takes nothing back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio import queue
from studio.models import Halt
from studio.providers import catalogue

if TYPE_CHECKING:
    from studio.models import Connection, Team, User

__all__ = ["of_team", "refusal", "resume", "standing", "stop", "stopped_teams"]

LONGEST = 300


def stop(*, team: Team | None, user: User | None, reason: str = "") -> bool:
    """Keep this team's calls from being sent, or everybody's with None; whether this call did it. The first reason
    stays."""
    try:
        with transaction.atomic():
            Halt.objects.create(team=team, created_by=user, reason=reason.strip()[:LONGEST])
    except IntegrityError:
        return False
    return True


def resume(*, team: Team | None) -> bool:
    """Let calls go on; whether this call did it. A team's resume leaves the operator's halt as it is."""
    with transaction.atomic():
        ended, _rows = Halt.objects.filter(team=team).delete()
        if ended:
            transaction.on_commit(queue.ring)
    return ended > 0


def standing(*, team: Team | None) -> Halt | None:
    """What keeps this team's calls from being sent, the operator's word first; for None the operator's alone."""
    halts = Halt.objects.filter(team=None) if team is None else Halt.objects.over(team)
    return min(halts, key=lambda halt: halt.team_id is not None, default=None)


def stopped_teams() -> list[str]:
    """The slugs of those that stand still by their own word, whatever the operator says besides."""
    return list(Halt.objects.exclude(team=None).order_by("team__slug").values_list("team__slug", flat=True))


def of_team(team: Team) -> Halt | None:
    """Its own, whatever the operator says besides."""
    return Halt.objects.filter(team=team).first()


def refusal(*, connection: Connection) -> str:
    """Why nothing may be asked of this connection now; empty where it may, or where it calls nobody."""
    known = catalogue.providers().get(connection.provider)
    if known is not None and known.is_built_in:
        return ""
    halt = standing(team=connection.team)
    if halt is None:
        return ""
    if halt.team_id is None:
        return _("The operator has stopped all calls to providers. Ask them when calls go on.")
    return _("All calls of this team are stopped. An owner of the team can let them go on, on the spend page.")
