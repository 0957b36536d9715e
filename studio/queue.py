"""The only contact with django-q2: a doorbell that carries ids, and the cluster that hears it.

Its traps, which this file answers, are told in docs/decisions.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule
from django_q.signals import post_spawn
from django_q.tasks import async_task

from studio.worker import process, slot, stopping, wake
from studio.worker.pace import Pace

if TYPE_CHECKING:
    from types import FrameType

# The lane of the message that starts the pump; a thousand pictures that wait to be looked at do not go before it.
PUMP_LANE = "pump"
LOOK = "studio.tasks.look"


class PumpFirst(ORM):  # type: ignore[misc]
    """django-q2's table as the queue, oldest first, the pump's lane before the others."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        for lane in (PUMP_LANE, self.list_key):
            due = self.get_connection().filter(key=lane, lock__lt=timezone.now())
            message = due.order_by("pk").first()
            # Another cluster may have been quicker; then we look again.
            if message and due.filter(pk=message.pk, lock=message.lock).update(lock=self.timeout(message)):
                return [(message.pk, message.payload)]
        time.sleep(Conf.POLL)
        return None


def ring() -> None:
    """Something is to be done: wake the pump, or have one started. Losing a call, or making two, changes nothing."""
    wake.call()
    if not slot.is_live(stale=Pace.from_settings().stale):
        _start_pump()


def _start_pump() -> None:
    if _untaken().filter(key=PUMP_LANE).exists():
        return  # it is on its way, or no worker is there to take it
    # No time-out: django-q2 would raise it inside the event loop. Each call has its own deadline.
    async_task("studio.tasks.pump", timeout=-1, cluster=PUMP_LANE)


def enqueue_look(image_id: int) -> None:
    """Have the picture's renditions made. Inside a transaction the message is part of it."""
    async_task(LOOK, image_id)


def waiting() -> int:
    """Messages that no cluster has taken yet."""
    count: int = _untaken().count()
    return count


def looks_waiting() -> set[int]:
    """The pictures whose message no cluster has taken yet. It opens every message."""
    tasks = [message.task for message in _untaken().exclude(key=PUMP_LANE)]
    return {task["args"][0] for task in tasks if task["func"] == LOOK}


def oldest_waiting() -> int | None:
    """The first message that no cluster has taken; the same one for long means that none is taken any more."""
    first: int | None = _untaken().order_by("pk").values_list("pk", flat=True).first()
    return first


def _untaken() -> Any:
    return OrmQ.objects.filter(lock__lte=timezone.now())


def schedule_sweep() -> None:
    """Once a minute, by the cluster's own clock; registered however often it is called."""
    Schedule.objects.update_or_create(
        name="sweep",
        defaults={"func": "studio.tasks.sweep", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )


class StudioCluster(Cluster):  # type: ignore[misc]
    """django-q2's cluster, started so that it can be stopped: its own stop waits for the pump, which never ends."""

    def __init__(self) -> None:
        stopping.share()
        process.adopt_orphans()
        # In every fork below: whoever loses its parent ends, so that kill -9 leaves no process behind.
        os.register_at_fork(after_in_child=process.die_with_parent)
        post_spawn.connect(_ring_on_start, dispatch_uid="ring on start")
        super().__init__()
        connections.close_all()  # a connection must not cross the fork

    def sig_handler(self, signum: int, frame: FrameType | None) -> None:
        """Only note it. Cluster.stop() here would wait inside the handler, and for ever when its sentinel is dead."""
        stopping.ask(stopping.LEAVE if stopping.level() else stopping.DRAIN)

    @property
    def alive(self) -> bool:
        return bool(self.sentinel.is_alive())

    def ask_to_stop(self) -> None:
        """Ask the sentinel, without waiting for it: setting the event of one that has just died hangs for ever."""
        threading.Thread(target=self.stop_event.set, daemon=True).start()

    def kill(self) -> None:
        """At once; all descendants follow, and the pump finishes its open calls first."""
        if self.alive:
            os.kill(self.sentinel.pid, signal.SIGKILL)
            self.sentinel.join()


def _ring_on_start(**_: object) -> None:
    ring()
