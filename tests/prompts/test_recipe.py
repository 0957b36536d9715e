from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from studio.prompts.recipe import Attribute, Kind, Recipe
from tests.prompts.strategies import recipes


@given(recipes)
def test_a_recipe_survives_storage_to_the_character(recipe: Recipe) -> None:
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_empty_attributes_are_not_stored() -> None:
    assert Recipe(subject="A cat").to_json() == {"kind": "structured", "subject": "A cat"}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "sonnet"},
        {"weather": "fine"},
        {"subject": 7},
        {"mood": "calm"},
        {"mood": ["calm", 7]},
        {"text": ["OPEN"]},
        {"text": [{"text": "OPEN", "colour": "red"}]},
        {"text": [{"text": None}]},
        {"references": [{"role": "product"}]},
    ],
)
def test_what_is_not_a_recipe_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Recipe.from_json(data)


def test_a_verbatim_prompt_has_a_body_and_its_supplements() -> None:
    assert Recipe(kind=Kind.VERBATIM).attributes == (
        Attribute.BODY,
        Attribute.TEXT,
        Attribute.REFERENCES,
        Attribute.PRESERVE,
        Attribute.AVOID,
    )
