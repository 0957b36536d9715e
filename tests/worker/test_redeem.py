"""What came back and was paid for is never let go: it waits in a note until its row says so."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from studio.egress import client
from studio.models import Attempt, Connection, Image
from studio.models.generations import State
from studio.storage import files
from studio.worker import receipts, receive, recover, redeem, sweep
from studio.worker.receipts import Receipt
from tests import factories
from tests.doubles.provider import Provider

Ask = Callable[..., Attempt]
Pump = Callable[..., None]
PICTURE = factories.make_picture()


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


def noted(attempt: Attempt, *, urls: tuple[str, ...] = ()) -> Receipt:
    """A note as a driver leaves it that was stopped before it gave the picture its name."""
    kept = ()
    if not urls:
        path = receive.part()
        path.write_bytes(PICTURE)
        kept = (receive.look(path, hashlib.sha256(PICTURE).hexdigest()),)
    receipt = Receipt(attempt=attempt.pk, epoch=attempt.epoch, kept=kept, cost=1200, urls=urls)
    receipts.write(receipt)
    return receipt


def proof_of(attempt: Attempt) -> None:
    """It is done, its picture is whole, and nothing else is left."""
    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 1200)
    [image] = attempt.images.all()
    assert files.path(image.original).read_bytes() == PICTURE
    assert receipts.notes() == set()
    assert not list(files.parts().iterdir())


@pytest.mark.parametrize("state", [State.SUBMITTING, State.DOWNLOADING])
def test_of_a_dead_engine(state: State, paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=state, epoch=3)
    noted(attempt)

    recover.recover(stale=5.0, tries=5)

    proof_of(attempt)


def test_of_our_own_without_a_driver(paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=State.DOWNLOADING, epoch=1)
    noted(attempt)
    assert attempt.owner is not None

    recover.strays(attempt.owner, [], age=0.0, tries=5)

    proof_of(attempt)


def test_of_an_unknown_one(paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=State.UNKNOWN, epoch=1, error_code="not_stored")
    noted(attempt)

    sweep.sweep()

    proof_of(attempt)


def test_what_there_is_to_ask_after(paid: Connection, ask: Ask) -> None:
    nothing, stale, job, note, link = (ask(paid, state=State.UNKNOWN, epoch=3) for _ in range(5))
    Attempt.objects.filter(pk=job.pk).update(remote_id="job-1")
    Attempt.objects.filter(pk=stale.pk).update(epoch=2)
    noted(stale)
    noted(note)
    noted(link, urls=("https://pictures.test/1.png",))
    assert redeem.askable(Attempt.objects.exclude(pk=nothing.pk)) == {job.pk, note.pk, link.pk}
    assert redeem.askable(Attempt.objects.filter(pk=nothing.pk)) == set()


def test_twice_is_once(paid: Connection, ask: Ask) -> None:
    """A crash after the picture got its name, and after the row was written."""
    attempt = ask(paid, state=State.UNKNOWN, epoch=1)
    receipt = noted(attempt)
    receive.keep(receipt.kept[0])
    sweep.sweep()
    receipts.write(receipt)

    sweep.sweep()

    proof_of(attempt)


def test_a_part_file_with_a_note_does_not_grow_too_old(paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=State.DOWNLOADING, epoch=1)
    [picture] = noted(attempt).kept
    os.utime(files.parts() / picture.part, (0, 0))

    sweep.sweep()

    assert (files.parts() / picture.part).exists()


def test_what_was_decided_otherwise_leaves_nothing_behind(paid: Connection, ask: Ask) -> None:
    attempt = ask(paid, state=State.FAILED, epoch=1)
    receipt = noted(attempt)
    receive.keep(receipt.kept[0])

    sweep.sweep()

    assert not [path for path in files.root().rglob("*") if path.is_file()]


def test_strangers_in_the_folder_and_broken_notes_stop_nobody(paid: Connection, ask: Ask) -> None:
    attempt, broken = ask(paid, state=State.UNKNOWN, epoch=1), ask(paid, state=State.UNKNOWN, epoch=1)
    noted(attempt)
    folder = files.root() / receipts.SHELF
    (folder / "notes of mine.json").write_text("hello")
    (folder / f"{broken.pk}-1.json").write_text("{}")

    sweep.sweep()

    attempt.refresh_from_db()
    broken.refresh_from_db()
    assert (attempt.state, broken.state) == ("done", "unknown")
    assert (folder / "notes of mine.json").exists()


def test_a_disk_that_would_not_take_the_picture_costs_nothing(
    paid: Connection, provider: Provider, ask: Ask, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    attempt = ask(paid)
    with monkeypatch.context() as patch:
        patch.setattr("studio.storage.files.keep", full_for_pictures(files.keep, full))
        pump(attempt)
    assert (attempt.state, attempt.error_code) == ("unknown", "not_stored")
    assert len(list(files.parts().iterdir())) == 1

    sweep.sweep()

    attempt.refresh_from_db()
    assert (attempt.state, attempt.images.count()) == ("done", 1)
    assert len(provider.submissions) == 1


def full_for_pictures(real: Callable[[Path, str], Path], fails: Callable[..., None]) -> Callable[[Path, str], Path]:
    def keep(part: Path, name: str) -> Path:
        if name.startswith("images/"):
            fails()
        return real(part, name)

    return keep


def test_a_disk_that_is_away_for_a_moment_is_waited_for(
    paid: Connection, ask: Ask, pump: Pump, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [2]

    def sometimes() -> None:
        if left[0]:
            left[0] -= 1
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("studio.storage.files.keep", full_for_pictures(files.keep, sometimes))
    attempt = ask(paid)

    pump(attempt)

    assert (attempt.state, left) == ("done", [0])


def test_a_link_that_is_out_of_reach_is_not_let_go(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.next(by_url=True)
    for _ in range(7):
        provider.next(match="files", status=503)
    attempt = ask(paid)

    pump(attempt)
    assert (attempt.state, attempt.error_code, attempt.cost) == ("unknown", "connection_lost", None)

    provider.script.clear()
    sweep.sweep()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.images.count()) == ("done", 1)
    assert len(provider.submissions) == 1


def test_a_link_to_nothing_is_a_failure(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    provider.next(by_url=True)
    provider.next(match="files", status=410, times=2)
    attempt = ask(paid)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("failed", "result_gone", None)


def test_a_link_is_not_tried_for_ever(
    paid: Connection, ask: Ask, monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    asked: list[str] = []

    async def away(url: str, *_: object, **__: object) -> None:
        asked.append(url)
        raise client.ConnectionLost

    monkeypatch.setattr("studio.egress.client.fetch", away)
    young, old = (ask(paid, state=State.UNKNOWN, epoch=1) for _ in range(2))
    for attempt in (young, old):
        noted(attempt, urls=(f"https://example.com/{attempt.pk}.png",))
    Attempt.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(hours=2))

    sweep.sweep()

    assert asked == [f"https://example.com/{young.pk}.png"]
    assert receipts.notes() == {(young.pk, 1), (old.pk, 1)}
    assert not Image.objects.exists()
