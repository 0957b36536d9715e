"""What RunAPI says about money: what a task will cost, what was taken for it, and whether that was given back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from studio.providers.values import Billed

MICRO_CENTS, MICRO_DOLLARS_PER_CENT = 1_000_000, 10_000
# More cents than any picture costs, or any account holds.
MOST_CENTS = 10**9


def charged(body: Mapping[str, Any]) -> int | None:
    """Micro-dollars that the provider says it took and kept. What it reserved is no charge."""
    return None if _refunded(body) else _taken(body)


def of_failure(body: Mapping[str, Any]) -> Billed:
    """Failed tasks are not charged, unless the answer itself says that this one was."""
    return Billed.YES if charged(body) else Billed.NO


def balance(body: Mapping[str, Any]) -> int | None:
    """Micro-dollars left in the account; None where the answer states no amount."""
    cents = body.get("balance_cents")
    if isinstance(cents, bool) or not isinstance(cents, int | float) or not math.isfinite(cents):
        return None
    return round(cents * MICRO_DOLLARS_PER_CENT) if abs(cents) <= MOST_CENTS else None


def quoted(body: Mapping[str, Any]) -> int | None:
    """Micro-dollars that a task like the one described would set aside; None where there is no price for it now."""
    quote = body.get("price_quote")
    if not isinstance(quote, Mapping) or quote.get("pricing_status") != "available" or quote.get("currency") != "USD":
        return None
    cents = _whole(quote.get("reservation_amount_cents"), MOST_CENTS)
    return cents * MICRO_DOLLARS_PER_CENT if cents else None


def _taken(body: Mapping[str, Any]) -> int | None:
    settlement = _billing(body).get("settlement")
    if not isinstance(settlement, Mapping):
        return None
    cents = _whole(settlement.get("charged_amount_cents"), MOST_CENTS)
    exact = _whole(settlement.get("amount_micro_cents"), MOST_CENTS * MICRO_CENTS)
    # The finer figure counts where it is the same amount; otherwise its unit is not what its name says.
    if exact is not None and (cents is None or abs(exact - cents * MICRO_CENTS) <= MICRO_CENTS):
        return -(-exact * MICRO_DOLLARS_PER_CENT // MICRO_CENTS)
    return None if cents is None else cents * MICRO_DOLLARS_PER_CENT


def _refunded(body: Mapping[str, Any]) -> bool:
    """How a refund is written is not published; that there is one is enough to say no amount."""
    return bool(_billing(body).get("refund"))


def _billing(body: Mapping[str, Any]) -> Mapping[str, Any]:
    billing = body.get("billing")
    return billing if isinstance(billing, Mapping) else {}


def _whole(value: Any, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None
