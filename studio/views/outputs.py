"""What the Output pane shows: who can make the picture, at which sizes, for how much. All of it from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.providers import prices, sizes
from studio.services import orders
from studio.templatetags.studio import money, seconds
from studio.views import charges
from studio.views.offered import Offer, offers
from studio.views.wording import beside, listed, quality_said, quality_words, translated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio.models import Connection
    from studio.providers.capabilities import Model
    from studio.providers.output import Output
    from studio.providers.words import Sentence

# The drawing of a tile: a square of this side, with a margin, holds the shape.
BOX, SIDE = 36, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A ratio drawn to its shape."""

    ratio: str
    x: float
    y: float
    width: float
    height: float
    is_chosen: bool
    reason: str


class Pane:
    """The Output pane for one output: settled on what the chosen model offers, with its price and its reasons."""

    def __init__(
        self, *, connections: Iterable[Connection], output: Output, references: Sequence[int], characters: int
    ) -> None:
        """``references``: the size of each in bytes."""
        self.offers = offers(connections)
        self.weights, self.references, self.characters = references, len(references), characters
        self.asked = output
        self.offer = self._chosen(output)
        self.output = _settled(output, self.offer)

    def _chosen(self, output: Output) -> Offer | None:
        mine = [offer for offer in self.offers if offer.connection.pk == output.connection]
        same = [offer for offer in mine if offer.model.id == output.model]
        able = [offer for offer in self.offers if offer.is_able]
        return next(iter([*same, *mine, *able, *self.offers]), None)

    @property
    def is_foreign(self) -> bool:
        """Whether a connection was asked for that is none of this team's."""
        return self.asked.connection is not None and all(
            offer.connection.pk != self.asked.connection for offer in self.offers
        )

    @property
    def model(self) -> Model | None:
        return self.offer.model if self.offer else None

    @property
    def hint(self) -> str:
        """What this model is for."""
        return _(self.model.hint) if self.model and self.model.hint else ""

    @cached_property
    def refusal(self) -> str:
        """Why it would be refused, whatever the prompt says; the first reason in one sentence."""
        if self.offer is None:
            return ""
        if self.is_exact and self.size is None:
            return self.size_reason
        try:
            orders.possible(self.offer.connection, self.output, references=self.references)
        except orders.Refused as refused:
            return refused.message
        return ""

    @property
    def smaller(self) -> list[str]:
        """Which references are sent as smaller copies."""
        return [str(each) for each in orders.smaller(self.model, self.weights)] if self.model else []

    @cached_property
    def size(self) -> sizes.Size | None:
        if self.model is None:
            return None
        if self.is_exact and None in {self.output.width, self.output.height}:
            self.size_reason = _("Give width and height in whole pixels.")
            return None
        try:
            return sizes.resolve(self.model, self.output)
        except sizes.Impossible as error:
            self.size_reason = translated(error.reason)
            return None

    size_reason = ""

    @property
    def size_words(self) -> str:
        if self.size is None:
            return ""
        return f"{self.size.width} × {self.size.height}" if self.size.width else _("The model chooses")

    @property
    def is_exact(self) -> bool:
        return not self.output.ratio

    @cached_property
    def tiles(self) -> list[Tile]:
        if self.model is None:
            return []
        return [
            _tile(choice.ratio, choice.reason, is_chosen=choice.ratio == self.output.ratio)
            for choice in sizes.choices(self.model, self.output.tier or sizes.TIERS[0])
        ]

    @property
    def reasons(self) -> list[str]:
        """Why tiles are closed, one sentence for all tiles with the same reason; not what the refusal says already."""
        found: dict[str, list[str]] = {}
        for tile in self.tiles:
            if tile.reason and tile.reason != self.refusal:
                found.setdefault(tile.reason, []).append(tile.ratio)
        words = _("%(ratios)s: %(reason)s")
        return [words % {"ratios": listed(ratios), "reason": reason} for reason, ratios in found.items()]

    @property
    def tiers(self) -> list[dict[str, Any]]:
        offered = self.model.sizes.tiers if self.model else ()
        words = _("This model does not reach %(tier)s.")
        return [
            {
                "value": tier,
                "chosen": tier == self.output.tier,
                "reason": "" if tier in offered else words % {"tier": tier},
            }
            for tier in sizes.TIERS
        ]

    @property
    def qualities(self) -> list[dict[str, Any]]:
        offered = self.model.qualities if self.model else ()
        return [
            {"value": each, "label": quality_words(each), "chosen": each == self.output.quality} for each in offered
        ]

    @property
    def formats(self) -> list[dict[str, Any]]:
        offered = self.model.formats if self.model else ()
        return [{"value": each, "label": each.upper(), "chosen": each == self.output.format} for each in offered]

    @property
    def is_compressed(self) -> bool:
        return bool(self.model and self.output.format in self.model.compressed)

    @cached_property
    def estimate(self) -> prices.Estimate | None:
        if self.model is None:
            return None
        return prices.estimate(self.model, self.output, self.references, characters=self.characters)

    @property
    def total(self) -> int | None:
        return None if self.estimate is None else charges.cents(self.estimate.total)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What the estimate is made of. The references' share is what they add."""
        if self.model is None or not self.total:
            return []
        parts = [self.takes_words, quality_said(self.output.quality), self.output.ratio or self.size_words]
        return charges.lines(
            self.model, self.output, about=beside(parts), references=self.references, characters=self.characters
        )

    @property
    def total_words(self) -> str:
        if self.size is None:
            return ""
        if self.total is None:
            return _("Price unknown")
        return money(self.total) if self.total else _("Free")

    @property
    def sureness(self) -> str:
        if self.estimate is None:
            return _("The catalogue knows no price for this model.") if self.size else ""
        return charges.sureness(self.model, self.estimate) if self.model and self.total else ""

    @property
    def takes_words(self) -> str:
        return ngettext("%(n)d take", "%(n)d takes", self.output.takes) % {"n": self.output.takes}

    @property
    def partials(self) -> dict[str, Any] | None:
        return charges.partial_choice(self.model, self.output)

    @property
    def max_takes(self) -> int:
        return self.model.max_takes if self.model else 1

    @property
    def usual(self) -> str:
        usual = self.model.usual_seconds(self.output.quality) if self.model else None
        return _("about %(span)s") % {"span": seconds(usual)} if usual else ""

    @property
    def wide(self) -> str:
        """What the exact width starts from; what is no number stays away, for somebody is about to type it."""
        return self._pixels(self.output.width, self.size.width if self.size else None)

    @property
    def high(self) -> str:
        return self._pixels(self.output.height, self.size.height if self.size else None)

    def _pixels(self, typed: int | None, start: int | None) -> str:
        return "" if self.is_exact and typed is None else str(typed or start or 1024)


