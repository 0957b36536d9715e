"""A pump for tests: the real loop, the real writer and the real way out, in this process and in a hurry."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Attempt, Connection, Generation, Team
from studio.worker import run, stopping
from studio.worker.pace import Pace
from tests import factories
from tests.doubles.provider import Provider

PACE = Pace(beat=0.2, stale=2.0, idle=0.05, drain=5.0, wait_least=0.01, wait_most=0.05, patience=20.0)


@pytest.fixture(autouse=True)
def rows_are_committed(transactional_db: None) -> None:
    """The pump writes through a thread and a connection of its own."""


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


@pytest.fixture
def pump() -> Callable[..., None]:
    """Runs the given attempts to their ends."""

    def run_to_the_end(*attempts: Attempt, pace: Pace = PACE) -> None:
        run.run_inline([attempt.pk for attempt in attempts], pace=pace)
        for attempt in attempts:
            attempt.refresh_from_db()

    return run_to_the_end


@pytest.fixture
def engine() -> Iterator[Callable[..., Engine]]:
    """Starts pumps that claim whatever is due, and stops them in the end."""
    started: list[Engine] = []

    def start(pace: Pace = PACE) -> Engine:
        started.append(Engine(pace))
        return started[-1]

    yield start
    for each in started:
        each.stop()


class Engine:
    """A pump in a thread of its own."""

    def __init__(self, pace: Pace) -> None:
        self.level = stopping.GO_ON
        self.held: bool | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(pace,))
        self._thread.start()

    def _run(self, pace: Pace) -> None:
        try:
            self.held = run.run(pace=pace, stop=lambda: self.level)
        except Exception as error:
            self.error = error

    def stop(self, level: int = stopping.LEAVE) -> None:
        self.level = max(self.level, level)
        self._thread.join(timeout=20)
        assert not self._thread.is_alive(), "the pump did not stop"


@pytest.fixture
def paid(provider: Provider, settings: Settings, team: Team) -> Connection:
    """A connection to the double, synchronous."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(team=team, provider="openai", base_url=provider.base_url, concurrency=100)


@pytest.fixture
def job_maker(provider: Provider, settings: Settings, team: Team, slow: None) -> Connection:
    """The same, asynchronous and without an idempotency key."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(
        team=team, provider="slow-without-key", base_url=provider.base_url, concurrency=100
    )


@pytest.fixture
def keyed(provider: Provider, settings: Settings, team: Team, slow: None) -> Connection:
    """Asynchronous, with an idempotency key."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return factories.make_connection(team=team, provider="slow", base_url=provider.base_url, concurrency=100)


@pytest.fixture
def ask(team: Team) -> Callable[..., Attempt]:
    """A queued attempt."""

    def queued(connection: Connection, text: str = "A coffee tin", **fields: Any) -> Attempt:
        project = team.projects.first() or factories.make_project(team=team)
        version = factories.make_version(prompt=factories.make_prompt(project=project), text=text)
        model = {"openai": "gpt-image-2", "proof": "proof"}.get(connection.provider, "slow")
        generation: Generation = factories.make_generation(version=version, connection=connection, model=model)
        return factories.make_attempt(generation=generation, **fields)

    return queued
