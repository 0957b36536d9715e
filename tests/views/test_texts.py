"""Finished texts on the server: files, proposals, kinds, and checks that are ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.models import Prompt, Team, User
from studio.prompts import filling
from studio.prompts.lint import RULES
from studio.prompts.recipe import Kind, Recipe, TextLine
from studio.services import prompts
from studio.views.documents import ROWS, Document
from tests import factories
from tests.prompts.samples import SAMPLES
from tests.views.conftest import HTMX, Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(team: Team, prompt: Prompt) -> str:
    return f"/t/{team.slug}/prompts/{prompt.pk}/"


def kept(prompt: Prompt) -> Recipe:
    prompt.refresh_from_db()
    return prompt.recipe


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_stored_byte_for_byte_and_its_kind_is_told(
    owner_client: Client, address: str, prompt: Prompt, name: str
) -> None:
    file = SimpleUploadedFile(name, SAMPLES[name].encode())
    assert owner_client.post(f"{address}file/", {"file": file}).status_code == 302
    assert kept(prompt).body == SAMPLES[name]
    assert kept(prompt).kind is (Kind.JSON if name.endswith("json") else Kind.VERBATIM)
    assert prompt.kind == kept(prompt).kind.value
    assert owner_client.get(f"{address}text/").content.decode() == SAMPLES[name]


def test_the_text_that_a_file_replaces_is_set_aside(owner_client: Client, address: str, prompt: Prompt) -> None:
    for words in ("first\r\n", "second"):
        owner_client.post(f"{address}file/", {"file": SimpleUploadedFile("a.txt", words.encode())})
    assert kept(prompt).body == "second"
    assert Recipe.from_json(prompt.draft["aside"]["recipe"]).body == "first\r\n"


def test_a_file_that_comes_while_the_page_saves_its_last_words_is_opened(
    owner_client: Client, address: str, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    def saved_meanwhile(text: str) -> Kind:
        Prompt.objects.filter(pk=prompt.pk, draft_number=0).update(
            draft_number=7, draft={"recipe": {"kind": "verbatim", "body": "last"}}
        )
        return Kind.VERBATIM

    monkeypatch.setattr("studio.views.texts.kind_of", saved_meanwhile)
    file = SimpleUploadedFile("a.txt", b"words")
    owner_client.post(f"{address}file/", {"file": file})
    assert kept(prompt).body == "words"
    assert Recipe.from_json(prompt.draft["aside"]["recipe"]).body == "last"


def test_no_file_is_said(owner_client: Client, address: str, prompt: Prompt) -> None:
    answer = owner_client.post(f"{address}file/", follow=True)
    assert "No file arrived" in answer.content.decode()


def rows(*pieces: tuple[str, str], taken: str = "01234") -> dict[str, Any]:
    columns: dict[str, Any] = {f"piece_{name}": [""] * len(pieces) for name in ("script", "lettering", "placement")}
    columns["piece_attribute"] = [attribute for attribute, _value in pieces]
    columns["piece_value"] = [value for _attribute, value in pieces]
    return columns | {"take": list(taken[: len(pieces)]), "do": "take", "base_number": "0"}


def test_a_proposal_is_shown_for_the_prompts_own_text(owner_client: Client, team: Team, project: Any) -> None:
    text = Recipe(kind=Kind.VERBATIM, body=SAMPLES["tokyo-cafe.txt"])
    prompt = factories.make_prompt(project=project, recipe=text)
    html = owner_client.get(f"/t/{team.slug}/prompts/{prompt.pk}/proposal/").content.decode()
    assert "A small Tokyo café storefront</textarea>" in html
    assert "コーヒー</textarea>" in html


def test_only_checked_rows_are_taken_and_the_rest_of_the_prompt_stays(
    owner_client: Client, address: str, prompt: Prompt
) -> None:
    before = kept(prompt)
    fields = rows(("subject", "A cat"), ("setting", "not this"), ("mood", "calm"), ("text", "OPEN"), ("mood", "quiet"))
    fields["take"] = ["0", "2", "3", "4", "77"]
    assert owner_client.post(f"{address}proposal/", fields).status_code == 302
    recipe = kept(prompt)
    assert (recipe.subject, recipe.setting, recipe.mood) == ("A cat", before.setting, ("calm", "quiet"))
    assert recipe.text[-1] == TextLine(text="OPEN")
    assert Recipe.from_json(prompt.draft["aside"]["recipe"]) == before


def test_the_other_fields_are_emptied_where_that_is_asked_for(
    owner_client: Client, address: str, prompt: Prompt
) -> None:
    owner_client.post(f"{address}proposal/", rows(("subject", "A cat")) | {"anew": "on"})
    assert kept(prompt) == Recipe(subject="A cat")


def test_a_proposal_overwrites_nothing_newer(owner_client: Client, address: str, prompt: Prompt) -> None:
    answer = owner_client.post(f"{address}proposal/", rows(("subject", "A cat")) | {"base_number": "7"}, follow=True)
    assert "nothing was taken" in answer.content.decode()
    assert kept(prompt).subject != "A cat"
    answer = owner_client.post(f"{address}proposal/", rows(("subject", "A cat"), taken=""), follow=True)
    assert "no row was checked" in answer.content.decode()


def test_a_text_of_any_shape_is_read(owner_client: Client, address: str) -> None:
    for text in ("x", "[" * 100, '{"a": 1}', "猫", " \n", "a" * 50_000):
        assert owner_client.post(f"{address}proposal/", {"text": text}).status_code == 200


def test_a_long_gap_is_read_at_once(owner_client: Client, address: str) -> None:
    html = owner_client.post(f"{address}proposal/", {"text": f"A tin{' ' * 20_000}on linen"}).content.decode()
    assert "on linen</textarea>" in html


@pytest.mark.parametrize(("values", "shown"), [(3_000, 3_000), (5_000, 4_000)])
def test_long_json_is_read_as_json(owner_client: Client, address: str, values: int, shown: int) -> None:
    text = json.dumps({f"colour {number}": "red, and more" for number in range(values)})
    html = owner_client.post(f"{address}proposal/", {"text": text}).content.decode()
    assert html.count('name="take"') == shown
    assert ("Only its beginning was read" in html) is (shown < values)


def test_parts_become_a_text_and_the_parts_are_set_aside(
    post: Post, form: dict[str, Any], prompt: Prompt, owner_client: Client, address: str
) -> None:
    sent = owner_client.get(f"{address}text/").content.decode()
    fields = {"subject": prompt.recipe.subject, "setting": prompt.recipe.setting}
    post("draft", form | fields | {"lighting": "", "do": "kind-verbatim"})
    assert (kept(prompt).kind, kept(prompt).body) == (Kind.VERBATIM, sent)
    assert Recipe.from_json(prompt.draft["aside"]["recipe"]).kind is Kind.STRUCTURED
    post("draft", form | {"base_number": "1", "body": '{"a": 1}', "do": "kind-json"})
    assert (kept(prompt).kind, kept(prompt).body) == (Kind.JSON, '{"a": 1}')


def test_undo_takes_nothing_back_across_kinds(
    owner_client: Client, address: str, prompt: Prompt, form: dict[str, Any]
) -> None:
    owner_client.post(f"{address}draft/", form | {"do": "kind-verbatim"})
    body = kept(prompt).body
    owner_client.post(f"{address}draft/", {"body": body, "base_number": "1", "do": "undo"})
    assert kept(prompt).body == body


def test_fields_that_were_not_sent_do_not_come_back_with_a_proposal(
    owner_client: Client, address: str, prompt: Prompt, form: dict[str, Any]
) -> None:
    owner_client.post(f"{address}draft/", form | {"do": "kind-verbatim"})
    owner_client.post(f"{address}proposal/", rows(("subject", "A cat")) | {"base_number": "1"})
    assert (kept(prompt).subject, kept(prompt).setting, kept(prompt).mood) == ("A cat", "", ())


def test_a_page_of_another_kind_does_not_lose_its_words(post: Post, prompt: Prompt, form: dict[str, Any]) -> None:
    form |= {"kind": "structured", "tab": "a", "count": "1"}
    post("draft", form | {"tab": "b", "do": "kind-verbatim"})
    mine = form | {"subject": "Typed in the other tab"}
    assert post("draft", mine).status_code == 409
    assert post("draft", mine | {"keep": "1", "count": "2"}).status_code == 200
    assert (kept(prompt).kind, kept(prompt).subject) == (Kind.STRUCTURED, "Typed in the other tab")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(kind=Kind.JSON, body=str([{}] * 300)),
        Recipe(
            kind=Kind.VERBATIM,
            body=" ".join(f"[NAME {a}{b}]" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ),
    ],
)
def test_a_page_with_more_fields_than_django_takes_by_itself_is_saved(
    owner_client: Client, team: Team, project: Any, recipe: Recipe
) -> None:
    prompt = factories.make_prompt(project=project, recipe=recipe)
    document = Document(recipe.body)
    ends = [end.path for row in document.rows for end in row.ends]
    fields: dict[str, Any] = {"base_number": "0", "leaf": [row.path for row in document.rows]}
    fields |= {"leaf_value": ["{}" for _ in document.rows]}
    fields |= {f"add_{name}|{path}": "" for path in ends for name in ("key", "value", "form")}
    fields |= {name: list(filling.names(recipe)) for name in ("fill_name", "fill_value")}
    answer = owner_client.post(f"/t/{team.slug}/prompts/{prompt.pk}/draft/", fields, headers=HTMX)
    assert answer.status_code == 200


def test_the_last_page_of_rows_is_shown_where_fewer_are_left() -> None:
    source = str(list(range(ROWS + 3)))
    assert Document(source, first=2 * ROWS).first == ROWS
    assert Document(source, first=ROWS).first == ROWS
    assert Document("no JSON", first=ROWS).first == 0


def test_every_rule_is_explained(owner_client: Client, team: Team) -> None:
    html = owner_client.get(f"/t/{team.slug}/checks/").content.decode()
    for rule in RULES:
        assert f'id="{rule.id}"' in html


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_ignored_with_a_reason_unless_it_blocks(
    owner_client: Client, address: str, prompt: Prompt, rule: Any
) -> None:
    page = f"{address}checks/{rule.id}/"
    assert owner_client.get(page).status_code == 200
    assert owner_client.post(page, {"why": "  "}).status_code == 422
    answer = owner_client.post(page, {"why": " it is <b>meant</b> "})
    prompt.refresh_from_db()
    if rule.severity == "error":
        assert (answer.status_code, prompt.ignored) == (422, {})
    else:
        assert (answer.status_code, prompt.ignored) == (302, {rule.id: "it is <b>meant</b>"})


def test_an_ignored_check_is_listed_with_its_reason_and_told_again(
    owner_client: Client, address: str, prompt: Prompt, post: Post, form: dict[str, Any]
) -> None:
    owner_client.post(f"{address}checks/contradiction/", {"why": "<i>collage</i>"})
    fields = form | {"subject": "A close-up, aerial view"}
    assert "contradict each other" not in post("draft", fields).content.decode()
    assert "&lt;i&gt;collage&lt;/i&gt;" in post("draft", fields | {"base_number": "1"}).content.decode()
    told = post("draft", fields | {"base_number": "1", "do": "heed|contradiction"}).content.decode()
    assert "contradict each other" in told


def test_an_unknown_rule_is_nothing(owner_client: Client, address: str) -> None:
    assert owner_client.get(f"{address}checks/no-such-rule/").status_code == 404


def test_reviewers_read_rules_and_change_nothing(
    sign_in: Callable[[User], Client], reviewer: User, address: str, prompt: Prompt
) -> None:
    client = sign_in(reviewer)
    assert "Ignore it in this prompt" not in client.get(f"{address}checks/contradiction/").content.decode()
    assert client.post(f"{address}checks/contradiction/", {"why": "x"}).status_code == 403
    assert client.post(f"{address}file/").status_code == 403


def test_a_hundred_findings_of_one_rule_are_told_in_part(post: Post, form: dict[str, Any]) -> None:
    words = " ".join(f"[NAME {number}]" for number in range(300))
    html = post("draft", form | {"subject": words}).content.decode()
    assert html.count("data-finding") == 50 + html.count('data-finding data-attribute="setting"')


def test_names_that_no_database_takes_are_frozen_all_the_same(prompt: Prompt, owner: User) -> None:
    for value in ("a", "b"):
        source = f'{{"x\\u0000y": "{value}"}}'
        version = prompts.freeze(prompt=prompt, recipe=Recipe(kind=Kind.JSON, body=source), user=owner)
    assert version.changed == "body/x\ufffdy"
    assert prompts.title_of(Recipe(kind=Kind.JSON, body='{"a": "one\\u0000 two"}')) == "one two"


def test_words_that_were_replaced_come_back_one_after_the_other(
    owner_client: Client, address: str, prompt: Prompt, post: Post
) -> None:
    for words in ("first", "second", "third"):
        owner_client.post(f"{address}file/", {"file": SimpleUploadedFile("a.txt", words.encode())})
    seen = []
    for _ in range(3):
        prompt.refresh_from_db()
        page = {"base_number": str(prompt.draft_number), "kind": "verbatim", "body": prompt.recipe.body}
        post("draft", page | {"do": "aside-back"})
        seen.append(kept(prompt).body)
    assert seen == ["second", "first", "third"]
