"""How the references of a call get to the provider, and how large each may be on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.providers.capabilities import Road

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.providers.capabilities import Model

# What stands before the base64 of a data URL, generously.
PREFIX_BYTES = 64


def road(model: Model, *, public: bool) -> Road | None:
    """The best one that can be gone; ``public`` where the studio has an address that providers reach. None where there
    is none."""
    return next((each for each in model.roads if each is not Road.LINK or public), None)


def allowance(model: Model, road: Road, sizes: Collection[int]) -> int:
    """The most bytes that a file among files of these sizes may have; what has fewer is sent as it is.

    Where all of a call together are limited, small ones leave their share to the large ones.
    """
    each = _as_file(model.max_reference_bytes, road)
    if model.max_references_bytes is None:
        return each
    together = _as_file(model.max_references_bytes, road, files=len(sizes))
    return _level([min(size, each) for size in sizes], together, each)


def _as_file(limit: int, road: Road, *, files: int = 1) -> int:
    """Base64 makes four bytes of three."""
    return (limit - PREFIX_BYTES * files) * 3 // 4 if road is Road.DATA_URL else limit


def _level(sizes: Collection[int], together: int, each: int) -> int:
    for place, size in enumerate(sorted(sizes)):
        share = together // (len(sizes) - place)
        if size > share:
            return share
        together -= size
    return each
