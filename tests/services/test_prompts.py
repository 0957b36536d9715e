"""Prompts are begun, their drafts kept without overwriting anybody, and frozen into versions that never change."""

from __future__ import annotations

import pytest

from studio.models import Project, Prompt, Reference, User, Version
from studio.prompts.recipe import Attribute, Kind, Recipe, ReferenceUse, TextLine
from studio.prompts.render import render
from studio.providers.output import Output
from studio.services import prompts
from studio.services.prompts import Behind, Saved, Tab
from tests import factories

pytestmark = pytest.mark.django_db
RECIPE = Recipe(subject="A tin", mood=("calm",), text=(TextLine(text="北光珈琲", script="japanese"),))


def save(prompt: Prompt, recipe: Recipe, base: int, **more: object) -> Saved | Behind:
    return prompts.save_draft(prompt=prompt, recipe=recipe, output=Output(takes=3), base_number=base, **more)  # type: ignore[arg-type]  # keywords by name


@pytest.fixture
def prompt(project: Project) -> Prompt:
    return factories.make_prompt(project=project)


def test_a_new_prompt_keeps_its_recipe_and_kind(project: Project, owner: User) -> None:
    prompt = prompts.create(project=project, user=owner, title="Tin", recipe=Recipe(kind=Kind.VERBATIM, body=" as is "))
    prompt.refresh_from_db()
    assert (prompt.kind, prompt.recipe.body, prompt.created_by) == ("verbatim", " as is ", owner)


def test_a_draft_comes_back_as_it_was_saved(prompt: Prompt) -> None:
    saved = save(prompt, RECIPE, 0, title="Cream tin")
    stored = Prompt.objects.get(pk=prompt.pk)
    assert saved == Saved(number=1, at=stored.draft_saved_at)
    assert (stored.recipe, stored.title) == (RECIPE, "Cream tin")
    assert Output.from_json(stored.draft["output"]).takes == 3


def test_a_stale_tab_overwrites_nothing(prompt: Prompt) -> None:
    other = Prompt.objects.get(pk=prompt.pk)
    save(prompt, RECIPE, 0)
    result = save(other, Recipe(subject="Mine"), 0)
    assert isinstance(result, Behind)
    assert result.number == 1
    assert Prompt.objects.get(pk=prompt.pk).recipe == RECIPE


def test_one_tab_may_be_ahead_of_its_own_answers_but_not_behind_them(prompt: Prompt) -> None:
    first, second = Tab(id="one", count=1), Tab(id="one", count=2)
    save(prompt, Recipe(subject="A"), 0, tab=first)
    assert isinstance(save(prompt, Recipe(subject="AB"), 0, tab=second), Saved)
    late = save(Prompt.objects.get(pk=prompt.pk), Recipe(subject="A late copy"), 0, tab=first)
    assert isinstance(late, Behind)
    assert Prompt.objects.get(pk=prompt.pk).recipe.subject == "AB"


def test_another_tab_in_between_makes_the_first_one_stale(prompt: Prompt) -> None:
    save(prompt, Recipe(subject="A"), 0, tab=Tab(id="one", count=1))
    save(prompt, Recipe(subject="B"), 1, tab=Tab(id="two", count=1))
    assert isinstance(save(prompt, Recipe(subject="AA"), 1, tab=Tab(id="one", count=2)), Behind)


def test_saving_the_same_again_writes_nothing(prompt: Prompt) -> None:
    save(prompt, RECIPE, 0)
    assert save(prompt, RECIPE, 0) == Saved(number=1, at=prompt.draft_saved_at)


def test_the_first_version_is_a_root_with_the_rendered_prompt(prompt: Prompt, owner: User) -> None:
    version = prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    assert (version.number, version.parent, version.changed, version.recipe) == (1, None, "", RECIPE)
    assert version.text == render(RECIPE).text


def test_an_unchanged_recipe_gives_the_same_version(prompt: Prompt, owner: User) -> None:
    first = prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    assert prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner) == first


def test_a_row_without_a_word_is_no_change(prompt: Prompt, owner: User) -> None:
    first = prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    padded = RECIPE.with_value(Attribute.TEXT, (TextLine(), *RECIPE.text))
    assert prompts.freeze(prompt=prompt, recipe=padded, user=owner) == first


def test_one_changed_attribute_makes_a_child_that_names_it(prompt: Prompt, owner: User) -> None:
    first = prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    child = prompts.freeze(prompt=prompt, recipe=RECIPE.with_value(Attribute.LIGHTING, "golden"), user=owner)
    assert (child.number, child.parent, child.changed) == (2, first, "lighting")


