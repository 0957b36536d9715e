"""The foreground command keeps its children running and leaves none behind, however it ends. Real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

# A child that says who it is, forks one of its own, and ends on SIGTERM unless it is a stubborn one.
CHILD = """
import os, signal, sys, time
own = os.fork()
if own:
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        def leave(*_):
            print("asked", flush=True)
            os.kill(own, signal.SIGKILL)
            os._exit(0)
        signal.signal(signal.SIGTERM, leave)
    print("child", os.getpid(), own, flush=True)
while True:
    time.sleep(60)
"""
# Whoever runs the tests may have told them to ignore a hang-up; the supervisor would rightly inherit that.
SUPERVISOR = """
import os, signal, sys, django
signal.signal(signal.SIGHUP, signal.SIG_DFL)
django.setup()
from studio.services.supervisor import Child, Supervisor
grace = float(os.environ["GRACE"])
child = Child("worker", [sys.executable, "-c", os.environ["CHILD"], *sys.argv[1:]], dict(os.environ), grace=grace)
Supervisor(children=[child], say=lambda line: print("say", line, flush=True)).run()
"""


class Running:
    """A supervisor in a process of its own, and what it and its child print."""

    def __init__(self, *arguments: str, grace: float = 0.0) -> None:
        environment = os.environ | {"CHILD": CHILD, "GRACE": str(grace), "DJANGO_SETTINGS_MODULE": "studio.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            process_group=0,
        )
        self.seen: set[int] = set()

    def child(self) -> tuple[int, int]:
        """The process ids of the next child that starts, and of its own child."""
        words = self.line("child").split()
        self.seen |= {int(words[1]), int(words[2])}
        return int(words[1]), int(words[2])

    def line(self, start: str) -> str:
        assert self.process.stdout
        return next(line for line in self.process.stdout if line.startswith(start))

    def rest(self) -> str:
        """What it still prints until every process that holds its output is gone."""
        assert self.process.stdout
        return self.process.stdout.read()

    def left(self) -> set[int]:
        """Who is still there, given a moment to go."""
        until = time.monotonic() + 10
        while (there := {pid for pid in self.seen if lives(pid)}) and time.monotonic() < until:
            os.sched_yield()
        return there


def lives(pid: int) -> bool:
    """What has ended and nobody waited for is gone all the same."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def running() -> Iterator[type[Running]]:
    made: list[Running] = []

    class Noted(Running):
        def __init__(self, *arguments: str, grace: float = 0.0) -> None:
            super().__init__(*arguments, grace=grace)
            made.append(self)

    yield Noted
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
        for pid in filter(lives, one.seen):
            os.kill(pid, signal.SIGKILL)
        one.process.communicate()


def test_a_killed_child_is_started_again_and_its_leftovers_are_gone(running: type[Running]) -> None:
    studio = running()
    first, orphan = studio.child()
    os.kill(first, signal.SIGKILL)
    assert "signal 9" in studio.line("say")
    second, _own = studio.child()
    assert second != first
    assert orphan not in studio.left()


def test_what_a_dead_worker_left_at_work_is_let_finish(running: type[Running]) -> None:
    """A pump whose calls were paid for drains by itself; a stop waits for it, and a second press does not."""
    studio = running(grace=600.0)
    first, orphan = studio.child()
    os.kill(first, signal.SIGKILL)
    _second, own = studio.child()
    assert lives(orphan)
    os.kill(studio.process.pid, signal.SIGTERM)
    studio.line("asked")
    assert lives(orphan)
    assert studio.process.poll() is None
    os.kill(orphan, signal.SIGTERM)
    studio.rest()
    assert studio.process.wait(10) == 0
    assert studio.left() == set()
    assert not lives(own)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_and_reaches_the_child_once(running: type[Running], number: int) -> None:
    studio = running()
    studio.child()
    os.killpg(studio.process.pid, number)
    printed = studio.rest()
    assert printed.count("asked") == 1
    assert studio.process.wait(10) == 0
    assert studio.left() == set()


def test_a_second_press_stops_a_child_that_does_not_listen(
    running: type[Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = running("stubborn")
    studio.child()
    os.kill(studio.process.pid, signal.SIGINT)
    assert "again" in studio.line("say")
    while studio.process.poll() is None:  # presses that follow too fast count as one
        os.kill(studio.process.pid, signal.SIGINT)
        try:
            studio.process.wait(0.3)
        except subprocess.TimeoutExpired:
            continue
    assert studio.process.returncode in {0, -signal.SIGINT}  # a press may still meet it on its way out
    assert studio.left() == set()


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel's promise is Linux's.")
def test_a_killed_supervisor_takes_its_children_along(running: type[Running]) -> None:
    studio = running()
    studio.child()
    studio.process.kill()
    assert "asked" in studio.rest()
    assert studio.left() == set()
