"""The engine against its promises: many calls in one loop, little memory, and no waiting between press and call."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING

from bench.crew import MIB, ROOT, Crew, connection, queued, submitted, until
from bench.replies import Replies
from bench.row import Row
from studio import queue
from studio.models import Attempt, Image, Project
from studio.models.generations import State
from studio.models.images import Health
from studio.services import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.models import Connection

TITLE = "Engine"
MANY = 1000
HELD = 500
PROBES = 60
COLD_PROBES = 8
LARGE = 20 * 1000 * 1000
TOGETHER = 100


def rows() -> list[Row]:
    start.prepare()
    project = Project.objects.get()
    return [*latency(project), *many_calls(project), *large_replies()]


def many_calls(project: Project) -> Iterator[Row]:
    """A thousand calls of ten seconds, each answered with 2 MB of base64, through a whole worker."""
    with Replies(seconds=10.0, base64_bytes=2_000_000) as replies, Crew(replies.address) as crew:
        until(lambda: crew.peak)
        idle = crew.peak
        generation = queued(project, connection(project, replies.address), MANY)
        began = time.monotonic()
        queue.ring()
        done = generation.attempts.filter(state=State.DONE)
        until(lambda: done.count() == MANY, look_every=0.2)
        took = time.monotonic() - began
        peak = crew.peak
        yield Row(
            what="Calls open at once in one pump", result=f"{replies.peak}", goal=f"{MANY}", met=replies.peak == MANY
        )
        yield Row(
            what=f"Memory of the whole worker meanwhile (idle: {idle / MIB:.0f} MB)",
            result=f"{peak / MIB:.0f} MB",
            goal="under 400 MB",
            met=peak < 400 * MIB,
        )
        yield Row(
            what=f"{MANY} calls of 10 s, from the bell to the last row",
            result=f"{took:.1f} s",
            goal="under 25 s",
            met=took < 25,
            note="One process for each call would need 1,000 processes for these 10 s, at about 30 MB each.",
        )


def latency(project: Project) -> Iterator[Row]:
    with Replies() as quick, Replies(seconds=600.0) as held, Crew(quick.address, held.address) as crew:
        account = connection(project, quick.address)
        yield _latency_row("with nothing in flight", _probe(project, account, quick, PROBES), 50)
        cold = []
        for _ in range(COLD_PROBES):
            until(lambda: not Image.objects.filter(health=Health.NEW).exists())  # or its workers are still busy
            crew.end_the_pump()
            cold += _probe(project, account, quick, 1)
        yield _latency_row("with no pump running yet", cold, 500)
        queued(project, connection(project, held.address), HELD)
        queue.ring()
        until(lambda: held.open == HELD)
        yield _latency_row(f"with {HELD} calls in flight", _probe(project, account, quick, PROBES), 50)


def _probe(project: Project, account: Connection, replies: Replies, times: int) -> list[float]:
    found = []
    for _ in range(times):
        name, began = submitted(project, account)
        until(lambda name=name: name in replies.arrived)
        found.append((replies.arrived[name] - began) * 1000)
        until(lambda name=name: Attempt.objects.get(provider_key=name).state == State.DONE)
    return found


def _latency_row(how: str, found: list[float], goal: int) -> Row:
    slow = quantiles(found, n=20)[-1]
    middle = median(found)
    return Row(
        what=f"From Generate to the provider seeing the request, {how}, median (95 %)",
        result=f"{middle:.0f} ms ({slow:.0f} ms)",
        goal=f"under {goal} ms",
        met=middle < goal,
    )


def large_replies() -> Iterator[Row]:
    """A hundred answers of 20 MB that arrive in the same second: the studio's way beside the usual one."""
    found = {}
    for way in ("streamed", "naive"):
        with Replies(base64_bytes=LARGE, together=TOGETHER) as replies:
            command = [sys.executable, "-m", "bench.receiving", way, replies.address, str(TOGETHER)]
            printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found[way] = [float(figure) for figure in printed.split()]
    (peak, seconds), (naive_peak, naive_seconds) = found["streamed"], found["naive"]
    yield Row(
        what=f"{TOGETHER} answers of 20 MB at once, peak memory of the process",
        result=f"{peak:.0f} MB in {seconds:.1f} s of processor time",
        goal="under 120 MB",
        met=peak < 120,
    )
    yield Row(what="The same with json.loads and b64decode", result=f"{naive_peak:.0f} MB in {naive_seconds:.1f} s")
