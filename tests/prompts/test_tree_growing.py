from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studio.prompts.tree import Form, parse, pointer, with_added, without
from tests.prompts.samples import SAMPLES
from tests.prompts.written import sources, texts

POLAROID = SAMPLES["polaroid.json"]


@given(source=sources, data=st.data(), key=texts, text=texts)
def test_what_is_added_can_be_taken_away_again(source: str, data: st.DataObject, key: str, text: str) -> None:
    tree = parse(source)
    parents = [node for node in tree.nodes if node.form in {Form.OBJECT, Form.ARRAY}]
    assume(parents)
    parent = data.draw(st.sampled_from(parents))
    children = tree.children(parent.path)
    assume(all(child.key != key for child in children))
    before = data.draw(st.sampled_from([None, *children]))
    grown = with_added(source, parent.path, key, text, before=before.path if before else None)

    place = children.index(before) if before else len(children)
    path = pointer(parent.path, key if parent.form is Form.OBJECT else str(place))
    after = parse(grown)
    assert after.at(path).value == text
    assert after.children(parent.path)[place] is after.at(path)
    assert len(after.nodes) == len(tree.nodes) + 1
    # Something is put in at one place, and nothing else is touched.
    at = before.key_start if before else children[-1].end if children else parent.start + 1
    assert grown.startswith(source[:at])
    assert grown.endswith(source[at:])
    if children:
        assert without(grown, path) == source
    else:
        assert without(grown, path) == source[: parent.start + 1] + source[parent.end - 1 :]


@given(source=sources, data=st.data())
def test_what_is_taken_away_leaves_the_rest(source: str, data: st.DataObject) -> None:
    tree = parse(source)
    assume(len(tree.nodes) > 1)
    node = data.draw(st.sampled_from(tree.nodes[1:]))
    parent = node.path.rpartition("/")[0]
    after = parse(without(source, node.path))
    kept = [child for child in tree.children(parent) if child is not node]
    assert [(child.form, after.source[child.start : child.end]) for child in after.children(parent)] == [
        (child.form, source[child.start : child.end]) for child in kept
    ]
    assert len(after.nodes) == len(tree.nodes) - sum(node.start <= one.start < node.end for one in tree.nodes)


@pytest.mark.parametrize(
    ("source", "parent", "grown"),
    [
        # one line
        ('{"a": 1}', "", '{"a": 1, "k": "v"}'),
        ('{"a":1}', "", '{"a":1,"k":"v"}'),
        ('{ "a": 1 }', "", '{ "a": 1, "k": "v" }'),
        ('{ "a" : 1 ,"b" : 2 }', "", '{ "a" : 1 ,"b" : 2 ,"k" : "v" }'),
        ("[1]", "", '[1, "v"]'),
        ('{"a":[1]}', "/a", '{"a":[1,"v"]}'),
        ("[ 1, 2 ]", "", '[ 1, 2, "v" ]'),
        # several lines
        ('{\n  "a": 1\n}\n', "", '{\n  "a": 1,\n  "k": "v"\n}\n'),
        ('{\r\n\t"a": 1,\r\n\t"b": 2\r\n}', "", '{\r\n\t"a": 1,\r\n\t"b": 2,\r\n\t"k": "v"\r\n}'),
        ('{\n  "a": 1\n, "b": 2\n}', "", '{\n  "a": 1\n, "b": 2\n, "k": "v"\n}'),
        ('{\n  "a": 1,\n  "b": 2,\n\n  "c": 3\n}', "", '{\n  "a": 1,\n  "b": 2,\n\n  "c": 3,\n\n  "k": "v"\n}'),
        ('{\n  "a": [1, 2]\n}', "/a", '{\n  "a": [1, 2, "v"]\n}'),
        ('{"a":\n {}, "b":\n []}', "", '{"a":\n {}, "b":\n [], "k": "v"}'),
        # empty
        ("{}", "", '{\n  "k": "v"\n}'),
        ("[]\r\n", "", '[\r\n  "v"\r\n]\r\n'),
        ("{ }", "", '{ "k": "v" }'),
        ("{\n}", "", '{\n  "k": "v"\n}'),
        ('{"a": {}}', "/a", '{"a": {"k": "v"}}'),
        ('{"a":[]}', "/a", '{"a":["v"]}'),
        ('{ "a": {} }', "/a", '{ "a": { "k": "v" } }'),
        ('{\n    "a": {}\n}', "/a", '{\n    "a": {\n        "k": "v"\n    }\n}'),
        ('{\r\n\t"a": {\r\n\t}\r\n}', "/a", '{\r\n\t"a": {\r\n\t\t"k": "v"\r\n\t}\r\n}'),
        ('{\n  "a": [ {}, 1 ]\n}', "/a/0", '{\n  "a": [ { "k": "v" }, 1 ]\n}'),
        ("[\n  1,\n  []\n]", "/1", '[\n  1,\n  [\n    "v"\n  ]\n]'),
    ],
)
def test_what_is_added_is_spaced_like_what_is_there(source: str, parent: str, grown: str) -> None:
    assert with_added(source, parent, "k", "v") == grown


