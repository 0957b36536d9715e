"""The tree of a JSON prompt, as its form posts it: whatever the names and texts, only what was typed changes."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from studio.forms import leaves
from studio.forms.prompts import read
from studio.prompts import tree
from studio.prompts.recipe import Fill, Kind, Recipe
from tests.prompts.strategies import json_texts

SOURCE = '{"a/b": "one\\r\\ntwo", "line\\nend": {"n": 1.0, "x": []}, "k": "v"}'


def posted(*pairs: tuple[str, str]) -> QueryDict:
    """As a browser sends it: every line break as CRLF."""
    return QueryDict(urlencode([(name, value.replace("\n", "\r\n")) for name, value in pairs]))


def shown(source: str) -> list[tuple[str, str]]:
    """What the page holds of every leaf."""
    pairs = []
    for leaf in tree.parse(source).leaves:
        value = {tree.Form.OBJECT: "{}", tree.Form.ARRAY: "[]"}.get(leaf.form, leaf.value)
        as_shown = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
        pairs += [("leaf", quote(leaf.path, safe="/~")), ("leaf_value", as_shown)]
    return pairs


@given(json_texts)
def test_a_tree_that_comes_back_untouched_changes_nothing(source: str) -> None:
    assert leaves.edited(posted(*shown(source)), source) == (source, ())


def test_a_null_character_that_was_escaped_stays_where_something_else_is_typed() -> None:
    made, wrong = leaves.edited(posted(("leaf", "/a"), ("leaf_value", "x\ufffdyes")), '{"a": "x\\u0000y"}')
    assert (made, wrong) == ('{"a": "x\\u0000yes"}', ())


@given(json_texts, st.data())
def test_one_typed_leaf_changes_its_own_characters(source: str, data: st.DataObject) -> None:
    texts = [leaf for leaf in tree.parse(source).leaves if leaf.form is tree.Form.TEXT]
    if not texts:
        return
    leaf = data.draw(st.sampled_from(texts))
    typed = data.draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=20))
    made, wrong = leaves.edited(posted(("leaf", quote(leaf.path, safe="/~")), ("leaf_value", typed)), source)
    assert wrong == ()
    assert made[: leaf.start] == source[: leaf.start]
    assert made[len(made) - (len(source) - leaf.end) :] == source[leaf.end :]
    assert tree.parse(made).at(leaf.path).value.replace("\r\n", "\n").replace("\r", "\n") == typed


def test_names_with_line_ends_and_strokes_are_found() -> None:
    path = quote("/line\nend/n", safe="/~")
    assert leaves.edited(posted(("leaf", path), ("leaf_value", " 2e3 ")), SOURCE)[0] == SOURCE.replace("1.0", "2e3")
    path = quote("/a~1b", safe="/~")
    made, _wrong = leaves.edited(posted(("leaf", path), ("leaf_value", "one\nthree")), SOURCE)
    assert made == SOURCE.replace("two", "three")


def test_what_cannot_be_is_said_and_the_rest_is_taken() -> None:
    fields = posted(("leaf", "/k"), ("leaf_value", "w"), ("leaf", "/gone"), ("leaf_value", "x"))
    assert leaves.edited(fields, SOURCE) == (SOURCE.replace('"v"', '"w"'), ())
    path = quote("/line\nend/n", safe="/~")
    made, [wrong] = leaves.edited(posted(("leaf", path), ("leaf_value", "many")), SOURCE)
    assert made == SOURCE
    assert "number" in wrong.sentence()


@pytest.mark.parametrize(
    ("key", "value", "form", "expected"),
    [
        ("gel", 'warm "ochre"', "text", '"gel": "warm \\"ochre\\""'),
        ("seed", "42", "number", '"seed": 42'),
        ("more", "", "object", '"more": {}'),
        ("on", "", "true", '"on": true'),
        ("x", "y", "nonsense", '"x": "y"'),
    ],
)
def test_a_leaf_is_added_and_removed_without_a_trace(key: str, value: str, form: str, expected: str) -> None:
    recipe = Recipe(kind=Kind.JSON, body='{"k": "v"}')
    fields = posted(("add_key|", key), ("add_value|", value), ("add_form|", form))
    grown = leaves.step(recipe, "leaf-add|", fields)
    assert grown.body == f'{{"k": "v", {expected}}}'
    assert leaves.added_path(grown.body, "") == f"/{key}"
    assert leaves.step(grown, f"leaf-remove|/{key}", posted()) == recipe


def test_a_name_that_is_there_already_is_refused() -> None:
    recipe = Recipe(kind=Kind.JSON, body='{"k": "v"}')
    with pytest.raises(tree.Refused):
        leaves.step(recipe, "leaf-add|", posted(("add_key|", "k"), ("add_value|", "w")))
    assert leaves.step(recipe, "leaf-remove|/gone", posted()) == recipe


def test_a_page_that_shows_no_body_keeps_it_and_words_for_hidden_placeholders_stay() -> None:
    kept = Recipe(kind=Kind.JSON, body=SOURCE, fills=(Fill(name="a", value="1"), Fill(name="b", value="2")))
    recipe = read(posted(("fill_name", "a"), ("fill_value", "one\ntwo")), kept=kept).recipe
    assert recipe.body == SOURCE
    assert recipe.fills == (Fill(name="a", value="one\ntwo"), Fill(name="b", value="2"))


def test_words_for_a_placeholder_without_a_name_are_no_words() -> None:
    recipe = read(posted(("fill_name", "\x00"), ("fill_value", "x")), kept=Recipe()).recipe
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_line_ends_of_the_body_are_kept() -> None:
    kept = Recipe(kind=Kind.VERBATIM, body="a\r\nb\rc\n")
    assert read(posted(("body", "a\nb\nc\n")), kept=kept).recipe.body == kept.body
    assert read(posted(("body", "a\nB\nc\n")), kept=kept).recipe.body == "a\r\nB\rc\n"
    assert json.dumps(read(posted(("body", "")), kept=kept).recipe.body) == '""'


def test_a_number_becomes_a_text_in_quotation_marks() -> None:
    source = '{"n": 1, "t": true}'
    fields = posted(("leaf", "/n"), ("leaf_value", '"one"'), ("leaf", "/t"), ("leaf_value", " null "))
    assert leaves.edited(fields, source) == ('{"n": "one", "t": null}', ())


def test_many_leaves_are_written_in_one_go() -> None:
    source = json.dumps([f"word {number}" for number in range(500)])
    fields = [pair for n in range(500) for pair in (("leaf", f"/{n}"), ("leaf_value", f"loud {n}"))]
    assert json.loads(leaves.edited(posted(*fields), source)[0]) == [f"loud {n}" for n in range(500)]


def test_what_would_grow_too_long_is_refused_and_nothing_is_changed() -> None:
    source = '{"a": "x", "b": "y"}'
    made, [wrong] = leaves.edited(posted(("leaf", "/a"), ("leaf_value", "x" * 200_000)), source)
    assert made == source
    assert "200000" in wrong.sentence()


def test_a_value_in_a_group_needs_a_name() -> None:
    recipe = Recipe(kind=Kind.JSON, body='{"k": ["v"]}')
    with pytest.raises(tree.Refused, match="name first"):
        leaves.step(recipe, "leaf-add|", posted(("add_key|", ""), ("add_value|", "w")))
    assert leaves.step(recipe, "leaf-add|/k", posted(("add_value|/k", "w"))).body == '{"k": ["v", "w"]}'
