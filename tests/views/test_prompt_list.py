"""The prompts of a project: an invitation, the choice of a kind, and a list that costs the same for any number."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from studio.models import Project, Prompt, Team
from studio.prompts.recipe import Recipe
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_empty_project_invites_to_write(owner_client: Client, team: Team, project: Project) -> None:
    answer = owner_client.get(f"/t/{team.slug}/p/{project.slug}/compose/", follow=True)
    assert "No prompts in this project yet" in answer.content.decode()


@pytest.mark.parametrize("kind", ["structured", "verbatim"])
def test_a_new_prompt_of_either_kind_opens(owner_client: Client, team: Team, project: Project, kind: str) -> None:
    answer = owner_client.post(f"/t/{team.slug}/p/{project.slug}/prompts/", {"kind": kind}, follow=True)
    assert answer.status_code == 200
    assert Prompt.objects.get().kind == kind
    assert ('id="f-body"' in answer.content.decode()) == (kind == "verbatim")


def test_the_list_shows_titles_and_asks_as_often_for_many_as_for_one(
    owner_client: Client, team: Team, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        factories.make_prompt(project=project, title=f"Prompt <{number}>")
    with django_assert_max_num_queries(15):
        answer = owner_client.get(f"/t/{team.slug}/p/{project.slug}/prompts/")
    assert "Prompt &lt;11&gt;" in answer.content.decode()


def test_an_untitled_prompt_is_listed_by_its_first_words(owner_client: Client, team: Team, project: Project) -> None:
    factories.make_prompt(project=project, title="Untitled prompt", recipe=Recipe(subject="A lighthouse at dusk"))
    html = owner_client.get(f"/t/{team.slug}/p/{project.slug}/prompts/").content.decode()
    assert ">A lighthouse at dusk</a>" in html
    assert "Untitled prompt" not in html
