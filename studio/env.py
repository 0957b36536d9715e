"""Typed readers for environment variables, strict so that a typing error is an error and never a silent default."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path


class Unreadable(ValueError):
    """A variable is set to something that cannot be read; the message names it and says what is accepted."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise Unreadable(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    try:
        parsed = int(value)
    except ValueError:
        raise Unreadable(f"{name} is {value!r}; write a whole number.") from None
    if parsed < least:
        raise Unreadable(f"{name} is {parsed}; it must be at least {least}.")
    return parsed


def one_of(name: str, *accepted: str) -> str:
    """One of these words, in any case; the first where nothing is said."""
    value = text(name, accepted[0]).upper() or accepted[0]
    if value not in accepted:
        raise Unreadable(f"{name} is {value!r}; write one of {', '.join(accepted)}.")
    return value


def words(name: str) -> tuple[str, ...]:
    """A comma-separated list, empty items dropped."""
    return tuple(word.strip() for word in text(name).split(",") if word.strip())


def host_of(url: str) -> tuple[str, ...]:
    """The host of a web address, as Django compares it; none where there is none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return ()
    return (f"[{host}]" if ":" in host else host,) if host else ()


def secret(name: str, *, kept_in: Path) -> str:
    """The variable; without it, the content of a file made at first need, readable by its owner alone."""
    if value := text(name):
        return value
    try:
        kept_in.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept_in.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = secrets.token_urlsafe(64)
        file.write(value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed in. ``starttls`` and ``tls`` demand encryption; neither goes on without it."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def mail_server(name: str) -> MailServer | None:
    """``smtp://user:password@host:port`` or ``smtps://…``. A password is never sent in the open."""
    url = text(name)
    if not url:
        return None
    wanted = Unreadable(f"{name} must be smtp://user:password@host:port or smtps://…; special characters escaped by %.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wanted from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise wanted
    tls, named = parts.scheme == "smtps", bool(parts.username)
    return MailServer(
        host=parts.hostname,
        port=port or (465 if tls else 587 if named else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=named and not tls,
        tls=tls,
    )


def database(url: str, *, sqlite_file: Path) -> dict[str, object]:
    """Django's DATABASES entry for ``postgres://user:password@host:port/name``, or SQLite where the URL is empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(sqlite_file),
            # Opening the file and setting it up costs as much as a dozen queries.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # IMMEDIATE: a deferred transaction that reads and then writes fails at once under a second writer,
                # whatever the time-out; see docs/decisions.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # The page cache is each connection's own, and each of 64 web threads has one: 8 MB. What they share is
                # the mapped file.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA mmap_size=134217728; PRAGMA cache_size=-8192;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise Unreadable("DATABASE_URL must start with postgres://; leave it empty for SQLite.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
