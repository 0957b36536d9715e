"""The capability catalogue: one dated TOML file per provider, read strictly, so that a model is data alone."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from studio.providers.capabilities import (
    Confidence,
    Model,
    Price,
    PriceKind,
    Provider,
    Rate,
    Road,
    SizeRules,
    TokenFormula,
    TokenPrices,
)
from studio.providers.toml import CatalogueError, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CatalogueError",
    "UnknownModel",
    "UnknownProvider",
    "add",
    "add_folder",
    "model",
    "provider",
    "providers",
    "read",
]

FOLDER = Path(__file__).parent / "catalogue"
TIERS = ("1K", "2K", "4K")
FORMATS = ("png", "jpeg", "webp")

_added: dict[str, Provider] = {}


class UnknownProvider(LookupError):
    """No catalogue file describes it."""


class UnknownModel(LookupError):
    """The provider has no such model, and none that stands for any."""


@cache
def _shipped() -> Mapping[str, Provider]:
    found = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
    # The built-in provider first: it is the default of a fresh installation.
    return {each.id: each for each in sorted(found, key=lambda each: (bool(each.base_url), each.label))}


def providers() -> Mapping[str, Provider]:
    return MappingProxyType({**_shipped(), **_added})


def provider(provider_id: str) -> Provider:
    try:
        return providers()[provider_id]
    except KeyError:
        raise UnknownProvider(provider_id) from None


def model(provider_id: str, model_id: str) -> Model:
    """The model's row; a compatible server's own models get the provider's fallback row under their own name."""
    known = provider(provider_id)
    if (found := known.models.get(model_id)) is not None:
        return found
    if known.fallback is None or not model_id:
        raise UnknownModel(f"{provider_id} has no model {model_id!r}.")
    return replace(known.fallback, id=model_id, label=model_id)


def add(path: Path) -> Provider:
    """One more file than those that are shipped; it wins over a shipped one of the same id."""
    found = read(path)
    _added[found.id] = found
    return found


def add_folder(folder: Path) -> list[str]:
    """All its files, in the order of their names. What is wrong with some of them, as sentences that name the file
    and the key; those are left out."""
    faults = [] if folder.is_dir() else [f"{folder} is no folder."]
    for path in sorted(folder.glob("*.toml")):
        try:
            add(path)
        except CatalogueError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"{path.name} cannot be read: {error.strerror}.")
    return faults


