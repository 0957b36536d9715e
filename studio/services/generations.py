"""Submits generations, and cancels, repeats and gives up their attempts."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio import queue
from studio.models import Attempt, Generation
from studio.models.generations import ENDED, SENT, State
from studio.providers import failures, prices
from studio.services import connections, money, orders, prompts
from studio.services.orders import Refused
from studio.worker import recover, redeem

if TYPE_CHECKING:
    from uuid import UUID

    from django.utils.functional import Promise

    from studio.models import Connection, Project, Prompt, User, Version
    from studio.models.generations import AttemptQuerySet
    from studio.prompts.recipe import Recipe
    from studio.providers.output import Output
    from studio.services.orders import Order

__all__ = ["CancelOutcome", "Conflict", "Refused", "begin", "cancel", "check_again", "give_up", "retry", "submit"]

# How long somebody who asks waits for a picture behind a link.
FETCH_SECONDS = 20.0


class Conflict(Exception):
    """This form was used before, for something else."""

    def __init__(self) -> None:
        self.message = _("This form was already sent with other values. Reload the page and generate again.")
        super().__init__(self.message)


class CancelOutcome(StrEnum):
    CANCELLED = "cancelled"  # before it was sent: nothing is charged
    SENT_BEFORE = "sent before"  # while it waited to be sent again: nobody waits any more for what may still be charged
    REQUESTED = "requested"  # after: it may still be charged, and a picture that comes is kept
    ENDED = "ended"  # there was nothing left to cancel

    @property
    def message(self) -> Promise:
        return _CANCELLED[self]


_CANCELLED = {
    CancelOutcome.CANCELLED: gettext_lazy("Cancelled before it was sent. Nothing is charged."),
    CancelOutcome.SENT_BEFORE: gettext_lazy("Cancelled. It was already sent once and may still be charged."),
    CancelOutcome.REQUESTED: gettext_lazy(
        "Cancel was asked for. It was already sent and may still be charged; if a picture comes, it is kept."
    ),
    CancelOutcome.ENDED: gettext_lazy("It had already ended."),
}


def begin(
    *,
    prompt: Prompt,
    recipe: Recipe,
    user: User | None,
    connection: Connection,
    output: Output,
    client_token: UUID,
    as_written: bool = False,
) -> Generation:
    """Freeze this recipe and submit it, both or neither: what is refused leaves no version behind. Raises as
    ``submit`` does."""
    with transaction.atomic():
        return submit(
            project=prompt.project,
            user=user,
            version=prompts.freeze(prompt=prompt, recipe=recipe, user=user),
            connection=connection,
            output=output,
            client_token=client_token,
            as_written=as_written,
        )


def submit(
    *,
    project: Project,
    user: User | None,
    version: Version,
    connection: Connection,
    output: Output,
    client_token: UUID,
    as_written: bool = False,
) -> Generation:
    """One generation with an attempt for each take, and what they are expected to cost reserved. The same token gives
    the same generation, whatever has changed since; ``as_written`` sends unfilled placeholders too. Raises Refused, or
    Conflict when the token was used for something else."""
    request_hash = _request_hash(project, version, connection, output)
    if (known := _known(project, client_token, request_hash)) is not None:
        return known
    order = orders.check(version, connection, output, as_written=as_written)
    try:
        with transaction.atomic():
            generation = _create(project, user, version, connection, order, client_token, request_hash)
            transaction.on_commit(queue.ring)
    except IntegrityError:
        # Somebody was quicker with the same token: the other half of a double click.
        if (known := _known(project, client_token, request_hash)) is None:
            raise
        return known
    return generation


def cancel(*, attempt: Attempt) -> CancelOutcome:
    row = Attempt.objects.filter(pk=attempt.pk)
    if (outcome := _cancel_waiting(row)) is not None:
        return outcome
    now = timezone.now()
    asked = row.filter(state__in=SENT)
    if asked.filter(cancel_requested_at=None).update(cancel_requested_at=now, changed_at=now) or asked.exists():
        transaction.on_commit(queue.ring)
        return CancelOutcome.REQUESTED
    # Put back between the two looks, because the provider had accepted nothing.
    return _cancel_waiting(row) or CancelOutcome.ENDED


@transaction.atomic
def _cancel_waiting(row: AttemptQuerySet) -> CancelOutcome | None:
    """Taking the owner away fences the engine: what is not yet marked as sent will not be sent."""
    waiting = (State.QUEUED, State.LEASED)
    if not (held := row.locked(waiting)):
        return None
    if not row.filter(recover.sent_before()).exists():
        row.move(State.CANCELLED, expected=waiting, owner=None)
        money.release(held)
        return CancelOutcome.CANCELLED
    # Why nobody knows of that first time: as it was noted then, or because the studio was stopped.
    why = Coalesce(NullIf("error_code", Value("")), Value(failures.INTERRUPTED))
    row.move(State.CANCELLED, expected=waiting, owner=None, error_code=why)
    money.dispute(held)
    return CancelOutcome.SENT_BEFORE


def retry(*, attempt: Attempt, user: User | None) -> Attempt:
    """The same take once more, as a new attempt that this user has paid for anew. Raises Refused."""
    row = Attempt.objects.select_related("generation__connection").get(pk=attempt.pk)
    if row.state not in ENDED or row.state == State.DONE:
        raise Refused(_("Only an attempt that ended without a picture can be tried again."))
    orders.check_connection(row.generation.connection)
    try:
        with transaction.atomic():
            again = Attempt.objects.create(
                generation=row.generation,
                take=row.take,
                number=row.number + 1,
                base_url=connections.address(row.generation.connection),
                created_by=user,
                changed_at=timezone.now(),
            )
            money.reserve(generation=row.generation, attempts=[again], person=user)
            transaction.on_commit(queue.ring)
    except IntegrityError:
        raise Refused(_("This take was already tried again. Look at its newest attempt.")) from None
    return again


def check_again(*, attempt: Attempt) -> bool:
    """Whether there is anything left to ask about an outcome that nobody knows: pictures that came back, which are
    taken in now, or a job at the provider, which is followed again. Nothing is sent anew. May wait for a download."""
    row = Attempt.objects.filter(pk=attempt.pk, state=State.UNKNOWN)
    if redeem.redeem(row, seconds=FETCH_SECONDS):
        return True
    released = recover.release(row.exclude(remote_id=""))
    if released:
        transaction.on_commit(queue.ring)
    return released == 1


def give_up(*, attempt: Attempt) -> bool:
    """Whether this call ended the waiting for an outcome that nobody knows. What was reserved stays counted: it may
    have been charged."""
    row = Attempt.objects.filter(pk=attempt.pk)
    with transaction.atomic():
        if not row.move(State.FAILED, expected=(State.UNKNOWN,), owner=None, error_code=failures.GIVEN_UP):
            return False
        money.dispute([attempt.pk])
    return True


def _known(project: Project, client_token: UUID, request_hash: str) -> Generation | None:
    known = Generation.objects.filter(team=project.team_id, client_token=client_token).first()
    if known is not None and known.request_hash != request_hash:
        raise Conflict
    return known


def _request_hash(project: Project, version: Version, connection: Connection, output: Output) -> str:
    content = {"project": project.pk, "version": version.pk, "connection": connection.pk, "output": output.to_json()}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _create(
    project: Project,
    user: User | None,
    version: Version,
    connection: Connection,
    order: Order,
    client_token: UUID,
    request_hash: str,
) -> Generation:
    output = order.output
    estimate = prices.estimate(order.model, output, order.references, characters=len(version.text))
    generation = Generation.objects.create(
        team=project.team,
        project=project,
        version=version,
        connection=connection,
        model=order.model.id,
        ratio="" if output.width else output.ratio,
        tier="" if output.width else output.tier,
        size=order.size.value,
        width=order.size.width,
        height=order.size.height,
        quality=output.quality,
        format=output.format,
        compression=output.compression,
        takes=output.takes,
        partials=output.partials,
        estimate_each=estimate.each if estimate else None,
        client_token=client_token,
        request_hash=request_hash,
        created_by=user,
    )
    now, address = timezone.now(), connections.address(connection)
    attempts = Attempt.objects.bulk_create(
        Attempt(generation=generation, take=take, base_url=address, created_by=user, changed_at=now)
        for take in range(1, output.takes + 1)
    )
    money.reserve(generation=generation, attempts=attempts, person=user)
    return generation
