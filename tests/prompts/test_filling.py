"""Placeholders and the words for them, in all kinds of prompts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts import filling
from studio.prompts.change import Place, differences, single_difference
from studio.prompts.filling import Written, filled, names, unfilled
from studio.prompts.recipe import Attribute, Fill, Kind, Recipe, ReferenceUse, TextLine
from studio.prompts.render import render
from tests.prompts.samples import SAMPLES
from tests.prompts.strategies import recipes, texts

TEMPLATE = Recipe(
    subject="A poster of [LANDMARK] for {{ event }}",
    mood=("calm", "{feeling}"),
    text=(TextLine(text="[LANDMARK]", placement="above {event}"), TextLine(text="【秋】")),
    references=(ReferenceUse(sha256="0" * 64, note="the light of [LANDMARK]"),),
)


def with_words(recipe: Recipe, **words: str) -> Recipe:
    return replace(recipe, fills=tuple(Fill(name=name, value=value) for name, value in words.items()))


def test_every_placeholder_is_named_once_in_the_order_of_the_prompt() -> None:
    assert names(TEMPLATE) == ("LANDMARK", "event", "feeling")
    assert unfilled(with_words(TEMPLATE, LANDMARK="Big Ben", event="")) == ("{{ event }}", "{feeling}")


def test_words_stand_wherever_the_placeholder_does() -> None:
    sent = filled(with_words(TEMPLATE, LANDMARK="Big Ben", event="New Year", feeling="loud"))
    assert sent.subject == "A poster of Big Ben for New Year"
    assert sent.mood == ("calm", "loud")
    assert [line.text for line in sent.text] == ["Big Ben", "【秋】"]
    assert sent.text[0].placement == "above New Year"
    assert sent.references[0].note == "the light of Big Ben"


@pytest.mark.parametrize("name", [name for name, text in SAMPLES.items() if "[" in text])
def test_a_filled_sample_differs_in_the_placeholder_alone(name: str) -> None:
    recipe = Recipe(kind=Kind.VERBATIM, body=SAMPLES[name])
    for each in names(recipe):
        assert filled(with_words(recipe, **{each: "Tower Bridge"})).body == recipe.body.replace(
            f"[{each}]", "Tower Bridge"
        )


SOURCE = '{\n  "a" : "caf\\u00e9 [CITY] \\"x\\"",\t"n": [1, true, "[CITY]"], "k": {"[CITY]": null}\n}\n'


def test_in_json_the_texts_are_filled_and_every_other_character_stays() -> None:
    recipe = with_words(Recipe(kind=Kind.JSON, body=SOURCE), CITY='São "Paulo"\n')
    assert names(recipe) == ("CITY",)
    words = 'São \\"Paulo\\"\\n'
    first, second = SOURCE.index("[CITY]"), SOURCE.index('"[CITY]"]') + 1
    assert filled(recipe).body == SOURCE[:first] + words + SOURCE[first + 6 : second] + words + SOURCE[second + 6 :]
    assert json.loads(filled(recipe).body)["a"] == 'café São "Paulo"\n "x"'


def test_an_array_and_an_object_of_json_are_no_placeholders() -> None:
    assert names(Recipe(kind=Kind.JSON, body='{"a": [true], "b": [null], "c": {}}')) == ()
    assert names(Recipe(kind=Kind.VERBATIM, body='{"a": [1], "ratio": "[1:1]"}')) == ()


@given(recipes, texts)
def test_without_words_a_recipe_is_sent_as_it_is(recipe: Recipe, words: str) -> None:
    bare = replace(recipe, fills=())
    assert filled(bare) == bare
    assert filled(with_words(bare, nowhere=words)) == with_words(bare, nowhere=words)


@given(recipes, st.sampled_from(["name", "LANDMARK"]), texts, texts)
def test_other_words_are_one_difference_wherever_they_stand(recipe: Recipe, name: str, one: str, other: str) -> None:
    a, b = with_words(recipe, **{name: one}), with_words(recipe, **{name: other})
    if differences(a, b):
        assert single_difference(a, b) == Place.of_fill(name)
        assert Place.of_fill(name).name == name
    else:
        assert render(a).text == render(b).text


@given(texts, texts, st.integers(0, 60))
def test_a_place_outside_of_placeholders_moves_with_its_character(text: str, words: str, place: int) -> None:
    each = Written(attribute=Attribute.SUBJECT, text=text)
    known = {"name": words, "LANDMARK": words} if words else {}
    if place >= len(text) or any(found.start <= place < found.end for found in filling.asked(each)):
        return
    assert filling.fill(each, known)[filling.moved(each, known, place)] == text[place]


def test_a_text_leaf_is_found_by_its_number() -> None:
    recipe = Recipe(kind=Kind.JSON, body='{"a": 1, "b": "x"}')
    assert filling.text_leaf(recipe, 1) == dict(filling.text_leaves(recipe) or ())[1]
    assert [filling.text_leaf(recipe, index) for index in (0, 2, None)] == [None] * 3
    assert filling.text_leaf(Recipe(kind=Kind.JSON, body="{"), 0) is None
