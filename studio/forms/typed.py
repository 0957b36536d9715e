"""What a person typed, from what a browser sent for it."""

from __future__ import annotations


def as_typed(value: str) -> str:
    """Browsers send every line break as CRLF; PostgreSQL and providers take no null character."""
    return value.replace("\r\n", "\n").replace("\x00", "")
