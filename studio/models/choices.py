"""Choices that the database enforces too: Django's ``choices`` alone do not bind a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import CheckConstraint, Q

if TYPE_CHECKING:
    from django.db import models


def one_of(field: str, choices: type[models.TextChoices], *, name: str) -> CheckConstraint:
    """A constraint that holds ``field`` to the values of ``choices``."""
    return CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)
