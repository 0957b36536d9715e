"""Generate on the server: it runs once what the form says, or says in one sentence why not."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from studio.models import Connection, Generation, Prompt, Team, User, Version
from studio.prompts.render import render
from tests.views.conftest import Post

pytestmark = pytest.mark.django_db


def test_generate_freezes_and_submits_what_the_form_says(
    post: Post, form: dict[str, Any], team: Team, connection: Connection, owner: User
) -> None:
    answer = post("generate", form)
    generation = Generation.objects.get()
    recipe = generation.version.recipe
    assert (recipe.subject, recipe.lighting, recipe.mood) == ("A coffee tin", "window light", ("calm",))
    assert generation.version.text == render(recipe).text
    assert (generation.connection, generation.size, generation.takes) == (connection, "1536x1024", 2)
    assert (generation.created_by, generation.team) == (owner, team)
    html = answer.content.decode()
    assert html.count('class="tile pend') == 2
    assert form["token"] not in html
    assert 'hx-target="#pulse"' in html


def test_a_double_press_makes_one_generation(post: Post, form: dict[str, Any]) -> None:
    assert [post("generate", form).status_code for _ in range(3)] == [200] * 3
    assert Generation.objects.count() == Version.objects.count() == 1


def test_a_used_page_with_other_words_is_told_and_gets_a_new_token(post: Post, form: dict[str, Any]) -> None:
    post("generate", form)
    answer = post("generate", form | {"subject": "Another", "base_number": "1"})
    assert answer.status_code == 422
    assert form["token"] not in answer.content.decode()
    assert Generation.objects.count() == Version.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"subject": "", "setting": "", "lighting": "", "mood": []}, "no prompt yet"),
        ({"subject": "Poster of [LANDMARK]"}, "LANDMARK"),
        ({"ratio": "exact", "width": "9000", "height": "100"}, "ratio"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_what_cannot_be_sent_is_refused_with_a_sentence_and_kept(
    post: Post,
    form: dict[str, Any],
    prompt: Prompt,
    change: dict[str, Any],
    words: str,
    htmx: bool,
) -> None:
    answer = post("generate", form | change, htmx=htmx)
    assert answer.status_code == 422
    assert (
        words in re.search(r'id="refusal".*?<span>(.*?)</span>', answer.content.decode(), re.S)[1]
        if not htmx
        else words in answer.content.decode()
    )
    assert not Generation.objects.exists()
    prompt.refresh_from_db()
    assert prompt.draft_number == 1


def test_a_placeholder_is_sent_as_written_when_somebody_says_so(post: Post, form: dict[str, Any]) -> None:
    form |= {"subject": "Poster of [LANDMARK]"}
    assert "Send as written" in post("generate", form).content.decode()
    assert post("generate", form | {"do": "send-as-written"}).status_code == 200
    assert Generation.objects.get().version.text.startswith("Poster of [LANDMARK]")


def test_only_placeholders_can_be_sent_as_written(post: Post, form: dict[str, Any]) -> None:
    form |= {"subject": "", "setting": "", "lighting": "", "mood": []}
    answer = post("generate", form | {"do": "send-as-written"})
    assert answer.status_code == 422
    assert "Send as written" not in answer.content.decode()


def test_a_paused_connection_is_refused_with_its_reason(
    post: Post, form: dict[str, Any], connection: Connection
) -> None:
    connection.pause("The key was refused.")
    answer = post("generate", form)
    assert answer.status_code == 422
    assert "paused" in answer.content.decode()
    assert not Version.objects.exists()


def test_without_scripts_generate_comes_back_to_the_takes(post: Post, form: dict[str, Any]) -> None:
    answer = post("generate", form, htmx=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("#takes")


def test_a_team_without_a_connection_is_shown_the_way(owner_client: Client, team: Team, prompt: Prompt) -> None:
    html = owner_client.get(f"/t/{team.slug}/prompts/{prompt.pk}/").content.decode()
    assert "No connection yet" in html
    assert 'id="generate"' not in html


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_page_sends_nothing_and_overwrites_nothing(
    post: Post, form: dict[str, Any], prompt: Prompt, htmx: bool
) -> None:
    post("draft", form | {"setting": "From the second tab", "tab": "two"})
    mine = form | {"lighting": "From the first tab", "tab": "one"}
    for _ in range(2):
        answer = post("generate", mine, htmx=htmx)
        assert answer.status_code == 422
        html = answer.content.decode()
        assert "Another tab or person saved newer work" in html
        assert 'name="base_number" form="compose" value="0"' in html
        assert "Nothing was sent." in html
    assert not Generation.objects.exists()
    assert not Version.objects.exists()
    prompt.refresh_from_db()
    assert (prompt.draft_number, prompt.recipe.setting) == (1, "From the second tab")
    post("draft", mine | {"keep": "1"}, htmx=htmx)
    assert post("generate", mine | {"base_number": "2"}, htmx=htmx).status_code in {200, 302}
    assert Generation.objects.get().version.recipe.lighting == "From the first tab"


def test_the_answer_brings_the_count_of_running_jobs(post: Post, form: dict[str, Any]) -> None:
    html = post("generate", form).content.decode()
    for place in ("jobs-pill", "rail-dot", "tab-dot"):
        assert f'hx-target="#{place}"' in html
    assert 'id="tab-dot" hidden' not in html


def test_ten_takes_are_shown_and_the_rest_is_counted(
    owner_client: Client, post: Post, form: dict[str, Any], team: Team, prompt: Prompt
) -> None:
    answer = post("generate", form | {"takes": "10"}).content.decode()
    assert answer.count('class="tile pend') == 10
    assert ">Open in gallery<" in answer
    post("generate", form | {"takes": "3", "base_number": "1", "token": str(uuid.uuid4())})
    page = owner_client.get(f"/t/{team.slug}/prompts/{prompt.pk}/").content.decode()
    assert page.count('class="tile pend') == 10
    assert ">Open in gallery, 3 more<" in page
