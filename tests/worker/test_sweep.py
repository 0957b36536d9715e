"""What is tidied once a minute."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ, Schedule
from pytest_django import Settings

from studio import queue
from studio.models import Engine, Image
from studio.models.images import Health
from studio.services import images
from studio.storage import files
from studio.worker import receive, slot, sweep
from tests import factories


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.STUDIO_DATA = tmp_path


def aged(path: Path, *, hours: float) -> Path:
    path.write_bytes(b"x")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_part_files_of_the_dead_are_removed_and_no_others() -> None:
    old, young = aged(receive.part(), hours=3), aged(receive.part(), hours=1)

    sweep.sweep()

    assert not old.exists()
    assert young.exists()


def test_evidence_is_kept_for_a_month(tmp_path: Path) -> None:
    receive.save_evidence(1, 1, "an answer")
    receive.save_evidence(2, 1, "an older answer")
    aged(tmp_path / "evidence" / "2-1.txt", hours=31 * 24)

    sweep.sweep()

    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["1-1.txt"]


def test_evidence_is_capped_and_holds_no_key(tmp_path: Path) -> None:
    receive.save_evidence(3, 1, 'Authorization: Bearer sk-abcdefgh12345 and "api_key": "qwertyuiop" ' + "x" * 100_000)

    text = (tmp_path / "evidence" / "3-1.txt").read_text()

    assert "abcdefgh12345" not in text
    assert "qwertyuiop" not in text
    assert len(text) == receive.EVIDENCE_BYTES


def test_pictures_that_nobody_looked_at_are_looked_at_once_more() -> None:
    lost, new, seen, hopeless = (factories.make_image() for _ in range(4))
    long_ago = timezone.now() - timedelta(minutes=5)
    Image.objects.exclude(pk=new.pk).update(created_at=long_ago)
    Image.objects.filter(pk=seen.pk).update(health=Health.SOUND)
    Image.objects.filter(pk=hopeless.pk).update(looks=images.LOOKS)

    sweep.sweep()
    assert queue.waiting() == 2
    sweep.sweep()  # its messages are still there
    assert queue.waiting() == 2
    # The hopeless one, too: the look that is refused to it is what calls it damaged.
    assert [message.task["args"] for message in OrmQ.objects.order_by("id")] == [(lost.pk,), (hopeless.pk,)]


def test_a_worker_that_starts_looks_at_what_the_one_before_it_had_in_hand() -> None:
    taken, waits, seen = (factories.make_image() for _ in range(3))
    Image.objects.filter(pk=seen.pk).update(health=Health.SOUND)
    queue.enqueue_look(taken.pk)
    assert get_broker().dequeue()
    queue.enqueue_look(waits.pk)

    for _ in range(2):
        sweep.look_left()

    assert queue.looks_waiting() == {waits.pk, taken.pk}
    assert queue.waiting() == 2


def test_a_worker_beside_a_living_one_leaves_its_pictures_alone() -> None:
    factories.make_image()
    slot.take(stale=60)

    sweep.look_left()

    assert queue.waiting() == 0


def test_rows_of_engines_long_dead_go() -> None:
    engine = slot.take_spare()
    Engine.objects.filter(pk=engine).update(beat_at=timezone.now() - timedelta(days=2))
    living = slot.take_spare()

    sweep.sweep()

    assert list(Engine.objects.values_list("pk", flat=True)) == [living]


def test_the_sweep_is_scheduled_once_however_often_the_worker_starts() -> None:
    for _ in range(3):
        queue.schedule_sweep()

    [schedule] = Schedule.objects.all()
    assert (schedule.func, schedule.minutes, schedule.repeats) == ("studio.tasks.sweep", 1, -1)


def test_no_finished_file_is_ever_taken_for_a_part() -> None:
    image = factories.make_image()
    path = files.path(image.original)
    os.utime(path, (0, 0))

    sweep.sweep()

    assert path.exists()
