"""A worker as it is run in real life, in processes of its own, on the throw-away studio of the benchmark."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Self

import psutil

from studio.models import Attempt, Connection, Engine, Generation, Project
from studio.providers.output import Output
from studio.services import generations
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024


class Crew:
    """``manage.py worker`` and everything below it."""

    def __init__(self, *allow: str) -> None:
        self._allow = ",".join(allow)
        self.peak = 0  # of the memory of all its processes, shared pages counted once

    def __enter__(self) -> Self:
        self._worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env=os.environ | {"STUDIO_EGRESS_ALLOW": self._allow, "STUDIO_LOG_LEVEL": "WARNING"},
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        until(lambda: Engine.objects.filter(slot=0).exists())
        self._measuring = True
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._measuring = False
        self._thread.join()
        for _ in range(2):  # the second one: open calls are not waited for
            self._worker.send_signal(signal.SIGTERM)
            time.sleep(1.5)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._worker.wait(timeout=20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait()

    def _measure(self) -> None:
        while self._measuring:
            self.peak = max(self.peak, self._memory())
            time.sleep(0.5)  # adding up pages costs what it measures

    def _memory(self) -> int:
        """Of the cluster; the children that imaging starts come and go and are measured elsewhere."""
        total = 0
        with contextlib.suppress(psutil.Error):
            processes = [psutil.Process(self._worker.pid), *psutil.Process(self._worker.pid).children(recursive=True)]
            for process in processes:
                with contextlib.suppress(psutil.Error):
                    if "studio.imaging.child" not in process.cmdline():
                        total += process.memory_full_info().pss
        return total

    def end_the_pump(self) -> None:
        """Only the pump; the cluster waits for work."""
        before = Engine.objects.get(slot=0)
        os.kill(before.pid, signal.SIGTERM)
        until(lambda: not Engine.objects.filter(pk=before.pk).exists())


def until(happened: Callable[[], object], *, seconds: float = 120.0, look_every: float = 0.005) -> None:
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError("The benchmark waited for something that did not come.")
        time.sleep(look_every)


def connection(project: Project, address: str) -> Connection:
    name = f"Bench {uuid.uuid4().hex[:8]}"
    return factories.make_connection(
        team=project.team, provider="openai", name=name, base_url=f"http://{address}/v1", concurrency=5000
    )


def queued(project: Project, account: Connection, count: int) -> Generation:
    """So many attempts, written in one go and without ringing."""
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    generation = factories.make_generation(version=version, connection=account, model="gpt-image-2", takes=count)
    rows = [Attempt(generation=generation, take=n, changed_at=generation.created_at) for n in range(1, count + 1)]
    Attempt.objects.bulk_create(rows)
    return generation


def submitted(project: Project, account: Connection) -> tuple[str, float]:
    """One press of Generate: the id its request will carry, and when it was pressed."""
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    began = time.monotonic()
    generation = generations.submit(
        project=project,
        user=None,
        version=version,
        connection=account,
        output=Output(model="gpt-image-2"),
        client_token=uuid.uuid4(),
    )
    return str(generation.attempts.get().provider_key), began
