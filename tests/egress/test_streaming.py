"""A streamed answer: unfinished pictures are handed over as they come, and the last event is the answer."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.egress import client
from studio.egress.client import ConnectionLost, DeadlinePassed, NotStored, TooLarge
from studio.providers import adapter, failures
from studio.providers.events import Event
from studio.providers.values import Billed, Failure, Pictures, ReferenceFile
from tests import factories
from tests.doubles.provider import Provider
from tests.egress.paid import KEY, call, request, send

LARGE = 300_000  # above what is kept in memory


class Seen(list[Event]):
    """What was handed over, each event with the files that it had then."""

    async def take(self, event: Event) -> None:
        assert all(path.exists() for path in event.paths)
        self.append(event)


def outcome(reply: client.Reply, **fields: Any) -> Pictures | Failure:
    found = adapter("openai").read(reply, request(**fields))
    assert isinstance(found, Pictures | Failure)
    return found


@pytest.mark.parametrize("size", [0, LARGE])
def test_unfinished_pictures_come_first_and_the_result_last(size: int, provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=size)
    seen = Seen()
    reply = send(call(provider.base_url, request(partials=3)), tmp_path, provider, on_event=seen.take)
    found = outcome(reply)
    assert [event.kind for event in seen] == ["image_generation.partial_image"] * 3
    assert [event.body["partial_image_index"] for event in seen] == [0, 1, 2]
    assert [len(event.paths) for event in seen] == [1 if size else 0] * 3
    assert isinstance(found, Pictures)
    assert found.cost == 37 * 5 + 1756 * 30
    [picture] = found.pictures
    theirs = {path for event in seen for path in event.paths}
    if size:
        assert picture.spilled is not None
        assert hashlib.sha256(picture.spilled.path.read_bytes()).hexdigest() == picture.spilled.sha256
        assert set(tmp_path.iterdir()) == theirs | {picture.spilled.path}
    else:
        assert picture.data is not None and picture.data.startswith(b"\x89PNG")
        assert list(tmp_path.iterdir()) == []


def test_an_edit_is_streamed_too(provider: Provider, tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(factories.make_picture())
    file = ReferenceFile(path=path, media_type="image/png", bytes=0, width=1, height=1)
    seen = Seen()
    folder = tmp_path / "parts"
    folder.mkdir()
    reply = send(call(provider.base_url, request("x", (file,), partials=2)), folder, provider, on_event=seen.take)
    assert isinstance(outcome(reply), Pictures)
    assert [event.kind for event in seen] == ["image_edit.partial_image"] * 2
    fields = provider.requests[0].fields
    assert (fields["stream"], fields["partial_images"]) == ("true", "2")


def test_without_the_wish_nothing_of_it_is_sent(provider: Provider, tmp_path: Path) -> None:
    reply = send(call(provider.base_url), tmp_path, provider)
    assert isinstance(outcome(reply), Pictures)
    assert not {"stream", "partial_images"} & provider.requests[0].json.keys()


def test_each_event_is_handed_over_before_the_next_one_is_sent(provider: Provider, tmp_path: Path) -> None:
    """The double sends the next event only when the one before it was handed over: else this would never end."""
    provider.next(stepped=True)
    provider.step()

    async def take(event: Event) -> None:
        provider.step()

    reply = send(call(provider.base_url, request(partials=3)), tmp_path, provider, on_event=take)
    assert isinstance(outcome(reply), Pictures)


def test_nobody_who_wants_them_leaves_no_files(provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=LARGE)
    found = outcome(send(call(provider.base_url, request(partials=3)), tmp_path, provider))
    assert isinstance(found, Pictures)
    assert [found.pictures[0].spilled.path] == list(tmp_path.iterdir())  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [0, LARGE])
@pytest.mark.parametrize("end", ["ends", "cut"])
def test_a_stream_that_ends_without_its_picture_is_a_lost_connection(
    end: str, size: int, provider: Provider, tmp_path: Path
) -> None:
    provider.next(stream=end, bytes=size)
    with pytest.raises(ConnectionLost):
        send(call(provider.base_url, request(partials=1)), tmp_path, provider)
    assert list(tmp_path.iterdir()) == []
    assert provider.billed.total() == 1


@pytest.mark.parametrize("size", [0, LARGE])
def test_a_picture_that_is_damaged_was_paid_for(size: int, provider: Provider, tmp_path: Path) -> None:
    provider.next(stream="spoilt", bytes=size)
    found = outcome(send(call(provider.base_url, request(partials=1)), tmp_path, provider))
    assert isinstance(found, Failure)
    assert (found.code, found.billed) == (failures.UNUSABLE_REPLY, Billed.YES)
    assert list(tmp_path.iterdir()) == []


def test_an_error_on_the_way_is_read_and_cleaned_of_the_key(provider: Provider, tmp_path: Path) -> None:
    provider.next(stream="error", body={"error": {"message": f"Broke at {KEY}.", "type": "server_error"}})
    seen = Seen()
    found = outcome(send(call(provider.base_url, request(partials=2)), tmp_path, provider, on_event=seen.take))
    assert isinstance(found, Failure)
    assert (found.code, found.billed, found.unclear) == (failures.SERVER_ERROR, Billed.UNKNOWN, True)
    assert KEY not in found.words
    assert found.words.startswith("Broke at")
    assert len(seen) == 2


def test_a_server_that_knows_no_stream_answers_as_usual(provider: Provider, tmp_path: Path) -> None:
    made = replace(call(provider.base_url), ends=call(provider.base_url, request(partials=1)).ends)
    assert isinstance(outcome(send(made, tmp_path, provider)), Pictures)


def test_a_stream_keeps_to_the_clock_and_the_cap(provider: Provider, tmp_path: Path) -> None:
    made = call(provider.base_url, request(partials=3))
    provider.next(stepped=True)
    with pytest.raises(DeadlinePassed):
        send(replace(made, deadline=0.3), tmp_path, provider)
    provider.next(bytes=LARGE)
    with pytest.raises(TooLarge):
        send(replace(made, max_bytes=LARGE), tmp_path, provider)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_from_a_broken_stream(provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=LARGE)
    with pytest.raises(NotStored):
        send(call(provider.base_url, request(partials=1)), tmp_path / "missing", provider)


def test_calling_a_stream_off_leaves_only_what_was_handed_over(provider: Provider, tmp_path: Path) -> None:
    provider.next(stepped=True, bytes=LARGE)
    seen: list[Event] = []

    async def called_off() -> None:
        came = asyncio.Event()

        async def take(event: Event) -> None:
            seen.append(event)
            came.set()

        made = call(provider.base_url, request(partials=2))
        task = asyncio.create_task(client.send(made, spill_to=tmp_path, allow=provider.allow, on_event=take))
        provider.step()
        await came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(called_off())
    assert list(tmp_path.iterdir()) == list(seen[0].paths)
