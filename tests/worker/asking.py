"""Attempts of any provider's models, as a person would ask for them: the size comes from the catalogue."""

from __future__ import annotations

from studio.models import Attempt, Connection, Reference
from studio.providers import catalogue, sizes
from studio.providers.output import Output
from tests import factories


def attempt_of(
    connection: Connection,
    model: str,
    *,
    text: str = "A coffee tin",
    output: Output | None = None,
    references: tuple[Reference, ...] = (),
) -> Attempt:
    """A queued attempt of this model."""
    output = output or Output()
    row = catalogue.model(connection.provider, model)
    size = sizes.resolve(row, output)
    project = connection.team.projects.first() or factories.make_project(team=connection.team)
    version = factories.make_version(prompt=factories.make_prompt(project=project), text=text, references=references)
    generation = factories.make_generation(
        version=version,
        connection=connection,
        model=model,
        ratio=output.ratio,
        tier=output.tier,
        size=size.value,
        width=size.width,
        height=size.height,
        quality=output.quality or (row.qualities[0] if row.qualities else ""),
        format=row.formats[0],
    )
    attempt: Attempt = factories.make_attempt(generation=generation)
    return attempt
