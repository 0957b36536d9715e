"""From a picture that came back to a file that stays: looked at, durable, and only then named."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from studio.imaging.inspect import RESULT, inspect
from studio.storage import files

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from studio.providers.values import Picture

EVIDENCE_BYTES = 64 * 1024
_SECRETS = re.compile(r"(?i)(bearer\s+|(?:api[-_]?key|token|authorization)\W{1,4})[\w.~+/=-]{8,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    name: str  # relative to the storage
    sha256: str
    format: str
    width: int
    height: int
    bytes: int
    # The part file it waits in, until it has its name.
    part: str = ""


def part() -> Path:
    return files.parts() / f"{secrets.token_hex(16)}.part"


def to_part(picture: Picture) -> tuple[Path, str]:
    """The file a picture is in, and its hash; short ones are written out first."""
    if picture.spilled is not None:
        return picture.spilled.path, picture.spilled.sha256
    path = part()
    path.write_bytes(picture.data or b"")
    return path, digest(path)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def look(path: Path, sha256: str) -> Kept:
    """What a part file holds, and the name that it will have. Raises BadPicture for what is no picture; the header is
    enough, the pixels are looked at elsewhere."""
    facts = inspect(path, caps=RESULT)
    return Kept(
        name=files.new_name("images", "jpg" if facts.format == "jpeg" else facts.format),
        sha256=sha256,
        format=facts.format,
        width=facts.width,
        height=facts.height,
        bytes=facts.bytes,
        part=path.name,
    )


def keep(picture: Kept) -> None:
    """Does nothing the second time: whoever finishes what another began finds it done. Raises OSError."""
    try:
        files.keep(files.parts() / picture.part, picture.name)
    except FileNotFoundError:
        if not files.path(picture.name).exists():
            raise


def drop(picture: Kept) -> None:
    files.remove(picture.name)
    if picture.part:
        (files.parts() / picture.part).unlink(missing_ok=True)


def save_evidence(attempt: int, epoch: int, text: str) -> None:
    """What a provider sent that was paid for and could not be used; capped, and without anything like a key."""
    folder = Path(settings.STUDIO_DATA) / "evidence"
    with contextlib.suppress(OSError):  # a full disk must not hide the failure itself
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{attempt}-{epoch}.txt").write_text(_SECRETS.sub(r"\1…", text)[:EVIDENCE_BYTES], encoding="utf-8")


def clear_evidence(before: datetime) -> int:
    return _clear(Path(settings.STUDIO_DATA) / "evidence", before)


def clear_parts(before: datetime, *, wanted: Collection[str] = ()) -> int:
    """Part files that nobody writes any more, because their writer was killed, and that nobody wants."""
    return _clear(files.parts(), before, wanted)


def _clear(folder: Path, before: datetime, wanted: Collection[str] = ()) -> int:
    count = 0
    for path in folder.glob("*") if folder.exists() else ():
        if path.name in wanted:
            continue
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                count += 1
    return count
