"""The three ways to run the pump: in the worker's process, inside a command, and in a test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

from studio.worker import process, pump, slot, stopping
from studio.worker.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


def run(*, pace: Pace | None = None, stop: Callable[[], int] = stopping.level) -> bool:
    """Hold the pump until asked to stop. False, at once, when another engine holds it."""
    pace = pace or Pace.from_settings()
    _allow_many_files()
    return asyncio.run(pump.held(partial(slot.take, stale=pace.stale), pace=pace, stop=stop))


def run_in_worker() -> bool:
    """As a task of the queue: ends with the cluster, whichever way that ends."""
    parent, asked = os.getppid(), threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    process.die_with_parent(signal.SIGTERM)

    def stop() -> int:
        orphaned = os.getppid() != parent
        return max(stopping.level(), stopping.DRAIN if orphaned or asked.is_set() else stopping.GO_ON)

    try:
        return run(stop=stop)
    finally:
        if os.getppid() != parent:
            # Nobody would ever stop this process again. Not the usual exit, which waits for locks of the queue whose
            # holders are dead.
            os._exit(0)
        signal.signal(signal.SIGTERM, before)
        process.die_with_parent()


def run_inline(
    attempts: Collection[int], *, pace: Pace | None = None, stop: Callable[[], int] = stopping.level
) -> None:
    """These attempts alone, until each has ended, beside whatever worker runs: for commands."""
    pace = pace or Pace.from_settings()
    asyncio.run(pump.held(slot.take_spare, pace=pace, stop=stop, only=frozenset(attempts)))


def _allow_many_files() -> None:
    """A socket and a part file for each call."""
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
