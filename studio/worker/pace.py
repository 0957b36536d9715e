"""The engine's times and limits in one value, so that a test can make them short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, unless a name says otherwise."""

    beat: float = 3.0
    # An engine whose beat is older is taken for dead. Four beats: one slow commit must not look like a death.
    stale: float = 12.0
    # How long the pump sleeps between two looks at the queue when nobody wakes it.
    idle: float = 1.0
    # How long a stop waits for open synchronous calls, whose pictures cannot be asked for again.
    drain: float = 660.0
    # How long a job at a provider may run before nobody waits for it any more.
    patience: float = 3600.0
    in_flight: int = 1000
    # Submissions between "marked as sent" and "answered": the bound on what a crash can leave unknown.
    gate: int = 16
    # Repeats of a call that was provably not accepted.
    tries: int = 5
    wait_least: float = 1.0
    wait_most: float = 60.0
    # A server that is not there is back within seconds or not at all; somebody looks on while it is tried again.
    wait_unreached: float = 8.0
    retry_after_most: float = 900.0
    # A part file older than this belongs to nobody: longer than any deadline.
    part_age: float = 2 * 3600.0

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            beat=settings.STUDIO_BEAT_SECONDS,
            stale=4 * settings.STUDIO_BEAT_SECONDS,
            drain=settings.STUDIO_DRAIN_SECONDS,
            in_flight=settings.STUDIO_IN_FLIGHT,
        )
