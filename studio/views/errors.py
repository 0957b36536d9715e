"""Error pages: one clear sentence and a next step, never a traceback.

They are rendered without the request: no context processor, no session and no database has to work for them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest


def _page(request: HttpRequest, status: HTTPStatus, title: str, sentence: str, *, theme: str = "") -> HttpResponse:
    if "HX-Request" in request.headers:
        return _toast(status, sentence)
    context = {"title": title, "sentence": sentence, "status": status.value, "theme": theme}
    return HttpResponse(render_to_string("error.html", context), status=status)


def _toast(status: HTTPStatus, sentence: str) -> HttpResponse:
    """For htmx: said beside the page, which stays as it is, instead of pasted into the part that asked."""
    body = render_to_string("components/toast.html", {"message": Message(ERROR, sentence)})
    return HttpResponse(body, status=status, headers={"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})


def _theme(request: HttpRequest) -> str:
    return getattr(getattr(request, "user", None), "theme", "")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = _("Go back, reload the page and try again.")
    return _page(request, HTTPStatus.BAD_REQUEST, _("That request could not be read"), sentence)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) or _("Ask an owner of the team.")
    title = _("Your role does not allow that")
    return _page(request, HTTPStatus.FORBIDDEN, title, sentence, theme=_theme(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = _("The address may be mistyped, or what was here is gone.")
    return _page(request, HTTPStatus.NOT_FOUND, _("Nothing is here"), sentence, theme=_theme(request))


def too_many(request: HttpRequest) -> HttpResponse:
    sentence = _("Wait a minute, then try again.")
    return _page(request, HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries in a short time"), sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    sentence = _("What was saved is safe. Try again in a moment; if it happens again, tell the person who runs it.")
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, _("Something broke on our side"), sentence)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _("Reload it and try again; your draft is kept.")
    return _page(request, HTTPStatus.FORBIDDEN, _("This page is out of date"), sentence)
