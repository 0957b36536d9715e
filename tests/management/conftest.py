"""An empty studio for each test, and one that was used before for those that do not mind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from studio.models import Connection, Team
from tests import factories
from tests.doubles.provider import Provider
from tests.management.shell import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A studio that has been used once, for what does not mind that."""
    studio = Studio(tmp_path_factory.mktemp("studio"))
    code, found = studio.json("generate", "-p", "A cup", "--inline", "-s", "256x256")
    assert code == 0 and found["generation"] == 1
    return studio


@pytest.fixture
def local(provider: Provider, settings: Settings, team: Team) -> Iterator[Connection]:
    """The team's one connection, to the double."""
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    factories.make_project(team=team)
    yield factories.make_connection(team=team, provider="openai", base_url=provider.base_url, name="Local")
