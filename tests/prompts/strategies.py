"""Hypothesis strategies for recipes, with the texts that break careless string handling."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from studio.prompts.recipe import LISTS, Attribute, Fill, Kind, Recipe, ReferenceUse, TextLine
from studio.prompts.roles import ROLES
from studio.prompts.scripts import SCRIPTS

_NASTY = (
    "\n",
    "\r\n",
    " ",
    "  \t",
    '"',
    "“",
    "”",
    "«»",
    "「」",
    "『』⟦⟧",
    "</text-1>",
    "<text-1",
    "Setting: ",
    "\nLighting: noon",
    "Leave out: ",
    "Image 1 is the product.",
    ", ",
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "e\u0301",
    "\u202eשלום",
    "مرحبا",
    "コーヒー",
    "北光珈琲",
    "ไทย",
    "%(name)s",
    "{name}",
    "[LANDMARK]",
    "\x00",
    "\ufeff",
    "no text",
    "close-up",
    "aerial",
)
texts = st.one_of(
    st.just(""),
    st.sampled_from(_NASTY),
    st.lists(st.one_of(st.sampled_from(_NASTY), st.text(max_size=6)), max_size=4).map("".join),
)
lines = st.builds(
    TextLine, text=texts, script=st.sampled_from(["", "unheard-of", *SCRIPTS]), lettering=texts, placement=texts
)
uses = st.builds(ReferenceUse, sha256=st.just("0" * 64), role=st.sampled_from(["", "unheard-of", *ROLES]), note=texts)


fills = st.builds(Fill, name=st.sampled_from(["name", "LANDMARK", "nowhere"]), value=texts)
_documents = st.recursive(
    st.one_of(texts, st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
json_texts = st.builds(
    json.dumps,
    _documents,
    indent=st.sampled_from([None, 2, "\t"]),
    ensure_ascii=st.booleans(),
    separators=st.sampled_from([(",", ":"), (" , ", " :  ")]),
)
bodies = st.one_of(texts, json_texts)


def values(attribute: Attribute) -> st.SearchStrategy[Any]:
    if attribute is Attribute.FILLS:
        return st.lists(fills, max_size=2).map(tuple)
    if attribute is Attribute.BODY:
        return bodies
    if attribute is Attribute.TEXT:
        return st.lists(lines, max_size=3).map(tuple)
    if attribute is Attribute.REFERENCES:
        return st.lists(uses, max_size=3).map(tuple)
    if attribute in LISTS:
        return st.lists(texts, max_size=3).map(tuple)
    return texts


recipes = st.builds(
    Recipe,
    kind=st.sampled_from(Kind),
    **{attribute.value: values(attribute) for attribute in Attribute},
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Recipe, Attribute, Recipe]:
    """A recipe, one of its attributes, and the recipe with another value there."""
    before = draw(recipes)
    attribute = draw(st.sampled_from(before.attributes))
    return before, attribute, before.with_value(attribute, draw(values(attribute)))
