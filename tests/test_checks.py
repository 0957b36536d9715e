"""The checks at start stop what would be unsafe, and let a sound studio pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings


def found() -> set[str]:
    return {message.id or "" for message in faults()}


def faults() -> list[CheckMessage]:
    return run_checks(tags=["studio"])


def test_a_fresh_studio_passes() -> None:
    assert faults() == []


def test_a_weak_secret_stops_the_start(settings: Settings) -> None:
    for weak in ("change-me", "django-insecure-" + "abcdefgh" * 8, "a" * 64):
        settings.SECRET_KEY = weak
        assert "studio.E001" in found()


def test_debug_with_a_public_host_stops_the_start(settings: Settings) -> None:
    settings.DEBUG = True
    assert "studio.E002" not in found()
    settings.ALLOWED_HOSTS = ["studio.example"]
    assert "studio.E002" in found()


def test_a_data_folder_that_is_a_file_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.STUDIO_DATA = tmp_path / "file"
    assert "studio.E003" in found()


def test_a_queue_that_repeats_running_tasks_stops_the_start(settings: Settings) -> None:
    settings.Q_CLUSTER = {"timeout": 600, "retry": 600}
    assert "studio.E004" in found()


def test_a_public_address_without_scheme_is_pointed_out(settings: Settings) -> None:
    settings.STUDIO_PUBLIC_URL = "studio.example"
    assert "studio.W001" in found()


def test_a_studio_behind_tls_passes_the_deployment_checks(tmp_path: Path) -> None:
    manage = str(Path(__file__).resolve().parent.parent / "manage.py")
    # The browser tests allow themselves what no studio may.
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = own | {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(tmp_path),
        "STUDIO_PUBLIC_URL": "https://studio.example",
        "STUDIO_HOSTS": "studio.example",
    }
    command = [sys.executable, manage, "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