def test_two_changed_attributes_make_a_root(prompt: Prompt, owner: User) -> None:
    prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    other = prompts.freeze(prompt=prompt, recipe=Recipe(subject="A cup", lighting="golden"), user=owner)
    assert (other.number, other.parent, other.changed) == (2, None, "")


def test_references_are_written_under_their_numbers(prompt: Prompt, owner: User) -> None:
    team = prompt.project.team
    one, two = factories.make_reference(team=team), factories.make_reference(team=team)
    recipe = Recipe(references=(ReferenceUse(sha256=two.sha256), ReferenceUse(sha256=one.sha256)))
    version = prompts.freeze(prompt=prompt, recipe=recipe, user=owner)
    assert [(row.number, row.reference) for row in version.numbered_references.all()] == [(1, two), (2, one)]


def test_another_teams_picture_cannot_be_frozen(prompt: Prompt, owner: User) -> None:
    foreign = factories.make_reference()
    with pytest.raises(prompts.UnknownReference):
        prompts.freeze(prompt=prompt, recipe=Recipe(references=(ReferenceUse(sha256=foreign.sha256),)), user=owner)
    assert not Version.objects.exists()


def test_a_race_for_a_number_is_run_again(prompt: Prompt, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rival = RECIPE.with_value(Attribute.SUBJECT, "Rival")
    factories.make_version(prompt=prompt, recipe=rival)
    write, calls = prompts._write, []

    def raced(row: Prompt, recipe: Recipe, references: list[Reference], newest: Version | None, user: User) -> Version:
        """The first look came before the rival's write."""
        calls.append(newest)
        return write(row, recipe, references, None if len(calls) == 1 else newest, user)

    monkeypatch.setattr(prompts, "_write", raced)
    version = prompts.freeze(prompt=prompt, recipe=RECIPE, user=owner)
    assert (version.number, version.changed, len(calls)) == (2, "subject", 2)


def test_undo_takes_back_its_own_change_and_leaves_the_rest() -> None:
    before = Recipe(subject="A tin", style=("still life", "calm"), mood=("calm",))
    after = before.with_value(Attribute.STYLE, ("still life",))
    undo = prompts.undo_of(before, after)
    assert undo == {"style": [["still life", "calm"], ["still life"]]}
    typed_since = after.with_value(Attribute.SUBJECT, "A cup")
    assert prompts.undone(typed_since, undo) == before.with_value(Attribute.SUBJECT, "A cup")


def test_undo_is_gone_once_its_attribute_was_edited() -> None:
    undo = prompts.undo_of(Recipe(style=("a", "b")), Recipe(style=("a",)))
    assert prompts.undone(Recipe(style=("a", "c")), undo) is None


@pytest.mark.parametrize("name", ["Untitled prompt", "未命名提示词", ""])
def test_a_prompt_without_a_name_is_called_by_its_first_words(name: str) -> None:
    prompt = factories.make_prompt(title="Untitled prompt")
    save(prompt, Recipe(subject="A cream tin\n on oak"), 0, title=name)
    assert prompt.title == "A cream tin on oak"
    save(prompt, Recipe(subject="A lighthouse"), 1)
    assert prompt.title == "A lighthouse"
    save(prompt, Recipe(subject="A lighthouse"), 2, title="Mine")
    save(prompt, Recipe(subject="A cream tin"), 3)
    assert prompt.title == "Mine"
    save(prompt, Recipe(), 4, title="")
    assert prompt.title == "Untitled prompt"


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("word " * 30, " ".join(["word"] * 12)),
        ("北" * 90, "北" * 60),
        ("A " + "b" * 90, "A " + "b" * 58),
    ],
)
def test_a_title_of_many_words_ends_at_a_word_where_there_are_words(words: str, title: str) -> None:
    assert prompts.title_of(Recipe(kind=Kind.VERBATIM, body=words)) == title


def test_words_of_this_tab_are_not_set_aside() -> None:
    prompt = factories.make_prompt()
    tab = prompts.Tab(id="one", count=1)
    save(prompt, Recipe(subject="Mine"), 0, tab=tab)
    assert prompts.set_aside(prompt, tab=tab) is None
    assert (prompts.set_aside(prompt, tab=prompts.Tab(id="two")) or {})["recipe"]["subject"] == "Mine"
