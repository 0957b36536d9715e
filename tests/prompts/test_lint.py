from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.prompts.change import single_difference
from studio.prompts.filling import text_leaves
from studio.prompts.lint import RULES, Finding, Limits, apply, check
from studio.prompts.recipe import LISTS, Attribute, Fill, Kind, Recipe, TextLine
from studio.prompts.render import render
from studio.prompts.roles import ROLES
from studio.prompts.scripts import SCRIPTS
from tests.prompts.corpus import CORPUS, PICTURE, scene, verbatim
from tests.prompts.strategies import recipes

UNLIMITED = Limits()


def ids(recipe: Recipe, limits: Limits = UNLIMITED) -> list[str]:
    return [finding.id for finding in check(recipe, limits=limits)]


@pytest.mark.parametrize(("recipe", "expected"), CORPUS)
def test_a_prompt_has_the_findings_that_a_designer_would_agree_with(recipe: Recipe, expected: list[str]) -> None:
    assert sorted(ids(recipe)) == sorted(expected)


def test_what_is_ignored_is_not_told_but_what_blocks_is() -> None:
    recipe = scene(subject="A [PLACE] poster", mood=("calm", "minimal"), style=("minimal", "still life"))
    assert ids(recipe) == ["placeholder-unfilled", "said-twice"]
    every = {rule.id for rule in RULES}
    assert [finding.id for finding in check(recipe, ignored=every)] == ["placeholder-unfilled"]
    assert [finding.id for finding in check(recipe, ignored={"said-twice"})] == ["placeholder-unfilled"]
    assert not next(rule for rule in RULES if rule.id == "placeholder-unfilled").can_be_ignored


_FRAGMENTS = (
    *(recipe.body for recipe, _expected in CORPUS if len(recipe.body) < 120),
    *(recipe.subject for recipe, _expected in CORPUS if len(recipe.subject) < 120),
    *(
        "minimal",
        "calm",
        "cinematic",
        "watercolour",
        "ukiyo-e",
        "collage",
        "close-up",
        "aerial",
        "day",
        "night",
        "text",
    ),
    *(
        "other text",
        "any text",
        "no text",
        "“コーヒー”",
        "japanese woodcut",
        "the sign reads tea",
        "image 2",
        "保持",
        "文字",
        "背景透過",
        "a transparent background",
        "看板にコーヒーと書かれている",
        "夜の街",
        "真昼",
        "文字なし",
        "ロゴを移動してください",
        "そのまま",
        "書名寫著港口",
        "黑白照片",
        "鲜艳的色彩",
    ),
)
prose = st.lists(st.sampled_from(_FRAGMENTS), max_size=4).map(", ".join)
chips = st.lists(st.sampled_from(_FRAGMENTS), max_size=4).map(tuple)
documents = st.dictionaries(
    st.sampled_from(["scene", "avoid", "keep", "headline", "background", "画面", "禁止"]),
    st.one_of(prose, st.lists(prose, max_size=2)),
    max_size=4,
).map(lambda parts: json.dumps(parts, ensure_ascii=False))
written = st.builds(
    Recipe,
    kind=st.sampled_from(Kind),
    **{
        attribute.value: chips if attribute in LISTS else prose
        for attribute in Attribute
        if attribute not in {Attribute.TEXT, Attribute.REFERENCES, Attribute.FILLS, Attribute.BODY}
    },
    body=st.one_of(prose, documents),
    fills=st.lists(st.builds(Fill, name=st.just("PRICE"), value=prose), max_size=1).map(tuple),
    text=st.lists(
        st.builds(
            TextLine,
            text=st.sampled_from(["OPEN", "コーヒー", "山水", "[PRICE]", ""]),
            script=st.sampled_from(["", "latin", "japanese"]),
            placement=st.sampled_from(["", "top"]),
        ),
        max_size=2,
    ).map(tuple),
    references=st.lists(
        st.builds(lambda role: replace(PICTURE, role=role), st.sampled_from(["", "base", "product", "style"])),
        max_size=3,
    ).map(tuple),
)
bounds = st.builds(
    Limits,
    max_characters=st.one_of(st.none(), st.integers(0, 400)),
    max_references=st.one_of(st.none(), st.integers(0, 3)),
    transparent_background=st.sampled_from([None, False, True]),
    takes=st.integers(1, 4),
    takes_ignored=st.booleans(),
    qualities=st.sampled_from([None, (), ("low", "high")]),
    quality=st.sampled_from(["", "low", "ultra"]),
)


def assert_fixes_are_honest(recipe: Recipe, limits: Limits) -> None:
    before = check(recipe, limits=limits)
    for finding in before:
        if finding.fix is None or finding.fix.edit is None:
            continue
        fixed = apply(recipe, finding)
        after = check(fixed, limits=limits)
        assert finding.key not in {other.key for other in after}
        assert Counter(other.id for other in after) < Counter(other.id for other in before)
        changed = single_difference(recipe, fixed)
        assert changed is not None
        assert changed.attribute is finding.fix.edit.attribute


@pytest.mark.parametrize("recipe", [recipe for recipe, _expected in CORPUS])
def test_a_fix_silences_its_finding_and_causes_none(recipe: Recipe) -> None:
    assert_fixes_are_honest(recipe, Limits())


@settings(max_examples=60, deadline=None)
@given(written, bounds)
def test_a_fix_is_honest_in_any_company(recipe: Recipe, limits: Limits) -> None:
    assert_fixes_are_honest(recipe, limits)


