"""What a person is told of references on their way: in Compose before it is paid, on the picture's page after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from studio.models import Connection, Generation, Prompt, Reference, Team, Version
from studio.models.generations import State
from studio.models.references import SentReference
from studio.providers import catalogue
from studio.providers.capabilities import Road
from tests import factories
from tests.views.conftest import Post

pytestmark = pytest.mark.django_db

NO_ADDRESS = "Layout proof fetches references from the studio, and the studio has no public address."
SMALLER = "Image 1 is sent smaller: at most 1.5 MB instead of 9.0 MB."


@pytest.fixture(autouse=True)
def linking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof as a provider that fetches its references and takes small ones."""
    proof = catalogue.provider("proof")
    model = replace(proof.models["proof"], roads=(Road.LINK,), max_reference_bytes=1_500_000)
    monkeypatch.setattr(catalogue, "_added", {"proof": replace(proof, models={"proof": model})})


@pytest.fixture
def attached(form: dict[str, Any], team: Team, connection: Connection) -> dict[str, Any]:
    """The form with a reference of nine megabytes."""
    row = factories.make_reference(team=team)
    Reference.objects.filter(pk=row.pk).update(cleaned_bytes=9_000_000)
    return form | {"reference": [row.sha256], "reference_role": [""], "reference_note": [""]}


def test_without_a_road_compose_says_so_once_above_generate_and_generate_refuses(
    post: Post, attached: dict[str, Any]
) -> None:
    drawn = post("draft", attached).content.decode()
    assert drawn.count(NO_ADDRESS) == 1
    assert NO_ADDRESS in drawn.split('id="held-back"')[1]
    assert "disabled" in drawn.split('id="generate"')[1].split("form=")[0]
    answer = post("generate", attached | {"base_number": "1"})
    assert answer.status_code == 422
    assert answer.content.decode().count(NO_ADDRESS) == 1
    assert not Generation.objects.exists()
    assert not Version.objects.exists()


def test_without_references_no_road_is_missed(post: Post, form: dict[str, Any], connection: Connection) -> None:
    assert NO_ADDRESS not in post("draft", form).content.decode()
    assert post("generate", form | {"base_number": "1"}).status_code == 200


def test_with_a_public_address_it_says_what_is_sent_smaller(
    post: Post, attached: dict[str, Any], settings: Settings, owner_client: Client, team: Team, prompt: Prompt
) -> None:
    settings.STUDIO_PUBLIC_URL = "https://studio.example"
    assert SMALLER in post("draft", attached).content.decode()
    page = owner_client.get(reverse("prompt-compose", kwargs={"team": team.slug, "prompt": prompt.pk}))
    assert SMALLER in page.content.decode()
    assert NO_ADDRESS not in page.content.decode()
    assert post("generate", attached | {"base_number": "1"}).status_code == 200


def test_the_picture_s_page_says_how_each_reference_was_sent(owner_client: Client, team: Team) -> None:
    rows = tuple(factories.make_reference(team=team, label=label) for label in ("First", "Second"))
    Reference.objects.filter(pk=rows[1].pk).update(cleaned_bytes=9_000_000)
    project = factories.make_project(team=team)
    version = factories.make_version(prompt=factories.make_prompt(project=project), references=rows)
    size = {"format": "jpeg", "width": 96, "height": 64, "road": "form"}
    sent = [
        SentReference(name=rows[0].cleaned, bytes=rows[0].cleaned_bytes, **size),
        SentReference(name="fitted/ab/ab-1500000.jpg", bytes=1_400_000, **size),
    ]
    attempt = factories.make_attempt(
        generation=factories.make_generation(version=version),
        state=State.DONE,
        sent_references=[each.to_json() for each in sent],
    )
    image = factories.make_image(attempt=attempt)
    html = owner_client.get(reverse("image-detail", kwargs={"team": team.slug, "image": image.pk})).content.decode()
    assert html.count("Sent smaller") == 1
    assert html.index("First") < html.index("Second") < html.index("Sent smaller: 1.4 MB instead of 9.0 MB")
