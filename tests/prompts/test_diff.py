from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.diff import Piece, characters, diff, words
from tests.prompts.strategies import texts

Compare = Callable[[str, str], tuple[Piece, ...]]
ALL: list[Compare] = [words, characters, diff]


def shown(pieces: tuple[Piece, ...]) -> str:
    marks = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    return "".join(marks[piece.op][0] + piece.text + marks[piece.op][1] for piece in pieces)


similar = st.one_of(
    st.tuples(texts, texts),
    st.tuples(st.text(alphabet="ab 北光,\n"), st.text(alphabet="ab 北光,\n")),
)


@pytest.mark.parametrize("compare", ALL)
@given(pair=similar)
def test_pieces_put_both_values_together_again(compare: Compare, pair: tuple[str, str]) -> None:
    a, b = pair
    pieces = compare(a, b)
    assert "".join(piece.text for piece in pieces if piece.op != "added") == a
    assert "".join(piece.text for piece in pieces if piece.op != "removed") == b


@pytest.mark.parametrize("compare", ALL)
@given(pair=similar)
def test_pieces_are_whole_and_take_turns(compare: Compare, pair: tuple[str, str]) -> None:
    pieces = compare(*pair)
    assert all(piece.text for piece in pieces)
    assert all(
        (one.op, two.op)
        in {("same", "removed"), ("same", "added"), ("removed", "added"), ("removed", "same"), ("added", "same")}
        for one, two in itertools.pairwise(pieces)
    )


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            "Soft north window from the left, cool and even",
            "Hard low sun from the left, warm and even",
            "[-Soft north window-]{+Hard low sun+} from the left, [-cool-]{+warm+} and even",
        ),
        ("calm, crafted", "calm, crafted, loud", "calm, crafted{+, loud+}"),
        (
            "黄昏时的海边老灯塔,电影画幅",
            "清晨时的海边新灯塔,电影画幅",
            "[-黄昏-]{+清晨+}时的海边[-老-]{+新+}灯塔,电影画幅",
        ),
        (
            'reads "コーヒー" in bold kana',
            'reads "カフェ" in thin kana',
            'reads "[-コーヒー-]{+カフェ+}" in [-bold-]{+thin+} kana',
        ),
        ("नमस्ते दुनिया", "नमस्कार दुनिया", "[-नमस्ते-]{+नमस्कार+} दुनिया"),
        ("family 👩‍👩‍👧", "family 👩‍👩‍👦", "family [-👩‍👩‍👧-]{+👩‍👩‍👦+}"),
        ("cafe\u0301", "cafe", "[-cafe\u0301-]{+cafe+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("same", "same", "same"),
        ("", "", ""),
    ],
)
def test_a_difference_reads_as_a_person_would_tell_it(a: str, b: str, expected: str) -> None:
    assert shown(diff(a, b)) == expected


def test_unchanged_crumbs_between_changes_are_counted_as_changed() -> None:
    assert (
        shown(diff("red of fire burning", "blue of water flowing"))
        == "[-red of fire burning-]{+blue of water flowing+}"
    )


def test_very_long_texts_are_compared_by_clause_first() -> None:
    clauses = [f"clause {number} " + "字" * 90 for number in range(40)]
    a, b = "。".join(clauses), "。".join(reversed(clauses))
    changed = "。".join([*clauses[:20], "a new one", *clauses[21:]])
    assert "".join(piece.text for piece in diff(a, b) if piece.op != "removed") == b
    assert [piece.text for piece in diff(a, changed) if piece.op == "added"] == ["a new one"]
