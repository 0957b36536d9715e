"""Whether the studio can do its work: database, storage, worker and free space, each as one word of truth."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from studio.models import Engine
from studio.storage import files
from studio.worker.slot import PUMP

if TYPE_CHECKING:
    from collections.abc import Callable

# Beats come every few seconds; this is long enough for a slow commit and short enough to notice a death.
BEAT_IS_OLD = timedelta(seconds=30)
LEAST_FREE = 512 * 1024 * 1024  # bytes; less does not hold the pictures of one large batch


def readiness() -> dict[str, bool]:
    checks: dict[str, Callable[[], bool]] = {
        "database": _database,
        "storage": _storage,
        "worker": worker_beats,
        "space": _space,
    }
    return {name: check() for name, check in checks.items()}


def worker_beats() -> bool:
    """Whether the worker's engine wrote its heartbeat lately."""
    try:
        return Engine.objects.filter(slot=PUMP, beat_at__gt=timezone.now() - BEAT_IS_OLD).exists()
    except DatabaseError:
        return False


def worker_beats_within(seconds: float) -> bool:
    """Whether the worker beats, now or after this many seconds of patience."""
    until = time.monotonic() + seconds
    while not (beats := worker_beats()) and time.monotonic() < until:
        time.sleep(0.2)
    return beats


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _storage() -> bool:
    try:
        with tempfile.TemporaryFile(dir=files.parts()) as file:
            return file.write(b"ready") == 5
    except OSError:
        return False


def _space() -> bool:
    try:
        return shutil.disk_usage(Path(settings.MEDIA_ROOT).parent).free >= LEAST_FREE
    except OSError:
        return False
