"""``manage.py run`` as a newcomer meets it: an empty folder, a printed link, a picture, Ctrl-C, and nothing left."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.management.commands.run import SILENCE_MS, WEB_THREADS

MANAGE = str(Path(__file__).resolve().parent.parent / "manage.py")
pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="It has an SQLite file of its own."),
]


class Run:
    def __init__(self, folder: Path, *arguments: str) -> None:
        self.environment = os.environ | {"STUDIO_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "studio.settings"}
        self.process = subprocess.Popen(
            [sys.executable, MANAGE, "run", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            process_group=0,
        )
        self.printed = ""

    def until(self, text: str) -> str:
        """Read on until a line holds this."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.printed += line
            if text in line:
                return line
        raise AssertionError(f"It ended without {text!r}:\n{self.printed}")

    def started(self) -> str:
        """The address, once it is printed with everything around it."""
        self.until("Ctrl-C")
        found = re.search(r"Address\s+(http://\S+)/", self.printed)
        assert found, self.printed
        return found[1]

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process:
        return next(one for one in psutil.Process(self.process.pid).children() if "worker" in one.cmdline())

    def stop(self) -> list[psutil.Process]:
        """Ctrl-C to the whole group, as a terminal and make do it; who is left afterwards."""
        family = self.family()
        os.killpg(self.process.pid, signal.SIGINT)
        assert self.process.stdout
        self.printed += self.process.stdout.read()
        assert self.process.wait(30) == 0
        return psutil.wait_procs(family, timeout=5)[1]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[type[Run]]:
    made: list[Run] = []

    class InFolder(Run):
        def __init__(self, *arguments: str) -> None:
            super().__init__(tmp_path / "data", *arguments)
            made.append(self)

    yield InFolder
    for one in made:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def ready(address: str) -> dict[str, bool]:
    """What /readyz says, once everything is ready."""
    until = time.monotonic() + 40
    while True:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as reply:
                return dict(json.load(reply)["checks"])
        except OSError:
            assert time.monotonic() < until, "It did not become ready."


def test_from_nothing_to_a_picture_and_back_to_nothing(start: type[Run], port: int) -> None:
    studio = start("--port", str(port))
    address = studio.started()
    [link] = re.findall(r"Sign in\s+(\S+)", studio.printed)
    with urllib.request.urlopen(link, timeout=10) as reply:
        assert reply.status == 200
    assert all(ready(address).values())

    killed = studio.worker()
    killed.kill()
    assert "signal 9" in studio.until("worker")
    arguments = ["generate", "-p", "A cup", "-s", "256x256", "--json"]
    made = subprocess.run(
        [sys.executable, MANAGE, *arguments], env=studio.environment, capture_output=True, check=False, timeout=60
    )
    assert json.loads(made.stdout)["state"] == "done", made.stderr.decode()

    assert studio.stop() == []
    assert "Traceback" not in studio.printed

    again = start("--port", str(port), "--no-link")
    again.started()
    assert "/start/" not in again.printed, "A link must not come into a log."
    assert again.stop() == []


def idle(port: int, sent: bytes) -> socket.socket:
    """A connection that says so much and then neither sends nor reads."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    made.sendall(sent)
    return made


def test_slow_clients_freeze_nobody(start: type[Run], port: int) -> None:
    address = start("--port", str(port)).started()
    silent = idle(port, b"")
    cookie = f"Cookie: studio-csrf={'a' * 32}"
    body = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n{cookie}"
    senders = [
        f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{body}\r\n\r\nlogin=",
        "POST /csp-report/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{",
    ]
    reader = "GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40
    slow = [idle(port, said.encode()) for said in [*senders, reader] for _ in range(WEB_THREADS)]
    try:
        for path in ("healthz", "accounts/login/"):
            with urllib.request.urlopen(f"{address}/{path}", timeout=20) as reply:
                assert reply.status == 200
        silent.settimeout(SILENCE_MS / 1000 + 30)
        assert silent.recv(1) == b"", "It was not closed."
    finally:
        for one in [silent, *slow]:
            one.close()


def test_a_taken_port_is_said_and_ends_with_69(start: type[Run]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        studio = start("--port", str(taken.getsockname()[1]))
        assert "taken" in studio.until("Port")
        assert studio.process.wait(30) == 69


@pytest.mark.skipif(sys.platform != "linux", reason="The kernel's promise is Linux's.")
def test_nothing_outlives_a_killed_studio(start: type[Run], port: int) -> None:
    studio = start("--port", str(port))
    ready(studio.started())
    family = studio.family()
    assert len(family) > 3
    studio.process.kill()
    assert psutil.wait_procs(family, timeout=30)[1] == []
