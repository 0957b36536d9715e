"""The locks hold: every package is pinned with its hashes, and no registry's address stands anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def packages(lock: str) -> dict[str, str]:
    """The lines of each package in a lock file, joined."""
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    return {line.partition("==")[0]: line for line in lines}


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_by_hash(lock: str) -> None:
    found = packages(lock)
    assert len(found) > 20
    assert [name for name, line in found.items() if "==" not in line or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("name", ["requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"])
def test_no_address_of_a_registry_is_written_down(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text and "find-links" not in text


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_that_is_asked_for_is_locked(name: str) -> None:
    asked = re.findall(r"^([A-Za-z][A-Za-z0-9_-]+)", (ROOT / f"{name}.in").read_text(), re.MULTILINE)
    assert {one.lower() for one in asked} <= set(packages(f"{name}.txt"))


def test_development_runs_on_what_production_runs_on() -> None:
    shipped, developed = packages("requirements.txt"), packages("requirements-dev.txt")
    different = {name for name, line in shipped.items() if version(line) != version(developed.get(name, ""))}
    assert different == set()


def version(line: str) -> str:
    return line.partition("==")[2].split()[0] if "==" in line else ""
