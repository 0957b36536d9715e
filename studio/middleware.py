"""Small middlewares: redirects for htmx, and pages that no cache keeps."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.cache import patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HtmxRedirectMiddleware:
    """A redirect answered to htmx would be followed and the page pasted into a fragment; make the browser go there.

    This is what an expired session looks like to a poller: LoginRequiredMiddleware answers 302.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "HX-Request" in request.headers:
            patch_vary_headers(response, ["HX-Request"])
            if response.status_code in {301, 302, 303, 307}:
                return HttpResponse(status=204, headers={"HX-Redirect": _for_a_page(request, response["Location"])})
        return response


def _for_a_page(request: HttpRequest, location: str) -> str:
    """After signing in, people go back to the page that they were on, not to the fragment that it asked for."""
    parts, page = urlsplit(location), urlsplit(request.headers.get("HX-Current-URL", ""))
    query = QueryDict(parts.query, mutable=True)
    if query.get(REDIRECT_FIELD_NAME) != request.get_full_path() or not page.path.startswith("/"):
        return location
    query[REDIRECT_FIELD_NAME] = urlunsplit(("", "", page.path, page.query, ""))
    return urlunsplit(parts._replace(query=query.urlencode(safe="/")))


class PrivatePagesMiddleware:
    """Pages of a signed-in person are never kept by a cache; files set their own headers first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
