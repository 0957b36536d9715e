"""What the browser tests of the wall and the jobs share: pictures to hang, and ends to come to."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from studio.models import Attempt, Generation, Image
from studio.models.generations import State
from tests import factories

SHAPES = [(1536, 1024), (1024, 1536), (1024, 1024), (1536, 864), (1024, 1280)]
COLOURS = ["#8c3b2a", "#2f4858", "#c9a227", "#5b7553", "#3d3a4b", "#b56576"]


def hang(generation: Generation, count: int) -> list[Image]:
    """So many real pictures of many shapes, made an hour ago; newest first."""
    made = []
    for number in range(count):
        width, height = SHAPES[number % len(SHAPES)]
        attempt = factories.make_attempt(
            generation=generation,
            take=number + 1,
            state=State.DONE,
            changed_at=timezone.now() - timedelta(hours=1),
        )
        image = factories.make_image(
            attempt=attempt, width=width, height=height, health="sound", colour=COLOURS[number % len(COLOURS)]
        )
        small = (width // 3, height // 3)
        content = factories.make_picture(*small, format="WEBP", colour=COLOURS[number % len(COLOURS)])
        factories.make_rendition(image, 512, width=small[0], height=small[1], content=content)
        factories.make_rendition(image, 1280, width=small[0], height=small[1], content=content)
        made.append(image)
    return made[::-1]


def end(attempt: Attempt, state: State, **values: object) -> None:
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(state=state, changed_at=now, finished_at=now, owner=None, **values)
