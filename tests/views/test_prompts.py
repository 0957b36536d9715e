"""Compose on the server: who may, what an update answers, and that Generate runs once what the form says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.formats import date_format
from django.utils.timezone import localtime

from studio.models import Connection, Generation, Project, Prompt, Team, User
from studio.prompts.recipe import Kind, Recipe, ReferenceUse, TextLine
from tests import factories
from tests.views.conftest import Post

pytestmark = pytest.mark.django_db


def page(client: Client, team: Team, prompt: Prompt) -> str:
    return client.get(f"/t/{team.slug}/prompts/{prompt.pk}/").content.decode()


def test_compose_opens_the_prompt_last_worked_on(
    owner_client: Client,
    team: Team,
    project: Project,
    prompt: Prompt,
    post: Post,
    form: dict[str, Any],
) -> None:
    factories.make_prompt(project=project)
    post("draft", form)
    answer = owner_client.get(f"/t/{team.slug}/p/{project.slug}/compose/")
    assert answer.headers["Location"] == f"/t/{team.slug}/prompts/{prompt.pk}/"


def test_the_page_holds_what_was_written_byte_for_byte(owner_client: Client, team: Team, project: Project) -> None:
    recipe = Recipe(kind=Kind.VERBATIM, body='\n <b>"é"</b>\n', text=(TextLine(text="ليلة", script="arabic"),))
    html = page(owner_client, team, factories.make_prompt(project=project, recipe=recipe))
    # A browser drops one line break after the tag, and the template adds one.
    assert ">\n\n &lt;b&gt;&quot;é&quot;&lt;/b&gt;\n</textarea>" in html
    assert re.search(r'lang="ar" dir="rtl"[^>]*>\nليلة</textarea>', html)


def test_people_without_the_role_read_but_find_no_controls(
    sign_in: Callable[[User], Client], reviewer: User, team: Team, prompt: Prompt, connection: Connection
) -> None:
    html = page(sign_in(reviewer), team, prompt)
    assert 'id="generate"' not in html
    assert 'name="title"' not in html
    assert "A coffee tin" in html


def test_strangers_find_nothing_and_reviewers_change_nothing(
    stranger_client: Client,
    sign_in: Callable[[User], Client],
    reviewer: User,
    post: Post,
    form: dict[str, Any],
    prompt: Prompt,
) -> None:
    for verb in ("draft", "fix", "generate"):
        assert post(verb, form, client=stranger_client).status_code == 404
        assert post(verb, form, client=sign_in(reviewer)).status_code == 403
    prompt.refresh_from_db()
    assert prompt.draft_number == 0


def test_a_teammate_writes_too(teammate_client: Client, post: Post, form: dict[str, Any]) -> None:
    assert post("draft", form, client=teammate_client).status_code == 200


def test_a_prompt_is_only_found_in_its_own_team(owner_client: Client, team: Team) -> None:
    assert owner_client.get(f"/t/{team.slug}/prompts/{factories.make_prompt().pk}/").status_code == 404


def test_an_update_saves_and_answers_with_preview_output_and_note_alone(
    post: Post, form: dict[str, Any], prompt: Prompt
) -> None:
    answer = post("draft", form | {"subject": "A tin — 缶"}).content.decode()
    assert [f'hx-target="#{name}"' in answer for name in ("preview", "output", "saved", "brief")] == [True] * 3 + [
        False
    ]
    assert "A tin — 缶" in answer
    assert "1536 × 1024" in answer
    assert 'name="base_number" form="compose" value="1"' in answer
    prompt.refresh_from_db()
    assert prompt.recipe.subject == "A tin — 缶"


def test_an_update_needs_few_queries(post: Post, form: dict[str, Any], django_assert_max_num_queries: Any) -> None:
    post("draft", form)
    with django_assert_max_num_queries(8):
        post("draft", form | {"base_number": "1", "lighting": "golden hour"})


def test_without_scripts_an_update_comes_back_to_the_page(
    post: Post, form: dict[str, Any], team: Team, prompt: Prompt
) -> None:
    answer = post("draft", form, htmx=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/t/{team.slug}/prompts/{prompt.pk}/")
    assert (
        post("draft", form | {"base_number": "1", "do": "line-add"}, htmx=False).headers["Location"].endswith("#lines")
    )


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_page_is_told_keeps_its_text_and_overwrites_nothing(
    post: Post, form: dict[str, Any], prompt: Prompt, htmx: bool
) -> None:
    post("draft", form | {"subject": "Newer"})
    answer = post("draft", form | {"subject": "Typed here"}, htmx=htmx)
    assert answer.status_code == 409
    assert "Another tab or person saved newer work" in answer.content.decode()
    assert "Typed here" in answer.content.decode()
    prompt.refresh_from_db()
    assert prompt.recipe.subject == "Newer"
    assert post("draft", form | {"subject": "Typed here", "keep": "1"}, htmx=htmx).status_code in {200, 302}
    prompt.refresh_from_db()
    assert prompt.recipe.subject == "Typed here"


def test_a_stale_page_stays_behind_until_somebody_chooses(post: Post, form: dict[str, Any], prompt: Prompt) -> None:
    post("draft", form | {"subject": "Newer", "tab": "two"})
    for _ in range(2):
        answer = post("draft", form | {"subject": "Typed here", "tab": "one"})
        assert answer.status_code == 409
        assert 'name="base_number" form="compose" value="0"' in answer.content.decode()
    prompt.refresh_from_db()
    assert prompt.recipe.subject == "Newer"


def test_words_that_were_replaced_come_back_in_one_click(post: Post, form: dict[str, Any], prompt: Prompt) -> None:
    newer = form | {"subject": "Newer", "title": "Theirs", "takes": "3", "tab": "two"}
    mine = form | {"subject": "Mine", "tab": "one"}
    post("draft", newer)
    html = post("draft", mine | {"keep": "1"}).content.decode()
    today = date_format(localtime(), "DATE_FORMAT")
    assert 'id="aside"' in html
    assert f"The words that were replaced on {today}, " in html
    later = mine | {"lighting": "typed on", "base_number": "2"}
    post("draft", later)
    post("generate", later | {"base_number": "3"})
    html = post("draft", later | {"base_number": "3", "do": "aside-back"}).content.decode()
    assert ">Newer</textarea>" in html.replace("\n", "")
    prompt.refresh_from_db()
    assert (prompt.recipe.subject, prompt.title, prompt.draft["output"]["takes"]) == ("Newer", "Theirs", 3)
    post("draft", newer | {"base_number": "4", "tab": "one", "do": "aside-back"})
    prompt.refresh_from_db()
    assert (prompt.recipe.subject, prompt.recipe.lighting) == ("Mine", "typed on")
    html = post("draft", later | {"base_number": "5", "do": "aside-drop"}).content.decode()
    assert 'id="aside"' not in html
    prompt.refresh_from_db()
    assert "aside" not in prompt.draft


def test_a_fix_applies_in_one_click_and_can_be_undone(post: Post, form: dict[str, Any], prompt: Prompt) -> None:
    twice = form | {"mood": ["minimal"], "style": ["editorial", "minimal"]}
    answer = post("draft", twice).content.decode()
    key = re.search(r'value="(fix\|said-twice[^"]*)"', answer)
    assert key
    fixed = post("fix", twice | {"base_number": "1", "do": key[1]}).content.decode()
    assert 'hx-target="#brief"' in fixed
    assert key[1] not in fixed
    prompt.refresh_from_db()
    after = prompt.recipe
    assert (after.mood, after.style) != (("minimal",), ("editorial", "minimal"))
    now = form | {"mood": list(after.mood), "style": list(after.style), "base_number": "2"}
    assert 'id="undo"' not in post("draft", now | {"do": "undo"}).content.decode()
    prompt.refresh_from_db()
    assert (prompt.recipe.mood, prompt.recipe.style) == (("minimal",), ("editorial", "minimal"))


def test_another_teams_picture_and_connection_are_refused_and_the_text_is_kept(
    post: Post, form: dict[str, Any], prompt: Prompt, other_team: Team
) -> None:
    foreign = factories.make_connection(team=other_team)
    picture = factories.make_reference(team=other_team)
    posted = form | {
        "connection": f"{foreign.pk}:proof",
        "reference": picture.sha256,
        "reference_role": "",
        "reference_note": "",
    }
    for verb in ("draft", "generate"):
        answer = post(verb, posted | {"subject": "Mine"})
        assert answer.status_code == 422
    assert "not one of this team" in answer.content.decode()
    prompt.refresh_from_db()
    assert (prompt.recipe.subject, prompt.recipe.references) == ("Mine", ())
    assert prompt.draft["output"]["connection"] != foreign.pk
    assert not Generation.objects.exists()


def test_references_keep_number_role_and_note(post: Post, form: dict[str, Any], team: Team, prompt: Prompt) -> None:
    one, two = factories.make_reference(team=team), factories.make_reference(team=team)
    fields = {
        "reference": [one.sha256, two.sha256],
        "reference_role": ["product", ""],
        "reference_note": ["", "only the light"],
    }
    answer = post("draft", form | fields | {"do": "reference-right-1"}).content.decode()
    assert answer.index(f"reference-{two.pk}") < answer.index(f"reference-{one.pk}")
    prompt.refresh_from_db()
    assert prompt.recipe.references == (
        ReferenceUse(sha256=two.sha256, note="only the light"),
        ReferenceUse(sha256=one.sha256, role="product"),
    )
