"""The newest unfinished picture of an attempt that is being made; the address is of nothing once that has ended."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.http import Http404
from django.urls import path
from django.views.decorators.http import require_safe

from studio.models import Attempt
from studio.services.permissions import Action
from studio.storage import files
from studio.views.access import StudioRequest, member
from studio.views.serving import ASK_AGAIN, file_response

if TYPE_CHECKING:
    from django.http import HttpResponseBase


@require_safe
@member(Action.VIEW)
def attempt_partial(request: StudioRequest, attempt: int) -> HttpResponseBase:
    """Rebuilt from its pixels by the worker, like every picture that a browser gets."""
    shown = Attempt.objects.for_team(request.team).filter(pk=attempt).exclude(partial="")
    name = shown.values_list("partial", flat=True).first()
    if name is None:
        raise Http404
    try:
        return file_response(
            request, files.path(name), etag=PurePath(name).stem, media_type="image/webp", cache=ASK_AGAIN
        )
    except FileNotFoundError:  # the next one, or the end, has just come
        raise Http404 from None


urlpatterns = [path("attempts/<int:attempt>/partial.webp", attempt_partial, name="attempt-partial")]
