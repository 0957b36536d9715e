"""The operator's exceptions to the address guard, from the environment alone: no page can change them."""

from __future__ import annotations

from django.conf import settings

from studio.egress.addresses import normalised


def allowed() -> frozenset[str]:
    """Exact host:port pairs of STUDIO_EGRESS_ALLOW."""
    return normalised(tuple(settings.STUDIO_EGRESS_ALLOW))
