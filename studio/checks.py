"""Checks at start: what would be unsafe or would only fail later is said before anything runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

LOCAL_NAMES = {"127.0.0.1", "localhost", "[::1]", "testserver"}
SECRET_LEAST = 50  # characters


@register("studio")
def secret_is_strong(**_kwargs: Any) -> list[CheckMessage]:
    secret = settings.SECRET_KEY
    if len(secret) >= SECRET_LEAST and len(set(secret)) >= 5 and not secret.startswith("django-insecure-"):
        return []
    return [
        Error(
            f"SECRET_KEY is weak: it needs at least {SECRET_LEAST} random characters.",
            hint="Leave it unset; the studio then makes one and keeps it in its data folder.",
            id="studio.E001",
        )
    ]


@register("studio")
def debug_stays_local(**_kwargs: Any) -> list[CheckMessage]:
    outside = sorted(set(settings.ALLOWED_HOSTS) - LOCAL_NAMES)
    if not settings.DEBUG or not outside:
        return []
    return [
        Error(
            f"STUDIO_DEBUG is on while the studio answers to {', '.join(outside)}.",
            hint="Error pages would show its insides to anybody. Switch one of the two off.",
            id="studio.E002",
        )
    ]


@register("studio")
def data_is_writable(**_kwargs: Any) -> list[CheckMessage]:
    faults: list[CheckMessage] = []
    for folder in (Path(settings.STUDIO_DATA), Path(settings.MEDIA_ROOT)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        if not (existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)):
            faults.append(
                Error(
                    f"The studio cannot write to {folder}.",
                    hint="Give it the folder, or name another one in STUDIO_DATA.",
                    id="studio.E003",
                )
            )
    return faults


@register("studio")
def queue_waits_longer_than_tasks(**_kwargs: Any) -> list[CheckMessage]:
    """A queue that hands a task out again before it can have timed out runs it twice."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    if queue["timeout"] < queue["retry"]:
        return []
    return [Error("Q_CLUSTER's retry must be longer than its timeout.", id="studio.E004")]


@register("studio")
def public_address_is_whole(**_kwargs: Any) -> list[CheckMessage]:
    address = settings.STUDIO_PUBLIC_URL
    if not address or address.startswith(("http://", "https://")):
        return []
    return [
        Warning(
            f"STUDIO_PUBLIC_URL is {address!r}; it must begin with https:// or http://.",
            id="studio.W001",
        )
    ]


@register("studio")
def catalogue_is_readable(**_kwargs: Any) -> list[CheckMessage]:
    faults: tuple[str, ...] = getattr(apps.get_app_config("studio"), "catalogue_faults", ())
    hint = "Mend or remove the file; docs/adding-a-provider.md tells what it may hold."
    return [Error(f"STUDIO_CATALOGUE: {fault}", hint=hint, id="studio.E005") for fault in faults]
