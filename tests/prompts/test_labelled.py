"""The labelled prompts themselves: enough of them, of every kind, none twice. The checks are measured elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import fields
from typing import Any

import pytest

from studio.prompts.lint import Limits
from studio.prompts.recipe import Kind
from studio.prompts.render import render
from studio.prompts.roles import ROLES
from studio.prompts.scripts import SCRIPTS, writings
from tests.prompts.labelled import Labelled, entries, load

ENTRIES = entries()
PROMPTS = load()
TEXTS = {prompt.id: render(prompt.recipe).text for prompt in PROMPTS}
CLEAN = tuple(prompt for prompt in PROMPTS if not prompt.expected)

# There are not many ways to write nothing.
ENOUGH = {"prompt-empty": (5, 3), "references-many": (5, 5)}
RULES = (
    "prompt-empty",
    "placeholder-unfilled",
    "prompt-too-long",
    "references-too-many",
    "references-many",
    "takes-ignored",
    "transparent-background",
    "quality-not-accepted",
    "json-broken",
    "json-name-twice",
    "text-forbidden",
    "words-unquoted",
    "text-long",
    "script-unnamed",
    "script-wrong",
    "line-without-placement",
    "line-without-lettering",
    "reference-without-role",
    "reference-unmentioned",
    "reference-not-attached",
    "reference-unnumbered",
    "edit-without-preservation",
    "move-without-direction",
    "contradiction",
    "styles-too-many",
    "said-twice",
    "chip-twice",
    "left-out-but-wanted",
    "directives-too-few",
)
LIMITS = {field.name for field in fields(Limits)}
WRITINGS = {"latin", "han", "kana", "hangul", "arabic", "hebrew", "cyrillic", "greek", "devanagari", "thai"}


def held_out(prompts: tuple[Labelled, ...]) -> float:
    return sum(prompt.split == "held-out" for prompt in prompts) / len(prompts)


def test_every_entry_is_a_recipe_with_an_id_of_its_own() -> None:
    ids = [entry["id"] for entry in ENTRIES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+-[a-z]{2}-\d{3}", one) for one in ids)
    assert [prompt.id for prompt in PROMPTS] == ids


def test_nothing_is_there_twice() -> None:
    seen: dict[object, str] = {}
    for prompt in PROMPTS:
        if "prompt-empty" not in prompt.expected:
            words = re.sub(r"[\W_]+", "", TEXTS[prompt.id]).casefold()
            key = (words, len(prompt.recipe.references), tuple(sorted(prompt.limits.items())))
            assert seen.setdefault(key, prompt.id) == prompt.id


def test_labels_are_ids_of_rules() -> None:
    for prompt in PROMPTS:
        labels = [*prompt.expected, *prompt.near]
        assert len(set(labels)) == len(labels), prompt.id
        assert set(labels) <= set(RULES), prompt.id
        assert prompt.split in {"tuning", "held-out"}, prompt.id
        assert set(prompt.limits) <= LIMITS, prompt.id


def test_scripts_and_roles_are_known() -> None:
    for prompt in PROMPTS:
        assert {line.script for line in prompt.recipe.text} <= {"", *SCRIPTS}, prompt.id
        assert {use.role for use in prompt.recipe.references} <= {"", *ROLES}, prompt.id


def test_half_of_the_prompts_are_clean_and_half_of_those_held_out() -> None:
    assert len(PROMPTS) >= 870
    assert len(CLEAN) >= len(PROMPTS) / 2
    assert 0.45 <= held_out(CLEAN) <= 0.55


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_hits_and_near_misses_in_both_halves(rule: str) -> None:
    hits = tuple(prompt for prompt in PROMPTS if rule in prompt.expected)
    misses = tuple(prompt for prompt in CLEAN if rule in prompt.near)
    enough_hits, enough_misses = ENOUGH.get(rule, (10, 8))
    assert len(hits) >= enough_hits
    assert len(misses) >= enough_misses
    assert 0.4 <= held_out(hits) <= 0.6


def test_labels_that_are_mere_counting_are_right() -> None:
    for prompt in PROMPTS:
        most = prompt.limits.get("max_characters", 10**9)
        assert ("prompt-too-long" in prompt.expected) == (len(TEXTS[prompt.id]) > most), prompt.id
        most = prompt.limits.get("max_references", 10**9)
        assert ("references-too-many" in prompt.expected) == (len(prompt.recipe.references) > most), prompt.id
        usual = prompt.limits.get("many_references", 10**9)
        assert ("references-many" in prompt.expected) == (len(prompt.recipe.references) > usual), prompt.id
        ignored = prompt.limits.get("takes_ignored", False) and prompt.limits["takes"] > 1
        assert ("takes-ignored" in prompt.expected) == ignored, prompt.id
        quality, qualities = prompt.limits.get("quality", ""), prompt.limits.get("qualities")
        refused = bool(quality) and qualities is not None and quality not in qualities
        assert ("quality-not-accepted" in prompt.expected) == refused, prompt.id


def test_labels_of_json_syntax_are_right() -> None:
    def names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return dict(pairs)

    for prompt in PROMPTS:
        if prompt.recipe.kind is not Kind.JSON or not prompt.recipe.body.strip():
            continue
        twice: list[str] = []
        try:
            json.loads(prompt.recipe.body, object_pairs_hook=names_once)
            broken = False
        except ValueError:
            broken = True
        assert ("json-broken" in prompt.expected) == broken, prompt.id
        assert ("json-name-twice" in prompt.expected) == bool(twice), prompt.id


def test_languages_and_kinds() -> None:
    languages = Counter(prompt.language.split("-")[0] for prompt in PROMPTS)
    for language, share in {"en": 0.35, "zh": 0.35, "ja": 0.08}.items():
        assert languages[language] >= share * len(PROMPTS), language
    assert languages.keys() >= {"de", "fr", "es", "tr", "ko", "ar", "he", "ru", "el", "hi", "th"}
    assert {prompt.language for prompt in PROMPTS} >= {"zh-Hans", "zh-Hant"}
    kinds = Counter(prompt.recipe.kind for prompt in PROMPTS)
    assert kinds[Kind.STRUCTURED] >= 60
    assert kinds[Kind.JSON] >= 25


def test_writing_systems_and_lengths() -> None:
    found: set[str] = set()
    for text in TEXTS.values():
        found |= set(writings(text))
    assert found >= WRITINGS
    lengths = sorted(map(len, TEXTS.values()))
    assert lengths[-1] <= 4000
    assert lengths[-4] > 3000
    assert lengths[-12] > 1500
