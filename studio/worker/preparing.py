"""Between the claim and the paid call: what the request refers to is made ready on the provider's road."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.providers.adapter import Adapter
    from studio.providers.values import Failure, ImageRequest
    from studio.worker.floor import Floor
    from studio.worker.hold import Hold


async def prepared(hold: Hold, adapter: Adapter, floor: Floor) -> ImageRequest | Failure:
    return hold.claimed.request
