"""Takes in uploaded pictures: checked and rebuilt in the sandbox, stored once per team and content."""

from __future__ import annotations

import hashlib
import logging
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from studio.imaging import sandbox
from studio.imaging.formats import EXTENSIONS
from studio.imaging.inspect import BadPicture
from studio.models import Reference
from studio.prompts.scripts import TURNING
from studio.storage import files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from studio.models import Team, User

log = logging.getLogger(__name__)

THUMB_EDGE = 512
LABEL_LENGTH = 120
CHUNK = 1024 * 1024


class Refused(Exception):
    """This file is not taken; ``message`` is one translated sentence with a next step."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Parts:
    """The three files of a reference while they are made."""

    original: Path
    cleaned: Path
    thumb: Path

    @classmethod
    def new(cls) -> Parts:
        folder, token = files.parts(), secrets.token_hex(16)
        return cls(*(folder / f"{token}-{name}.part" for name in ("original", "cleaned", "thumb")))

    def discard(self) -> None:
        for part in (self.original, self.cleaned, self.thumb):
            part.unlink(missing_ok=True)


def store(*, team: Team, user: User | None, upload: UploadedFile[Any]) -> Reference:
    """The team's reference for this picture: a new one, or the one it has already. Raises Refused."""
    return _store(team, user, upload.name or "", upload.chunks(CHUNK))


def store_path(*, team: Team, user: User | None, path: Path) -> Reference:
    """The same from a file of this machine. Raises Refused, or OSError where the file cannot be read."""
    with path.open("rb") as file:
        return _store(team, user, path.name, iter(lambda: file.read(CHUNK), b""))


def _store(team: Team, user: User | None, name: str, chunks: Iterable[bytes]) -> Reference:
    parts = Parts.new()
    try:
        sha256 = _receive(chunks, parts.original)
        if known := Reference.objects.for_team(team).filter(sha256=sha256).first():
            return known
        made = _rebuilt(parts)
        return _keep(parts, made, team=team, created_by=user, sha256=sha256, label=cleaned(name))
    finally:
        parts.discard()


def too_large() -> str:
    megabytes = settings.STUDIO_UPLOAD_MAX_BYTES // (1024 * 1024)
    return _("This file is larger than %(megabytes)s MB. Save it smaller and choose it again.") % {
        "megabytes": megabytes
    }


def _receive(chunks: Iterable[bytes], target: Path) -> str:
    """Counted while it is written: a declared length is only a claim."""
    digest, received = hashlib.sha256(), 0
    with target.open("xb") as file:
        for chunk in chunks:
            received += len(chunk)
            if received > settings.STUDIO_UPLOAD_MAX_BYTES:
                raise Refused(too_large())
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _rebuilt(parts: Parts) -> dict[str, Any]:
    """No transaction is open here: decoding may take a second, and SQLite has one writer."""
    try:
        return sandbox.run("reference", source=parts.original, clean=parts.cleaned, thumb=parts.thumb, edge=THUMB_EDGE)
    except BadPicture as bad:
        raise Refused(_(bad.message) % bad.params) from bad
    except sandbox.SandboxFailed as failure:
        log.error("An upload could not be rebuilt: %s", failure)
        raise Refused(_("The studio could not store this picture. Try again in a minute.")) from failure


def _keep(parts: Parts, made: dict[str, Any], **fields: Any) -> Reference:
    """Files first, then the row that names them; whoever loses the race for the row takes its files back."""
    original, clean = made["original"], made["clean"]
    names = {
        "original": files.new_name("references", EXTENSIONS[original["format"]]),
        "cleaned": files.new_name("references", EXTENSIONS[clean["format"]]),
        "thumb": files.new_name("references", "webp"),
    }
    kept = False
    try:
        for variant, name in names.items():
            files.keep(getattr(parts, variant), name)
        with transaction.atomic():
            row = Reference.objects.create(
                **fields,
                **names,
                cleaned_format=clean["format"],
                cleaned_bytes=clean["bytes"],
                width=clean["width"],
                height=clean["height"],
                bytes=original["bytes"],
                colour=made["colour"],
            )
        kept = True
        return row
    except IntegrityError:
        if known := Reference.objects.filter(team=fields["team"], sha256=fields["sha256"]).first():
            return known
        raise
    finally:
        if not kept:
            for name in names.values():
                files.remove(name)


def cleaned(name: str) -> str:
    """A file name as a label: the last part of a path, composed, without controls or turning marks, not too long."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = "".join(c for c in name if c not in TURNING and unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return " ".join(kept.split())[:LABEL_LENGTH].strip()
