"""The wall of a project: its pictures newest first, what is being made on top, 48 at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET

from studio.models import Image, Project
from studio.services.permissions import Action, allows
from studio.views import pulse, watch
from studio.views.access import StudioRequest, get_project, member
from studio.views.paging import before
from studio.views.tiles import Addresses, Tile, attempt_tile, picture_tiles, runs

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase

    from studio.views.rows import Row

PAGE = 48
# A count further than this costs more than the page, and nobody reads it.
COUNTED = 1000
# The way back from a picture shows the wall as far down as it was scrolled, up to this; beyond, it begins near by.
DEEPEST = 10 * PAGE
NEAR = PAGE // 2
# At most so many empty places keep the last row in line with the others.
FILLED = 12


@require_GET
@member(Action.VIEW)
def gallery(request: StudioRequest, project: str) -> HttpResponseBase:
    """Three queries of its own, whatever the number of pictures."""
    chosen = get_project(request, project)
    images = Image.objects.in_project(chosen).order_by("-id")
    older_than, back_to = before(request), before(request, "at")
    first, length = _window(images, back_to)
    page = images.older_than(older_than if older_than is not None else first)[: length + 1]
    tiles = picture_tiles(request.team, page)
    context: dict[str, Any] = {
        "project": chosen,
        "tiles": runs(tiles[:length]),
        "more": tiles[length - 1]["pk"] if len(tiles) > length else None,
        "fill": [tiles[-1]["ratio"]] * FILLED if 0 < len(tiles) <= length else [],
        "may_generate": allows(request.membership.role, Action.GENERATE),
    }
    if request.htmx and older_than is not None:
        return render(request, "gallery/wall.html#page", context)
    begins = older_than is None and first is None
    return render(request, "gallery/wall.html", context | _around(request, chosen, images, begins=begins))


def _window(images: QuerySet[Image], back_to: int | None) -> tuple[int | None, int]:
    """Where the wall begins (below which id; None at the newest picture) and how many pictures it shows."""
    if back_to is None:
        return None, PAGE
    newer = images.filter(pk__gte=back_to).order_by("id").values_list("id", flat=True)
    count = newer[: DEEPEST + 1].count()
    if count <= DEEPEST:
        return None, max(PAGE, count + NEAR)
    return newer[NEAR], PAGE


def _around(request: StudioRequest, project: Project, images: QuerySet[Image], *, begins: bool) -> dict[str, Any]:
    """What a whole page needs besides its pictures."""
    rows = watch.first_look(request.team)
    count = images.order_by()[: COUNTED + 1].count()
    return {
        "pending": _pending(rows, project, Addresses(request.team.slug)) if begins else [],
        "pulse": pulse.pulse_for(request, pulse.Scope("wall", project.pk), rows),
        "count": min(count, COUNTED),
        "is_more": count > COUNTED,
        "begins": begins,
    }


def _pending(rows: list[Row], project: Project, addresses: Addresses) -> list[Tile]:
    mine = [row for row in rows if row.is_open and row.project == project.pk]
    return [attempt_tile(row, addresses) for row in mine[:PAGE]]


urlpatterns = [path("p/<slug:project>/gallery/", gallery, name="gallery")]
