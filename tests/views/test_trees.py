"""The tree of a JSON prompt on the server: saved late, by another tab, grown across pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from studio.forms import leaves
from studio.models import Prompt, Team
from studio.prompts.recipe import Kind, Recipe
from tests import factories
from tests.views.conftest import HTMX, Post

pytestmark = pytest.mark.django_db


def kept(prompt: Prompt) -> Recipe:
    prompt.refresh_from_db()
    return prompt.recipe


def test_a_late_save_of_a_tree_that_has_changed_writes_into_no_other_leaf(
    owner_client: Client, team: Team, project: Any
) -> None:
    source = '["a", "b", "c"]'
    prompt = factories.make_prompt(project=project, recipe=Recipe(kind=Kind.JSON, body=source))
    draft = f"/t/{team.slug}/prompts/{prompt.pk}/draft/"
    tree = {"leaf": ["/0", "/1", "/2"], "leaf_value": ["a", "b", "c"], "shape": leaves.shape(source)}
    page = {"kind": "json", "tab": "a", "base_number": "0"} | tree
    assert owner_client.post(draft, page | {"count": "1", "do": "leaf-remove|/0"}, headers=HTMX).status_code == 200
    assert owner_client.post(draft, page | {"count": "2"}, headers=HTMX).status_code == 409
    assert kept(prompt).body == '["b", "c"]'


def test_a_group_that_is_gone_cannot_be_added_to(owner_client: Client, team: Team, project: Any) -> None:
    prompt = factories.make_prompt(project=project, recipe=Recipe(kind=Kind.JSON, body='{"a": 1}'))
    fields = {"base_number": "0", "do": "leaf-add|/gone", "add_key|/gone": "k"}
    answer = owner_client.post(f"/t/{team.slug}/prompts/{prompt.pk}/draft/", fields, headers=HTMX)
    assert (answer.status_code, kept(prompt).body) == (200, '{"a": 1}')


def test_a_tree_of_another_text_cannot_be_kept_over_it(post: Post, form: dict[str, Any], prompt: Prompt) -> None:
    theirs = '{"b": "theirs", "z": 1}'
    prompt.draft = {"recipe": Recipe(kind=Kind.JSON, body=theirs).to_json()}
    prompt.draft_number = 5
    prompt.save()
    tree = {"kind": "json", "leaf": ["/a", "/b"], "leaf_value": ["x", "mine"]}
    fields = form | tree | {"shape": leaves.shape('{"a": "x", "b": "mine"}')}
    answer = post("draft", fields)
    assert (answer.status_code, "Keep mine" in answer.content.decode()) == (409, False)
    assert post("draft", fields | {"keep": "5"}).status_code == 409
    assert kept(prompt).body == theirs


def test_a_leaf_that_is_added_on_a_later_page_is_shown(post: Post, form: dict[str, Any], prompt: Prompt) -> None:
    prompt.draft = {"recipe": Recipe(kind=Kind.JSON, body=json.dumps(["word"] * 450)).to_json()}
    prompt.save()
    html = post("draft", form | {"kind": "json", "do": "leaf-add|", "add_value|": "the newest"}).content.decode()
    assert "the newest</textarea>" in html
    assert "data-new" in html
