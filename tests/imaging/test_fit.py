"""Copies of references that keep to a provider's limit: never larger, always a picture, the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.imaging import sandbox
from studio.imaging.fit import fit
from studio.imaging.inspect import BadPicture, Facts
from tests.imaging import corpus

NOISE = Image.effect_noise((900, 600), 90).convert("RGB")


def fitted(folder: Path, content: bytes, most: int, formats: tuple[str, ...] = ("png", "jpeg")) -> Facts:
    source, target = folder / "source", folder / "target"
    source.write_bytes(content)
    facts = fit(source, target, most=most, formats=formats)
    with Image.open(target) as image:
        image.load()
        assert (str(image.format).lower(), image.size) == (facts.format, (facts.width, facts.height))
    assert facts.bytes == target.stat().st_size <= most
    return facts


def see_through(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def test_a_photograph_is_saved_coarser_before_it_is_made_smaller(tmp_path: Path) -> None:
    content = corpus.saved(NOISE, "JPEG", quality=95, subsampling=0)
    facts = fitted(tmp_path, content, len(content) * 2 // 3)
    assert (facts.format, facts.width, facts.height) == ("jpeg", 900, 600)


def test_what_no_quality_makes_fit_loses_pixels_and_keeps_its_shape(tmp_path: Path) -> None:
    facts = fitted(tmp_path, corpus.saved(NOISE, "JPEG", quality=95), 20_000)
    assert facts.format == "jpeg"
    assert 100 < facts.width < 900
    assert facts.width / facts.height == pytest.approx(1.5, abs=0.05)


def test_a_badly_packed_png_stays_a_png(tmp_path: Path) -> None:
    flat = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
    loose, packed = (len(corpus.saved(flat, "PNG", compress_level=level)) for level in (1, 9))
    assert packed < loose
    most = max(packed, round(loose * 0.9))
    facts = fitted(tmp_path, corpus.saved(flat, "PNG", compress_level=1), most)
    assert (facts.format, facts.width) == ("png", 600)


def test_an_opaque_png_becomes_a_jpeg(tmp_path: Path) -> None:
    facts = fitted(tmp_path, corpus.saved(NOISE, "PNG"), 500_000)
    assert (facts.format, facts.width) == ("jpeg", 900)


def test_transparency_is_kept_in_a_webp_where_that_is_taken(tmp_path: Path) -> None:
    content = corpus.saved(see_through(NOISE.copy()), "PNG")
    facts = fitted(tmp_path, content, 400_000, ("png", "jpeg", "webp"))
    assert facts.format == "webp"
    with Image.open(tmp_path / "target") as image:
        assert image.getchannel("A").getextrema()[0] < 50


def test_and_in_a_smaller_png_where_it_is_not(tmp_path: Path) -> None:
    content = corpus.saved(see_through(NOISE.copy()), "PNG")
    facts = fitted(tmp_path, content, 400_000)
    assert facts.format == "png"
    assert facts.width < 900
    with Image.open(tmp_path / "target") as image:
        assert image.mode == "RGBA"


def test_the_same_limit_gives_the_same_bytes(tmp_path: Path) -> None:
    content = corpus.saved(NOISE, "PNG")
    found = []
    for _ in range(2):
        fitted(tmp_path, content, 60_000)
        found.append((tmp_path / "target").read_bytes())
    assert found[0] == found[1]


def test_a_limit_that_no_picture_keeps_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadPicture):
        fitted(tmp_path, corpus.saved(NOISE, "PNG"), 100)


def test_the_limited_child_does_it_too(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(corpus.saved(NOISE, "PNG"))
    made = sandbox.run("fit", source=source, target=target, most=90_000, formats=["png", "jpeg"])
    assert made["bytes"] == target.stat().st_size <= 90_000
