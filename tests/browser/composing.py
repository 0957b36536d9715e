"""What the browser tests of Compose share: one rich prompt, its page, and a wait for what the server has stored."""

from __future__ import annotations

from playwright.sync_api import Page

from studio.models import Prompt
from studio.prompts.recipe import Recipe, TextLine

RECIPE = Recipe(
    subject="A cream coffee tin",
    setting="oak table",
    lighting="window light",
    mood=("calm", "minimal"),
    style=("editorial", "minimal"),
    text=(TextLine(text="NORTHLIGHT", script="latin", lettering="capitals", placement="on the band"),),
)


def saved(page: Page, value: str, *, attribute: str = "subject") -> None:
    """Wait until the server has it."""
    prompt = Prompt.objects.get()
    for _ in range(300):
        prompt.refresh_from_db()
        if prompt.draft["recipe"].get(attribute) == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(prompt.draft["recipe"].get(attribute))
