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


def test_a_quality_that_it_does_not_know_is_answered_with_those_that_it_does(team: Team) -> None:
    row = factories.make_connection(team=team, provider="openai", base_url="https://images.example/v1")
    with pytest.raises(Refused, match=r"“superb”\. Choose one of these: auto, low, medium, high\."):
        orders.foresee(row, Output(model="gpt-image-2", quality="superb"), text="A tin", references=0)


def test_of_many_models_ten_are_named(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    models = {f"m{number}": replace(MODEL, id=f"m{number}") for number in range(12)}
    monkeypatch.setattr(catalogue, "_added", {"proof": replace(catalogue.provider("proof"), models=models)})
    with pytest.raises(Refused) as refused:
        orders.foresee(connection, Output(model="other"), text="A tin", references=0)
    assert refused.value.message.endswith(
        "“other”. Choose one of its list, such as: m0, m1, m2, m3, m4, m5, m6, m7, m8, m9."
    )


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


@pytest.mark.usefixtures("linking")
def test_a_road_that_is_closed_is_told_before_there_are_too_many(connection: Connection, settings: Settings) -> None:
    output, many = Output(model="proof"), MODEL.max_references + 1
    with pytest.raises(Refused, match="no public address"):
        orders.possible(connection, output, references=many)
    settings.STUDIO_PUBLIC_URL = "https://studio.example"
    with pytest.raises(Refused, match="takes at most"):
        orders.possible(connection, output, references=many)


def test_a_key_that_is_missing_is_refused_before_money_where_one_is_asked_for(team: Team) -> None:
    model = Output(model="gpt-image-2", ratio="1:1")
    keyless = factories.make_connection(team=team, provider="openai", key_ciphertext="")
    with pytest.raises(Refused, match="This connection has no key"):
        orders.foresee(keyless, model, text="A tin", references=0)
    local = factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1")
    orders.foresee(local, model, text="A tin", references=0)
    orders.foresee(factories.make_connection(team=team, provider="openai"), model, text="A tin", references=0)


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
