"""Signed links under the studio's public address: one reference of one attempt, for minutes, and nothing else.

A link says whose it is; how long it lives, and which file it gives, is with the attempt. It is the same each time it is
made, so that a call that is sent again has the same bytes, and it ends with its attempt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from studio.imaging.formats import EXTENSIONS
from studio.models import Attempt
from studio.models.references import SentReference
from studio.providers.capabilities import Road

if TYPE_CHECKING:
    from uuid import UUID

LIFE = timedelta(minutes=30)
_SIGNER = Signer(sep=".", salt="studio.services.links")


def public() -> bool:
    """Whether the operator has named an address under which providers reach the studio."""
    parts = urlsplit(settings.STUDIO_PUBLIC_URL)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def address(key: UUID | str, number: int, format: str) -> str:
    """Where the reference of this number can be fetched; ``key`` is the attempt's ``provider_key``. It is good from the
    moment in which the attempt says so."""
    token = _SIGNER.sign(f"{key}-{number}")
    return f"{settings.STUDIO_PUBLIC_URL}{reverse('signed-link', args=[token, file_name(number, format)])}"


def file_name(number: int, format: str) -> str:
    return f"image-{number}.{EXTENSIONS[format]}"


def expiry() -> float:
    """Seconds since 1970."""
    return (timezone.now() + LIFE).timestamp()


def find(token: str, name: str) -> SentReference | None:
    """What a link gives; None where it is not ours, is too old, has another name, or its attempt has ended."""
    try:
        key, _dash, number = _SIGNER.unsign(token).rpartition("-")
    except BadSignature:
        return None
    row = Attempt.objects.open().filter(provider_key=key).values_list("sent_references", flat=True).first()
    if row is None or not 1 <= int(number) <= len(row):
        return None
    sent = SentReference.from_json(row[int(number) - 1])
    is_alive = sent.road == Road.LINK and timezone.now().timestamp() < sent.until
    return sent if is_alive and name == file_name(int(number), sent.format) else None
