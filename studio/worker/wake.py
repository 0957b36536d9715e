"""A datagram that wakes the pump: submit to send takes milliseconds. A lost one costs the pump's idle wait."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

# What every system accepts as the path of a socket, its closing zero included.
LONGEST_PATH = 100


def address() -> Path:
    """In the studio's folder; where its path is too long for a socket, a name derived from it among the temporary
    files. A stranger who puts something else there keeps the pump from being woken, and no more."""
    path = Path(settings.STUDIO_DATA) / "pump.sock"
    if len(os.fsencode(path)) <= LONGEST_PATH:
        return path
    token = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"studio-{os.getuid()}-{token}.sock"


def call() -> None:
    """Wake the pump, if one listens on this machine."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(b"1", os.fspath(address()))


@contextlib.contextmanager
def listening(woken: Callable[[], None]) -> Iterator[None]:
    """Calls ``woken`` for each datagram. The last pump to start has the name; an older one that still drains does not
    take it along when it ends."""
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    path = address()
    try:
        receiver.setblocking(False)
        path.unlink(missing_ok=True)
        receiver.bind(os.fspath(path))
        path.chmod(0o600)
        mine = path.stat().st_ino
    except OSError as error:
        log.warning("The pump cannot be woken at %s (%s); it looks at the queue now and then instead.", path, error)
        receiver.close()
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_reader(receiver, _read, receiver, woken)
    try:
        yield
    finally:
        loop.remove_reader(receiver)
        receiver.close()
        with contextlib.suppress(OSError):
            if path.stat().st_ino == mine:
                path.unlink()


def _read(receiver: socket.socket, woken: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        while receiver.recv(16):
            pass
    woken()
