"""What references need of a model and of the studio, said before anything is written or paid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from studio.models import Connection, Project, Reference, Team
from studio.providers import catalogue
from studio.providers.capabilities import Road
from studio.providers.output import Output
from studio.services import orders
from studio.services.orders import Refused
from tests import factories

pytestmark = pytest.mark.django_db

MODEL = catalogue.model("proof", "proof")


@pytest.fixture
def linking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof as a provider that fetches its references."""
    proof = catalogue.provider("proof")
    row = replace(proof, models={"proof": replace(MODEL, roads=(Road.LINK,))})
    monkeypatch.setattr(catalogue, "_added", {"proof": row})


@pytest.mark.usefixtures("linking")
def test_without_a_public_address_it_is_refused_in_words(connection: Connection, settings: Settings) -> None:
    output = Output(model="proof")
    with pytest.raises(Refused) as refused:
        orders.foresee(connection, output, text="A tin", references=1)
    assert refused.value.message == (
        "Layout proof fetches references from the studio, and the studio has no public address. "
        "Ask your operator to set STUDIO_PUBLIC_URL, or choose another connection."
    )
    orders.foresee(connection, output, text="A tin", references=0)
    settings.STUDIO_PUBLIC_URL = "https://studio.example"
    orders.foresee(connection, output, text="A tin", references=1)


def test_a_reference_of_any_size_is_taken(project: Project, connection: Connection, team: Team) -> None:
    row = factories.make_reference(team=team)
    Reference.objects.filter(pk=row.pk).update(cleaned_bytes=60_000_000)
    version = factories.make_version(prompt=factories.make_prompt(project=project), references=(row,))
    assert orders.check(version, connection, Output(model="proof")).references == 1


def test_what_is_sent_smaller_is_told_by_its_number() -> None:
    model = replace(MODEL, max_reference_bytes=1_500_000)
    told = [str(each) for each in orders.smaller(model, [1_500_000, 9_040_000])]
    assert told == ["Image 2 is sent smaller: at most 1.5 MB instead of 9.1 MB."]
    assert orders.smaller(model, []) == []


def test_nothing_is_told_of_a_road_that_cannot_be_gone() -> None:
    model = replace(MODEL, max_reference_bytes=10, roads=(Road.LINK,))
    assert orders.smaller(model, [100]) == []
