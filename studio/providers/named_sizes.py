"""The ratio and the tier behind a size in pixels, for providers whose sizes have names instead of pixels."""

from __future__ import annotations

from studio.providers import catalogue


def ratio_and_tier(provider_id: str, size: str) -> tuple[str, str]:
    """Read backwards from the catalogue's tables, which list each size once.

    Raises ValueError for a size that they do not list: to ask for another one would cost money for the wrong picture.
    """
    for model in catalogue.provider(provider_id).models.values():
        for names, (width, height) in model.sizes.table.items():
            if size == f"{width}x{height}":
                return names
    raise ValueError(f"{provider_id} has no name for the size {size!r}.")
