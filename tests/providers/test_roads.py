"""Which road the references go, and how the limits of a call are shared among them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio import providers
from studio.providers import catalogue, roads
from studio.providers.capabilities import Road

MODEL = catalogue.model("proof", "proof")


@pytest.mark.parametrize(
    ("offered", "public", "gone"),
    [
        ((Road.FORM,), False, Road.FORM),
        ((Road.LINK,), False, None),
        ((Road.LINK,), True, Road.LINK),
        ((Road.LINK, Road.DATA_URL), False, Road.DATA_URL),
        ((Road.LINK, Road.DATA_URL), True, Road.LINK),
        ((Road.UPLOAD, Road.LINK), True, Road.UPLOAD),
        ((), True, None),
    ],
)
def test_the_best_road_that_can_be_gone(offered: tuple[Road, ...], public: bool, gone: Road | None) -> None:
    assert roads.road(replace(MODEL, roads=offered), public=public) is gone


def test_each_keeps_to_its_own_limit() -> None:
    model = replace(MODEL, max_reference_bytes=1000, max_references_bytes=None)
    assert roads.allowance(model, Road.FORM, [5000, 10]) == 1000


def test_small_ones_leave_their_share_to_large_ones() -> None:
    model = replace(MODEL, max_reference_bytes=1000, max_references_bytes=1500)
    assert roads.allowance(model, Road.FORM, [900, 800, 100]) == 700
    assert roads.allowance(model, Road.FORM, [600, 800, 100]) == 1000


def test_in_a_data_url_less_of_a_picture_fits() -> None:
    model = replace(MODEL, max_reference_bytes=4_000_000)
    most = roads.allowance(model, Road.DATA_URL, [9_000_000])
    assert 2_900_000 < most < 3_000_000


@given(
    sizes=st.lists(st.integers(1, 60_000_000), min_size=1, max_size=16),
    each=st.integers(100_000, 50_000_000),
    together=st.none() | st.integers(2_000_000, 100_000_000),
    road=st.sampled_from([Road.FORM, Road.DATA_URL]),
)
def test_what_is_allowed_keeps_every_limit(sizes: list[int], each: int, together: int | None, road: Road) -> None:
    model = replace(MODEL, max_reference_bytes=each, max_references_bytes=together)
    most = roads.allowance(model, road, sizes)
    sent = [min(size, most) for size in sizes]
    if road is Road.DATA_URL:
        sent = [len("data:image/jpeg;base64,") + (size + 2) // 3 * 4 for size in sent]
    assert most > 0
    assert max(sent) <= each
    assert together is None or sum(sent) <= together


def test_who_is_uploaded_to_has_an_upload() -> None:
    for provider in catalogue.providers().values():
        for model in provider.models.values():
            if Road.UPLOAD in model.roads:
                assert hasattr(providers.adapter(provider.id), "read_upload"), model.id
