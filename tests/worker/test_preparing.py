"""References on every road: to the byte, in their order, made to fit, and only while the attempt is open."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from studio import providers
from studio.models import Attempt, Connection, Reference, Team
from studio.providers import catalogue, failures
from studio.storage import files
from studio.worker import fitting
from tests import factories
from tests.doubles import carried
from tests.doubles.behaviour import Behaviour
from tests.doubles.carried import Carried, Storage
from tests.doubles.provider import Provider
from tests.worker.asking import attempt_of

Pump = Callable[..., None]
Asked = Callable[..., Attempt]
Offer = Callable[..., Carried]
LIMIT = 20_000
LIMITED = f"max_reference_megabytes = {LIMIT / 1_000_000}"


@pytest.fixture
def storage(provider: Provider) -> Storage:
    provider.flavours["carried"] = found = Storage(provider)
    return found


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Offer:
    monkeypatch.setattr(providers, "ADAPTERS", dict(providers.ADAPTERS))
    monkeypatch.setattr(catalogue, "_added", {})

    def add(*roads: str, limits: str = "") -> Carried:
        return carried.add(tmp_path, roads, limits)

    return add


@pytest.fixture
def asked(storage: Storage, provider: Provider, settings: Settings, team: Team) -> Callable[..., Attempt]:
    """A queued attempt with these references."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)

    def queued(*references: Reference) -> Attempt:
        connection = Connection.objects.filter(provider="carried").first() or factories.make_connection(
            team=team, provider="carried", base_url=provider.url("carried")
        )
        return attempt_of(connection, "slow", references=references)

    return queued


@pytest.fixture
def three(team: Team) -> tuple[Reference, ...]:
    """The second is larger than LIMIT."""
    noise = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(noise, "PNG")
    contents = (factories.make_picture(colour="#aa0000"), noise.getvalue(), factories.make_picture(colour="#0000aa"))
    return tuple(factories.make_reference(team=team, content=content) for content in contents)


def stored(*references: Reference) -> list[bytes]:
    return [files.path(each.cleaned).read_bytes() for each in references]


