"""Turns counts into the few words a page shows: sizes of files and of pictures."""

from __future__ import annotations

from django.utils.translation import ngettext


def weight(count: int) -> str:
    """The size of a file: ``840 KB``, ``12.7 MB``."""
    if count < 1000:
        return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}
    if count < 1_000_000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1_000_000:.1f} MB"


def pixels(width: int | None, height: int | None) -> str:
    """``1536 × 1024``; empty where the size is left to the model."""
    return f"{width} × {height}" if width and height else ""
