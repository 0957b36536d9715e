"""One size intent becomes the exact value that is sent, or a reason in words."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers import catalogue, sizes
from studio.providers.output import Output
from studio.providers.sizes import Impossible, Size, Unreadable

IMAGE_2 = catalogue.model("openai", "gpt-image-2")
PROOF = catalogue.model("proof", "proof")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1:1@1K", "1024x1024"),
        ("3:2@1K", "1536x1024"),
        ("2:3@1k", "1024x1536"),
        ("16:9@4K", "3840x2160"),
        ("9:16@4K", "2160x3840"),
        ("1:1@2K", "2048x2048"),
        ("16:9@2K", "2048x1152"),
        ("21:9@4K", "3808x1632"),
        ("16:9", "1280x720"),
        (" 1280X720 ", "1280x720"),
        ("1280×720", "1280x720"),
        ("auto", "auto"),
    ],
)
def test_what_is_typed_becomes_what_is_sent(typed: str, value: str) -> None:
    assert sizes.resolve(IMAGE_2, sizes.parse(typed)).value == value


def test_a_ratio_alone_keeps_the_tier_that_was_chosen() -> None:
    assert sizes.parse("16:9", Output(tier="2K", quality="low")) == Output(ratio="16:9", tier="2K", quality="low")


@pytest.mark.parametrize(
    "typed", ["", "16/9", "7:5", "16:9@8K", "16:9@", "0x100", "100x", "1024", "1e3x1e3", "123456x1"]
)
def test_what_is_no_size_is_told(typed: str) -> None:
    with pytest.raises(Unreadable, match="16:9@2K"):
        sizes.parse(typed)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("1000x1000", "This model takes edges in steps of 16 pixels. The nearest is 992x992."),
        ("256x256", "This model makes 0.66 to 8.29 megapixels, and 256x256 has 0.07."),
        ("3840x3840", "This model makes 0.66 to 8.29 megapixels, and 3840x3840 has 14.75."),
        ("4096x2048", "This model makes edges from 16 to 3840 pixels."),
        ("3200x800", "This model goes up to a ratio of 3 to 1."),
    ],
)
def test_exact_pixels_that_cannot_be_made_have_a_reason(typed: str, reason: str) -> None:
    with pytest.raises(Impossible) as fault:
        sizes.resolve(IMAGE_2, sizes.parse(typed))
    assert str(fault.value.reason) == reason


def test_a_model_that_does_not_choose_itself_says_so() -> None:
    with pytest.raises(Impossible, match="does not choose"):
        sizes.resolve(PROOF, sizes.parse("auto"))


def test_a_model_without_exact_pixels_says_so() -> None:
    model = dataclasses.replace(PROOF, sizes=dataclasses.replace(PROOF.sizes, exact=False))
    with pytest.raises(Impossible, match="no exact pixels"):
        sizes.resolve(model, sizes.parse("1024x1024"))


def test_a_tier_that_is_not_reached_gives_ten_tiles_with_the_reason() -> None:
    tiles = sizes.choices(catalogue.model("openai", "sdxl"), "4K")
    assert [str(tile.reason) for tile in tiles] == ["This model does not reach 4K."] * 10


def test_the_proof_draws_any_size_in_its_range() -> None:
    assert sizes.resolve(PROOF, sizes.parse("257x383")) == Size(value="257x383", width=257, height=383)
    for typed in ("255x300", "3841x2000", "3000x900"):
        with pytest.raises(Impossible):
            sizes.resolve(PROOF, sizes.parse(typed))


def test_an_empty_intent_is_no_size() -> None:
    with pytest.raises(Impossible):
        sizes.resolve(PROOF, Output(ratio="", tier=""))


@given(
    st.sampled_from(sizes.RATIOS),
    st.sampled_from(sizes.TIERS),
    st.sampled_from([1, 8, 16, 32, 64]),
    st.integers(1024, 4096),
    st.integers(1, 700_000),
)
def test_a_computed_size_has_its_ratio_and_keeps_every_limit(
    ratio: str, tier: str, multiple: int, max_edge: int, min_pixels: int
) -> None:
    rules = dataclasses.replace(
        IMAGE_2.sizes, table={}, multiple=multiple, max_edge=max_edge, min_pixels=min_pixels, min_edge=64
    )
    try:
        size = sizes.resolve(dataclasses.replace(IMAGE_2, sizes=rules), Output(ratio=ratio, tier=tier))
    except Impossible:
        return
    width, height = size.width or 0, size.height or 0
    across, down = (int(part) for part in ratio.split(":"))
    assert width * down == height * across
    assert width % multiple == height % multiple == 0
    assert max(width, height) <= max_edge
    assert min_pixels <= width * height <= rules.max_pixels
