"""Which process an engine is, in words that a stranger on the same machine can check."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

_SET_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
_SET_SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER


def host() -> str:
    """This machine, this boot and this set of process numbers: only within all three does a pid mean something."""
    parts = [socket.gethostname()[:60]]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8])
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return "/".join(parts)


def started(pid: int) -> int:
    """Start time in ticks since boot; 0 where the system does not tell, -1 when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return -1 if Path("/proc/self/stat").exists() or not _answers(pid) else 0
    except OSError:
        return -1  # it ended while being read
    fields = text.rpartition(")")[2].split()
    return -1 if fields[0] in "ZX" else int(fields[19])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the kernel for this signal when the parent ends, where it can; elsewhere getppid is watched."""
    _prctl(_SET_DEATH_SIGNAL, number)


def adopt_orphans() -> None:
    """Become the parent of whatever descendant loses its own, so that it can be waited for."""
    _prctl(_SET_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
