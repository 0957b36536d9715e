"""Prompts with a frame in front, text on things, and places: the subject stays whole, nothing strays."""

from __future__ import annotations

from typing import Any

import pytest

from studio.prompts.proposal import propose, propose_json
from studio.prompts.recipe import Attribute
from tests.prompts.framed import FRAMED
from tests.prompts.test_proposal import assert_nothing_lost


@pytest.mark.parametrize("name", FRAMED)
def test_a_frame_and_its_commas_leave_the_subject_whole(name: str) -> None:
    text, expected = FRAMED[name]
    proposal = propose(text)
    assert {key: proposal.value(Attribute(key)) for key in expected} == expected
    assert_nothing_lost(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("清晨的江南水乡，一位撑着油纸伞的女子", {"setting": "清晨的江南水乡", "subject": "一位撑着油纸伞的女子"}),
        ("A cinematic, wide-angle photo. An old man, feeding pigeons.", {"subject": "An old man, feeding pigeons."}),
        ("A woman, close-up shot of her face, in a garden.", {"subject": "A woman", "setting": "in a garden"}),
        ("A red car, parked on a street in Havana, Cuba", {"setting": "parked on a street in Havana, Cuba"}),
        ("A vase. Do not change or distort the lid.", {"preserve": ("the lid",), "avoid": ()}),
        (
            "A vase. Do not change the lid unless it is open.",
            {"preserve": ("Do not change the lid unless it is open",)},
        ),
        (
            "Create a cinematic, photorealistic image of a mother baking bread in a rustic kitchen.",
            {"subject": "a mother baking bread", "style": ("cinematic", "photorealistic image")},
        ),
        (
            "高精細なアニメ調イラスト。女子高生が夕暮れの駅のホームで電車を待っている。",
            {"subject": "女子高生、電車を待っている", "setting": "駅のホームで", "lighting": "夕暮れ"},
        ),
        (
            "电影感画面：深夜的重庆老街，一个骑手骑着电动车",
            {"subject": "一个骑手骑着电动车", "setting": "深夜的重庆老街"},
        ),
        ("生成一张写实风格的人像摄影，主角是一位老教授", {"subject": "一位老教授", "style": ("写实风格的人像摄影",)}),
    ],
)
def test_short_frames_places_and_wishes_to_keep(text: str, expected: dict[str, Any]) -> None:
    proposal = propose(text)
    assert {key: proposal.value(Attribute(key)) for key in expected} == expected
    assert_nothing_lost(text)


def test_a_key_that_only_names_its_value_stays_out_of_the_subject() -> None:
    source = (
        '{"subject": {"gender": "female", "identity": "user", "hair": "long black", "age": "25", "clothing": "a red'
        ' coat", "姿势": "坐着", "relationship": "friendly"}, "keep": "Keep the face unchanged."}'
    )
    proposal = propose_json(source)
    expected = "female, user, long black hair, age: 25, a red coat, 坐着, relationship: friendly"
    assert proposal.value(Attribute.SUBJECT) == expected
    assert proposal.value(Attribute.PRESERVE) == ("the face",)
