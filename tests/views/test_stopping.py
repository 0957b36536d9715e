"""The switch that stops all calls, on the spend page, and what every page says while it is off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Halt, Project, Team, User
from studio.models.teams import Role
from studio.services import halts
from tests import factories

pytestmark = pytest.mark.django_db


def address(name: str, team: Team, *more: Any) -> str:
    return reverse(name, args=[team.slug, *more])


def page_of(client: Client, team: Team) -> str:
    return client.get(address("spend", team)).content.decode()


def test_whoever_generates_may_stop_and_every_page_says_so(
    team: Team, project: Project, owner_client: Client, sign_in: Callable[[User], Client]
) -> None:
    editor = sign_in(factories.make_member(team, Role.EDITOR))
    editor.post(address("calls-stop", team), {"reason": "The bill <looks> wrong"})
    halt = Halt.objects.get()
    assert (halt.team, halt.reason) == (team, "The bill <looks> wrong")
    for name, *more in (("spend",), ("job-list",), ("connection-list",), ("gallery", project.slug)):
        page = editor.get(address(name, team, *more)).content.decode()
        assert "All calls of this team are stopped." in page
        assert "The bill &lt;looks&gt; wrong" in page
        assert reverse("calls-resume", args=[team.slug]) not in page
        assert (
            reverse("calls-resume", args=[team.slug]) in owner_client.get(address(name, team, *more)).content.decode()
        )


def test_an_owner_lets_calls_go_on(owner_client: Client, team: Team, owner: User) -> None:
    halts.stop(team=team, user=owner)
    owner_client.post(address("calls-resume", team))
    assert not Halt.objects.exists()
    assert "are stopped" not in page_of(owner_client, team)


@pytest.mark.parametrize(("wanted", "comes"), [("", "back"), ("https://elsewhere.example/", "home")])
def test_letting_calls_go_on_leaves_one_on_the_page(owner_client: Client, team: Team, wanted: str, comes: str) -> None:
    halts.stop(team=team, user=None)
    back = address("job-list", team)
    answer = owner_client.post(address("calls-resume", team), {"next": wanted or back})
    assert answer["Location"] == (back if comes == "back" else "/")


def test_the_operators_word_is_not_the_teams_to_take_back(owner_client: Client, team: Team) -> None:
    halts.stop(team=None, user=None, reason="Maintenance")
    owner_client.post(address("calls-resume", team))
    page = page_of(owner_client, team)
    assert "The operator has stopped all calls to providers." in page
    assert "Maintenance" in page
    assert reverse("calls-resume", args=[team.slug]) not in page


def test_a_team_ends_its_own_stop_beneath_the_operators_and_is_told_that_his_stands(
    owner_client: Client, team: Team
) -> None:
    halts.stop(team=None, user=None)
    halts.stop(team=team, user=None)
    card = page_of(owner_client, team).split('id="stop"')[1]
    assert reverse("calls-resume", args=[team.slug]) in card
    page = owner_client.post(address("calls-resume", team), follow=True).content.decode()
    assert [halt.team for halt in Halt.objects.all()] == [None]
    assert "The operator has stopped all calls to providers." in page.split('id="toasts"')[1]
    assert "Calls go on." not in page


def test_another_teams_stop_is_not_ours(owner_client: Client, team: Team, other_team: Team) -> None:
    halts.stop(team=other_team, user=None)
    assert "are stopped" not in page_of(owner_client, team)
