"""Takes due attempts for this engine and turns each into the values that its driver needs."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection, transaction

from studio.imaging.formats import MEDIA_TYPES
from studio.models import Attempt
from studio.models.generations import AttemptQuerySet, State
from studio.models.references import SentReference
from studio.prompts.filling import filled
from studio.providers import failures
from studio.providers.values import Account, Failure, ImageRequest, ReferenceFile
from studio.services import connections
from studio.services.vault import Unreadable
from studio.storage import files
from studio.worker import recover

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from studio.models import Reference

log = logging.getLogger(__name__)

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An attempt that this engine holds, with nothing of the database about it."""

    pk: int
    owner: UUID
    epoch: int
    state: State
    remote_id: str
    key: str
    tries: int
    submitted_at: datetime | None
    team: int
    project: int
    connection: int
    provider: str
    request: ImageRequest
    account: Account
    # The references as they were sent the last time, where it was sent before.
    sent_references: tuple[SentReference, ...] = ()
    # Why it cannot be sent at all: a key that does not decrypt, a reference whose file is gone.
    refusal: Failure | None = None


def fresh(owner: UUID, room: int, *, only: Collection[int] | None = None) -> list[Claimed]:
    """Up to ``room`` due attempts, oldest first, never more of a connection than it allows at once."""
    due = _due(only)
    if not due.exists():  # read without a lock: an idle pump must not take the write lock every second
        return []
    with transaction.atomic():
        chosen = _choose(_due(only), min(room, AT_ONCE))
        # select_for_update is silently ignored on SQLite; there the whole transaction holds the write lock.
        Attempt.objects.filter(pk__in=chosen).claim(owner, expected=(State.QUEUED,), to=State.LEASED)
    return _load(owner, chosen, (State.LEASED,))


def orphans(owner: UUID, room: int, *, stale: float, only: Collection[int] | None = None) -> list[Claimed]:
    """Jobs of dead engines that a provider works on under an id we know: asking again is free."""
    if not lost_jobs(stale, only).exists():  # as above, without a lock
        return []
    with transaction.atomic():
        chosen = list(lost_jobs(stale, only).order_by("id").values_list("pk", flat=True)[: min(room, AT_ONCE)])
        recover.orphaned(stale=stale).filter(pk__in=chosen).claim(owner, expected=recover.RESUMABLE)
    return _load(owner, chosen, recover.RESUMABLE)


def lost_jobs(stale: float, only: Collection[int] | None = None) -> AttemptQuerySet:
    return _of(recover.orphaned(stale=stale), only).exclude(remote_id="").filter(state__in=recover.RESUMABLE)


def _due(only: Collection[int] | None) -> AttemptQuerySet:
    return _of(Attempt.objects.due().exclude(recover.outlived()), only)


def _of(rows: AttemptQuerySet, only: Collection[int] | None) -> AttemptQuerySet:
    return rows if only is None else rows.filter(pk__in=only)


def _choose(due: AttemptQuerySet, room: int) -> list[int]:
    busy = Attempt.objects.busy()
    full = [pk for pk, (held, allowed) in busy.items() if held >= allowed]
    waiting = due.exclude(generation__connection__in=full).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
    held = Counter({pk: count for pk, (count, _) in busy.items()})
    chosen: list[int] = []
    rows = waiting.values_list("pk", "generation__connection", "generation__connection__concurrency")
    for pk, account, allowed in rows[: 4 * room]:
        if held[account] < allowed and len(chosen) < room:
            held[account] += 1
            chosen.append(pk)
    return chosen


def _load(owner: UUID, chosen: Iterable[int], expected: Iterable[State]) -> list[Claimed]:
    rows = (
        Attempt.objects.held_by(owner)
        .filter(pk__in=list(chosen), state__in=list(expected))
        .select_related("generation__version", "generation__connection")
        .prefetch_related("generation__version__numbered_references__reference")
        .order_by("id")
    )
    return [_claimed(owner, row) for row in rows]


def _claimed(owner: UUID, row: Attempt) -> Claimed:
    generation = row.generation
    claimed = Claimed(
        pk=row.pk,
        owner=owner,
        epoch=row.epoch,
        state=State(row.state),
        remote_id=row.remote_id,
        key=str(row.provider_key),
        tries=row.tries,
        submitted_at=row.submitted_at,
        team=generation.team_id,
        project=generation.project_id,
        connection=generation.connection_id,
        provider=generation.connection.provider,
        request=ImageRequest(model=generation.model, prompt=generation.version.text, size=generation.size),
        account=Account(base_url=generation.connection.base_url),
    )
    try:
        claimed = replace(claimed, account=connections.account(generation.connection))
        # A job is asked for by its id; what it was made from is not needed again, and may be gone.
        if row.state != State.LEASED:
            return claimed
        sent = tuple(map(SentReference.from_json, row.sent_references))
        return replace(claimed, request=request_of(row), sent_references=sent)
    except Unreadable as error:
        return replace(claimed, refusal=Failure(code=failures.BAD_KEY, words=str(error)))
    except FileNotFoundError:
        return replace(claimed, refusal=Failure(code=failures.REFERENCE_MISSING))
    except Exception:  # it is claimed already: a row that nobody can read must not stop the pump for all the others
        log.exception("Attempt %s cannot be loaded.", row.pk)
        return replace(claimed, refusal=Failure(code=failures.UNEXPECTED))


def request_of(row: Attempt) -> ImageRequest:
    generation, version = row.generation, row.generation.version
    recipe = version.recipe
    roles = dict(enumerate((use.role for use in recipe.references), start=1))
    return ImageRequest(
        model=generation.model,
        prompt=version.text,
        size=generation.size,
        width=generation.width,
        height=generation.height,
        quality=generation.quality,
        format=generation.format,
        compression=generation.compression,
        partials=generation.partials,
        references=tuple(
            _file(numbered.reference, roles.get(numbered.number, "")) for numbered in version.numbered_references.all()
        ),
        recipe=replace(filled(recipe), fills=()),  # who draws it draws what is sent
        take=row.take,
    )


def _file(reference: Reference, role: str) -> ReferenceFile:
    path = files.path(reference.cleaned)
    if not path.exists():
        raise FileNotFoundError(path)
    return ReferenceFile(
        path=path,
        media_type=MEDIA_TYPES[reference.cleaned_format],
        bytes=reference.cleaned_bytes,
        width=reference.width,
        height=reference.height,
        role=role,
    )
