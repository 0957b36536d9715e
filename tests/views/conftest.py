"""What the tests of Compose share: a prompt, its form, and the way to post it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from studio.models import Connection, Project, Prompt, Team
from tests import factories

HTMX = {"HX-Request": "true"}
Post = Callable[..., HttpResponse]


@pytest.fixture
def prompt(project: Project) -> Prompt:
    return factories.make_prompt(project=project)


@pytest.fixture
def form(connection: Connection) -> dict[str, Any]:
    """What the page posts for a plain prompt."""
    return {
        "title": "Coffee tin",
        "base_number": "0",
        "token": str(uuid.uuid4()),
        "subject": "A coffee tin",
        "setting": "on a linen cloth",
        "lighting": "window light",
        "mood": ["calm", ""],
        "connection": f"{connection.pk}:proof",
        "ratio": "3:2",
        "tier": "1K",
        "takes": "2",
        "format": "png",
    }


@pytest.fixture
def post(owner_client: Client, team: Team, prompt: Prompt) -> Post:
    def posted(verb: str, fields: dict[str, Any], *, client: Client | None = None, htmx: bool = True) -> HttpResponse:
        headers = HTMX if htmx else {}
        return (client or owner_client).post(f"/t/{team.slug}/prompts/{prompt.pk}/{verb}/", fields, headers=headers)

    return posted
