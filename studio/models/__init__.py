"""Rows, constraints, QuerySet methods and one row's rules. Verbs across rows live in studio.services."""

from __future__ import annotations

from studio.models.connections import Connection
from studio.models.generations import Attempt, Engine, Generation
from studio.models.images import Image, Rendition
from studio.models.money import Budget, Halt, LedgerEntry
from studio.models.prompts import Prompt, Version, VersionReference
from studio.models.references import Reference
from studio.models.teams import Membership, Project, Team
from studio.models.throttles import Throttle
from studio.models.users import SignInLink, User

__all__ = [
    "Attempt",
    "Budget",
    "Connection",
    "Engine",
    "Generation",
    "Halt",
    "Image",
    "LedgerEntry",
    "Membership",
    "Project",
    "Prompt",
    "Reference",
    "Rendition",
    "SignInLink",
    "Team",
    "Throttle",
    "User",
    "Version",
    "VersionReference",
]
