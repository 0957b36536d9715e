from __future__ import annotations

import pytest

from studio.prompts.counts import characters, words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" \n ", 0),
        ("A matte cream tin, forest-green band", 6),
        ("don't", 1),
        ("50 mm – f/2", 4),
        ("黄昏时的海边老灯塔,电影画幅", 13),
        ("白色 mug 杯", 4),
        ("コーヒー", 4),
        ("커피 한 잔", 3),
        ("-- ,, “”", 0),
    ],
)
def test_words_are_counted_as_a_person_would(text: str, number: int) -> None:
    assert words(text) == number


def test_characters_are_code_points() -> None:
    assert characters("é👍") == 2
