"""Keys of connections at rest: encrypted with keys that live outside the database, and bound to their own row.

Fernet has no associated data, so a ciphertext that is copied to another row would open there. The row is therefore
written inside, and compared when it is opened.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from studio.models import Connection


class Unreadable(ValueError):
    """A stored key cannot be opened, or the keys to open it with are no keys; the message says what to do."""


class Unopened(Unreadable):
    """A stored key was encrypted with a key that we do not have."""


def key_file() -> Path:
    return Path(settings.STUDIO_DATA) / "keys" / "connections"


@sensitive_variables()
def seal(key: str, connection: Connection) -> str:
    """The key as it is stored in this row, which must exist already."""
    content = {"connection": connection.pk, "team": connection.team_id, "key": key}
    return _box().encrypt(json.dumps(content).encode()).decode()


@sensitive_variables()
def unseal(connection: Connection) -> str:
    """The row's key, or nothing where it has none. Raises Unreadable."""
    if not connection.key_ciphertext:
        return ""
    try:
        content = json.loads(_box().decrypt(connection.key_ciphertext.encode()))
    except InvalidToken:
        raise Unopened(_unopened()) from None
    if (content["connection"], content["team"]) != (connection.pk, connection.team_id):
        raise Unreadable(_("The stored key belongs to another connection. Enter the key again."))
    return str(content["key"])


def _unopened() -> str:
    return _("The stored key cannot be opened: the studio's own keys have changed. Enter the key again.")


@sensitive_variables()
def reseal(connection: Connection) -> str:
    """The same ciphertext under the newest of our keys. Raises Unopened."""
    try:
        return _box().rotate(connection.key_ciphertext.encode()).decode()
    except InvalidToken:
        raise Unopened(_unopened()) from None


@sensitive_variables()
def _box() -> MultiFernet:
    """Newest key first: it encrypts, and all of them decrypt."""
    words = tuple(settings.STUDIO_KEYS) or _kept()
    try:
        return MultiFernet([Fernet(word) for word in words])
    except ValueError:
        origin = "STUDIO_KEYS" if settings.STUDIO_KEYS else str(key_file())
        message = _("%(origin)s must hold keys of 44 characters, as Fernet.generate_key() makes them.")
        raise Unreadable(message % {"origin": origin}) from None


def _kept() -> tuple[str, ...]:
    file = key_file()
    if not file.exists():
        _make(file)
    return tuple(file.read_text().split())


def _make(file: Path) -> None:
    """Written whole before it has its name, so that a second process never reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(Fernet.generate_key())
            opened.flush()
            os.fsync(opened.fileno())
        file.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first, and its key counts
    finally:
        draft.unlink()


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many stored keys were encrypted anew, and how many could not be opened and stayed as they are."""

    rotated: int
    unreadable: int


def rotate() -> Rotation:
    """Encrypt every stored key anew under the newest of our keys. Safe beside everything that runs, and again after it
    was broken off: a key that somebody enters meanwhile stays. Raises Unreadable where our keys are no keys."""
    rotated = unreadable = 0
    for row in Connection.objects.exclude(key_ciphertext="").order_by("pk").iterator():
        try:
            resealed = reseal(row)
        except Unopened:
            unreadable += 1
            continue
        Connection.objects.filter(pk=row.pk, key_ciphertext=row.key_ciphertext).update(key_ciphertext=resealed)
        rotated += 1
    return Rotation(rotated, unreadable)
