"""The one address where strangers get a file: a reference that a provider was given a signed link to."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotFound
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from studio.imaging.formats import MEDIA_TYPES
from studio.services import links
from studio.storage import files
from studio.views import serving

log = logging.getLogger(__name__)

HEADERS = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@csrf_exempt  # a refusal for want of a token would write the address into the log
@require_safe
@login_not_required
def fetch(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """The file itself. Whatever is wrong is the same 404, also what is wrong with the studio: an error of the server
    would be logged with its address."""
    try:
        response = _file(request, token, name)
    except Exception:
        log.exception("A signed link could not be served.")
        response = None
    response = response or HttpResponseNotFound(content_type="text/plain; charset=utf-8")
    for header, value in HEADERS.items():
        response[header] = value
    return response


def _file(request: HttpRequest, token: str, name: str) -> HttpResponseBase | None:
    sent = links.find(token, name)
    if sent is None:
        return None
    return serving.file_response(
        request,
        files.path(sent.name),
        etag=sent.name.rpartition("/")[2],
        media_type=MEDIA_TYPES[sent.format],
        cache=HEADERS["Cache-Control"],
    )


urlpatterns = [path("fetch/<str:token>/<str:name>", fetch, name="signed-link")]
