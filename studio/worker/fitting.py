"""Copies of references that keep to a provider's limit: made once, beside the pictures, and found again by name."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.imaging import sandbox
from studio.imaging.formats import EXTENSIONS, MEDIA_TYPES
from studio.imaging.inspect import inspect
from studio.storage import files
from studio.worker import receive

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from studio.providers.values import ReferenceFile
    from studio.worker.floor import Floor

SHELF = "fitted"
# The largest pictures are packed more than once until they fit.
SLOW = sandbox.Limits(cpu=60, seconds=180.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    bytes: int
    formats: tuple[str, ...]


async def fitted(reference: ReferenceFile, limit: Limit, floor: Floor) -> ReferenceFile:
    """The reference itself where it keeps to the limit. Raises BadPicture, SandboxFailed or OSError."""
    if reference.bytes <= limit.bytes:
        return reference
    stem = f"{reference.path.stem}-{limit.bytes}"
    # The takes of a generation come together, and one of them makes the copy for all.
    async with floor.copying(stem):
        path = await floor.thread(lambda: _found(stem, limit)) or await _made(reference, stem, limit, floor)
    return await floor.thread(lambda: described(reference, path))


def described(reference: ReferenceFile, path: Path) -> ReferenceFile:
    """The reference with another file in its place. Raises BadPicture or OSError."""
    facts = inspect(path)
    return replace(
        reference,
        path=path,
        media_type=MEDIA_TYPES[facts.format],
        bytes=facts.bytes,
        width=facts.width,
        height=facts.height,
    )


def clear_unused(before: datetime) -> None:
    """Copies that nobody has sent since; they are made again when somebody does."""
    for path in (files.root() / SHELF).glob("*/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def _found(stem: str, limit: Limit) -> Path | None:
    for format in limit.formats:
        path = files.path(_name(stem, format))
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # it is in use
            return path
    return None


async def _made(reference: ReferenceFile, stem: str, limit: Limit, floor: Floor) -> Path:
    part = receive.part()
    try:
        made = await sandbox.run_async(
            "fit",
            limits=SLOW,
            source=reference.path,
            target=part,
            most=limit.bytes,
            formats=list(limit.formats),
        )
        return await floor.thread(lambda: files.keep(part, _name(stem, made["format"])))
    finally:
        part.unlink(missing_ok=True)


def _name(stem: str, format: str) -> str:
    return f"{SHELF}/{stem[:2]}/{stem}.{EXTENSIONS[format]}"
