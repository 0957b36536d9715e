"""What is tidied once a minute: nothing depends on it, everything heals by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from studio import queue
from studio.models import Attempt, Engine, Image
from studio.models.generations import State
from studio.models.images import Health
from studio.services.images import LOOKS
from studio.worker import fitting, partials, receipts, receive, recover, redeem, slot
from studio.worker.pace import Pace

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

EVIDENCE_DAYS = 30
# Smaller copies of references: longer than any attempt waits for its turn.
COPY_DAYS = 30
# A picture that has not been looked at so long after it came: its message was lost.
UNSEEN_SECONDS = 60
# How long after its end, and for how many seconds at a time, a picture behind a link is tried again unasked.
FETCH_FOR = 3600.0
FETCH_SECONDS = 20.0
AT_ONCE = 100


def sweep() -> None:
    now = timezone.now()
    unknown = Attempt.objects.filter(state=State.UNKNOWN)
    redeem.redeem(unknown)
    recover.outlive()
    for receipt in receipts.outdated():
        receipts.discard(receipt)
    old = now - timedelta(seconds=Pace.from_settings().part_age)
    receive.clear_parts(old, wanted=receipts.parts())
    partials.clear_left(old)
    receive.clear_evidence(now - timedelta(days=EVIDENCE_DAYS))
    fitting.clear_unused(now - timedelta(days=COPY_DAYS))
    Engine.objects.exclude(pk__in=Engine.objects.fresh(24 * 3600).values("pk")).delete()
    look_again(now - timedelta(seconds=UNSEEN_SECONDS))
    queue.ring()
    # Last, because it waits for others: pictures whose address was out of reach a moment ago.
    redeem.redeem(unknown.filter(finished_at__gte=now - timedelta(seconds=FETCH_FOR)), seconds=FETCH_SECONDS)


def look_again(before: datetime) -> None:
    """Only while the queue is empty: what waits there will be looked at without another message."""
    if queue.waiting():
        return
    for pk in _unseen().filter(created_at__lt=before)[:AT_ONCE]:
        queue.enqueue_look(pk)


def look_left() -> None:
    """When a worker starts: pictures whose message went down with the worker before it. While another one lives, they
    may be in its hands, and are left to the sweep."""
    if slot.is_live(stale=Pace.from_settings().stale):
        return
    unseen = list(_unseen()[:AT_ONCE])
    waiting = queue.looks_waiting() if unseen else set()
    for pk in unseen:
        if pk not in waiting:
            queue.enqueue_look(pk)


def _unseen() -> QuerySet[Image, int]:
    return Image.objects.filter(health=Health.NEW, looks__lte=LOOKS).order_by("id").values_list("pk", flat=True)
