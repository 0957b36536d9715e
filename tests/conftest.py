"""What every test stands on: an own folder, no network beyond this machine, and the people of two teams."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from studio import providers
from studio.models import Connection, Project, Team, User
from studio.models.teams import Role
from studio.providers import catalogue
from tests import factories
from tests.doubles import slow as slow_double
from tests.doubles.provider import Provider

# The same examples each time, on however slow a machine. HYPOTHESIS_PROFILE=wild looks for new ones.
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=SLOW)
hypothesis.settings.register_profile("wild", deadline=None, max_examples=1000, suppress_health_check=SLOW)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright leaves an event loop in this thread, and no other test could start one."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


class OutsideNetwork(RuntimeError):
    """A test reached for another machine. Not an OSError, so that no code under test takes it for a network fault."""


def _is_here(host: object) -> bool:
    return not host or host == "localhost" or (_is_address(host) and ipaddress.ip_address(str(host)).is_loopback)


def _is_address(host: object) -> bool:
    """Whether it is written in numbers, so that looking it up asks nobody."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Sockets and name look-ups of this process reach loopback alone."""
    patch = pytest.MonkeyPatch()
    real_lookup = socket.getaddrinfo

    def guard(name: str) -> None:
        real = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_here(address[0]):
                raise OutsideNetwork(f"A test tried to reach {address}.")
            return real(self, address)

        patch.setattr(socket.socket, name, connect)

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not (_is_here(name) or name == socket.gethostname() or _is_address(name)):
            raise OutsideNetwork(f"A test tried to look up {name}.")
        return real_lookup(host, *args, **kwargs)

    guard("connect")
    guard("connect_ex")
    patch.setattr(socket, "getaddrinfo", lookup)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Settings) -> Path:
    """Each test has its own media folder and an empty cache."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    return tmp_path


@pytest.fixture(autouse=True)
def english() -> None:
    """A request leaves its language behind in the thread."""
    translation.activate("en")


@pytest.fixture
def owner(db: None) -> User:
    return factories.make_user("owner")


@pytest.fixture
def team(owner: User) -> Team:
    return factories.make_team(owner=owner)


@pytest.fixture
def teammate(team: Team) -> User:
    """An editor of the owner's team."""
    return factories.make_member(team, Role.EDITOR, username="teammate")


@pytest.fixture
def reviewer(team: Team) -> User:
    return factories.make_member(team, Role.REVIEWER, username="reviewer")


@pytest.fixture
def other_team(db: None) -> Team:
    return factories.make_team(name="Other team")


@pytest.fixture
def stranger(other_team: Team) -> User:
    """The owner of another team, who must never see anything of ours."""
    member = other_team.memberships.get()
    return member.user


@pytest.fixture
def project(team: Team) -> Project:
    return factories.make_project(team=team)


@pytest.fixture
def connection(team: Team) -> Connection:
    """The team's layout proof."""
    return factories.make_connection(team=team)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser without JavaScript in which this person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def owner_client(owner: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(owner)


@pytest.fixture
def teammate_client(teammate: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(teammate)


@pytest.fixture
def stranger_client(stranger: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(stranger)


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An OpenAI-compatible provider on this machine that records, counts, and misbehaves on request."""
    with Provider() as double:
        yield double


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the two slow providers of tests/doubles known for one test."""
    monkeypatch.setattr(providers, "ADAPTERS", dict(providers.ADAPTERS))
    monkeypatch.setattr(catalogue, "_added", {})
    slow_double.add()
