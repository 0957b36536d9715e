"""Runs every rule over a recipe, and applies the fix that a person chose."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.prompts.change import with_one
from studio.prompts.lint import (
    capabilities,
    contradicting,
    documents,
    editing,
    forbidding,
    lettering,
    meaning,
    pictures,
    sending,
)
from studio.prompts.lint.findings import Edit, Finding, Fix, Focus, Limits, Rule, Spot
from studio.prompts.lint.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.prompts.recipe import Recipe

RULES: tuple[Rule, ...] = (
    *sending.RULES,
    *documents.RULES,
    *capabilities.RULES,
    *forbidding.RULES,
    *lettering.RULES,
    *pictures.RULES,
    *editing.RULES,
    *contradicting.RULES,
    *meaning.RULES,
)

UNLIMITED = Limits()
# Every edit that is offered is tried out by a check of its own; of more than so many, a person makes the rest by hand.
MOST_TRIED = 12
_SEVERITIES = ("error", "warning", "note")


def check(recipe: Recipe, *, limits: Limits = UNLIMITED, ignored: Collection[str] = ()) -> tuple[Finding, ...]:
    """All findings, the gravest first, then in the order of the prompt.

    ``ignored``: ids of rules that somebody does not want to hear of. Errors are told all the same.
    """
    found = _found(recipe, limits)
    before = Counter(rule.id for rule, _spot in found)
    findings: list[Finding] = []
    tried = 0
    for rule, spot in found:
        if rule.id in ignored and rule.can_be_ignored:
            continue
        fix = spot.fix
        if fix and fix.edit:
            tried += 1
            is_honest = tried <= MOST_TRIED and _is_honest(rule, fix.edit, recipe, limits, before)
            fix = fix if is_honest else _by_hand(fix, spot)
        findings.append(_finding(rule, spot, fix))
    order = recipe.attributes
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                _SEVERITIES.index(finding.severity),
                order.index(finding.attribute),
                finding.index or 0,
                finding.start or 0,
            ),
        )
    )


def apply(recipe: Recipe, finding: Finding) -> Recipe:
    """The recipe with the finding's edit made. Raises ValueError where a person has to decide instead."""
    if finding.fix is None or finding.fix.edit is None:
        raise ValueError(f"{finding.id} has no edit to apply.")
    return with_one(recipe, finding.fix.edit.attribute, finding.fix.edit.value)


def _found(recipe: Recipe, limits: Limits) -> list[tuple[Rule, Spot]]:
    reading = Reading(recipe, limits)
    return [(rule, spot) for rule in RULES for spot in rule.find(reading)]


def _finding(rule: Rule, spot: Spot, fix: Fix | None) -> Finding:
    return Finding(
        id=rule.id,
        severity=rule.severity,
        attribute=spot.attribute,
        index=spot.index,
        field=spot.field,
        start=spot.start,
        end=spot.end,
        message=rule.message,
        reason=rule.reason,
        params=spot.params,
        fix=fix,
    )


def _is_honest(rule: Rule, edit: Edit, recipe: Recipe, limits: Limits, before: Counter[str]) -> bool:
    """Tried out: whether the edit silences a finding of its rule and causes no other."""
    fixed = with_one(recipe, edit.attribute, edit.value)
    after = Counter(rule.id for rule, _spot in _found(fixed, limits))
    return after[rule.id] < before[rule.id] and after <= before


def _by_hand(fix: Fix, spot: Spot) -> Fix:
    """The way to the place, instead of the edit."""
    return replace(fix, edit=None, focus=Focus(attribute=spot.attribute, index=spot.index, field=spot.field))
