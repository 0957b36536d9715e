"""What the queue calls: ids in, nothing out. Each is safe to be called twice, or never."""

from __future__ import annotations

from studio.services import images
from studio.worker import run
from studio.worker import sweep as tidying


def pump() -> None:
    run.run_in_worker()


def look(image_id: int) -> None:
    images.look(image_id)


def sweep() -> None:
    tidying.sweep()
