"""The stop flag that the worker's main process shares with the pump: one raw byte, which a signal handler may write."""

from __future__ import annotations

import mmap

GO_ON, DRAIN, LEAVE = 0, 1, 2

_byte: mmap.mmap | None = None


def share() -> None:
    """Before the fork, in the process that gets the signals."""
    global _byte
    _byte = mmap.mmap(-1, 1)


def ask(level: int) -> None:
    if _byte is not None:
        _byte[0] = max(_byte[0], level)


def level() -> int:
    return GO_ON if _byte is None else _byte[0]
