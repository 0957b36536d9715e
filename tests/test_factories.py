"""The factories make rows that the database accepts, so that other tests may lean on them."""

from __future__ import annotations

import socket

import pytest

from studio.models.generations import State
from studio.storage import files
from tests import factories
from tests.conftest import OutsideNetwork


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_an_attempt_can_be_made_in_every_state(state: State) -> None:
    assert factories.make_attempt(state=state).state == state


@pytest.mark.django_db
def test_an_image_has_its_file_and_its_team() -> None:
    image = factories.make_image()
    assert files.path(image.original).stat().st_size == image.bytes
    assert image.team == image.attempt.generation.team


@pytest.mark.django_db
def test_references_stand_in_the_order_of_their_numbers() -> None:
    first, second = factories.make_reference(), factories.make_reference()
    version = factories.make_version(references=(first, second))
    assert [use.reference for use in version.numbered_references.all()] == [first, second]


def test_a_test_cannot_reach_another_machine() -> None:
    with pytest.raises(OutsideNetwork), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideNetwork):
        socket.getaddrinfo("example.com", 80)
