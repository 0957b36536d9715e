"""What machines ask: is the process up, is it ready, and the browser's reports of a broken content policy."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from studio.services import health

log = logging.getLogger(__name__)

REPORT_MAX_BYTES = 8 * 1024


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Yes or no for each thing that the studio needs. Public, so it says no more than that."""
    checks = health.readiness()
    ready = all(checks.values())
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": checks}, status=200 if ready else 503)


@csrf_exempt
@require_POST
@login_not_required
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser says that a page broke the policy. It is written to the log, cut short and in one line."""
    if _length(request) > REPORT_MAX_BYTES:
        return HttpResponse(status=413)
    log.warning("Content policy report: %r", request.read(REPORT_MAX_BYTES).decode("utf-8", "replace"))
    return HttpResponse(status=204)


def _length(request: HttpRequest) -> int:
    """The announced length; a report that announces none is treated as too long."""
    try:
        return int(request.headers.get("Content-Length", ""))
    except ValueError:
        return REPORT_MAX_BYTES + 1


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("csp-report/", csp_report, name="csp-report"),
]
