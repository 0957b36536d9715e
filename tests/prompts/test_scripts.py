from __future__ import annotations

import pytest
from hypothesis import given

from studio.prompts.scripts import SCRIPTS, detect
from tests.prompts.strategies import texts


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("NORTHLIGHT", "latin"),
        ("コーヒー", "japanese-kana"),
        ("北光珈琲", "japanese"),
        ("朝のコーヒー", "japanese"),
        ("AQUA+ コーヒー", "japanese-kana"),
        ("开业大吉", "chinese-simplified"),
        ("開業大吉 臺灣", "chinese-traditional"),
        ("커피", "korean"),
        ("Кофе", "russian"),
        ("Київ", "ukrainian"),
        ("Καφές", "greek"),
        ("قهوة", "arabic"),
        ("گلاب", "persian"),
        ("קפה", "hebrew"),
        ("กาแฟ", "thai"),
        ("कॉफ़ी", "hindi"),
        ("山水", ""),  # the same in Chinese of both kinds and in Japanese
        ("24/7 ☕", ""),
        ("", ""),
    ],
)
def test_a_text_is_recognised_by_its_letters(text: str, key: str) -> None:
    assert detect(text) == key


@given(texts)
def test_what_is_recognised_is_a_script_that_we_offer(text: str) -> None:
    assert detect(text) in {"", *SCRIPTS}


def test_right_to_left_scripts_say_so() -> None:
    assert {key for key, script in SCRIPTS.items() if script.dir == "rtl"} == {"arabic", "persian", "hebrew"}
