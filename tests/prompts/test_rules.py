"""The rules themselves: documented, and right about the labelled prompts."""

from __future__ import annotations

import pytest

from bench import linting
from studio.prompts.lint import RULES, Rule, check
from tests.prompts import labelled


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_example_and_says_it_in_words(rule: Rule) -> None:
    found = [finding for finding in check(rule.example, limits=rule.limits) if finding.id == rule.id]
    assert found
    for finding in found:
        assert "%" not in finding.sentence() + finding.because()
        assert finding.sentence().endswith(".")
        assert finding.because().endswith(".")
        assert finding.fix is not None


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_to_do_and_whether_one_click_does_it(rule: Rule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.remedy.endswith(".")
    assert set(rule.languages) <= {"en", "zh", "ja"}
    edits = [
        finding.fix is not None and finding.fix.edit is not None
        for finding in check(rule.example, limits=rule.limits)
        if finding.id == rule.id
    ]
    assert all(edits) is rule.one_click


EVERY = labelled.load()
SCORES = linting.scores(EVERY)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_right_on_labelled_prompts(rule: Rule) -> None:
    score = SCORES[rule.id]
    assert score.right + score.missed >= 5
    assert score.precision >= linting.PRECISION
    assert score.recall >= linting.RECALL


@pytest.mark.parametrize("split", ["tuning", "held-out"])
def test_clean_prompts_are_left_alone(split: str) -> None:
    assert linting.false_per_20([entry for entry in EVERY if entry.split == split]) <= linting.FALSE_PER_20


def test_the_page_tells_the_rules_as_they_are() -> None:
    page = linting.PAGE.read_text("utf-8")
    assert linting.part(page, "rules") == linting.rules_table(), "run python -m bench.linting"
