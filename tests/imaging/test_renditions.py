"""The copies that browsers get: small, never enlarged, with the colour that stands in until they arrive."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from studio.imaging.inspect import BadPicture
from studio.imaging.renditions import make
from tests.imaging import corpus


def made(folder: Path, content: bytes) -> tuple[list[tuple[int, int, int]], str]:
    source = folder / "original"
    source.write_bytes(content)
    found = make(source, {512: folder / "512", 1280: folder / "1280"})
    for each in found.made:
        with Image.open(folder / str(each.edge)) as image:
            assert (image.format, image.size) == ("WEBP", (each.width, each.height))
    return [(each.edge, each.width, each.height) for each in found.made], found.colour


def test_a_large_picture_is_shrunk_to_each_edge(tmp_path: Path) -> None:
    sizes, _colour = made(tmp_path, corpus.saved(corpus.photo(2000, 1000), "JPEG"))
    assert sizes == [(512, 512, 256), (1280, 1280, 640)]


def test_a_small_picture_is_never_enlarged(tmp_path: Path) -> None:
    sizes, _colour = made(tmp_path, corpus.saved(corpus.photo(700, 300), "PNG"))
    assert sizes == [(512, 512, 219), (1280, 700, 300)]


def test_the_colour_is_the_mean_of_the_picture(tmp_path: Path) -> None:
    _sizes, colour = made(tmp_path, corpus.saved(Image.new("RGB", (900, 900), "#336699"), "PNG"))
    assert colour == "#336699"


@pytest.mark.parametrize("name", ["16-bit grey", "palette with transparency", "cmyk jpeg", "turned 6", "display p3"])
def test_every_kind_of_pixels_has_renditions(tmp_path: Path, name: str) -> None:
    sizes, colour = made(tmp_path, corpus.TAKEN[name]())
    assert len(sizes) == 2
    assert colour.startswith("#")


def test_a_turned_picture_has_upright_renditions(tmp_path: Path) -> None:
    sizes, _colour = made(tmp_path, corpus.turned(6))
    assert sizes[0] == (512, 40, 80)


def test_a_picture_that_was_cut_off_has_none(tmp_path: Path) -> None:
    with pytest.raises(BadPicture) as refusal:
        made(tmp_path, corpus.cut(corpus.saved(corpus.photo(2000, 1500), "JPEG"), 0.6))
    assert refusal.value.code == "damaged"
