"""A studio for real processes: the test's own database and folder, pumps and workers that can be killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Sum
from pytest_django import Settings

from studio.models import Attempt, Engine, LedgerEntry, Team
from studio.models.generations import OPEN, State
from studio.providers import catalogue, sizes
from studio.providers.output import Output
from studio.services import money
from studio.storage import files
from studio.worker import process
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
# Short leases and beats; a dead process of this machine is noticed without either.
PACE = {"beat": 0.2, "stale": 1.5, "idle": 0.1, "drain": 10.0, "wait_least": 0.01, "wait_most": 0.1, "patience": 60.0}


@dataclass
class Yard:
    """Where processes are started and killed."""

    folder: Path
    provider: Provider
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "CRASH_DATABASE": str(database.settings_dict["NAME"]),
            "STUDIO_DATA": str(self.folder),
            "STUDIO_EGRESS_ALLOW": self.provider.address,
            "STUDIO_BEAT_SECONDS": "1",
            "STUDIO_DRAIN_SECONDS": "20",
            "SECRET_KEY": django_settings.SECRET_KEY,
        }

    def open(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        opened = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, text=True, **more)
        self.started.append(opened)
        return opened

    def worker(self) -> subprocess.Popen[str]:
        """``manage.py worker`` in a process group of its own, as the supervisor starts it."""
        return self.open("manage.py", "worker", process_group=0, stdin=subprocess.DEVNULL)

    def close(self) -> None:
        for each in self.started:
            if each.poll() is None:
                each.kill()
            each.wait()


class Pumps:
    """Pumps that are forked by the nursery."""

    def __init__(self, yard: Yard, nursery: subprocess.Popen[str]) -> None:
        self._nursery = nursery
        self._settings = {
            "STUDIO_DATA": str(yard.folder),
            "MEDIA_ROOT": str(yard.folder / "media"),
            "STUDIO_EGRESS_ALLOW": [yard.provider.address],
        }

    def _ask(self, **command: Any) -> int:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps(command) + "\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def start(self, failpoint: str = "", **pace: float) -> int:
        return self._ask(start=PACE | pace, settings=self._settings, failpoint=failpoint)

    def wait(self, pid: int) -> int:
        return self._ask(wait=pid)

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.wait(pid)

    def start_when_free(self, **pace: float) -> int:
        """A pump that holds the slot; those that find it taken leave with 3."""
        before = set(Engine.objects.values_list("pk", flat=True))
        while True:
            pid = self.start(**pace)
            until(lambda pid=pid: not _runs(pid) or Engine.objects.exclude(pk__in=before).exists())
            if _runs(pid):
                return pid
            assert self.wait(pid) == 3

    def stop(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        assert self.wait(pid) == 0

    def finish(self) -> None:
        """A last pump that works off what is left and then stops."""
        pid = self.start_when_free()
        until(lambda: not Attempt.objects.filter(state__in=OPEN).exists(), seconds=60)
        self.stop(pid)


def _runs(pid: int) -> bool:
    return process.started(pid) >= 0


@pytest.fixture
def yard(transactional_db: None, provider: Provider, settings: Settings, tmp_path: Path) -> Iterator[Yard]:
    settings.STUDIO_DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    yard = Yard(tmp_path, provider)
    yield yard
    yard.close()


@pytest.fixture(scope="session")
def nursery(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
        "CRASH_DATABASE": str(database.settings_dict["NAME"]),
        "STUDIO_DATA": str(tmp_path_factory.mktemp("nursery")),
        "SECRET_KEY": django_settings.SECRET_KEY,
    }
    opened = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.nursery"],
        cwd=ROOT,
        env=os.environ | own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with opened:
        yield opened
        opened.kill()


@pytest.fixture
def pumps(yard: Yard, nursery: subprocess.Popen[str]) -> Pumps:
    return Pumps(yard, nursery)


PROVIDERS = {
    "synchronous": "openai",
    "asynchronous": "slow-without-key",
    "keyed": "slow",
    "proof": "proof",
    # The real ones, with what only they do: a relay that answers with links, jobs without a key, jobs with a key and a
    # reference to be uploaded first, and jobs that can be cancelled.
    "relay": "apiyi",
    "jobs": "runbase",
    "upload": "runapi",
    "cancelable": "runcomfy",
}
MODELS = {
    "openai": "gpt-image-2",
    "proof": "proof",
    "apiyi": "gpt-image-2-all",
    "runbase": "openai/gpt-image-2",
    "runapi": "gpt-image-2",
    "runcomfy": "openai/gpt-image-2",
}
# Where the double is each of the real ones.
FLAVOURS = {"relay": "apiyi/v1", "jobs": "runbase/api/v1", "upload": "runapi", "cancelable": "runcomfy"}
PRICE = 40_000


@pytest.fixture
def ask(yard: Yard, slow: None, team: Team) -> Callable[..., list[Attempt]]:
    """So many queued attempts of one kind of provider, written in one go."""
    made: dict[str, Any] = {}

    def queued(kind: str, count: int = 1) -> list[Attempt]:
        if kind not in made:
            name = PROVIDERS[kind]
            base_url = "" if name == "proof" else yard.provider.base_url
            if kind in FLAVOURS:
                base_url = yard.provider.url(FLAVOURS[kind])
            connection = factories.make_connection(team=team, provider=name, base_url=base_url, concurrency=1000)
            version = factories.make_version(
                prompt=factories.make_prompt(project=team.projects.first() or factories.make_project(team=team)),
                references=(factories.make_reference(team=team),) if kind == "upload" else (),
            )
            model = catalogue.model(name, MODELS.get(name, "slow"))
            size = sizes.resolve(model, Output(ratio="1:1", tier="1K"))
            made[kind] = factories.make_generation(
                version=version,
                connection=connection,
                model=model.id,
                size=size.value,
                width=size.width,
                height=size.height,
                format=model.formats[0],
                quality=model.qualities[0] if model.qualities else "",
                estimate_each=0 if name == "proof" else PRICE,
            )
        first = made[kind].attempts.count() + 1
        rows = [
            Attempt(generation=made[kind], take=take, changed_at=made[kind].created_at)
            for take in range(first, first + count)
        ]
        with transaction.atomic():
            rows = Attempt.objects.bulk_create(rows)
            money.reserve(generation=made[kind], attempts=rows, person=None)
        return rows

    return queued


def check_the_books(provider: Provider) -> None:
    """What must be true after any crash: all ended, nothing billed twice, every picture whole."""
    attempts = {
        str(attempt.provider_key): attempt
        for attempt in Attempt.objects.select_related("generation").prefetch_related("images")
    }
    assert {attempt.state for attempt in attempts.values()} <= {"done", "unknown", "failed", "cancelled"}
    assert all(count == 1 for count in provider.billed.values())
    # One provider has no place for a key of ours, and its bills are told apart by the prompt.
    assert len(provider.billed) <= len(attempts)
    check_the_ledger(attempts.values())
    named = set()
    for attempt in attempts.values():
        images = list(attempt.images.all())
        assert bool(images) == (attempt.state == State.DONE)
        for image in images:
            content = files.path(image.original).read_bytes()
            assert hashlib.sha256(content).hexdigest() == image.sha256
            named.add(image.original)
    kept = {str(path.relative_to(files.root())) for path in (files.root() / "images").rglob("*.*")}
    assert named <= kept
    for name in kept - named:  # a file whose row was never written is whole all the same
        assert files.path(name).read_bytes().endswith(b"IEND\xaeB`\x82")


def check_the_ledger(attempts: Iterable[Attempt]) -> None:
    """Each holds what was reserved while its outcome is unknown, and what it cost or may have cost in the end."""
    sums = dict(LedgerEntry.objects.order_by().values_list("attempt").annotate(total=Sum("amount")))
    for attempt in attempts:
        reserved = attempt.generation.estimate_each
        may_have_cost = attempt.state == State.UNKNOWN or attempt.cost is None
        assert sums.get(attempt.pk, 0) == (reserved if may_have_cost else attempt.cost)


__all__ = ["Pumps", "Yard", "check_the_books"]