@pytest.mark.parametrize("road", ["form", "data_url", "upload", "link"])
def test_references_arrive_in_their_order_on_every_road(
    road: str,
    offer: Offer,
    asked: Asked,
    storage: Storage,
    three: tuple[Reference, ...],
    pump: Pump,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    offer(road)
    settings.STUDIO_PUBLIC_URL = live_server.url
    attempt = asked(three[2], three[1], three[0])

    pump(attempt)

    assert (attempt.state, attempt.error_code) == ("done", "")
    assert storage.taken == [stored(three[2], three[1], three[0])]
    assert [each["road"] for each in attempt.sent_references] == [road] * 3


@pytest.mark.parametrize("road", ["form", "upload", "link"])
def test_what_is_too_large_goes_as_a_smaller_copy(
    road: str,
    offer: Offer,
    asked: Asked,
    storage: Storage,
    three: tuple[Reference, ...],
    pump: Pump,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    [adapter, attempt] = offer(road, limits=LIMITED), asked(*three)
    settings.STUDIO_PUBLIC_URL = live_server.url

    pump(attempt)

    small, large, _ = before = stored(*three)
    [[first, copy, last]] = storage.taken
    assert (first, last) == (small, before[2])
    assert len(copy) <= LIMIT < len(large)
    sent = attempt.sent_references[1]
    assert (sent["bytes"], sent["format"]) == (len(copy), "jpeg")
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.size) == ("JPEG", (sent["width"], sent["height"]))
    [[_first, told, _last]] = adapter.seen
    assert (told.media_type, told.bytes, told.width) == ("image/jpeg", len(copy), sent["width"])


def test_all_of_a_call_together_keep_to_their_limit(
    offer: Offer, asked: Asked, storage: Storage, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("form", limits=f"max_references_megabytes = {2 * LIMIT / 1_000_000}")
    noise = io.BytesIO()
    Image.effect_noise((200, 300), 90).convert("RGB").save(noise, "PNG")
    attempt = asked(*three, factories.make_reference(team=three[0].team, content=noise.getvalue()))

    pump(attempt)

    [taken] = storage.taken
    assert attempt.state == "done"
    assert sum(map(len, taken)) <= 2 * LIMIT
    assert [taken[0], taken[2]] == stored(three[0], three[2])


def test_a_copy_is_made_once_for_all_takes(
    offer: Offer, asked: Asked, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("form", limits=LIMITED)
    attempts = [asked(three[1]) for _ in range(4)]

    pump(*attempts)

    assert {attempt.state for attempt in attempts} == {"done"}
    assert len({attempt.sent_references[0]["name"] for attempt in attempts}) == 1
    assert len(list((files.root() / "fitted").rglob("*.*"))) == 1
    assert not list(files.parts().iterdir())


def test_a_copy_that_nobody_sends_any_more_is_cleared_and_made_again(
    offer: Offer, asked: Asked, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("form", limits=LIMITED)

    def copy() -> Path:
        pump(attempt := asked(three[1]))
        return files.path(attempt.sent_references[0]["name"])

    made = copy()
    content = made.read_bytes()
    os.utime(made, (0, 0))
    assert copy() == made
    fitting.clear_unused(timezone.now() - timedelta(days=1))
    assert made.exists()  # it was sent a moment ago
    os.utime(made, (0, 0))
    fitting.clear_unused(timezone.now() - timedelta(days=1))
    assert not made.exists()
    assert copy().read_bytes() == content


def test_without_a_road_nothing_is_sent(
    offer: Offer, asked: Asked, provider: Provider, three: tuple[Reference, ...], pump: Pump
) -> None:
    """The address was there when it was asked for, and is gone now."""
    offer("link")
    attempt = asked(three[0])

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", failures.NO_ROAD, 0)
    assert provider.requests == []


def test_an_upload_that_is_put_off_is_tried_again(
    offer: Offer, asked: Asked, storage: Storage, provider: Provider, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("upload")
    storage.answers = [Behaviour(status=429, headers={"Retry-After": "0"}), Behaviour(fault="close_after_body")]
    attempt = asked(*three)

    pump(attempt)

    assert attempt.state == "done"
    assert storage.taken == [stored(*three)]
    assert sum(provider.billed.values()) == 1


def test_a_storage_that_refuses_for_good_ends_it_unpaid(
    offer: Offer, asked: Asked, storage: Storage, provider: Provider, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("upload")
    storage.answers = [Behaviour(status=413)] * 20
    attempt = asked(*three)

    pump(attempt)

    assert (attempt.state, attempt.cost) == ("failed", 0)
    assert attempt.submitted_at is None
    assert not provider.billed


@pytest.mark.parametrize("road", ["upload", "link"])
def test_a_call_that_is_sent_again_has_the_same_bytes(
    road: str,
    offer: Offer,
    asked: Asked,
    provider: Provider,
    three: tuple[Reference, ...],
    pump: Pump,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    """A key is good for one input alone."""
    offer(road, limits=LIMITED)
    settings.STUDIO_PUBLIC_URL = live_server.url
    provider.next(fault="close_after_body", match="coffee")
    attempt = asked(*three)

    pump(attempt)

    submissions = [each.body for each in provider.requests if each.path == "/carried/jobs"]
    assert attempt.state == "done"
    assert len(submissions) == 2
    assert submissions[0] == submissions[1]
    assert sum(provider.billed.values()) == 1


def test_what_may_be_taken_on_already_does_not_fail_for_want_of_a_road(
    offer: Offer, asked: Asked, provider: Provider, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("link")
    attempt = asked(three[0])
    Attempt.objects.filter(pk=attempt.pk).update(submitted_at=timezone.now())

    pump(attempt)

    assert (attempt.state, attempt.cost) == ("unknown", None)
    assert provider.requests == []


def test_a_link_ends_with_its_attempt(
    offer: Offer,
    asked: Asked,
    three: tuple[Reference, ...],
    pump: Pump,
    client: Client,
    live_server: LiveServer,
    settings: Settings,
) -> None:
    adapter = offer("link")
    settings.STUDIO_PUBLIC_URL = live_server.url
    attempt = asked(three[0])

    pump(attempt)

    [[reference]] = adapter.seen
    assert reference.url.startswith(f"{live_server.url}/fetch/")
    assert client.get(reference.url.removeprefix(live_server.url)).status_code == 404


def test_where_it_was_really_sent_is_written_down(
    offer: Offer, asked: Asked, provider: Provider, three: tuple[Reference, ...], pump: Pump
) -> None:
    offer("form")
    attempt = asked(three[0])
    Attempt.objects.filter(pk=attempt.pk).update(base_url="https://an.older.example")

    pump(attempt)

    assert attempt.base_url == provider.url("carried")