@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t"])
def test_a_machine_would_have_written_it_the_same(indent: int | str | None) -> None:
    before = json.loads(POLAROID)
    source = json.dumps(before, ensure_ascii=False, indent=indent)
    before["environment"]["lighting"]["colour"] = "é"
    before["constraints"].append("No hats")
    grown = with_added(source, "/environment/lighting", "colour", "é")
    grown = with_added(grown, "/constraints", "", "No hats")
    assert grown == json.dumps(before, ensure_ascii=False, indent=indent)


@pytest.mark.parametrize(
    ("source", "before", "grown"),
    [
        ('{"a": 1}', "/a", '{"k": "v", "a": 1}'),
        ('{\n  "a": 1,\n  "b": 2\n}', "/b", '{\n  "a": 1,\n  "k": "v",\n  "b": 2\n}'),
        ("[ 1, 2 ]", "/0", '[ "v", 1, 2 ]'),
        ('{"a": 1, "a": 2}', "/a~2", '{"a": 1, "k": "v", "a": 2}'),
    ],
)
def test_it_can_be_added_before_another(source: str, before: str, grown: str) -> None:
    assert with_added(source, "", "k", "v", before=before) == grown


@pytest.mark.parametrize(
    ("text", "form", "written"),
    [
        ("1.50", Form.NUMBER, "1.50"),
        ("true", Form.TRUE, "true"),
        ("", Form.NULL, "null"),
        ("", Form.OBJECT, "{}"),
        ("", Form.ARRAY, "[]"),
        ('"é"', Form.TEXT, r'"\"\u00e9\""'),
    ],
)
def test_every_form_can_be_added(text: str, form: Form, written: str) -> None:
    source = r'{"\u00e9": 1}'
    assert with_added(source, "", "ü", text, form) == rf'{{"\u00e9": 1, "\u00fc": {written}}}'


@pytest.mark.parametrize(
    ("source", "path", "left"),
    [
        ('{"a": 1, "b": 2, "c": 3}', "/a", '{"b": 2, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "/b", '{"a": 1, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "/c", '{"a": 1, "b": 2}'),
        ('{\n  "a": 1,\n  "b": 2\n}', "/a", '{\n  "b": 2\n}'),
        ('{\n  "a": 1 ,\n  "b": 2\n}', "/b", '{\n  "a": 1\n}'),
        ('{ "a": { "b": 1 } }', "/a/b", '{ "a": {} }'),
        ("\ufeff[ 1 ] ", "/0", "\ufeff[] "),
        ('{"a": 1, "a": 2}', "/a~2", '{"a": 1}'),
        ("[{}, [1, {}], 2]", "/1", "[{}, 2]"),
    ],
)
def test_what_is_taken_away_takes_one_comma(source: str, path: str, left: str) -> None:
    assert without(source, path) == left
