"""Private files under the media folder: random names, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator


def root() -> Path:
    return Path(settings.MEDIA_ROOT)


def new_name(shelf: str, extension: str) -> str:
    """A random name such as ``images/3f/3f9c….png``, relative to the root. It is no access control."""
    token = secrets.token_hex(16)
    return f"{shelf}/{token[:2]}/{token}.{extension}"


def path(name: str) -> Path:
    """The absolute path of a stored name. Raises ValueError for a name that leaves the root."""
    full = (root() / name).resolve()
    if not full.is_relative_to(root().resolve()):
        raise ValueError("This name leaves the storage.")
    return full


def parts() -> Path:
    """The folder for files that are still being written; on the same file system, so that a rename is atomic."""
    folder = root() / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(part: Path, name: str) -> Path:
    """Move a finished part file to its name: durable before it is visible, never a partial file under a final name."""
    target = path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return target


@contextmanager
def writing(name: str) -> Iterator[IO[bytes]]:
    """A binary file to write; kept under ``name`` when the block ends well, gone when it does not."""
    part = parts() / f"{secrets.token_hex(16)}.part"
    try:
        with part.open("xb") as file:
            yield file
        keep(part, name)
    finally:
        part.unlink(missing_ok=True)


def remove(name: str) -> None:
    path(name).unlink(missing_ok=True)
