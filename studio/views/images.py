"""One picture: its page with everything that was sent and came back, and its files."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.db.models import F
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_safe

from studio.imaging.formats import EXTENSIONS, MEDIA_TYPES
from studio.models import Image, Rendition
from studio.services import snippets
from studio.services.permissions import Action, allows
from studio.storage import files
from studio.views import facts, pulse
from studio.views.access import StudioRequest, member
from studio.views.serving import ASK_AGAIN, FOR_EVER, file_response
from studio.views.tiles import titled, which_take

NAME_LENGTH = 80


@require_safe
@member(Action.VIEW)
def image_detail(request: StudioRequest, image: int) -> HttpResponseBase:
    found = get_object_or_404(
        Image.objects.for_team(request.team).select_related(
            "project",
            "attempt__generation__connection",
            "attempt__generation__created_by",
            "attempt__generation__version__prompt",
        ),
        pk=image,
    )
    version = found.attempt.generation.version
    renditions = {each.edge: each for each in found.renditions.all()}
    wall = Image.objects.in_project(found.project)
    context = {
        "image": found,
        "project": found.project,
        "version": version,
        "shown": _shown(request, found, renditions),
        "groups": facts.groups(found),
        "references": facts.references(found.attempt),
        "newer": wall.filter(pk__gt=found.pk).order_by("id").values_list("pk", flat=True).first(),
        "older": wall.older_than(found.pk).order_by("-id").values_list("pk", flat=True).first(),
        "title": titled(version.prompt.title, found.attempt.take),
        "which": which_take(found.attempt.take, found.attempt.generation.takes),
        **_commands(request, found),
        "compose": _compose(request, version.prompt_id),
        "may_write": allows(request.membership.role, Action.WRITE),
        "pulse": pulse.pulse_for(request, pulse.Scope()),
    }
    return render(request, "images/detail.html", context)


def _shown(request: StudioRequest, image: Image, renditions: dict[int, Rendition]) -> dict[str, Any] | None:
    """What stands on the mat; None where there is nothing to show yet, or never will be."""
    if not renditions:
        return None
    address = reverse("image-detail", kwargs={"team": request.team.slug, "image": image.pk})
    largest = renditions[max(renditions)]
    return {
        "src": f"{address}{largest.edge}.webp",
        "srcset": ", ".join(f"{address}{edge}.webp {each.width}w" for edge, each in sorted(renditions.items())),
        # At 100 % every pixel shows: the original's, where the largest rendition was shrunk.
        "full": f"{address}original/" if largest.width < image.width else "",
    }


def _commands(request: StudioRequest, image: Image) -> dict[str, Any]:
    """The request as commands with the files that they read, or why there is none."""
    found = snippets.of(image.attempt)
    if not found:
        return {"no_snippet": snippets.why_none(image.attempt)}
    where = {"team": request.team.slug, "variant": "clean"}
    inputs = [
        {"name": name, "href": reverse("reference-file", kwargs=where | {"reference": row.pk})}
        for row, name in snippets.file_names(image.attempt.generation.version).items()
    ]
    return {"snippets": found, "inputs": inputs}


def _compose(request: StudioRequest, prompt: int) -> str:
    try:
        return reverse("prompt-compose", kwargs={"team": request.team.slug, "prompt": prompt})
    except NoReverseMatch:
        return ""


@require_safe
@member(Action.VIEW)
def image_original(request: StudioRequest, image: int) -> HttpResponseBase:
    """The stored bytes, untouched, as a download."""
    found = get_object_or_404(
        Image.objects.for_team(request.team).select_related("attempt__generation__version__prompt"), pk=image
    )
    try:
        return file_response(
            request,
            files.path(found.original),
            etag=found.sha256,
            media_type=MEDIA_TYPES[found.format],
            cache=ASK_AGAIN,
            download_as=file_name(found),
        )
    except FileNotFoundError:
        raise Http404 from None


@require_safe
@member(Action.VIEW)
def image_rendition(request: StudioRequest, image: int, edge: int) -> HttpResponseBase:
    found = (
        Rendition.objects.filter(image=image, edge=edge, image__team=request.team)
        .annotate(sha256=F("image__sha256"))
        .first()
    )
    if found is None:
        raise Http404
    try:
        return file_response(
            request,
            files.path(found.file),
            etag=f"{found.sha256[:40]}-{found.pk}-{edge}",
            media_type="image/webp",
            cache=FOR_EVER,
        )
    except FileNotFoundError:
        raise Http404 from None


def file_name(image: Image) -> str:
    """What the download is called: the prompt's title without anything a file system or a terminal could trip over."""
    version = image.attempt.generation.version
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in version.prompt.title)
    label = re.sub(r"\s+", "-", unicodedata.normalize("NFC", kept).strip())[:NAME_LENGTH].strip("-") or "image"
    extra = f"-{image.index + 1}" if image.index else ""
    return f"{label}-v{version.number}-{image.attempt.take}{extra}-{image.pk}.{EXTENSIONS[image.format]}"


urlpatterns = [
    path("images/<int:image>/", image_detail, name="image-detail"),
    path("images/<int:image>/original/", image_original, name="image-original"),
    path("images/<int:image>/<int:edge>.webp", image_rendition, name="image-rendition"),
]
