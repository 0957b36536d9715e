"""Runs each imaging operation in a child process with limits: a hostile picture can kill its child and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.imaging.inspect import BadPicture

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
AT_ONCE = max(1, os.cpu_count() or 1)
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Address space is twice the largest accepted picture with its readers' buffers, not what a usual one takes."""

    memory: int = 1024 * MIB
    cpu: int = 30  # seconds
    file: int = 256 * MIB
    seconds: float = 60.0

    def to_json(self) -> dict[str, int]:
        return {"AS": self.memory, "CPU": self.cpu, "FSIZE": self.file, "CORE": 0}


DEFAULT = Limits()
# How a child dies of its limits, or of the system's own shortage of memory.
KILLED = frozenset({-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGXFSZ, 128 + signal.SIGKILL})
CRASHED = frozenset({-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE})


class SandboxFailed(RuntimeError):
    """The child failed for a reason that is not the picture's: a full disk, a broken installation."""


_slots = threading.BoundedSemaphore(AT_ONCE)
_loop_slots: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()


def run(op: str, /, *, limits: Limits = DEFAULT, **arguments: Any) -> dict[str, Any]:
    """One operation of ``child.OPERATIONS``. Raises BadPicture, or SandboxFailed where the picture is not to blame.

    As many run at once as there are processors; the others wait here.
    """
    with _slots:
        try:
            done = subprocess.run(
                _command(),
                input=_job(op, arguments, limits),
                capture_output=True,
                timeout=limits.seconds,
                env=_environment(),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BadPicture("too_heavy") from error
    return _read(done.returncode, done.stdout, done.stderr)


async def run_async(op: str, /, *, limits: Limits = DEFAULT, **arguments: Any) -> dict[str, Any]:
    """The same from an event loop. A cancelled caller takes the child with it."""
    loop = asyncio.get_running_loop()
    async with _loop_slots.setdefault(loop, asyncio.Semaphore(AT_ONCE)):
        child = await asyncio.create_subprocess_exec(
            *_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        try:
            async with asyncio.timeout(limits.seconds):
                out, complaint = await child.communicate(_job(op, arguments, limits))
        except TimeoutError as error:
            raise BadPicture("too_heavy") from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    return _read(child.returncode or 0, out, complaint)


def _command() -> list[str]:
    return [sys.executable, "-P", "-m", "studio.imaging.child"]


def _environment() -> dict[str, str]:
    """Nothing of the parent's: no keys, no database address. One thread per library keeps the address space small."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _job(op: str, arguments: Mapping[str, Any], limits: Limits) -> bytes:
    return json.dumps({"op": op, "arguments": arguments, "limits": limits.to_json()}, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not travel to the sandbox")


def _read(code: int, out: bytes, complaint: bytes) -> dict[str, Any]:
    if code in KILLED:
        raise BadPicture("too_heavy")
    if code in CRASHED:
        raise BadPicture("damaged")
    if code != 0:
        raise SandboxFailed(_last_line(complaint, code))
    reply: dict[str, Any] = json.loads(out)
    if bad := reply.get("bad"):
        raise BadPicture(bad["code"], **bad["params"])
    result: dict[str, Any] = reply["result"]
    return result


def _last_line(complaint: bytes, code: int) -> str:
    lines = complaint.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else f"The imaging child ended with {code}."
