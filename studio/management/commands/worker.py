"""Runs the worker in the foreground: the queue's cluster, the pump inside it, and a watch over both."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connections

from studio import queue
from studio.worker import slot, stopping, sweep
from studio.worker.pace import Pace

log = logging.getLogger("studio.worker")

TICK = 0.2
LOOK_EVERY = 5.0
# No engine for so long, though the bell was rung: the queue is frozen (django-q2's issue 23). It is longer than heavy
# pictures may keep every worker busy.
NO_ENGINE = 90.0
# The same message first in the queue for so long: longer than any task may run.
NO_PROGRESS = 900.0


class Command(BaseCommand):
    help = "Run the worker: it makes the pictures. Stop it with Ctrl-C or SIGTERM; a second one stops at once."

    def handle(self, *args: Any, **options: Any) -> None:
        queue.schedule_sweep()
        sweep.look_left()
        pace = Pace.from_settings()
        cluster = queue.StudioCluster()
        cluster.start()
        watch = Watch(pace, began=time.monotonic())
        while stopping.level() == stopping.GO_ON:
            if not cluster.alive or watch.frozen():
                _start_over(cluster)
            time.sleep(TICK)
        self.stderr.write("Stopping: open calls are finished first. Once more stops at once.")
        _stop(cluster, pace)


@dataclass(slots=True)
class Watch:
    pace: Pace
    began: float
    looked_at: float = 0.0
    engine_at: float = 0.0
    first: int | None = None
    first_at: float = 0.0

    def frozen(self) -> bool:
        now = time.monotonic()
        if now - self.looked_at < LOOK_EVERY:
            return False
        self.looked_at = now
        try:
            return self._no_engine(now) or self._no_progress(now)
        except Error:  # a database that is away is not the queue's fault
            self.began = now
            return False
        finally:
            connections.close_all()

    def _no_engine(self, now: float) -> bool:
        if slot.is_live(stale=self.pace.stale):
            self.engine_at = now
            return False
        queue.ring()
        return now - max(self.began, self.engine_at) > NO_ENGINE

    def _no_progress(self, now: float) -> bool:
        first = queue.oldest_waiting()
        if first is None or first != self.first:
            self.first, self.first_at = first, now
            return False
        return now - self.first_at > NO_PROGRESS


def _start_over(cluster: queue.StudioCluster) -> None:
    """A frozen cluster cannot be mended, only replaced: this process becomes a new one under the same number. A pump
    that still has calls open finishes them as our child."""
    log.error("The queue stands still; the worker starts over.")
    cluster.kill()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  (our own command line, no shell)


def _stop(cluster: queue.StudioCluster, pace: Pace) -> None:
    until = time.monotonic() + pace.drain + 10.0
    cluster.ask_to_stop()
    while cluster.alive and time.monotonic() < until:
        time.sleep(TICK)
    cluster.kill()
    while _has_children() and time.monotonic() < until:
        time.sleep(TICK)


def _has_children() -> bool:
    """Whether an adopted process, such as a pump that still finishes its calls, is left."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue
        return True
    return False
