"""The pulse: one small request per page that brings what changed since the page was drawn, as fast as is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from studio.models import Attempt
from studio.models.generations import State
from studio.services.permissions import Action, allows
from studio.views import watch
from studio.views.access import StudioRequest, member
from studio.views.jobs import job
from studio.views.rows import of_person, undecided
from studio.views.tally import Tally
from studio.views.tiles import Addresses, row_tiles, title_of, which_of
from studio.views.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from studio.views.rows import Row


def at_once(response: HttpResponse) -> HttpResponse:
    """Make the page that gets this answer ask for its news now. For every answer that made or changed an attempt."""
    response["HX-Trigger"] = "pulse:now"
    return response


@dataclass(frozen=True, slots=True)
class Scope:
    """What a page shows of the team's attempts: a project's ``wall``, a prompt's ``takes``, ``jobs``, or nothing."""

    on: str = ""
    of: int | None = None  # id of the project or prompt; of the person for "jobs", None for the whole team's

    def holds(self, row: Row) -> bool:
        if self.on == "wall":
            return row.project == self.of
        if self.on == "takes":
            return row.prompt == self.of
        return self.on == "jobs" and (self.of is None or row.is_of(self.of))

    @classmethod
    def of_request(cls, request: StudioRequest) -> Scope:
        of = request.GET.get("of", "")
        return cls(request.GET.get("on", ""), int(of) if of.isdecimal() and len(of) < 19 else None)


def jobs_of(request: StudioRequest, everybody: bool) -> QuerySet[Attempt]:
    """The team's attempts, or those that this person asked for."""
    return Attempt.objects.for_team(request.team) if everybody else of_person(request.team, request.user)


def pulse_for(request: StudioRequest, scope: Scope, rows: list[Row] | None = None) -> dict[str, Any]:
    """``pulse`` for a template that includes ``pulse.html``. ``rows`` are watch.first_look's, where a view has them."""
    if rows is None:
        rows = watch.first_look(request.team)
    request.running = Tally.of_rows(rows)
    return _element(request, scope, watch.cursor_for(rows), watch.pace(rows, request.user.pk))


def _element(request: StudioRequest, scope: Scope, cursor: watch.Cursor, pace: int) -> dict[str, Any]:
    asked = {"c": str(cursor), "p": pace, "on": scope.on, "of": scope.of}
    query = urlencode({name: value for name, value in asked.items() if value not in {"", None}})
    return {"url": f"{reverse('pulse', kwargs={'team': request.team.slug})}?{query}", "pace": pace}


@require_GET
@member(Action.VIEW)
def pulse(request: StudioRequest) -> HttpResponseBase:
    """204 where nothing changed: the page keeps its cursor."""
    if not request.htmx:
        return redirect("job-list", team=request.team.slug)
    scope, cursor = Scope.of_request(request), watch.Cursor.read(request.GET.get("c", ""))
    rows = watch.look(request.team, cursor) if cursor else watch.first_look(request.team)
    found = watch.news(rows, cursor) if cursor else []
    pace = watch.pace(rows, request.user.pk)
    if cursor and not found and str(pace) == request.GET.get("p"):
        return HttpResponse(status=204)
    context = {
        "pulse": _element(request, scope, watch.cursor_for(rows, seen=cursor.seen if cursor else None), pace),
        "scope": scope,
        "pieces": _pieces(request, scope, found, cursor),
        "said": _said(found, cursor, request.user.pk),
        "running": Tally.of(Attempt.objects.for_team(request.team)),
        "decide": undecided(of_person(request.team, request.user)).count(),
        "may_generate": allows(request.membership.role, Action.GENERATE),
    }
    if scope.on == "jobs":
        listed = jobs_of(request, everybody=scope.of is None)
        context |= {"listed": Tally.of(listed), "undecided": undecided(listed).count()}
    return render(request, "pulse.html#answer", context)


def _pieces(
    request: StudioRequest, scope: Scope, found: list[Row], cursor: watch.Cursor | None
) -> list[dict[str, Any]]:
    """What goes where on the page. Oldest first, so that what is new is put on top in its order."""
    if cursor is None:
        return []
    addresses = Addresses(request.team.slug)
    place = _job_pieces if scope.on == "jobs" else _tile_pieces
    pieces: list[dict[str, Any]] = []
    for row in reversed([row for row in found if scope.holds(row)]):
        pieces += place(row, cursor.marks.get(row.id, ""), scope, addresses)
    return pieces


def _job_pieces(row: Row, shown: str, scope: Scope, addresses: Addresses) -> list[dict[str, Any]]:
    target = {"target": f"#job-{row.id}", "swap": "outerMorph"} if shown else {"target": "#jobs", "swap": "afterbegin"}
    return [target | {"job": job(row, addresses)}]


def _tile_pieces(row: Row, shown: str, scope: Scope, addresses: Addresses) -> list[dict[str, Any]]:
    tiles = row_tiles(row, addresses)
    if not shown:
        return [{"target": f"#{scope.on}", "swap": "afterbegin", "tiles": tiles}]
    if row.pictures and shown[0] in "IE":
        return [{"target": f"#{tile['dom']}", "swap": "outerMorph", "tiles": [tile]} for tile in tiles]
    return [{"target": f"#tile-{row.id}", "swap": "outerHTML" if row.pictures else "outerMorph", "tiles": tiles}]


def _said(found: list[Row], cursor: watch.Cursor | None, person: int) -> str:
    """Start, finish and failure of this person's takes, in one sentence; never percentages."""
    moved = [(row, cursor.marks[row.id][0]) for row in found if cursor and row.id in cursor.marks]
    mine = [(row, was) for row, was in moved if row.is_of(person)]
    started = [row for row, was in mine if was == "Q" and row.is_running]
    ready = [row for row, was in mine if was in "QRU" and row.state == State.DONE]
    failed = [row for row, was in mine if was in "QR" and row.state == State.FAILED]
    unknown = [row for row, was in mine if was in "QR" and row.state == State.UNKNOWN]
    return sentences(
        *_told(ready, _("%(title)s, %(take)s, is ready."), _ready),
        *_told(failed, _("%(title)s, %(take)s, failed."), _failed),
        *_told(unknown, _("%(title)s, %(take)s: outcome unknown. It waits for your decision."), _unknown),
        *_told(started, _("%(title)s, %(take)s, started."), _started),
    )


def _told(rows: list[Row], one: str, many: Callable[[int], str]) -> list[str]:
    if not rows:
        return []
    if len(rows) > 1:
        return [many(len(rows))]
    return [one % {"title": title_of(rows[0].about), "take": which_of(rows[0].about)}]


def _ready(count: int) -> str:
    return ngettext("%(n)d take ready.", "%(n)d takes ready.", count) % {"n": count}


def _failed(count: int) -> str:
    return ngettext("%(n)d take failed.", "%(n)d takes failed.", count) % {"n": count}


def _unknown(count: int) -> str:
    said = ngettext(
        "The outcome of %(n)d take is unknown. It waits for your decision.",
        "The outcome of %(n)d takes is unknown. They wait for your decision.",
        count,
    )
    return said % {"n": count}


def _started(count: int) -> str:
    return ngettext("%(n)d take started.", "%(n)d takes started.", count) % {"n": count}


urlpatterns = [path("pulse/", pulse, name="pulse")]
