"""Who holds the pump: one engine at a time, and a dead one does not hold it for long."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import timedelta

from django.utils import timezone

from studio.models import Engine
from studio.worker import process, slot

STALE = 5.0


def make_engine(**fields: object) -> Engine:
    now = timezone.now()
    values: dict[str, object] = {
        "host": process.host(),
        "pid": os.getpid(),
        "process_started": process.started(os.getpid()),
        "beat_at": now,
        "started_at": now,
    }
    return Engine.objects.create(**(values | fields))


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_a_living_engine_keeps_the_slot() -> None:
    first = slot.take(stale=STALE)

    assert first is not None
    assert slot.take(stale=STALE) is None
    assert slot.is_live(stale=STALE)
    slot.release(first)
    assert not slot.is_live(stale=STALE)
    assert slot.take(stale=STALE) is not None


def test_an_engine_without_a_beat_loses_it() -> None:
    sleeping = make_engine(beat_at=timezone.now() - timedelta(seconds=2 * STALE))

    taken = slot.take(stale=STALE)

    assert taken is not None
    assert not slot.beat(sleeping.pk, 0)  # by which it learns of it
    assert slot.beat(taken, 3)


def test_a_dead_process_of_this_machine_loses_it_at_once() -> None:
    make_engine(pid=dead_pid())

    assert not slot.is_live(stale=STALE)
    assert slot.take(stale=STALE) is not None


def test_a_pid_that_somebody_else_has_now_is_no_engine() -> None:
    make_engine(process_started=1)

    assert slot.take(stale=STALE) is not None


def test_of_another_machine_only_the_beat_counts() -> None:
    make_engine(host="elsewhere", pid=dead_pid())

    assert slot.take(stale=STALE) is None


def test_a_stopping_engine_makes_room_and_lives_on() -> None:
    first = slot.take(stale=STALE)
    assert first is not None
    slot.step_aside(first)

    second = slot.take(stale=STALE)

    assert second is not None
    assert second != first
    assert slot.dead(stale=STALE) == []
    assert slot.beat(first, 1)


def test_engines_beside_the_pump_do_not_keep_it_from_starting() -> None:
    spare = [slot.take_spare() for _ in range(3)]

    assert len(set(spare)) == 3
    assert not slot.is_live(stale=STALE)
    assert slot.take(stale=STALE) is not None


def test_a_beat_for_nobody_says_so() -> None:
    assert not slot.beat(uuid.uuid4(), 0)
