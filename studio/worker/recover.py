"""What a dead engine leaves behind, and what each of its attempts becomes: the table of docs/architecture.md."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from studio import providers
from studio.models import Attempt, Engine
from studio.models.generations import HELD, SENT, AttemptQuerySet, State
from studio.providers import failures
from studio.services import money
from studio.worker import redeem, slot

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

RESUMABLE = (State.RUNNING, State.DOWNLOADING)
# How long a provider is trusted to remember a key of ours. Nobody publishes it; a day is the least that is usual.
KEY_LIFE = timedelta(hours=23)


def orphaned(*, stale: float) -> AttemptQuerySet:
    """Rows of engines that are dead or gone. A sub-select, not a list of the living: an engine that starts between
    two statements, and claims, must not be taken for dead."""
    dead = slot.dead(stale=stale)
    return Attempt.objects.orphaned(Engine.objects.exclude(pk__in=dead))


def recover(*, stale: float, tries: int) -> int:
    """Finish what is here, put back what was never sent, give up what cannot be known. Jobs with an id are left for a
    claim."""
    if not orphaned(stale=stale).exists():
        return 0
    count = redeem.redeem(orphaned(stale=stale))
    with transaction.atomic():
        lost = orphaned(stale=stale)
        count += _put_back(lost, tries)
        sent = lost.filter(remote_id="")
        # With the provider's own key the same bytes may be sent again: it answers for the first of them.
        again = sent.filter(_keyed())
        unwanted = again.filter(cancel_requested_at__isnull=False).locked(SENT)
        count += _of(unwanted).move(State.CANCELLED, expected=SENT, owner=None, error_code=failures.INTERRUPTED)
        money.dispute(unwanted)
        # But not for ever: what is sent so often when its engine dies may be why it does.
        lasting = again.filter(tries__lt=tries).locked(SENT)
        count += _of(lasting).move(State.QUEUED, expected=SENT, owner=None, tries=F("tries") + 1)
        # It keeps its owner: should that engine only have slept, its answer is still welcome.
        count += sent.move(State.UNKNOWN, expected=SENT, error_code=failures.INTERRUPTED)
    return count


def strays(owner: UUID, driven: Collection[int], *, age: float, tries: int) -> int:
    """Ours by the rows and by nothing else: a driver ended in an accident that it could not write down."""
    before = timezone.now() - timedelta(seconds=age)
    lost = Attempt.objects.held_by(owner).filter(state__in=HELD, changed_at__lt=before).exclude(pk__in=list(driven))
    if not lost.exists():
        return 0
    count = redeem.redeem(lost) + _put_back(lost, tries)
    count += lost.filter(remote_id="").move(State.UNKNOWN, expected=SENT, error_code=failures.UNEXPECTED)
    return count + release(lost.exclude(remote_id=""))


def outlive() -> int:
    """What waits to be sent again under a key that its provider may have forgotten: on a paused connection, or while
    nobody worked. Sent now, it could be paid for twice."""
    return Attempt.objects.filter(outlived()).move(
        State.UNKNOWN, expected=(State.QUEUED,), error_code=failures.NOT_ANSWERED, not_before=None
    )


def release(jobs: AttemptQuerySet) -> int:
    """Jobs that somebody is to ask for again: nobody's, so that the next look for orphans takes them up. An unknown
    one runs again by that."""
    values = {"owner": uuid4(), "error_code": "", "error_message": ""}
    return jobs.move(State.RUNNING, expected=(*RESUMABLE, State.UNKNOWN), **values)


@transaction.atomic
def _put_back(lost: AttemptQuerySet, tries: int) -> int:
    """What was only leased is queued again; but what was leased so often when its engine died may be why it did."""
    leased = (State.LEASED,)
    worn = lost.filter(tries__gte=tries)
    unknown = worn.filter(sent_before()).locked(leased)
    count = _of(unknown).move(State.UNKNOWN, expected=leased, error_code=failures.UNEXPECTED)
    failed = worn.locked(leased)
    count += _of(failed).move(State.FAILED, expected=leased, owner=None, error_code=failures.UNEXPECTED, cost=0)
    money.release(failed)
    return count + lost.move(State.QUEUED, expected=leased, owner=None, tries=F("tries") + 1)


def _of(locked: list[int]) -> AttemptQuerySet:
    return Attempt.objects.filter(pk__in=locked)


def sent_before() -> Q:
    """Of what waits: a try before may have reached the provider, and its key allows another one. A drawing has that
    time, too, but nothing of it ever leaves."""
    return _keyed() & Q(submitted_at__isnull=False)


def outlived() -> Q:
    return _keyed() & Q(submitted_at__lt=timezone.now() - KEY_LIFE)


def _keyed() -> Q:
    names = [name for name, adapter in providers.ADAPTERS.items() if adapter.takes_key]
    return Q(generation__connection__provider__in=names)
