"""The house of faults: the worker's own pump in a hurry, and a provider that repeats the key in all it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from studio.models import Attempt, Team, User
from studio.worker import run
from tests.doubles.provider import Provider
from tests.faults.house import KEY, House
from tests.worker.conftest import PACE


@pytest.fixture
def house(
    transactional_db: None,
    provider: Provider,
    settings: Settings,
    team: Team,
    owner: User,
    owner_client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> House:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    settings.STUDIO_DATA = tmp_path
    provider.key = KEY
    monkeypatch.setattr("studio.queue.ring", lambda: None)
    for name in ("runapi.POLL_AFTER", "runapi.POLL_AFTER_JUNK", "runcomfy.POLL_AFTER", "runbase.POLL_AFTER"):
        monkeypatch.setattr(f"studio.providers.{name}", 0.02)
    monkeypatch.setattr("studio.providers.runbase.POLL_AFTER_JUNK", 0.02)
    monkeypatch.setattr("studio.services.throttles.Throttled.apart", timedelta(milliseconds=2))

    def pump(*attempts: Attempt) -> None:
        run.run_inline([attempt.pk for attempt in attempts], pace=PACE)
        for attempt in attempts:
            attempt.refresh_from_db()

    return House(team, owner, owner_client, provider, settings, pump, caplog)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who never answers is waited for no longer than this."""
    for name in ("images_api.DEADLINE", "jobs.DEADLINE", "runcomfy.SUBMIT_DEADLINE"):
        monkeypatch.setattr(f"studio.providers.{name}", 0.5)


@pytest.fixture
def outcome(house: House) -> Callable[[Attempt], tuple[str, str, str, int, int]]:
    """State, code, ledger, requests and bill of an attempt."""

    def found(attempt: Attempt) -> tuple[str, str, str, int, int]:
        return (attempt.state, attempt.error_code, house.money(attempt), house.paid(attempt), house.billed(attempt))

    return found
