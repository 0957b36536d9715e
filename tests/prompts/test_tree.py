from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.tree import MAX_BYTES, Form, Invalid, Node, Tree, decoded_offsets, parse
from tests.prompts.samples import SAMPLES
from tests.prompts.written import broken, leaves, sources

POLAROID = SAMPLES["polaroid.json"]


def refuse(constant: str) -> None:
    raise ValueError(constant)


def loaded(source: str) -> Any:
    """As json.loads has it, with every member of an object, and numbers as they are written."""
    return json.loads(
        source.removeprefix("\ufeff"),
        object_pairs_hook=lambda pairs: {"members": pairs},
        parse_int=str,
        parse_float=str,
        parse_constant=refuse,
    )


def value(tree: Tree, node: Node) -> Any:
    """What json.loads should have made of this node."""
    if node.form is Form.OBJECT:
        return {"members": [(child.key, value(tree, child)) for child in tree.children(node.path)]}
    if node.form is Form.ARRAY:
        return [value(tree, child) for child in tree.children(node.path)]
    if node.form in {Form.TEXT, Form.NUMBER}:
        return node.value
    return json.loads(node.value)


@given(source=sources)
def test_it_reads_what_json_reads(source: str) -> None:
    tree = parse(source)
    assert value(tree, tree.nodes[0]) == loaded(source)


def agrees(source: str) -> None:
    try:
        wanted = loaded(source)
        json.dumps(wanted, ensure_ascii=False).encode()
    except ValueError:
        with pytest.raises(Invalid) as caught:
            parse(source)
        error = caught.value
        lines = source.replace("\r\n", "\n ").replace("\r", "\n").split("\n")
        assert 1 <= error.line <= len(lines)
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1
        assert error.sentence().endswith(".")
        assert error.sentence() == str(error)
    else:
        tree = parse(source)
        assert value(tree, tree.nodes[0]) == wanted


@given(source=broken())
def test_it_refuses_what_json_refuses(source: str) -> None:
    agrees(source)


@given(source=st.text(alphabet="{}[]\":, \\/u0a1eE+-.nul\n\r\t'”：#", max_size=12))
def test_it_agrees_about_any_signs(source: str) -> None:
    agrees(source)


@given(source=sources)
def test_places_are_those_of_the_source(source: str) -> None:
    tree = parse(source)
    for node in tree.nodes:
        assert loaded(source[node.start : node.end]) == value(tree, node)
        if node.key_start < node.key_end:
            assert json.loads(source[node.key_start : node.key_end]) == node.key
        else:
            assert node.key_start == node.start
            assert not node.key or tree.at(node.path.rpartition("/")[0]).form is Form.ARRAY


@given(source=sources)
def test_paths_are_unlike_and_in_order(source: str) -> None:
    tree = parse(source)
    assert len({node.path for node in tree.nodes}) == len(tree.nodes)
    assert [node.start for node in tree.nodes] == sorted(node.start for node in tree.nodes)
    assert all(tree.at(node.path) is node for node in tree.nodes)
    assert all(node.depth == node.path.count("/") for node in tree.nodes)
    assert all(len(tree.children(node.path)) == node.count for node in tree.nodes)
    assert tree.leaves == tuple(node for node in tree.nodes if not tree.children(node.path))


@given(given=leaves())
def test_each_decoded_character_has_its_place(given: tuple[str, Tree, Node]) -> None:
    source, _tree, leaf = given
    if leaf.form is not Form.TEXT:
        with pytest.raises(ValueError, match="not a text"):
            decoded_offsets(source, leaf)
        return
    places = decoded_offsets(source, leaf)
    assert len(places) == len(leaf.value) + 1
    assert (places[0], places[-1]) == (leaf.start + 1, leaf.end - 1)
    pieces = [source[one:other] for one, other in pairwise(places)]
    assert [json.loads(f'"{piece}"') for piece in pieces] == list(leaf.value)


def test_a_pair_of_escapes_is_one_character() -> None:
    source = r'["x\ud83d\ude00\né"]'
    assert decoded_offsets(source, parse(source).at("/0")) == (2, 3, 15, 17, 18)


def test_pointers_escape_and_tell_twins_apart() -> None:
    members = ",".join(['"a/b":0', '"a~b":1', '"":2', '"~2":3', '"a/0":4', *['"a":5'] * 11])
    tree = parse(f"{{{members}}}")
    paths = [node.path for node in tree.nodes]
    twins = [*(f"/a~{number}" for number in range(2, 10)), "/a~~10", "/a~~11"]
    assert paths == ["", "/a~1b", "/a~0b", "/", "/~02", "/a~10", "/a", *twins]
    assert tree.duplicates == tuple(twins)
    assert {tree.at(path).key for path in twins} == {"a"}


def test_a_bare_scalar_is_one_leaf() -> None:
    tree = parse(' "cat"\n')
    assert tree.leaves == tree.nodes == (Node(Form.TEXT, "", "", 0, 1, 6, 1, 1, "cat", 0),)
    assert tree.children("") == ()


def test_empty_brackets_are_leaves() -> None:
    tree = parse('{"a": { }, "b": [], "c": [[]]}')
    assert [(leaf.path, leaf.form) for leaf in tree.leaves] == [
        ("/a", Form.OBJECT),
        ("/b", Form.ARRAY),
        ("/c/0", Form.ARRAY),
    ]


def test_what_is_not_there_is_a_key_error() -> None:
    tree = parse('{"a": 1}')
    for look in (tree.at, tree.children):
        with pytest.raises(KeyError):
            look("/b")


def test_the_sample_is_read() -> None:
    tree = parse(POLAROID)
    assert tree.at("/environment/lighting/mood").value == "cozy, intimate, nostalgic"
    assert tree.at("/subjects/1/prop").value == "holding a red Coca-Cola can"
    assert len(tree.leaves) == 45
    assert tree.duplicates == ()


def test_sixty_four_levels_are_the_most() -> None:
    assert parse("[" * 64 + "]" * 64).nodes[-1].depth == 63
    assert parse('{"a":' * 64 + "1" + "}" * 64).nodes[-1].depth == 64
    for source in ("[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 100_000):
        with pytest.raises(Invalid, match="No more than 64 brackets"):
            parse(source)


def test_two_hundred_kilobytes_are_the_most() -> None:
    assert parse('"' + "é" * 99_999 + '"').nodes[0].end == MAX_BYTES // 2 + 1
    with pytest.raises(Invalid, match="200001 bytes") as caught:
        parse('["' + "x" * (MAX_BYTES - 3) + '"]')
    assert (caught.value.line, caught.value.column) == (1, MAX_BYTES + 1)
    assert caught.value.params == {"bytes": MAX_BYTES + 1, "limit": MAX_BYTES}


def test_long_keys_around_many_values_take_no_memory() -> None:
    with pytest.raises(Invalid, match="names around this are too long"):
        parse('{"' + "k" * 90_000 + '": [' + "0," * 50_000 + "0]}")


def test_the_same_text_is_read_once() -> None:
    assert parse(POLAROID) is parse(POLAROID)


@pytest.mark.parametrize(
    "source",
    ['["' + '\\"' * 99_000, '["' + "\\\\" * 99_000 + "x", "[" + "1" * 199_000 + "x", '"' + '\\"' * 99_000 + '"x'],
    ids=["open", "backslashes", "digits", "glued"],
)
def test_what_is_long_and_broken_is_told(source: str) -> None:
    with pytest.raises(Invalid):
        parse(source)
