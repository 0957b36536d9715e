from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.tree import (
    MAX_BYTES,
    Form,
    Invalid,
    Node,
    Refused,
    Tree,
    parse,
    with_added,
    with_literal,
    with_text,
    with_value,
    without,
)
from tests.prompts.samples import SAMPLES
from tests.prompts.written import leaves, literals, raw_texts, texts

POLAROID = SAMPLES["polaroid.json"]
MOOD = "/environment/lighting/mood"


def meaning(tree: Tree, *, but: str | None = None) -> list[tuple[Any, ...]]:
    return [(node.path, node.key, node.form, node.value, node.count) for node in tree.nodes if node.path != but]


def form_of(literal: str) -> Form:
    return Form(literal) if literal in {"true", "false", "null"} else Form.NUMBER


values = st.one_of(
    st.tuples(texts, st.just(Form.TEXT)),
    literals.map(lambda literal: (literal, form_of(literal))),
    st.sampled_from([("", Form.OBJECT), ("", Form.ARRAY)]),
)


@given(given=leaves(), new=values)
def test_a_change_stays_inside_its_leaf(given: tuple[str, Tree, Node], new: tuple[str, Form]) -> None:
    source, tree, leaf = given
    text, form = new
    changed = with_value(source, leaf.path, text, form)
    after = parse(changed)
    assert (after.at(leaf.path).value, after.at(leaf.path).form) == new
    assert changed[: leaf.start] == source[: leaf.start]
    assert changed[after.at(leaf.path).end :] == source[leaf.end :]
    assert meaning(after, but=leaf.path) == meaning(tree, but=leaf.path)


@given(given=leaves())
def test_a_change_to_the_same_value_is_none(given: tuple[str, Tree, Node]) -> None:
    source, _tree, leaf = given
    assert with_value(source, leaf.path, leaf.value, leaf.form) == source


@given(before=raw_texts, text=texts)
def test_a_text_keeps_the_escapes_of_what_stays(before: str, text: str) -> None:
    source = f'[{before}, "\\u0041é"]'
    value = json.loads(before)
    changed = with_text(source, "/0", value + text)
    assert changed.startswith(source[: len(before)])
    changed = with_text(source, "/0", text + value)
    assert changed.endswith(source[len(before) :])


def test_one_leaf_of_the_sample_changes_and_no_other_character() -> None:
    leaf = parse(POLAROID).at(MOOD)
    changed = with_text(POLAROID, MOOD, "cold, “far”")
    assert changed == POLAROID[: leaf.start] + '"cold, “far”"' + POLAROID[leaf.end :]
    assert changed.replace("cold, “far”", "cozy, intimate, nostalgic") == POLAROID


@pytest.mark.parametrize(
    ("source", "text", "changed"),
    [
        (r'["\u0063at \/ dog"]', "cat / fox", r'["\u0063at \/ fox"]'),
        (r'["\u0063at"]', "the cat", r'["the \u0063at"]'),
        (r'["aXa"]', "aa", r'["aa"]'),
        (r'["aa"]', "aaa", r'["aaa"]'),
        (r'["\ud83d\ude00"]', "😁", r'["\ud83d\ude01"]'),
        (r'["caf\u00e9"]', "cafés 北\x7f", "[" + r'"caf\u00e9s \u5317' + '\x7f"]'),
        (r'["caf\u00e9", "ü"]', "café 北", r'["caf\u00e9 北", "ü"]'),
        (r'["\u0041 \\u00e9"]', "é", '["é"]'),
        (r'["a"]', 'say "hi" \\ /\n\r\t\b\f\x00', r'["say \"hi\" \\ /\n\r\t\b\f\u0000"]'),
        ("[ 1.0 ]", "1.0", '[ "1.0" ]'),
        ("[{ }]", "", '[""]'),
        (r'[null, "\u00e9"]', "ü", r'["\u00fc", "\u00e9"]'),
    ],
)
def test_a_text_is_written_as_its_source_writes(source: str, text: str, changed: str) -> None:
    assert with_text(source, "/0", text) == changed


def test_literals_stay_as_typed() -> None:
    assert with_literal("[ 1 ]", "/0", "-0.0E+1") == "[ -0.0E+1 ]"
    assert with_literal('["x"]', "/0", "null") == "[null]"
    assert with_value("[{ }]", "/0", "", Form.OBJECT) == "[{ }]"
    assert with_value("[1]", "/0", "", Form.TRUE) == "[true]"
    assert with_literal('"x"', "", "1") == "1"


ONE = '{"a": {"b": 1, "c": 2}, "d": [3]}'
HALF = "This text holds half of a character (U+D800), which cannot be sent."
WORDS = "Choose Text or Number to write something here."
REFUSED: list[tuple[str, Any, tuple[Any, ...]]] = [
    ("This holds other values: change those instead.", with_text, (ONE, "/a", "x")),
    ("This holds other values: change those instead.", with_literal, (ONE, "/d", "1")),
    ("This holds other values: change those instead.", with_value, (ONE, "", "", Form.OBJECT)),
    ("This is neither a number nor true, false or null.", with_literal, (ONE, "/d/0", "many")),
    ("This is neither a number nor true, false or null.", with_literal, (ONE, "/d/0", "")),
    ("JSON writes true, not True.", with_literal, (ONE, "/d/0", "True")),
    ("A number has no zero before its other digits.", with_literal, (ONE, "/d/0", "01")),
    ("This is no number.", with_value, (ONE, "/d/0", "few", Form.NUMBER)),
    (WORDS, with_value, (ONE, "/d/0", "few", Form.TRUE)),
    (WORDS, with_value, (ONE, "/d/0", "few", Form.OBJECT)),
    (HALF, with_text, (ONE, "/d/0", "\ud800")),
    (HALF, with_added, (ONE, "/a", "\ud800", "")),
    (HALF, with_added, (ONE, "/a", "x", "\ud800")),
    ("The prompt has 200033 bytes, and no more than 200000 can be kept.", with_text, (ONE, "/d/0", "x" * 199_999)),
    (
        "No more than 64 brackets may stand inside one another.",
        with_value,
        ("[" * 64 + "1" + "]" * 64, "/0" * 64, "", Form.ARRAY),
    ),
    ("The name “b” is there already.", with_added, (ONE, "/a", "b", "x")),
    ("Nothing can be added here: this is neither a group nor a list.", with_added, (ONE, "/a/b", "k", "x")),
    ("The whole prompt cannot be taken away.", without, (ONE, "")),
]


@pytest.mark.parametrize(("sentence", "change", "given"), REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence(sentence: str, change: Any, given: tuple[Any, ...]) -> None:
    with pytest.raises(Refused) as caught:
        change(*given)
    assert caught.value.sentence() == str(caught.value) == sentence


@pytest.mark.parametrize(
    ("change", "given"),
    [(with_text, ("x",)), (with_literal, ("1",)), (with_added, ("k", "x")), (without, ())],
)
def test_an_unknown_path_is_a_key_error_and_a_broken_source_invalid(change: Any, given: tuple[Any, ...]) -> None:
    with pytest.raises(KeyError):
        change(ONE, "/nowhere", *given)
    with pytest.raises(Invalid):
        change("[1,]", "/0", *given)


def test_before_must_be_a_child() -> None:
    with pytest.raises(KeyError):
        with_added(ONE, "/a", "k", "x", before="/d/0")


def test_a_change_up_to_the_limit_is_taken() -> None:
    assert len(with_text('[""]', "/0", "x" * (MAX_BYTES - 4))) == MAX_BYTES
