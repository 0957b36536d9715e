"""From one size intent, a ratio with a tier or exact pixels, to the exact value that is sent; or the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.prompts.words import gettext_noop as _
from studio.providers.output import Output
from studio.providers.words import Sentence

if TYPE_CHECKING:
    from studio.providers.capabilities import Model, SizeRules

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
TIERS = ("1K", "2K", "4K")
AUTO = "auto"
# About how many pixels a tier means, where the catalogue lists no size.
BUDGETS = {"1K": 1024 * 1024, "2K": 2048 * 2048, "4K": 3840 * 2160}


class Unreadable(ValueError):
    """What was typed is no size; ``sentence`` says what is."""

    def __init__(self) -> None:
        self.sentence = Sentence(_("A size looks like 16:9@2K, 16:9, 1280x720 or auto."))
        super().__init__(str(self.sentence))


class Impossible(ValueError):
    """The model cannot make this size; ``reason`` says why, in words."""

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """``value`` is what the provider is asked for. Width and height are None where the model chooses."""

    value: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One tile: a ratio at a tier. ``reason`` is set, and the rest empty, where the model cannot make it."""

    ratio: str
    value: str = ""
    width: int = 0
    height: int = 0
    reason: Sentence | None = None


def parse(text: str, output: Output | None = None) -> Output:
    """``output`` with the size that was typed: "16:9@2K", "16:9", "1280x720" or "auto"."""
    output = output or Output()
    typed = text.strip().replace("×", "x").lower()
    if typed == AUTO:
        return replace(output, ratio=AUTO, tier="", width=None, height=None)
    if match := re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", typed):
        return replace(output, ratio="", tier="", width=int(match[1]), height=int(match[2]))
    ratio, at, tier = typed.partition("@")
    tier = tier.upper() if at else output.tier or TIERS[0]
    if ratio not in RATIOS or tier not in TIERS:
        raise Unreadable
    return replace(output, ratio=ratio, tier=tier, width=None, height=None)


def resolve(model: Model, output: Output) -> Size:
    """The exact value for this intent. Raises Impossible."""
    rules = model.sizes
    if output.ratio == AUTO:
        if not rules.auto:
            raise Impossible(Sentence(_("This model does not choose a size itself. Choose a ratio.")))
        return Size(value=AUTO)
    if output.width and output.height:
        if not rules.exact:
            raise Impossible(Sentence(_("This model takes no exact pixels. Choose a ratio and a tier.")))
        pixels = output.width, output.height
    else:
        pixels = _of_ratio(rules, output.ratio, output.tier)
    _check(rules, *pixels)
    return Size(value=f"{pixels[0]}x{pixels[1]}", width=pixels[0], height=pixels[1])


def choices(model: Model, tier: str) -> tuple[Choice, ...]:
    """The ten tiles of a tier, those that cannot be chosen with their reason."""
    return tuple(_choice(model, ratio, tier) for ratio in RATIOS)


def _choice(model: Model, ratio: str, tier: str) -> Choice:
    try:
        size = resolve(model, Output(ratio=ratio, tier=tier))
    except Impossible as error:
        return Choice(ratio=ratio, reason=error.reason)
    return Choice(ratio=ratio, value=size.value, width=size.width or 0, height=size.height or 0)


def _of_ratio(rules: SizeRules, ratio: str, tier: str) -> tuple[int, int]:
    if not rules.tiers:
        message = _("This model chooses the size itself. Choose Auto, and describe the shape in the prompt.")
        raise Impossible(Sentence(message))
    if ratio not in RATIOS or tier not in TIERS:
        raise Impossible(Sentence(_("Choose a ratio and a tier.")))
    if tier not in rules.tiers:
        raise Impossible(Sentence(_("This model does not reach %(tier)s."), {"tier": tier}))
    listed = rules.table.get((ratio, tier))
    if listed is None and rules.table and not rules.exact:
        ratios = [known for known in RATIOS if (known, tier) in rules.table]
        message = _("This model makes %(tier)s in %(ratios)s alone.")
        raise Impossible(Sentence(message, {"tier": tier, "ratios": ", ".join(ratios)}))
    return listed or _computed(rules, ratio, tier)


def _computed(rules: SizeRules, ratio: str, tier: str) -> tuple[int, int]:
    """The largest size of exactly this ratio within the tier's budget and the model's limits."""
    across, down = (int(part) for part in ratio.split(":"))
    shared = math.gcd(across, down)
    across, down = across // shared, down // shared
    step = math.lcm(
        rules.multiple // math.gcd(across, rules.multiple), rules.multiple // math.gcd(down, rules.multiple)
    )
    width, height = across * step, down * step
    budget = min(BUDGETS[tier], rules.max_pixels)
    times = min(math.isqrt(budget // (width * height)), rules.max_edge // max(width, height))
    # Wide ratios may fall below the model's least size at this tier; the next larger one is meant then.
    needed = math.ceil(math.sqrt(rules.min_pixels / (width * height)))
    times = max(times, needed, math.ceil(rules.min_edge / min(width, height)), 1)
    return width * times, height * times


def _check(rules: SizeRules, width: int, height: int) -> None:
    longer, shorter = max(width, height), min(width, height)
    if longer > rules.max_ratio * shorter:
        message = _("This model goes up to a ratio of %(most)s to 1.")
        raise Impossible(Sentence(message, {"most": f"{rules.max_ratio:g}"}))
    if longer > rules.max_edge or shorter < rules.min_edge:
        message = _("This model makes edges from %(least)s to %(most)s pixels.")
        raise Impossible(Sentence(message, {"least": rules.min_edge, "most": rules.max_edge}))
    if width % rules.multiple or height % rules.multiple:
        message = _("This model takes edges in steps of %(step)s pixels. The nearest is %(nearest)s.")
        raise Impossible(Sentence(message, {"step": rules.multiple, "nearest": _nearest(rules, width, height)}))
    if not rules.min_pixels <= width * height <= rules.max_pixels:
        message = _("This model makes %(least)s to %(most)s megapixels, and %(size)s has %(actual)s.")
        raise Impossible(
            Sentence(
                message,
                {
                    "least": f"{rules.min_pixels / 1e6:.2f}",
                    "most": f"{rules.max_pixels / 1e6:.2f}",
                    "size": f"{width}x{height}",
                    "actual": f"{width * height / 1e6:.2f}",
                },
            )
        )


def _nearest(rules: SizeRules, width: int, height: int) -> str:
    edges = [
        min(max(rules.multiple, round(edge / rules.multiple) * rules.multiple), rules.max_edge)
        for edge in (width, height)
    ]
    return f"{edges[0]}x{edges[1]}"
