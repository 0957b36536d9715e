"""What monitors ask, without signing in and without learning anything."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from studio.models import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine() -> Engine:
    now = timezone.now()
    return Engine.objects.create(id=uuid.uuid4(), host="here", pid=1, process_started=1, beat_at=now, started_at=now)


def test_the_process_says_that_it_is_up(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_studio_with_a_beating_worker_is_ready(client: Client, engine: Engine) -> None:
    reply = client.get("/readyz")
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")
    assert set(reply.json()["checks"]) == {"database", "storage", "worker", "space"}


def test_a_silent_worker_makes_it_unready(client: Client, engine: Engine) -> None:
    Engine.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert reply.json()["checks"] == {"database": True, "storage": True, "worker": False, "space": True}


def test_a_storage_that_cannot_be_written_makes_it_unready(
    client: Client, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    assert client.get("/readyz").json()["checks"]["storage"] is False


def test_a_policy_report_is_logged_in_one_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="studio"):
        reply = client.post("/csp-report/", b'{"csp-report":\n{}}', content_type="application/csp-report")
    assert reply.status_code == 204
    assert len(caplog.messages) == 1 and "\n" not in caplog.messages[0]


def test_a_long_policy_report_is_refused(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post("/csp-report/", b"x" * 20_000, content_type="application/csp-report").status_code == 413
    assert [record for record in caplog.records if record.name.startswith("studio")] == []


def test_policy_reports_are_only_posted(client: Client) -> None:
    assert client.get("/csp-report/").status_code == 405
