"""The catalogue is data: what is shipped is sound, a made-up model works by data alone, and mistakes are named."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from studio import providers
from studio.providers import catalogue, prices, sizes
from studio.providers.catalogue import CatalogueError, UnknownModel, UnknownProvider
from studio.providers.output import Output

MADE_UP = """
id = "made-up"
label = "Made up"
as_of = 2026-11-20
source = "https://example.com/docs"
base_url = "https://api.example.com/v1"
needs_key = true

[[models]]
id = "brush-7"
label = "Brush 7"
hint = "For posters."
qualities = ["draft", "final"]
formats = ["webp", "png"]
compressed = ["webp"]
max_references = 2
max_reference_megabytes = 4
max_prompt = 900
max_takes = 3

[models.sizes]
multiple = 64
min_edge = 256
max_edge = 1536
max_ratio = 2
tiers = ["1K"]

[models.sizes.table.1K]
"3:2" = "1152x768"

[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.03

[models.latency]
usual = 20
final = 45
"""


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogue, "_added", {})
    path = tmp_path / "made-up.toml"
    path.write_text(MADE_UP)
    return path


def test_every_shipped_provider_has_an_adapter_and_dated_sourced_facts() -> None:
    for provider_id, provider in catalogue.providers().items():
        assert providers.adapter(provider_id).id == provider_id
        assert datetime.date.fromisoformat(provider.as_of) >= datetime.date(2026, 11, 1)
        assert provider.source
        for model in provider.models.values():
            assert model.source


def test_every_shipped_size_is_one_that_its_model_accepts() -> None:
    for provider in catalogue.providers().values():
        for model in provider.models.values():
            for (ratio, tier), pixels in model.sizes.table.items():
                size = sizes.resolve(model, Output(ratio=ratio, tier=tier))
                assert (size.width, size.height) == pixels
                across, down = (int(part) for part in ratio.split(":"))
                # One provider's own 21:9 of 2K is off by 1.6 %; all others are closer than 1 %.
                assert abs(pixels[0] * down / (pixels[1] * across) - 1) < 0.02


def test_the_built_in_provider_comes_first_and_needs_nothing() -> None:
    first = next(iter(catalogue.providers().values()))
    assert (first.id, first.base_url, first.key_required("")) == ("proof", "", False)


@pytest.mark.parametrize(
    ("base_url", "required"),
    [
        ("", True),
        ("https://api.openai.com/v1", True),
        ("https://api.openai.com/v1/", True),
        ("https://api.openai.com", True),
        ("http://127.0.0.1:1234/v1", False),
    ],
)
def test_a_key_is_required_at_the_default_address_alone(base_url: str, required: bool) -> None:
    assert catalogue.provider("openai").key_required(base_url) is required


def test_a_compatible_servers_own_model_gets_the_fallback_row_under_its_name() -> None:
    model = catalogue.model("openai", "sdxl-turbo")
    assert (model.id, model.label, model.price, model.qualities) == ("sdxl-turbo", "sdxl-turbo", None, ())


def test_the_unknown_is_told() -> None:
    with pytest.raises(UnknownProvider):
        catalogue.provider("nobody")
    with pytest.raises(UnknownProvider):
        providers.adapter("nobody")
    for provider, model in (("proof", "other"), ("openai", "")):
        with pytest.raises(UnknownModel):
            catalogue.model(provider, model)


def test_a_made_up_model_works_by_its_file_alone(made_up: Path) -> None:
    catalogue.add(made_up)
    model = catalogue.model("made-up", "brush-7")
    tiles = {tile.ratio: tile for tile in sizes.choices(model, "1K")}
    assert tiles["3:2"].value == "1152x768"
    assert tiles["1:1"].value == "1024x1024"
    assert tiles["4:3"].value == "1024x768"
    assert str(tiles["21:9"].reason) == "This model goes up to a ratio of 2 to 1."
    estimate = prices.estimate(model, Output(ratio="3:2", takes=3), 2)
    assert estimate == prices.Estimate(each=30_000, total=90_000, confidence=prices.Confidence.EXACT)
    assert (model.usual_seconds("final"), model.usual_seconds("draft"), model.usual_seconds()) == (45, 20, 20)
    assert model.max_reference_bytes == 4_000_000
    assert model.hint == "For posters."


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('label = "Made up"', "", ": label is missing."),
        ("as_of = 2026-11-20", 'as_of = "soon"', ": as_of must be a date, not 'soon'."),
        ("needs_key = true", "needs_key = 1", ": needs_key must be true or false, not 1."),
        ("multiple = 64", 'multiple = "64"', "~sizes.multiple must be a whole number, not '64'."),
        ("multiple = 64", "multiple = true", "~sizes.multiple must be a whole number, not True."),
        ("multiple = 64", "multiple = 0", "~sizes.multiple must be at least 1, not 0."),
        ("multiple = 64", "mutliple = 64", "~sizes.mutliple is not a key that the catalogue knows."),
        ("max_ratio = 2", "max_ratio = inf", "~sizes.max_ratio must not be negative or endless, as inf is."),
        ('tiers = ["1K"]', 'tiers = ["8K"]', "~sizes.tiers knows 1K, 2K, 4K and not '8K'."),
        ('"1152x768"', '"1152 x 768"', "~sizes.table.1K.3:2 must be pixels such as '1024x1024', not '1152 x 768'."),
        ("sizes.table.1K", "sizes.table.3K", "~sizes.table.3K is not one of 1K, 2K, 4K."),
        ('formats = ["webp", "png"]', "formats = []", "~formats must name at least one format."),
        ('formats = ["webp", "png"]', 'formats = "png"', "~formats must be a list of texts, not 'png'."),
        ('compressed = ["webp"]', 'compressed = ["jpeg"]', "~compressed knows webp, png and not 'jpeg'."),
        ('compressed = ["webp"]', "compressed = [5]", "~compressed must be a list of texts, and 5 is none."),
        ('kind = "flat"', 'kind = "barter"', "~price.kind must be one of 'free', 'flat', 'tokens', not 'barter'."),
        (
            'kind = "flat"',
            'kind = "tokens"',
            "~price.kind goes with per_million_tokens and formula when it is 'tokens', and only then.",
        ),
        ("dollars_each = 0.03", "dollars_each = -1", "~price.dollars_each must not be negative or endless, as -1 is."),
        ("final = 45", "finest = 45", "~latency.finest is not one of usual, draft, final."),
        ("[[models]]", "[models.x]", ": models must be a list of tables, not "),
        ('hint = "For posters."', "hint = 1", "~hint must be a text, not 1."),
        ('label = "Brush 7"', 'label = "Brush 7"\ncolour = 1', "~colour is not a key that the catalogue knows."),
        ("id =", "id ==", " is not readable TOML: "),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(old: str, new: str, complaint: str, made_up: Path) -> None:
    assert old in MADE_UP
    made_up.write_text(MADE_UP.replace(old, new, 1))
    with pytest.raises(CatalogueError, match=re.escape(f"made-up.toml{complaint.replace('~', ': models[brush-7].')}")):
        catalogue.read(made_up)


def test_a_model_is_named_once(made_up: Path) -> None:
    twice = MADE_UP[MADE_UP.index("[[models]]") :]
    made_up.write_text(MADE_UP + twice)
    with pytest.raises(CatalogueError, match=r"made-up.toml: models names a model twice\."):
        catalogue.read(made_up)
