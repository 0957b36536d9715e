"""Estimates are those of the published formula, and say how sure they are."""

from __future__ import annotations

import pytest

from studio.providers import catalogue, prices, sizes
from studio.providers.capabilities import Confidence
from studio.providers.output import Output

IMAGE_2 = catalogue.model("openai", "gpt-image-2")


@pytest.mark.parametrize(
    ("size", "quality", "tokens"),
    # The first two were seen in captured replies, the third in the provider's own calculator.
    [
        ("1024x1024", "high", 7024),
        ("1024x1024", "medium", 1756),
        ("1536x1024", "high", 5488),
        ("1024x1024", "low", 196),
    ],
)
def test_the_formula_gives_the_tokens_that_were_billed(size: str, quality: str, tokens: int) -> None:
    estimate = prices.estimate(IMAGE_2, sizes.parse(size, Output(quality=quality)))
    assert estimate == prices.Estimate(each=tokens * 30, total=tokens * 30, confidence=Confidence.CLOSE)


def test_portrait_and_landscape_cost_the_same() -> None:
    assert prices.estimate(IMAGE_2, sizes.parse("2:3@1K", Output(quality="low"))) == prices.estimate(
        IMAGE_2, sizes.parse("3:2@1K", Output(quality="low"))
    )


def test_takes_multiply_and_references_add() -> None:
    one = prices.estimate(IMAGE_2, Output(quality="low"))
    many = prices.estimate(IMAGE_2, Output(quality="low", takes=4), 2, characters=4000)
    assert one is not None
    assert many is not None
    assert many.each == one.each + 2 * 768 * 8 + 1000 * 5
    assert many.total == 4 * many.each
    assert many.confidence is Confidence.ROUGH


@pytest.mark.parametrize("output", [Output(), Output(quality="auto"), Output(quality="high", ratio="auto", tier="")])
def test_what_the_model_chooses_itself_is_estimated_as_a_ceiling(output: Output) -> None:
    estimate = prices.estimate(IMAGE_2, output)
    assert estimate is not None
    assert (estimate.each, estimate.confidence) == (7024 * 30, Confidence.ROUGH)


def test_the_proof_is_free_for_sure() -> None:
    estimate = prices.estimate(catalogue.model("proof", "proof"), Output(takes=3), 16)
    assert estimate == prices.Estimate(each=0, total=0, confidence=Confidence.EXACT)


def test_no_price_and_no_size_give_no_estimate() -> None:
    assert prices.estimate(catalogue.model("openai", "sdxl"), Output()) is None
    assert prices.estimate(IMAGE_2, Output(ratio="", width=100, height=100)) is None


def test_unfinished_pictures_cost_a_little_and_never_more_than_the_model_sends() -> None:
    plain, shown, most = (prices.estimate(IMAGE_2, Output(quality="low", partials=n)) for n in (0, 1, 9))
    assert plain and shown and most
    assert (shown.each, most.each) == (plain.each + 100 * 30, plain.each + 3 * 100 * 30)
    assert (plain.confidence, shown.confidence) == (Confidence.CLOSE, Confidence.ROUGH)
    free = prices.estimate(catalogue.model("proof", "proof"), Output(partials=3))
    assert free is not None and free.total == 0
