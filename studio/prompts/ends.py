"""What two texts, or two rows of anything, have in common at their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def alike(one: Sequence[Any], other: Sequence[Any]) -> tuple[int, int]:
    """How many items both begin with, and how many of the rest both end with."""
    head = _shared(one, other)
    return head, _shared(one[head:][::-1], other[head:][::-1])


def _shared(one: Sequence[Any], other: Sequence[Any]) -> int:
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))
