"""Every address, every method, every kind of person: a route without a case here fails the first test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from studio.models import SignInLink, Team, User
from studio.models.generations import State
from studio.models.teams import Role
from studio.services import budgets
from studio.services.permissions import Action, allows
from tests import factories

pytestmark = pytest.mark.django_db

METHODS = ("get", "head", "post", "put", "patch", "delete")
SAFE = {"get", "head"}
NOWHERE = "no-such-team"


@dataclass(frozen=True)
class Case:
    """What a team's address takes, what reading it needs and what posting to it needs; None where it is not offered."""

    takes: tuple[str, ...] = ()
    read: Action | None = None
    post: Action | None = None


TEAM: dict[str, Case] = {
    "team-home": Case(read=Action.VIEW),
    # Preferences are a person's own, whatever the role.
    "settings": Case(read=Action.VIEW, post=Action.VIEW),
    "palette": Case(read=Action.VIEW),
    "compose": Case(("project",), read=Action.VIEW),
    "prompt-list": Case(("project",), read=Action.VIEW, post=Action.WRITE),
    "prompt-compose": Case(("prompt",), read=Action.VIEW),
    "prompt-draft": Case(("prompt",), post=Action.WRITE),
    "prompt-fix": Case(("prompt",), post=Action.WRITE),
    "prompt-generate": Case(("prompt",), post=Action.GENERATE),
    "reference-upload": Case(post=Action.WRITE),
    "reference-file": Case(("reference", "variant"), read=Action.VIEW),
    "gallery": Case(("project",), read=Action.VIEW),
    "image-detail": Case(("image",), read=Action.VIEW),
    "image-original": Case(("image",), read=Action.VIEW),
    "image-rendition": Case(("image", "edge"), read=Action.VIEW),
    "job-list": Case(read=Action.VIEW),
    "attempt-cancel": Case(("attempt",), post=Action.GENERATE),
    "attempt-retry": Case(("attempt",), post=Action.GENERATE),
    "attempt-check": Case(("attempt",), post=Action.GENERATE),
    "attempt-give-up": Case(("attempt",), post=Action.GENERATE),
    "attempt-partial": Case(("attempt",), read=Action.VIEW),
    "prompt-proposal": Case(("prompt",), read=Action.WRITE, post=Action.WRITE),
    "prompt-file": Case(("prompt",), post=Action.WRITE),
    "prompt-text": Case(("prompt",), read=Action.VIEW),
    "prompt-check": Case(("prompt", "rule"), read=Action.VIEW, post=Action.WRITE),
    "rule-list": Case(read=Action.VIEW),
    "pulse": Case(read=Action.VIEW),
    "connection-list": Case(read=Action.VIEW),
    "connection-create": Case(read=Action.MANAGE_CONNECTIONS, post=Action.MANAGE_CONNECTIONS),
    "connection-edit": Case(("connection",), read=Action.MANAGE_CONNECTIONS, post=Action.MANAGE_CONNECTIONS),
    "connection-test": Case(("connection",), post=Action.MANAGE_CONNECTIONS),
    "connection-pause": Case(("connection",), post=Action.MANAGE_CONNECTIONS),
    "connection-resume": Case(("connection",), post=Action.MANAGE_CONNECTIONS),
    "connection-delete": Case(("connection",), post=Action.MANAGE_CONNECTIONS),
    "spend": Case(read=Action.VIEW),
    "spend-csv": Case(read=Action.VIEW),
    "budget-save": Case(post=Action.MANAGE_MONEY),
    "budget-delete": Case(("budget",), post=Action.MANAGE_MONEY),
    "calls-stop": Case(post=Action.STOP),
    "calls-resume": Case(post=Action.MANAGE_MONEY),
}
# Open to everybody: nothing may join this list by accident.
PUBLIC = {
    "healthz",
    "readyz",
    "csp-report",
    "sign-in",
    "signed-link",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
# A signed-in person's own, in no team.
OWN = {"home", "theme", "account_change_password", "account_set_password"}
# They are asked without a token, and change nothing.
WITHOUT_TOKEN = {"csp-report", "signed-link"}


@dataclass(frozen=True)
class World:
    """One row of everything in one team, with a person of every role."""

    team: Team
    people: dict[Role, User]
    ids: dict[str, Any]

    def address(self, name: str, *, team: str = "", ids: dict[str, Any] | None = None) -> str:
        values = ids or self.ids
        kwargs = {each: values[each] for each in TEAM[name].takes}
        return reverse(name, kwargs={"team": team or self.team.slug, **kwargs})


def make_world() -> World:
    people = {Role.OWNER: factories.make_user()}
    team = factories.make_team(owner=people[Role.OWNER])
    people |= {role: factories.make_member(team, role) for role in Role if role != Role.OWNER}
    project = factories.make_project(team=team)
    prompt = factories.make_prompt(project=project)
    connection = factories.make_connection(team=team)
    generation = factories.make_generation(version=factories.make_version(prompt=prompt), connection=connection)
    ids = {
        "project": project.slug,
        "prompt": prompt.pk,
        "reference": factories.make_reference(team=team).pk,
        "rule": "contradiction",
        "variant": "thumb",
        "image": factories.make_image(attempt=factories.make_attempt(generation=generation, state=State.DONE)).pk,
        "edge": 512,
        "attempt": factories.make_attempt(generation=generation, take=2, partial=factories.make_partial()).pk,
        "connection": connection.pk,
        "budget": budgets.save(team=team, user=people[Role.OWNER], limit=1_000_000).pk,
    }
    return World(team, people, ids)


@pytest.fixture
def world() -> World:
    return make_world()


def _routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        else:
            yield pattern.name


def _open_address(name: str) -> str:
    """The address of a route that belongs to no team."""
    arguments = {
        "sign-in": ["no-such-token"],
        "signed-link": ["no-such-token", "image-1.png"],
        "account_reset_password_from_key": ["1", "no-such-key"],
    }
    return reverse(name, args=arguments.get(name))


def _ask(client: Client, method: str, address: str, **more: Any) -> HttpResponse:
    """The answer, its file closed: a server does that, and a test client only at its leisure."""
    response: HttpResponse = getattr(client, method)(address, **more)
    # Closing also ends the request, and with it the connection that holds this test's transaction.
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
    return response


def _asks_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(f"{reverse('account_login')}?next=")


def test_every_route_has_a_case() -> None:
    assert sorted(str(name) for name in _routes(get_resolver().url_patterns)) == sorted({*TEAM, *PUBLIC, *OWN})


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_pages_answer_anybody(client: Client, name: str) -> None:
    response = client.get(_open_address(name))
    assert not _asks_to_sign_in(response)
    assert response.status_code < 500 or name == "readyz"  # no worker is alive in a test


@pytest.mark.parametrize("name", sorted(OWN))
def test_own_pages_ask_strangers_to_sign_in(client: Client, name: str) -> None:
    assert all(_asks_to_sign_in(_ask(client, method, _open_address(name))) for method in METHODS)


@pytest.mark.parametrize("name", TEAM)
def test_anonymous_people_are_asked_to_sign_in(client: Client, world: World, name: str) -> None:
    for method in METHODS:
        assert _asks_to_sign_in(_ask(client, method, world.address(name))), method
        answer = _ask(client, method, world.address(name), headers={"HX-Request": "true"})
        assert answer.status_code == 204, method
        assert answer["HX-Redirect"].startswith(reverse("account_login")), method


@pytest.mark.parametrize("name", TEAM)
def test_a_stranger_cannot_tell_a_team_from_nothing(
    world: World, stranger: User, sign_in: Callable[[User], Client], name: str
) -> None:
    client, case = sign_in(stranger), TEAM[name]
    for method in METHODS:
        ours, nothing = (_ask(client, method, world.address(name, team=team)) for team in ("", NOWHERE))
        offered = case.read if method == "get" else case.post if method == "post" else None
        assert ours.status_code == (404 if offered else nothing.status_code), method
        assert ours.status_code in {404, 405}, method
        assert (ours.content, ours.headers) == (nothing.content, nothing.headers), method


@pytest.mark.parametrize("name", [name for name, case in TEAM.items() if case.takes])
def test_what_belongs_to_another_team_is_not_here(world: World, sign_in: Callable[[User], Client], name: str) -> None:
    client, case, theirs = sign_in(world.people[Role.OWNER]), TEAM[name], make_world().ids
    if case.read:
        assert client.get(world.address(name, ids=theirs)).status_code == 404
    if case.post:
        assert client.post(world.address(name, ids=theirs)).status_code == 404


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", TEAM)
def test_a_role_decides_what_a_member_may_do(
    world: World, sign_in: Callable[[User], Client], name: str, role: Role
) -> None:
    client, case = sign_in(world.people[role]), TEAM[name]
    for method, needed in (("get", case.read), ("post", case.post)):
        status = _ask(client, method, world.address(name)).status_code
        if needed is None:
            assert status in {403, 405}, method
        elif allows(role, needed):
            # Rows are new and forms are empty: some have nothing to show or cannot be saved, but nobody is turned away.
            assert status < 500, method
            assert status not in {403, 405}, method
            assert status != 404 or name == "image-rendition", method
        else:
            assert status == 403, method


@pytest.mark.parametrize("name", TEAM)
def test_other_methods_change_nothing(world: World, sign_in: Callable[[User], Client], name: str) -> None:
    client = sign_in(world.people[Role.OWNER])
    for method in set(METHODS) - SAFE - {"post"}:
        assert _ask(client, method, world.address(name)).status_code == 405, method
    assert _ask(client, "head", world.address(name)).status_code < 500


@pytest.mark.parametrize("name", [name for name, case in TEAM.items() if case.post])
def test_nothing_is_posted_without_a_token(world: World, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people[Role.OWNER], backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(world.address(name))
    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()


@pytest.mark.parametrize("name", sorted((PUBLIC | OWN) - WITHOUT_TOKEN - {"healthz", "readyz", "home"}))
def test_nothing_is_posted_without_a_token_outside_teams(owner: User, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(_open_address(name)).status_code == 403


def test_a_removed_member_is_a_stranger_at_once(world: World, sign_in: Callable[[User], Client]) -> None:
    editor = world.people[Role.EDITOR]
    client = sign_in(editor)
    assert client.get(world.address("gallery")).status_code == 200
    editor.memberships.all().delete()
    assert client.get(world.address("gallery")).status_code == 404


def test_looking_at_a_sign_in_link_does_not_use_it_up(client: Client, owner: User) -> None:
    address = reverse("sign-in", args=[SignInLink.objects.issue(owner)])
    client.get(address)
    client.head(address)
    assert client.post(address).status_code == 302
