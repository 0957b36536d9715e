from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts import tree
from studio.prompts.change import Place, differences, single_difference, with_one
from studio.prompts.recipe import Attribute, Kind, Recipe, TextLine
from studio.prompts.render import render
from tests.prompts.strategies import changes, json_texts, recipes


@given(recipes)
def test_a_recipe_does_not_differ_from_itself(recipe: Recipe) -> None:
    assert differences(recipe, recipe) == ()
    assert single_difference(recipe, recipe) is None


@given(changes())
def test_one_changed_attribute_is_named(change: tuple[Recipe, Attribute, Recipe]) -> None:
    before, attribute, after = change
    expected = [] if before.value(attribute) == after.value(attribute) else [attribute]
    found = differences(before, after)
    assert list(dict.fromkeys(place.attribute for place in found)) == expected
    assert single_difference(before, after) == (found[0] if len(found) == 1 else None)


@given(recipes, recipes)
def test_recipes_without_a_difference_send_the_same_prompt(a: Recipe, b: Recipe) -> None:
    assert set(differences(a, b)) == set(differences(b, a))
    if not differences(a, b):
        assert render(a).text == render(b).text


@given(json_texts, st.data())
def test_a_changed_leaf_is_one_difference_and_all_else_is_sent_as_before(source: str, data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(tree.parse(source).leaves))
    typed = data.draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=10))
    if leaf.form in {tree.Form.OBJECT, tree.Form.ARRAY} or "\x00" in source + typed:
        return
    before = Recipe(kind=Kind.JSON, body=source, avoid=("hands",))
    after = replace(before, body=tree.with_text(source, leaf.path, typed))
    if before != after:
        assert single_difference(before, after) == Place(Attribute.BODY, leaf.path)
    one, other = render(before).text, render(after).text
    assert one[: leaf.start] == other[: leaf.start]
    assert one[leaf.end :] == other[len(other) - (len(one) - leaf.end) :]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ('{"a": 1}', '{"a": 2}', ["body/a"]),
        ('{"a": 1, "b": 2}', '{"a": 2, "b": 3}', ["body/a", "body/b"]),
        ('{"a": 1}', '{"a": 1, "b": 2}', ["body/b"]),
        ('{"a": {}}', '{"a": {"b": 2}}', ["body/a/b"]),
        ('{"a": { }}', '{"a": {"b": 2}}', ["body/a/b"]),
        ('{"a": {}, "k": 1}', '{ "a": {"b": 2}, "k": 1}', ["body/a/b", "body"]),
        ('{"a": [], "k": 1}', '{"k": 1, "a": [2]}', ["body/a/0", "body"]),
        ('{"a": 1}', '{"a": {"b": 2}}', ["body/a/b"]),
        ('{"a": 1}', '{"a":1}', ["body"]),
        ('{"a": 1}', '{"a":2}', ["body/a", "body"]),
        ('{"a": 1}', '{"a":1, "b": 2}', ["body/b", "body"]),
        ('{"a": 1, "b": 1}', '{"b": 1, "a": 1}', ["body"]),
        ('{"a": 1}', '{"a": 1', ["body"]),
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 3}', ["body/a~2"]),
    ],
)
def test_what_differs_in_json_is_named(a: str, b: str, expected: list[str]) -> None:
    found = differences(Recipe(kind=Kind.JSON, body=a), Recipe(kind=Kind.JSON, body=b))
    assert [str(place) for place in found] == expected
    back = differences(Recipe(kind=Kind.JSON, body=b), Recipe(kind=Kind.JSON, body=a))
    assert sorted(map(str, back)) == sorted(expected)


def test_two_changes_have_no_single_difference() -> None:
    assert single_difference(Recipe(subject="a"), Recipe(subject="b", setting="c")) is None


def test_another_kind_of_prompt_is_never_a_single_difference() -> None:
    line = (TextLine(text="OPEN"),)
    assert single_difference(Recipe(text=line), Recipe(kind=Kind.VERBATIM, text=line)) is None


def test_what_is_not_sent_is_no_difference() -> None:
    assert differences(Recipe(subject="a", body="x"), Recipe(subject="a", body="y")) == ()


def test_with_one_changes_that_attribute_alone() -> None:
    assert with_one(Recipe(subject="a", mood=("calm",)), Attribute.SUBJECT, "b") == Recipe(subject="b", mood=("calm",))


def test_with_one_refuses_an_attribute_that_this_kind_has_not() -> None:
    with pytest.raises(ValueError, match="no setting"):
        with_one(Recipe(kind=Kind.VERBATIM), Attribute.SETTING, "x")


def test_with_one_refuses_a_value_of_another_shape() -> None:
    with pytest.raises(TypeError, match="mood"):
        with_one(Recipe(), Attribute.MOOD, "calm")


def test_ten_thousand_changed_leaves_are_told_while_somebody_types() -> None:
    one, other = (Recipe(kind=Kind.JSON, body=json.dumps([f"{word} {n}" for n in range(10_000)])) for word in "ab")
    assert len(differences(one, other)) == 10_000
