"""Keys of connections at rest: encrypted with keys that live outside the database, and bound to their own row.

Fernet has no associated data, so a ciphertext that is copied to another row would open there. The row is therefore
written inside, and compared when it is opened.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

if TYPE_CHECKING:
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
