"""From one kind of prompt to another: what is sent stays the same to the byte."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from studio.prompts.kinds import as_json, as_verbatim, kind_of
from studio.prompts.recipe import Fill, Kind, Recipe
from studio.prompts.render import render
from tests.prompts.samples import SAMPLES
from tests.prompts.strategies import recipes


@given(recipes)
def test_a_prompt_as_text_sends_what_it_sent(recipe: Recipe) -> None:
    bare = replace(recipe, fills=()) if recipe.kind is Kind.JSON else recipe
    assert render(as_verbatim(bare)).text == render(bare).text
    assert as_verbatim(bare).kind is Kind.VERBATIM


@pytest.mark.parametrize(
    ("recipe", "body"),
    [
        (Recipe(subject="A view of [PLACE]", fills=(Fill(name="PLACE", value="Rome"),)), "A view of [PLACE]"),
        (
            Recipe(
                subject="[PLACE]",
                details="seen from\n[WINDOW]",
                fills=(Fill(name="PLACE", value="Rome"), Fill(name="WINDOW", value="a train")),
            ),
            "Rome\nDetails: seen from\na train",
        ),
    ],
)
def test_words_for_placeholders_are_sent_by_the_text_too(recipe: Recipe, body: str) -> None:
    assert as_verbatim(recipe).body == body
    assert render(as_verbatim(recipe)).text == render(recipe).text


@given(recipes)
def test_what_the_fields_held_is_kept(recipe: Recipe) -> None:
    text = as_verbatim(recipe)
    assert (text.subject, text.mood, text.details) == (recipe.subject, recipe.mood, recipe.details)
    assert [use.sha256 for use in text.references] == [use.sha256 for use in recipe.references]


def test_a_text_becomes_json_and_text_again_without_a_change() -> None:
    text = Recipe(kind=Kind.VERBATIM, body=SAMPLES["polaroid.json"])
    assert as_verbatim(as_json(text)) == text
    with pytest.raises(ValueError, match="no text to be read"):
        as_json(Recipe(subject="A tin"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *[(text, Kind.JSON if name.endswith(".json") else Kind.VERBATIM) for name, text in SAMPLES.items()],
        ("\ufeff [1]\n", Kind.JSON),
        ("{a tin}", Kind.VERBATIM),
        ("[LANDMARK] at dawn", Kind.VERBATIM),
        ('"A tin"', Kind.VERBATIM),
        ("12", Kind.VERBATIM),
        ("", Kind.VERBATIM),
    ],
)
def test_a_document_is_told_from_prose(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind
