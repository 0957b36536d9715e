"""Who holds the pump: an engine's row, taken in one transaction and beaten while it runs."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from studio.models import Engine
from studio.worker import process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

# The worker's pump has slot 0. Engines that must not keep the next pump from starting (a stopping one, one inside a
# command) sit on a spare number.
PUMP = 0
_SPARE = range(1_000, 32_000)


def take(*, stale: float, slot: int = PUMP) -> UUID | None:
    """The id of the new engine, or None when a living one holds the slot."""
    try:
        with transaction.atomic():
            holder = Engine.objects.filter(slot=slot).first()
            if holder is not None:
                if lives(holder, stale=stale):
                    return None
                Engine.objects.filter(pk=holder.pk).delete()
            return _create(slot).pk
    except IntegrityError:
        return None  # somebody was quicker


def take_spare() -> UUID:
    """An engine beside the pump."""
    for slot in _spares():
        try:
            with transaction.atomic():
                return _create(slot).pk
        except IntegrityError:
            continue
    raise RuntimeError("No spare slot was free.")


def step_aside(engine: UUID) -> None:
    """Leave slot 0 to a successor, and live on for the calls that are still open."""
    for slot in _spares():
        try:
            with transaction.atomic():
                Engine.objects.filter(pk=engine).update(slot=slot)
                return
        except IntegrityError:
            continue


def beat(engine: UUID, in_flight: int) -> bool:
    """False when the row is gone: another engine took this one for dead."""
    return Engine.objects.filter(pk=engine).update(beat_at=Now(), in_flight=in_flight) == 1


def release(engine: UUID) -> None:
    Engine.objects.filter(pk=engine).delete()


def is_live(*, stale: float) -> bool:
    """Whether a pump runs: one indexed read, and on its own machine a look at the process."""
    holder = Engine.objects.filter(slot=PUMP).first()
    return holder is not None and lives(holder, stale=stale)


def lives(engine: Engine, *, stale: float) -> bool:
    return engine.pk not in dead(stale=stale, among=[engine])


def dead(*, stale: float, among: list[Engine] | None = None) -> list[UUID]:
    """Engines whose beat is stale, or whose process on this machine is gone."""
    engines = list(Engine.objects.all()) if among is None else among
    fresh = set(Engine.objects.fresh(stale).values_list("pk", flat=True))
    here = process.host()
    return [
        engine.pk
        for engine in engines
        if engine.pk not in fresh or (engine.host == here and process.started(engine.pid) != engine.process_started)
    ]


def _create(slot: int) -> Engine:
    pid = os.getpid()
    return Engine.objects.create(
        slot=slot,
        host=process.host(),
        pid=pid,
        process_started=process.started(pid),
        beat_at=Now(),
        started_at=Now(),
    )


def _spares() -> Iterator[int]:
    for _ in range(20):
        yield secrets.choice(_SPARE)
