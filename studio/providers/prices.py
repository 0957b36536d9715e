"""What a generation will cost before it is sent, and what it did cost afterwards, in micro-dollars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.providers import catalogue, sizes
from studio.providers.capabilities import Confidence, Model, Price, PriceKind

if TYPE_CHECKING:
    from studio.providers.output import Output

# English runs at about four characters to a token; other scripts take more, and either is cents per thousand calls.
CHARACTERS_PER_TOKEN = 4
# Where the model chooses the size itself.
UNKNOWN_SIZE = (1024, 1024)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    each: int  # micro-dollars per take
    total: int
    confidence: Confidence


def estimate(model: Model, output: Output, references: int = 0, *, characters: int = 0) -> Estimate | None:
    """None where the catalogue knows no price, or where the model cannot make this size."""
    price = model.price
    if price is None:
        return None
    try:
        size = sizes.resolve(model, output)
    except sizes.Impossible:
        return None
    each, confidence = _each(price, output, model, size, references, characters)
    return Estimate(each=each, total=each * output.takes, confidence=confidence)


def _default(model: Model) -> str:
    return model.qualities[0] if model.qualities else ""


def _each(
    price: Price, output: Output, model: Model, size: sizes.Size, references: int, characters: int
) -> tuple[int, Confidence]:
    quality = output.quality or _default(model)
    if price.kind is not PriceKind.TOKENS or price.formula is None or price.tokens is None:
        tier = _tier(model, output, size)
        return price.by_tier.get(tier, price.each), price.confidence
    formula, rates = price.formula, price.tokens
    reckoned = quality if quality in formula.grid else formula.auto_quality
    width, height = (size.width, size.height) if size.width and size.height else UNKNOWN_SIZE
    partials = min(output.partials, model.partials)
    made = formula.output_tokens(reckoned, width, height) + partials * formula.partial_tokens
    cost = (
        made * rates.image_out
        + references * formula.reference_tokens * rates.image_in
        + characters / CHARACTERS_PER_TOKEN * rates.text_in
    )
    guessed = reckoned != quality or size.width is None or references or partials
    return math.ceil(cost), Confidence.ROUGH if guessed else price.confidence


def _tier(model: Model, output: Output, size: sizes.Size) -> str:
    """The tier that a size is sold as; a size left to the model is the smallest."""
    if output.ratio == sizes.AUTO:
        return next(iter(model.sizes.tiers), "")
    pixels = (size.width, size.height)
    return output.tier or next((tier for (_ratio, tier), listed in model.sizes.table.items() if listed == pixels), "")


def has_list_price(provider_id: str, model_id: str) -> bool:
    """Whether its pictures have a price each, and the catalogue holds it for exact: then that is what one cost, also
    where no answer says so."""
    try:
        price = catalogue.model(provider_id, model_id).price
    except (catalogue.UnknownProvider, catalogue.UnknownModel):
        return False
    return price is not None and price.kind is PriceKind.FLAT and price.confidence is Confidence.EXACT


def from_usage(price: Price | None, usage: Any) -> int | None:
    """The cost of one reply by its own token counts; None where it states none that can be true.

    Local servers send ``usage`` too, all zero: that is no figure.
    """
    if price is None or price.tokens is None or not isinstance(usage, Mapping):
        return None
    given, made = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    if not given or not made:
        return None
    details = usage.get("input_tokens_details")
    images = _count(details.get("image_tokens")) if isinstance(details, Mapping) else None
    images = min(images or 0, given)
    rates = price.tokens
    return math.ceil((given - images) * rates.text_in + images * rates.image_in + made * rates.image_out)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        return None
    return value
