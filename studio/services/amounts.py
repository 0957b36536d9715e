"""Writes amounts of money as people read them: the one rule, for pages, sentences and commands."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats

MICRO = 1_000_000  # an amount is an integer of a millionth of a dollar
CENT = 10_000
LEAST = Decimal("0.0001")  # the smallest amount that is told


def money(micro_dollars: int | None) -> str:
    """Whole cents, and below one cent up to four digits: something is never nothing. Empty for what is not known."""
    if micro_dollars is None:
        return ""
    amount, places = Decimal(abs(micro_dollars)) / MICRO, 2
    if 0 < abs(micro_dollars) < CENT:
        amount = max(amount.quantize(LEAST, ROUND_HALF_UP), LEAST)
        places = max(2, -int(amount.normalize().as_tuple().exponent))
    # Rounded here: Django's formatting cuts off.
    rounded = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    sign = "−" if micro_dollars < 0 else ""
    return f"{sign}${formats.number_format(rounded, places, use_l10n=True, force_grouping=True)}"