def read(path: Path) -> Provider:
    """One provider's file. Raises CatalogueError with a sentence that names file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name} is not readable TOML: {error}.") from None
    table = Table(path.name, "", data)
    source = table.text("source")
    rows = [_model(row, source) for row in table.tables("models")]
    fallback = table.table_or_none("fallback")
    found = Provider(
        id=table.text("id"),
        label=table.text("label"),
        as_of=table.date("as_of"),
        source=source,
        base_url=table.text("base_url", ""),
        own_address=table.flag("own_address", False),
        needs_key=table.flag("needs_key", False),
        key_env=table.words("key_env", default=()),
        result_hosts=table.words("result_hosts", default=()),
        rate=_rate(limits) if (limits := table.table_or_none("rate")) else None,
        models=MappingProxyType({row.id: row for row in rows}),
        fallback=_model(fallback, source) if fallback else None,
    )
    table.close()
    if not rows:
        raise table.error("models", "must hold at least one model")
    if len(found.models) != len(rows):
        raise table.error("models", "names a model twice")
    return found


def _model(table: Table, source: str) -> Model:
    formats = table.words("formats", among=FORMATS)
    if not formats:
        raise table.error("formats", "must name at least one format")
    qualities = table.words("qualities", default=())
    price = table.table_or_none("price")
    latency = table.table("latency")
    max_references = table.whole("max_references", least=0)
    roads = table.words("roads", default=(Road.FORM,) if max_references else (), among=tuple(Road))
    if bool(max_references) != bool(roads):
        raise table.error("roads", "must name a road where references are taken, and none where they are not")
    row = Model(
        id=table.text("id", "*"),
        label=table.text("label"),
        hint=table.text("hint", ""),
        sizes=_sizes(table.table("sizes")),
        qualities=qualities,
        formats=formats,
        compressed=table.words("compressed", default=(), among=formats),
        max_references=max_references,
        max_reference_bytes=round(table.number("max_reference_megabytes", 20) * 1_000_000),
        max_references_bytes=_bytes_or_none(table, "max_references_megabytes"),
        reference_formats=table.words("reference_formats", default=("png", "jpeg"), among=FORMATS),
        many_references=table.whole_or_none("many_references", least=1),
        roads=tuple(map(Road, roads)),
        max_prompt=table.whole("max_prompt", least=1),
        max_takes=table.whole("max_takes", least=1),
        takes_ignored=table.flag("takes_ignored", False),
        partials=table.whole("partials", 0, least=0),
        transparent_background=table.flag_or_none("transparent_background"),
        price=_price(price, qualities) if price else None,
        latency=MappingProxyType(
            {"" if key == "usual" else key: latency.number(key) for key in latency.keys_among(("usual", *qualities))}
        ),
        source=table.text("source", source),
    )
    table.close()
    return row


def _bytes_or_none(table: Table, key: str) -> int | None:
    megabytes = table.number_or_none(key)
    return None if megabytes is None else round(megabytes * 1_000_000)


def _rate(table: Table) -> Rate:
    found = Rate(requests=table.whole("requests", least=1), seconds=table.number("seconds"))
    table.close()
    return found


def _sizes(table: Table) -> SizeRules:
    max_edge = table.whole("max_edge", least=1)
    tiers = table.words("tiers", among=TIERS)
    listed = table.table_or_none("table")
    rules = SizeRules(
        multiple=table.whole("multiple", 1, least=1),
        min_edge=table.whole("min_edge", 1, least=1),
        max_edge=max_edge,
        min_pixels=table.whole("min_pixels", 1, least=1),
        max_pixels=table.whole("max_pixels", max_edge * max_edge, least=1),
        max_ratio=table.number("max_ratio"),
        tiers=tiers,
        exact=table.flag("exact", True),
        auto=table.flag("auto", False),
        table=MappingProxyType(_listed(listed) if listed else {}),
    )
    table.close()
    return rules


def _listed(table: Table) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for tier in table.keys_among(TIERS):
        row = table.table(tier)
        for ratio in row.names():
            found[ratio, tier] = row.pixels(ratio)
        row.close()
    table.close()
    return found


def _price(table: Table, qualities: tuple[str, ...]) -> Price:
    kind = PriceKind(table.text("kind", among=tuple(PriceKind)))
    tokens, formula = table.table_or_none("per_million_tokens"), table.table_or_none("formula")
    if (kind is PriceKind.TOKENS) != (tokens is not None and formula is not None):
        raise table.error("kind", "goes with per_million_tokens and formula when it is 'tokens', and only then")
    tiers = table.table_or_none("dollars_by_tier")
    by_tier = _by_tier(tiers) if tiers else {}
    each = round(table.number("dollars_each") * 1_000_000) if kind is PriceKind.FLAT and not by_tier else 0
    price = Price(
        kind=kind,
        confidence=Confidence(table.text("confidence", among=tuple(Confidence))),
        each=max(by_tier.values(), default=each),
        by_tier=MappingProxyType(by_tier),
        tokens=_token_prices(tokens) if tokens else None,
        formula=_formula(formula, qualities) if formula else None,
    )
    table.close()
    return price


def _by_tier(table: Table) -> dict[str, int]:
    found = {tier: round(table.number(tier) * 1_000_000) for tier in table.keys_among(TIERS)}
    table.close()
    return found


def _token_prices(table: Table) -> TokenPrices:
    prices = TokenPrices(**{name: table.number(name) for name in ("text_in", "image_in", "image_out")})
    table.close()
    return prices


def _formula(table: Table, qualities: tuple[str, ...]) -> TokenFormula:
    grid: dict[str, Any] = {}
    cells = table.table("grid")
    for quality in cells.keys_among(qualities):
        grid[quality] = cells.whole(quality, least=1)
    cells.close()
    formula = TokenFormula(
        grid=MappingProxyType(grid),
        area_offset=table.whole("area_offset", least=0),
        area_scale=table.whole("area_scale", least=1),
        reference_tokens=table.whole("reference_tokens", least=0),
        partial_tokens=table.whole("partial_tokens", 0, least=0),
        auto_quality=table.text("auto_quality", "", among=("", *grid)),
    )
    table.close()
    return formula
