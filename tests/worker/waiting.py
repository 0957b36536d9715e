"""Waiting for something that happens in another thread or process, with a limit that only a fault reaches."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(happened: Callable[[], object], *, seconds: float = 30.0) -> None:
    """Look again and again; the limit is for what never comes and says nothing about speed."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
