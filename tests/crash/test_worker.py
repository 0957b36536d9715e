"""``manage.py worker`` as the supervisor runs it: stopped, killed, orphaned and doubled, with calls open."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import psutil
import pytest

from studio import queue
from studio.models import Attempt, Engine, LedgerEntry
from studio.models.generations import OPEN, State
from tests.crash.conftest import Yard, check_the_books
from tests.worker.waiting import until

pytestmark = pytest.mark.crash
Ask = Callable[..., list[Attempt]]


def family(worker: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(worker.pid).children(recursive=True)


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)


def all_ended() -> bool:
    return not Attempt.objects.filter(state__in=OPEN).exists()


@pytest.fixture
def worker(yard: Yard) -> subprocess.Popen[str]:
    """A worker whose pump runs."""
    started = yard.worker()
    until(Engine.objects.exists)
    return started


def test_a_bell_that_was_lost_costs_nothing_but_a_moment(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    ask("synchronous", 3)  # written without ringing
    ask("proof", 1)

    until(all_ended)
    check_the_books(yard.provider)
    assert set(Attempt.objects.values_list("state", flat=True)) == {"done"}


def test_a_stop_finishes_open_calls_and_begins_no_more(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    yard.provider.always(held=True)
    [open_one] = ask("synchronous")
    queue.ring()
    until(lambda: yard.provider.submissions)
    processes = family(worker)

    worker.send_signal(signal.SIGTERM)
    until(lambda: not Engine.objects.filter(slot=0).exists())
    [late] = ask("synchronous")
    yard.provider.release()

    assert worker.wait(timeout=30) == 0
    assert all_gone(processes)
    assert [Attempt.objects.get(pk=each.pk).state for each in (open_one, late)] == ["done", "queued"]
    check_the_open_books(yard)


def check_the_open_books(yard: Yard) -> None:
    LedgerEntry.objects.filter(attempt__state=State.QUEUED).delete()
    Attempt.objects.filter(state=State.QUEUED).delete()
    check_the_books(yard.provider)


def test_a_second_signal_marks_what_is_open_and_leaves(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    yard.provider.always(held=True)
    ask("synchronous", 2)
    until(lambda: len(yard.provider.submissions) == 2)

    worker.send_signal(signal.SIGINT)
    until(lambda: not Engine.objects.filter(slot=0).exists())
    worker.send_signal(signal.SIGINT)

    assert worker.wait(timeout=20) == 0
    assert set(Attempt.objects.values_list("state", "error_code")) == {("unknown", "interrupted")}


def test_a_signal_to_the_whole_group_stops_it_too(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    """As some process managers stop; django-q2 alone hangs here for ever."""
    yard.provider.always(held=True)
    ask("synchronous", 2)
    until(lambda: len(yard.provider.submissions) == 2)
    processes = family(worker)

    os.killpg(worker.pid, signal.SIGTERM)
    until(lambda: not Engine.objects.filter(slot=0).exists())
    yard.provider.release()

    worker.wait(timeout=30)
    until(lambda: all_gone(processes))
    check_the_books(yard.provider)
    assert set(Attempt.objects.values_list("state", flat=True)) == {"done"}


def test_killing_the_main_process_leaves_no_orphan(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    yard.provider.always(held=True)
    ask("synchronous", 3)
    ask("asynchronous", 3)
    until(lambda: len(yard.provider.billed) == 6)
    processes = family(worker)

    worker.kill()
    worker.wait()
    yard.provider.release()

    until(lambda: all_gone(processes))
    yard.worker()
    until(all_ended)
    check_the_books(yard.provider)
    assert set(Attempt.objects.values_list("state", flat=True)) == {"done"}  # the pump finished its calls first


def test_killing_everything_at_once_leaves_known_states(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    yard.provider.always(held=True)
    ask("synchronous", 3)
    ask("asynchronous", 3)
    until(lambda: len(yard.provider.billed) == 6)
    until(lambda: Attempt.objects.filter(state=State.RUNNING).count() == 3)

    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    yard.provider.release()

    yard.worker()
    until(all_ended)
    check_the_books(yard.provider)
    states = Attempt.objects.values_list("generation__connection__provider", "state")
    assert set(states) == {("openai", "unknown"), ("slow-without-key", "done")}


def test_killing_the_pump_alone_starts_another_one(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    yard.provider.always(held=True)
    ask("asynchronous", 5)
    until(lambda: Attempt.objects.filter(state=State.RUNNING).count() == 5)
    before = Engine.objects.get()

    os.kill(before.pid, signal.SIGKILL)
    yard.provider.release()

    until(all_ended)
    assert Engine.objects.get().pk != before.pk
    check_the_books(yard.provider)
    assert set(Attempt.objects.values_list("state", flat=True)) == {"done"}


def test_two_workers_share_one_pump(yard: Yard, worker: subprocess.Popen[str], ask: Ask) -> None:
    second = yard.worker()
    ask("synchronous", 20)
    queue.ring()

    until(all_ended)
    assert Engine.objects.count() == 1
    check_the_books(yard.provider)

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=30) == 0
    ask("synchronous", 5)
    until(all_ended)  # the second one took over, or held it all the time
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=30) == 0
