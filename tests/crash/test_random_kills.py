"""Killed at fifty moments that nobody chose, with two hundred attempts in flight."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from studio.models import Attempt, Engine
from studio.models.generations import OPEN
from studio.worker.pace import Pace
from tests.crash.conftest import Pumps, Yard, check_the_books
from tests.worker.waiting import until

pytestmark = pytest.mark.crash

KILLS = 50
IN_FLIGHT = 200
KINDS = ("synchronous", "asynchronous", "keyed", "synchronous")


def test_fifty_kills_leave_nothing_open_and_nothing_billed_twice(
    yard: Yard, pumps: Pumps, ask: Callable[..., list[Attempt]]
) -> None:
    yard.provider.keep = False
    yard.provider.always(delay=0.2, checks=4)
    moments = random.Random(2026)  # the same fifty each time, so that a failure can be looked at again

    for number in range(KILLS):
        missing = IN_FLIGHT - Attempt.objects.filter(state__in=OPEN).count()
        ask(KINDS[number % len(KINDS)], max(0, missing))
        pid = pumps.start()
        time.sleep(moments.uniform(0.02, 0.6))
        pumps.kill(pid)
    pumps.finish()

    check_the_books(yard.provider)
    ended = Counter(Attempt.objects.values_list("state", flat=True))
    assert ended["done"] > 0
    # With a key of the provider's own nothing is left unknown, unless its engine died under it time after time.
    keyed = Attempt.objects.filter(generation__connection__provider="slow")
    assert not keyed.filter(state="unknown", tries__lt=Pace().tries).exists()


def test_three_engines_and_a_kill_share_the_work(yard: Yard, pumps: Pumps, ask: Callable[..., list[Attempt]]) -> None:
    """The slot is taken from under each: what they hold is fenced, what they deliver late is welcome."""
    yard.provider.keep = False
    yard.provider.always(delay=0.5, checks=2)
    ask("synchronous", 60)
    ask("asynchronous", 60)
    pids = []
    for _ in range(3):
        Engine.objects.all().delete()  # taken for dead while it lives
        pids.append(pumps.start_when_free())
    pumps.kill(pids[1])
    until(lambda: not Attempt.objects.filter(state__in=OPEN).exists())
    for pid in (pids[0], pids[2]):
        pumps.stop(pid)

    check_the_books(yard.provider)