def _settled(output: Output, offer: Offer | None) -> Output:
    """The nearest output that this model offers. A size that it cannot make and more takes than it makes stay, to be
    told with their reason."""
    if offer is None:
        return output
    model = offer.model
    format = output.format if output.format in model.formats else model.formats[0]
    is_exact = not output.ratio and model.sizes.exact
    tiers = model.sizes.tiers
    return replace(
        output,
        connection=offer.connection.pk,
        model=model.id,
        ratio="" if is_exact else output.ratio if output.ratio in {*sizes.RATIOS, sizes.AUTO} else "1:1",
        tier=output.tier if output.tier in tiers else next(iter(tiers), ""),
        width=output.width if is_exact else None,
        height=output.height if is_exact else None,
        quality=output.quality if output.quality in model.qualities else next(iter(model.qualities), ""),
        format=format,
        compression=output.compression if format in model.compressed else None,
        partials=min(output.partials, model.partials),
    )


def _tile(ratio: str, reason: Sentence | None, *, is_chosen: bool) -> Tile:
    across, down = (int(part) for part in ratio.split(":"))
    width, height = SIDE * across / max(across, down), SIDE * down / max(across, down)
    return Tile(
        ratio=ratio,
        x=round((BOX - width) / 2, 1),
        y=round((BOX - height) / 2, 1),
        width=round(width, 1),
        height=round(height, 1),
        is_chosen=is_chosen,
        reason=translated(reason) if reason else "",
    )
