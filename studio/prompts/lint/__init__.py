"""Checks a prompt for what a model misreads: deterministic, offline, each finding with its reason and its fix."""

from __future__ import annotations

from studio.prompts.lint.checking import RULES, apply, check
from studio.prompts.lint.findings import ATTRIBUTE_LABELS, Edit, Finding, Fix, Focus, Limits, Rule

__all__ = ["ATTRIBUTE_LABELS", "RULES", "Edit", "Finding", "Fix", "Focus", "Limits", "Rule", "apply", "check"]