@settings(max_examples=60, deadline=None)
@given(st.one_of(recipes, written), bounds)
def test_findings_point_at_what_is_there(recipe: Recipe, limits: Limits) -> None:
    findings = check(recipe, limits=limits)
    assert findings == check(recipe, limits=limits)
    assert len({finding.key for finding in findings}) == len(findings)
    for finding in findings:
        assert finding.key.isascii()
        assert finding.key.isprintable()
        assert finding.attribute in recipe.attributes
        assert finding.sentence()
        assert finding.because()
        if finding.start is not None and finding.end is not None:
            assert 0 <= finding.start < finding.end <= len(_pointed_at(recipe, finding))


def _pointed_at(recipe: Recipe, finding: Finding) -> str:
    value = recipe.value(finding.attribute)
    if finding.index is not None and (leaves := text_leaves(recipe)) and finding.attribute is Attribute.BODY:
        return dict(leaves)[finding.index].value
    if isinstance(value, str) or finding.index is None:
        return str(value)
    item = value[finding.index]
    return item if isinstance(item, str) else str(getattr(item, finding.field))


def test_a_fix_that_needs_a_person_says_where_to_go() -> None:
    finding = check(scene(text=(TextLine(text="OPEN", lettering="bold"),)))[0]
    assert finding.fix is not None
    assert finding.fix.focus is not None
    assert (finding.fix.focus.attribute, finding.fix.focus.index, finding.fix.focus.field) == (
        Attribute.TEXT,
        0,
        "placement",
    )
    with pytest.raises(ValueError, match="no edit"):
        apply(scene(), finding)


@pytest.mark.parametrize(
    ("recipe", "finding_id", "fixed"),
    [
        (
            verbatim("A café at dusk, the sign reads coffee, wet street"),
            "words-unquoted",
            verbatim("A café at dusk, the sign reads “coffee”, wet street"),
        ),
        (
            verbatim("A café at dusk, the sign reads “コーヒー”, wet street"),
            "script-unnamed",
            verbatim("A café at dusk, the sign reads “コーヒー” (in Japanese kana), wet street"),
        ),
        (
            verbatim("A poster that reads “OPEN”, no text, on a wall, daylight"),
            "text-forbidden",
            verbatim("A poster that reads “OPEN”, no other text, on a wall, daylight"),
        ),
        (
            verbatim("把背景换成海边的日落"),
            "edit-without-preservation",
            verbatim("把背景换成海边的日落", preserve=("其他所有内容",)),
        ),
        (
            scene(style=("ukiyo-e", "watercolour", "cinematic")),
            "styles-too-many",
            scene(style=("ukiyo-e", "watercolour")),
        ),
        (
            scene(mood=("calm", "minimal"), style=("still life", "minimal")),
            "said-twice",
            scene(mood=("calm", "minimal"), style=("still life",)),
        ),
        (
            scene(text=(TextLine(text="コーヒー", lettering="bold", placement="top"),)),
            "script-unnamed",
            scene(text=(TextLine(text="コーヒー", script="japanese-kana", lettering="bold", placement="top"),)),
        ),
    ],
)
def test_one_click_makes_the_edit(recipe: Recipe, finding_id: str, fixed: Recipe) -> None:
    finding = next(finding for finding in check(recipe) if finding.id == finding_id)
    assert apply(recipe, finding) == fixed


def test_an_edit_that_would_cause_another_finding_is_not_offered() -> None:
    recipe = Recipe(subject="A tin in a jar", mood=("minimal",), style=("minimal",))
    finding = next(finding for finding in check(recipe) if finding.id == "said-twice")
    assert finding.fix is not None
    assert finding.fix.edit is not None
    bare = Recipe(subject="A tin", mood=("soft",), style=("soft",))
    finding = next(finding for finding in check(bare) if finding.id == "said-twice")
    assert finding.fix is not None
    assert finding.fix.edit is None
    assert finding.fix.focus is not None


def test_what_the_model_takes_is_checked_against_its_limits() -> None:
    recipe = scene(references=(replace(PICTURE, role="style"),) * 3)
    length = len(render(recipe).text)
    assert ids(recipe, Limits(max_characters=length, max_references=3)) == []
    assert ids(recipe, Limits(max_characters=length - 1, max_references=2)) == [
        "prompt-too-long",
        "references-too-many",
    ]


def test_errors_come_first_and_block() -> None:
    findings = check(Recipe(subject="A red [ANIMAL]", text=(TextLine(text="OPEN"),)))
    assert [finding.severity for finding in findings] == sorted(
        (finding.severity for finding in findings), key=["error", "warning", "note"].index
    )
    assert [finding.blocks for finding in findings][:2] == [True, False]


def test_sentences_are_translated_and_typed_words_are_not() -> None:
    finding = next(finding for finding in check(scene(mood=("bold", "minimal"), style=("minimal", "x"))))
    german = {
        "mood": "Stimmung",
        "style": "Stil",
        "minimal": "karg",
        "“%(word)s” is in %(one)s and in %(two)s.": "%(word)s: %(one)s, %(two)s",
    }
    assert finding.sentence(lambda msgid: german.get(msgid, msgid)) == "minimal: Stimmung, Stil"


def test_roles_and_scripts_render_as_sentences() -> None:
    assert all(role.phrase.split()[0] in {"is", "sets", "shows"} for role in ROLES.values())
    assert all(script.words.startswith("in ") for script in SCRIPTS.values())
