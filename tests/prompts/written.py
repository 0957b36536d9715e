"""Hypothesis strategies for JSON as people and programs write it: any spacing, any escapes, keys there twice."""

from __future__ import annotations

from hypothesis import strategies as st

from studio.prompts.tree import Node, Tree, parse

_RAW = st.sampled_from(
    [
        *(
            "a",
            "B",
            "7",
            " ",
            "/",
            "~",
            "~1",
            "'",
            "’",
            "“x”",
            ":",
            ",",
            "{",
            "]",
            "é",
            "e\u0301",
            "北光",
            "\u202eשלום",
        ),
        *("北光", "\u202eשלום", "👍🏽", "👩‍👩‍👧‍👦", "\x7f", "\u2028", "\ufeff", "%(name)s", "%", "\U0010ffff"),
        *('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u0041", "\\u00e9", "\\u00E9"),
        *("\\uD83D\\uDE00", "\\ud83d\\ude00", "\\u2028", "\\\\u00e9", "\\udbff\\udfff"),
    ]
)
raw_texts = st.lists(_RAW, max_size=5).map(lambda parts: '"' + "".join(parts) + '"')
_KEYS = st.one_of(st.sampled_from(['""', '"a"', '"\\u0061"', '"a/b"', '"a~b"', '"~2"', '"a~2"', '"0"']), raw_texts)
_NUMBERS = st.sampled_from(["0", "-0", "-0.0", "1E+2", "1e-7", "3.14", "12345678901234567890", "1e400", "-5"])
_SCALARS = st.one_of(raw_texts, _NUMBERS, st.sampled_from(["true", "false", "null"]))
_WHITE = st.sampled_from(["", "", "", " ", " ", "\n", "\n  ", "\r\n    ", "\r", "\t", " \n\n "])


@st.composite
def _array(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(st.tuples(_WHITE, inner, _WHITE).map("".join), max_size=4))
    return f"[{','.join(items) or draw(_WHITE)}]"


@st.composite
def _object(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    member = st.tuples(_WHITE, _KEYS, _WHITE, st.just(":"), _WHITE, inner, _WHITE).map("".join)
    return f"{{{','.join(draw(st.lists(member, max_size=4))) or draw(_WHITE)}}}"


_values = st.recursive(_SCALARS, lambda inner: st.one_of(_array(inner), _object(inner)), max_leaves=12)
sources = st.tuples(st.sampled_from(["", "", "\ufeff"]), _WHITE, _values, _WHITE).map("".join)

texts = st.one_of(
    st.sampled_from(["", "a", 'say "hi"', "C:\\new", "line\nbreak", "\x00\x1f\x7f", "é", "北光珈琲", "👍🏽", "\u2028"]),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8),
)
literals = st.one_of(_NUMBERS, st.sampled_from(["true", "false", "null"]))


@st.composite
def leaves(draw: st.DrawFn) -> tuple[str, Tree, Node]:
    """A source, its tree and one of its leaves."""
    source = draw(sources)
    tree = parse(source)
    return source, tree, draw(st.sampled_from(tree.leaves))


_SLIPS = st.sampled_from(["", *"{}[]\",:'“”#/\\\n\t 01-+.eaTu；：`\u00a0\x00", "//", "```", "None", "\\u", "\\ud83d"])


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A source in which a character or two were put in, taken away or changed."""
    source = draw(sources)
    for _time in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(source)))
        new = draw(
            st.sampled_from(
                ["", *"{}[]\",:'“”#/\\\n\t 01-+.eaTu；：`\u00a0\x00", "//", "```", "None", "\\u", "\\ud83d"]
            )
        )
        source = source[:at] + new + source[at + draw(st.integers(0, 1)) :]
    return source
