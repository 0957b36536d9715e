"""A pump that sleeps past its lease while another one takes over, and then goes on as if nothing had happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from django.db import OperationalError, transaction
from django.db import connection as database

from studio.models import Attempt, Engine
from studio.models.generations import State
from tests.crash.conftest import Pumps, Yard, check_the_books
from tests.worker.waiting import until

pytestmark = pytest.mark.crash


def count(provider: str, state: State) -> int:
    return Attempt.objects.filter(generation__connection__provider=provider, state=state).count()


def put_to_sleep(pid: int) -> None:
    """Between two commits: who stops inside one keeps its locks, and then everybody waits for it."""

    def sleeps() -> bool:
        os.kill(pid, signal.SIGSTOP)
        if not holds_a_lock():
            return True
        os.kill(pid, signal.SIGCONT)
        return False

    until(sleeps)


def holds_a_lock() -> bool:
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            return bool(cursor.fetchone()[0])
        cursor.execute("PRAGMA busy_timeout = 100")
        try:
            with transaction.atomic():
                return False
        except OperationalError:
            return True
        finally:
            cursor.execute("PRAGMA busy_timeout = 20000")


def test_a_sleepers_late_answers_are_kept_and_nothing_is_billed_twice(
    yard: Yard, pumps: Pumps, ask: Callable[..., list[Attempt]]
) -> None:
    yard.provider.always(held=True)
    ask("asynchronous", 5)
    ask("synchronous", 5)
    sleeper = pumps.start()
    until(lambda: count("slow-without-key", State.RUNNING) == 5)
    until(lambda: len(yard.provider.submissions) == 5)
    before = Engine.objects.get().pk

    put_to_sleep(sleeper)
    successor = pumps.start_when_free(stale=1.0)
    until(lambda: count("openai", State.UNKNOWN) == 5)
    yard.provider.release()
    until(lambda: count("slow-without-key", State.DONE) == 5)
    assert Engine.objects.get(slot=0).pk != before
    os.kill(sleeper, signal.SIGCONT)

    until(lambda: count("openai", State.DONE) == 5)  # the sleeper's sockets had the answers all the time
    assert pumps.wait(sleeper) == 0  # it noticed, delivered and left
    pumps.stop(successor)
    check_the_books(yard.provider)
    assert sum(yard.provider.billed.values()) == 10


def test_a_doubled_bell_starts_one_pump(pumps: Pumps, yard: Yard, ask: Callable[..., list[Attempt]]) -> None:
    ask("synchronous", 3)
    first = pumps.start()
    until(lambda: Engine.objects.exists())

    assert pumps.wait(pumps.start()) == 3  # the slot is taken
    until(lambda: count("openai", State.DONE) == 3)

    pumps.stop(first)
    check_the_books(yard.provider)
