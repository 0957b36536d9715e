"""Forks pumps on request: each is a process of its own that can be killed, without the second that a start takes.

Run as ``python -m tests.crash.nursery``. It reads one JSON command a line and answers each with a number:
{"start": {…the pace…}, "settings": {…}, "failpoint": ""} gives a pid, {"wait": pid} gives its exit code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import django
from django.conf import settings


def main() -> None:
    django.setup()
    asked: list[int] = []
    # Before the fork: a child may be asked to stop before it runs its first line.
    signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            answer = os.waitstatus_to_exitcode(os.waitpid(command["wait"], 0)[1])
        elif (answer := os.fork()) == 0:
            pump(command, asked)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def pump(command: dict[str, Any], asked: list[int]) -> None:
    """In the child: until SIGTERM, or until it is killed."""
    from studio.providers import runapi, runbase, runcomfy
    from studio.worker import failpoints, process, run
    from studio.worker.pace import Pace

    process.die_with_parent()
    failpoints.choose(command["failpoint"])
    for name, value in command["settings"].items():
        setattr(settings, name, value)
    for each in (runapi, runbase, runcomfy):
        each.POLL_AFTER = 0.05
    code = 1
    try:
        code = 0 if run.run(pace=Pace(**command["start"]), stop=lambda: len(asked)) else 3
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
