"""The WSGI entry point that the web server loads, with what keeps slow clients from holding all of its threads."""

from __future__ import annotations

import os
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A request's body is read by a thread, as slowly as it comes and without end: so many at once may have one. The
# server's other threads stay for pages, whatever the senders do.
BODIES = 48
# Answers of up to so many bytes are given to the server whole: it sends them to slow readers without a thread. That is
# every page and all that can be had without signing in.
WHOLE_BYTES = 1024 * 1024
BUSY = b"Too many uploads at once. Try again in a moment.\n"


class Patient:
    """An application whose threads are not held by whoever sends or reads slowly."""

    def __init__(self, inner: WSGIApplication, *, bodies: int = BODIES) -> None:
        self.inner = inner
        self.bodies = BoundedSemaphore(bodies)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _has_body(environ):
            return _whole(self.inner(environ, start_response))
        if not self.bodies.acquire(blocking=False):
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(BUSY))), ("Retry-After", "5")]
            start_response("503 Service Unavailable", headers)
            return [BUSY]
        try:
            return _whole(self.inner(environ, start_response))
        finally:
            self.bodies.release()


def _has_body(environ: WSGIEnvironment) -> bool:
    return environ.get("CONTENT_LENGTH") not in {None, "", "0"} or "HTTP_TRANSFER_ENCODING" in environ


def _whole(answer: Iterable[bytes]) -> Iterable[bytes]:
    """The answer as a list, which granian sends by itself, unless it is long or of unknown length."""
    if not isinstance(answer, HttpResponseBase) or (answer.streaming and not 0 <= _length(answer) <= WHOLE_BYTES):
        return answer
    try:
        return list(answer)
    finally:
        answer.close()


def _length(answer: HttpResponseBase) -> int:
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else -1


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

application = Patient(get_wsgi_application())
# No command's checks have run where a server loads this by itself.
if faults := getattr(apps.get_app_config("studio"), "catalogue_faults", ()):
    raise ImproperlyConfigured(" ".join(f"STUDIO_CATALOGUE: {fault}" for fault in faults))
