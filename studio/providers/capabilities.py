"""What one model at one provider accepts, returns and costs: the rows of the capability catalogue as values."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Confidence(StrEnum):
    EXACT = "exact"  # a flat or no price
    CLOSE = "close"  # a formula that has matched real bills
    ROUGH = "rough"  # the right order of magnitude


class Road(StrEnum):
    """How a reference gets to the provider."""

    FORM = "form"  # its bytes in the paid call itself, as a part of a form
    UPLOAD = "upload"  # to the provider's own storage, in a free call before the paid one
    LINK = "link"  # the provider fetches it from the studio, by a signed link under STUDIO_PUBLIC_URL
    DATA_URL = "data_url"  # its bytes in the paid call's JSON


class PriceKind(StrEnum):
    FREE = "free"
    FLAT = "flat"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """Dollars per million tokens, which is the same number as micro-dollars per token."""

    text_in: float
    image_in: float
    image_out: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFormula:
    """Output tokens of a picture: a grid of ``grid`` cells along its longer edge, weighted by its area."""

    grid: Mapping[str, int]  # by quality
    area_offset: int
    area_scale: int
    reference_tokens: int  # image tokens in, per reference
    partial_tokens: int  # image tokens out, per unfinished picture
    auto_quality: str = ""  # what "auto" is reckoned as

    def output_tokens(self, quality: str, width: int, height: int) -> int:
        cells = self.grid[quality]
        across = (2 * cells * min(width, height) + max(width, height)) // (2 * max(width, height))
        return math.ceil(cells * across * (self.area_offset + width * height) / self.area_scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    kind: PriceKind
    confidence: Confidence
    each: int = 0  # micro-dollars per picture, of a flat price; the dearest where it goes by tier
    by_tier: Mapping[str, int] = field(default_factory=dict)  # micro-dollars per picture, where a flat price differs
    tokens: TokenPrices | None = None
    formula: TokenFormula | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRules:
    multiple: int
    min_edge: int
    max_edge: int
    min_pixels: int
    max_pixels: int
    max_ratio: float
    tiers: tuple[str, ...]
    exact: bool  # takes pixels as a person typed them
    auto: bool  # can be left to choose for itself
    # (ratio, tier) to pixels, where the computed size is not the one to ask for. Where pixels cannot be asked for
    # (``exact`` is false), a pair that is not listed cannot be had.
    table: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    id: str
    label: str
    hint: str  # one sentence for whoever chooses between a provider's models; may be empty
    sizes: SizeRules
    qualities: tuple[str, ...]  # empty: the model knows none; the first is the default
    formats: tuple[str, ...]  # the first is the default
    compressed: tuple[str, ...]  # formats that take a compression from 0 to 100
    max_references: int
    max_reference_bytes: int  # of each, as it is sent
    max_references_bytes: int | None  # of all of one call together, where that is limited
    reference_formats: tuple[str, ...]  # what is known to be taken; png and jpeg always are
    many_references: int | None  # more than these are taken, but are known to fail more often
    roads: tuple[Road, ...]  # those that can be gone, best first; empty where references are not taken
    max_prompt: int  # characters
    max_takes: int
    takes_ignored: bool  # it bills each picture that is asked for in one call, and makes one
    partials: int  # unfinished pictures that it sends while it works, at most
    transparent_background: bool | None  # None: nobody has said
    price: Price | None
    latency: Mapping[str, float]  # usual seconds by quality; "" for any
    source: str

    def usual_seconds(self, quality: str = "") -> float | None:
        return self.latency.get(quality, self.latency.get(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most so many requests of any kind in so many seconds, for each key."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    id: str
    label: str
    as_of: str  # the day on which the facts were read
    source: str
    base_url: str  # empty: nothing leaves this machine
    own_address: bool  # a team may give another address, such as its own server
    needs_key: bool  # at the address above
    key_env: tuple[str, ...]  # environment variables that its own tools read a key from, best first
    # Hosts that finished pictures are fetched from; ``*.example.com`` is every name below it, ``*`` any public host.
    result_hosts: tuple[str, ...]
    rate: Rate | None
    models: Mapping[str, Model]
    fallback: Model | None  # stands for any other model that a compatible server offers

    @property
    def is_built_in(self) -> bool:
        """It calls nobody: no key, no network, nothing to test."""
        return not self.base_url and not self.own_address

    def address(self, typed: str) -> str:
        """Where the paths of calls begin, without a slash at its end: the address as it was typed, and where that names
        a server and no path on it, the path that the provider's own address has."""
        own, typed = self.base_url.rstrip("/"), typed.rstrip("/")
        if not typed:
            return own
        _scheme, _mark, place = typed.partition("://")
        path = own.partition("://")[2].partition("/")[2]
        return typed if "/" in place or not path else f"{typed}/{path}"

    def key_required(self, base_url: str) -> bool:
        """A key is asked for at the provider's own address alone: local servers need none."""
        return self.needs_key and self.address(base_url) == self.address("")
