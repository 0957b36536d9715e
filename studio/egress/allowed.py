"""What may be called and fetched: from the operator's environment and the catalogue's data, never from a page."""

from __future__ import annotations

from django.conf import settings

from studio.egress.addresses import normalised
from studio.egress.hosts import Hosts
from studio.providers import catalogue


def allowed() -> frozenset[str]:
    """Exact host:port pairs of STUDIO_EGRESS_ALLOW."""
    return normalised(tuple(settings.STUDIO_EGRESS_ALLOW))


def result_hosts(provider: str, base_url: str) -> Hosts:
    """Where pictures of a connection may be fetched from: where its calls go, what the catalogue says of its provider,
    and what STUDIO_RESULT_HOSTS adds."""
    known = catalogue.providers().get(provider)
    names = (*(known.result_hosts if known else ()), *settings.STUDIO_RESULT_HOSTS)
    return Hosts.of(names, base_url)
