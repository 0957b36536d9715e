"""A picture at a host that nobody named is not fetched, and not lost: its link waits until the operator names it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from studio.egress import addresses, client
from studio.egress.hosts import Hosts
from studio.models import Attempt, Connection
from studio.providers import failures
from studio.providers.values import Spilled
from studio.services import generations
from studio.storage import files
from studio.worker import receipts
from tests import factories
from tests.doubles.provider import Provider

Ask = Callable[..., Attempt]
Pump = Callable[..., None]
PICTURE = factories.make_picture()
LINK = "https://eu.pictures.example/a.png?signature=s3cret"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched from the host of LINK, where that was allowed."""
    fetched: list[str] = []
    fetch = client.fetch

    async def there(url: str, to: Path, *, hosts: Hosts, **options: Any) -> Spilled:
        if url != LINK or not hosts.have(addresses.target(url, frozenset())):
            return await fetch(url, to, hosts=hosts, **options)
        fetched.append(url)
        to.write_bytes(PICTURE)
        return Spilled(path=to, bytes=len(PICTURE), sha256=hashlib.sha256(PICTURE).hexdigest())

    monkeypatch.setattr(client, "fetch", there)
    return fetched


@pytest.fixture
def strange(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> Attempt:
    """An attempt whose picture came as a link to a host that nobody named."""
    provider.next(body={"data": [{"url": LINK}]})
    attempt = ask(paid)
    pump(attempt)
    return attempt


@pytest.mark.django_db(transaction=True)
def test_it_is_unknown_what_became_of_it_and_the_host_is_told(strange: Attempt, provider: Provider) -> None:
    assert (strange.state, strange.error_code, strange.error_message) == (
        "unknown",
        failures.RESULT_HOST,
        "eu.pictures.example",
    )
    [(pk, epoch)] = receipts.notes()
    note = receipts.read(pk, epoch)
    assert note is not None
    assert (pk, note.urls) == (strange.pk, (LINK,))
    assert len(provider.submissions) == 1
    explained = failures.explain(failures.RESULT_HOST)
    assert "STUDIO_RESULT_HOSTS" in explained.step


@pytest.mark.django_db(transaction=True)
def test_it_is_fetched_by_a_second_look_once_the_operator_has_named_the_host(
    strange: Attempt, provider: Provider, settings: Settings, elsewhere: list[str]
) -> None:
    assert not generations.check_again(attempt=strange)
    strange.refresh_from_db()
    assert (strange.state, elsewhere) == ("unknown", [])
    assert receipts.notes() == {(strange.pk, strange.epoch)}

    settings.STUDIO_RESULT_HOSTS = ("*.pictures.example",)
    assert generations.check_again(attempt=strange)

    strange.refresh_from_db()
    assert (strange.state, strange.error_code, elsewhere) == ("done", "", [LINK])
    [image] = strange.images.all()
    assert files.path(image.original).read_bytes() == PICTURE
    assert receipts.notes() == set()
    assert len(provider.submissions) == 1
