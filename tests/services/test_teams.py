"""A new team is complete, and its address is its own."""

from __future__ import annotations

import pytest

from studio.models.teams import Role
from studio.services.teams import create_project, create_team
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_new_team_has_its_owner_and_the_layout_proof() -> None:
    owner = factories.make_user()
    team = create_team(name="Autumn launch", owner=owner)
    assert (team.slug, team.memberships.get().user, team.memberships.get().role) == ("autumn-launch", owner, Role.OWNER)
    assert team.connections.get().provider == "proof"


def test_two_teams_of_one_name_have_two_addresses() -> None:
    slugs = [create_team(name="Studio", owner=factories.make_user()).slug for _ in range(3)]
    assert slugs == ["studio", "studio-2", "studio-3"]


def test_a_name_without_latin_letters_still_gives_an_address() -> None:
    team = create_team(name="工作室", owner=factories.make_user())
    assert team.slug == "team"
    assert [create_project(team=team, name="秋").slug for _ in range(2)] == ["project", "project-2"]
