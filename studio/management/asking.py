"""What a command asks for: looked at whole before anything is stored, then submitted as the web would."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from studio.management import arguments
from studio.management.scripting import Exit, Stop
from studio.models import Prompt
from studio.prompts import filling, kinds
from studio.prompts.recipe import Recipe, ReferenceUse
from studio.providers import catalogue, prices
from studio.services import budgets, choosing, generations, halts, health, orders, prompts, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from studio.management.saving import Target
    from studio.models import Connection, Generation, Project, Reference, Team, User
    from studio.providers.output import Output
    from studio.services.orders import Order

WORKER_COMES_WITHIN = 10.0  # seconds; it may be starting beside us


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One generation as somebody wrote it down; what is empty is chosen for them."""

    text: str
    output: Output  # size, quality, format, compression, takes
    images: tuple[str, ...] = ()
    connection: str = ""
    model: str = ""
    project: str = ""
    title: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A wish that can be fulfilled, with all that was chosen. ``price`` is in micro-dollars, None where unknown."""

    wish: Wish
    team: Team
    user: User
    project: Project
    connection: Connection
    output: Output
    order: Order
    price: int | None


def plan(wish: Wish, team: Team) -> Plan:
    """Everything that can be known beforehand; nothing is stored. Raises Stop, Refused and Missing."""
    user, project = choosing.owner(team), choosing.project(team, wish.project)
    connection = usable(team, wish.connection)
    output = replace(wish.output, connection=connection.pk, model=wish.model or choosing.model(connection))
    # There is no form to fill in here, and a script's bytes are sent as they are: hence ``as_written`` below.
    order = orders.foresee(connection, output, text=wish.text, references=len(wish.images))
    expected = prices.estimate(order.model, order.output, order.references, characters=len(wish.text))
    return Plan(
        wish=wish,
        team=team,
        user=user,
        project=project,
        connection=connection,
        output=output,
        order=order,
        price=expected.total if expected else None,
    )


def begin(plan: Plan, stored: Sequence[Reference], client_token: UUID) -> Generation:
    """Raises Refused: the connection may be paused, or changed, until now."""
    recipe = recipe_of(plan, stored)
    with transaction.atomic():
        return generations.begin(
            prompt=prompt_of(recipe, plan),
            recipe=recipe,
            user=plan.user,
            connection=plan.connection,
            output=plan.output,
            client_token=client_token,
            as_written=True,
        )


def recipe_of(plan: Plan, stored: Sequence[Reference]) -> Recipe:
    uses = tuple(ReferenceUse(sha256=row.sha256) for row in stored)
    return Recipe(kind=kinds.kind_of(plan.wish.text), body=plan.wish.text, references=uses)


def prompt_of(recipe: Recipe, plan: Plan) -> Prompt:
    """The prompt of this title, or of these first words: a script that changes the rest stays in one line of work."""
    title = prompts.shown_title(plan.wish.title, recipe)
    known = Prompt.objects.filter(project=plan.project, kind=recipe.kind.value, title=title).first()
    return known or prompts.create(project=plan.project, user=plan.user, title=title, recipe=recipe, output=plan.output)


def usable(team: Team, name: str) -> Connection:
    connection = choosing.connection(team, name)
    if connection.paused_at is not None:
        message = _("The connection “%(name)s” is paused. Resume it on the connections page.") % {
            "name": connection.name
        }
        raise Stop(Exit.UNAVAILABLE, "connection_paused", message)
    if sentence := halts.refusal(connection=connection):
        raise Stop(Exit.TRY_LATER, "halted", sentence)
    return connection


def mind_worker() -> None:
    """Nothing is put into a queue in front of somebody who waits, unless somebody works on it."""
    if not health.worker_beats_within(WORKER_COMES_WITHIN):
        message = _("No worker is running. Start the studio with make run, or add --inline.")
        raise Stop(Exit.UNAVAILABLE, "no_worker", message)


def reference(team: Team, user: User, name: str) -> Reference:
    try:
        return references.store_path(team=team, user=user, path=Path(name))
    except OSError as error:
        raise arguments.unreadable(name, error) from None


def placeholders(recipe: Recipe) -> str:
    """A remark on what looks like one and is sent all the same; nothing where there is none."""
    names = filling.unfilled(recipe)
    return (
        _("Sent as written, with what looks like a placeholder: %(names)s") % {"names": ", ".join(names)}
        if names
        else ""
    )


def copies(generation: Generation) -> list[str]:
    """A remark on each reference that is sent as a smaller copy."""
    model = catalogue.model(generation.connection.provider, generation.model)
    numbered = generation.version.numbered_references.order_by("number")
    sizes = numbered.values_list("reference__cleaned_bytes", flat=True)
    return [str(each) for each in orders.smaller(model, list(sizes))]


@contextmanager
def refusals() -> Iterator[None]:
    """What the services refuse is bad input here; what a budget forbids is not allowed."""
    try:
        yield
    except budgets.OverBudget as over:
        raise Stop(Exit.NOT_ALLOWED, "budget", over.message) from None
    except (generations.Refused, references.Refused) as refused:
        raise Stop(Exit.BAD_INPUT, "refused", refused.message) from None
    except generations.Conflict:
        message = _("Another command is sending the same at this moment. Run this one again.")
        raise Stop(Exit.TRY_LATER, "conflict", message) from None
    except choosing.Missing as missing:
        raise Stop(Exit.BAD_INPUT, "missing", str(missing)) from None
