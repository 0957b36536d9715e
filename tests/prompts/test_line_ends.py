"""What a browser does to line ends is undone wherever nobody typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.line_ends import with_line_ends

texts = st.text(st.sampled_from("ab\r\n é"), max_size=30)


def as_a_browser(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text)


@given(texts)
def test_what_was_not_touched_is_kept(kept: str) -> None:
    assert with_line_ends(as_a_browser(kept), kept) == kept


@given(texts, texts, texts)
def test_what_stands_around_an_edit_is_kept(before: str, after: str, typed: str) -> None:
    kept = f"{before}X{after}"
    edited = f"{as_a_browser(before)}<{as_a_browser(typed)}>{as_a_browser(after)}"
    made = with_line_ends(edited, kept)
    assert made.startswith(f"{before}<")
    assert made.endswith(f">{after}")
    assert as_a_browser(made) == edited


@pytest.mark.parametrize(
    ("text", "kept", "expected"),
    [
        ("a\nnew\nb", "a\r\nb", "a\r\nnew\r\nb"),
        ("a\nnew\nb\nc", "a\r\nb\nc", "a\r\nnew\nb\nc"),
        ("a\nb", "a\nb", "a\nb"),
        ("", "a\r\n", ""),
    ],
)
def test_new_line_ends_are_like_the_others(text: str, kept: str, expected: str) -> None:
    assert with_line_ends(text, kept) == expected


def test_a_null_character_is_kept_where_the_browser_showed_a_replacement() -> None:
    assert with_line_ends("a\ufffdb\nc", "a\x00b\r\nc") == "a\x00b\r\nc"
    assert with_line_ends("a\ufffdbc\ufffd", "a\x00b") == "a\x00bc\ufffd"
