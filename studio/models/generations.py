"""Generations, their attempts (one paid call each) and the engine that holds them. The rows are the truth."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Count, Exists, F, Index, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.models.choices import one_of
from studio.models.money import Halt
from studio.providers import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.models.teams import Team


class State(models.TextChoices):
    """What is true of an attempt on disk; docs/architecture.md says what a crash makes of each."""

    QUEUED = "queued", _("Waiting")
    LEASED = "leased", _("Starting")
    SUBMITTING = "submitting", _("Sent")
    RUNNING = "running", _("Running")
    DOWNLOADING = "downloading", _("Receiving")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNKNOWN = "unknown", _("Outcome unknown")


WAITING = (State.QUEUED,)
HELD = (State.LEASED, State.SUBMITTING, State.RUNNING, State.DOWNLOADING)
OPEN = WAITING + HELD
ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN)
# From here a paid request may have left the machine.
SENT = (State.SUBMITTING, State.RUNNING, State.DOWNLOADING)
# An answer that comes late, from an engine that only slept, is still welcome.
LATE = (*SENT, State.UNKNOWN)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def for_team(self, team: Team) -> GenerationQuerySet:
        return self.filter(team=team)


class Generation(models.Model):
    """Make n takes of this version with this connection, model, size, quality and format."""

    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="generations")
    project = models.ForeignKey("Project", on_delete=models.CASCADE, related_name="generations")
    version = models.ForeignKey("Version", on_delete=models.PROTECT, related_name="generations")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="generations")
    model = models.CharField(max_length=120)
    # The intent ("3:2", "1K"), empty where exact pixels were asked for, and the exact value that is sent.
    ratio = models.CharField(max_length=8, blank=True)
    tier = models.CharField(max_length=4, blank=True)
    size = models.CharField(max_length=20)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    quality = models.CharField(max_length=12, blank=True)
    format = models.CharField(max_length=8, blank=True)
    compression = models.PositiveSmallIntegerField(null=True, blank=True)
    takes = models.PositiveSmallIntegerField(default=1)
    # Unfinished pictures that were asked for while it is made.
    partials = models.PositiveSmallIntegerField(default=0)
    # Per take, in micro-dollars; null where the catalogue knows no price.
    estimate_each = models.BigIntegerField(null=True)
    # Two presses of one form are one generation: the token is drawn into the form.
    client_token = models.UUIDField(default=uuid.uuid4)
    request_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            UniqueConstraint(fields=["team", "client_token"], name="generation_submitted_once"),
            CheckConstraint(condition=Q(takes__gte=1), name="generation_makes_a_take"),
        ]
        indexes = [Index(fields=["team", "-id"], name="generation_newest_of_team")]

    def __str__(self) -> str:
        return f"Generation {self.pk}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def for_team(self, team: Team) -> AttemptQuerySet:
        return self.filter(generation__team=team)

    def open(self) -> AttemptQuerySet:
        """What has no end: a constraint makes that the same as the open states, and a small index finds it."""
        return self.filter(finished_at=None)

    def due(self) -> AttemptQuerySet:
        """Queued, allowed, and not waiting for a later time. By the database's own clock."""
        return self.allowed().filter(Q(not_before=None) | Q(not_before__lte=Now()), state=State.QUEUED)

    def allowed(self) -> AttemptQuerySet:
        """What may be sent: its connection is not paused and no halt stands over its team. What is drawn on this
        machine calls nobody and is never halted."""
        halts = Halt.objects.filter(Q(team=None) | Q(team=OuterRef("generation__team")))
        built_in = [name for name, known in catalogue.providers().items() if known.is_built_in]
        at_home = Q(generation__connection__provider__in=built_in)
        return self.filter(at_home | ~Exists(halts), generation__connection__paused_at=None)

    def locked(self, expected: Iterable[State]) -> list[int]:
        """The ids of those in an expected state, kept as they are for the rest of the transaction. A change by a
        condition on another table must come in these two steps: PostgreSQL looks again at the changed row alone."""
        rows = self.filter(state__in=list(expected)).order_by("pk").select_for_update(of=("self",))
        return list(rows.values_list("pk", flat=True))

    def busy(self) -> dict[int, tuple[int, int]]:
        """Connection → its calls that are open or about to be, and how many it allows at once. Where the two are the
        same, what is due waits for one of them to end."""
        rows = (
            self.filter(state__in=HELD)
            .order_by()
            .values_list("generation__connection")
            .annotate(held=Count("pk"), allowed=F("generation__connection__concurrency"))
        )
        return {account: (held, allowed) for account, held, allowed in rows}

    def held_by(self, owner: uuid.UUID, epoch: int | None = None) -> AttemptQuerySet:
        """What this engine holds; with an epoch, what it still holds by that claim."""
        mine = self.filter(owner=owner)
        return mine if epoch is None else mine.filter(epoch=epoch)

    def orphaned(self, alive: EngineQuerySet) -> AttemptQuerySet:
        """Held by an engine that is not among these."""
        return self.filter(state__in=HELD).exclude(owner__in=alive.values("pk"))

    def move(self, to: State, *, expected: Iterable[State], **values: Any) -> int:
        """How many of these rows were in an expected state and changed to ``to``; the times follow the state."""
        now = timezone.now()
        times = {"changed_at": now, "finished_at": now if to in ENDED else None}
        unshown = {} if to in SENT else {"partial": ""}  # whoever shows it removes the file
        return self.filter(state__in=list(expected)).update(state=to, **(times | unshown | values))

    def show(self, partial: str, number: int) -> bool:
        """An unfinished picture, the so manyth; False where this is none that is made now."""
        shown = {"partial": partial, "partials": number, "changed_at": timezone.now()}
        return self.filter(state__in=SENT).update(**shown) == 1

    def claim(self, owner: uuid.UUID, *, expected: Iterable[State], to: State | None = None) -> int:
        """Take these rows: each claim raises the epoch, so that whoever held them before can write no more."""
        change: dict[str, Any] = {"state": to} if to else {}
        return self.filter(state__in=list(expected)).update(
            owner=owner, epoch=F("epoch") + 1, changed_at=timezone.now(), **change
        )


class Attempt(models.Model):
    """One paid call. A person's retry of a take is a new attempt with a higher number."""

    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="attempts")
    take = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    # Fencing: every claim raises the epoch, and every later write names the epoch that it holds.
    epoch = models.PositiveIntegerField(default=0)
    owner = models.UUIDField(null=True)
    # Where it is sent to: the connection may move later, and what was sent stays told as it was.
    base_url = models.CharField(max_length=300, blank=True)
    # The references as they were sent, in the order of their numbers; see SentReference.
    sent_references = models.JSONField(default=list, blank=True)
    not_before = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)
    # The same key is sent with every try of this attempt, where the provider takes one.
    provider_key = models.UUIDField(default=uuid.uuid4, unique=True)
    # Automatic tries that provably were not accepted (refused connection, declared 429).
    tries = models.PositiveSmallIntegerField(default=0)
    remote_id = models.CharField(max_length=200, blank=True)
    # Fraction done in percent, where the provider itself says so; never invented.
    percent = models.PositiveSmallIntegerField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.CharField(max_length=600, blank=True)
    # The newest unfinished picture, while it is made; a file of the storage, and how many came so far.
    partial = models.CharField(max_length=200, blank=True)
    partials = models.PositiveSmallIntegerField(default=0)
    revised_prompt = models.TextField(blank=True)
    # Actual cost in micro-dollars, from the provider's own figures; null where it gives none.
    cost = models.BigIntegerField(null=True)
    # Who pays for this one: a retry may be somebody else's than the generation.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Moves with every change of state; the pulse asks for what is newer than it has seen.
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            UniqueConstraint(fields=["generation", "take", "number"], name="attempt_once_per_take"),
            one_of("state", State, name="attempt_state_known"),
            CheckConstraint(condition=Q(take__gte=1, number__gte=1), name="attempt_counts_from_one"),
            CheckConstraint(
                condition=Q(state__in=ENDED, finished_at__isnull=False) | Q(state__in=OPEN, finished_at=None),
                name="attempt_ended_has_a_time",
            ),
            CheckConstraint(condition=~Q(state__in=HELD) | Q(owner__isnull=False), name="attempt_held_has_an_owner"),
            CheckConstraint(
                condition=~Q(state__in=(State.SUBMITTING, State.RUNNING, State.DOWNLOADING, State.DONE, State.UNKNOWN))
                | Q(submitted_at__isnull=False),
                name="attempt_sent_has_a_time",
            ),
            CheckConstraint(
                condition=~Q(state=State.RUNNING) | ~Q(remote_id=""), name="attempt_running_has_a_remote_id"
            ),
            CheckConstraint(condition=Q(percent=None) | Q(percent__lte=100), name="attempt_percent_is_one"),
        ]
        indexes = [
            Index(fields=["not_before", "id"], condition=Q(state=State.QUEUED), name="attempt_queue"),
            Index(fields=["owner"], condition=Q(state__in=HELD), name="attempt_held_by"),
            Index(F("changed_at").desc(), name="attempt_changes"),
            # What has no end is open; few rows, looked for by every page.
            Index(fields=["finished_at"], condition=Q(finished_at=None), name="attempt_open"),
            # Counted by every page, too: they wait for a person.
            Index(fields=["generation"], condition=Q(state=State.UNKNOWN), name="attempt_unknown"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class EngineQuerySet(models.QuerySet["Engine"]):
    def fresh(self, seconds: float) -> EngineQuerySet:
        """Beaten within so many seconds, by the database's own clock."""
        return self.filter(beat_at__gte=Now() - timedelta(seconds=seconds))


class Engine(models.Model):
    """Who holds the pump: one row per running engine, beaten every few seconds, fenced by its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    # At most one engine holds a slot; more slots are how a second pump would be added.
    slot = models.PositiveSmallIntegerField(default=0, unique=True)
    host = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    # Start time of the process in ticks since boot: a pid alone may have been given to somebody else.
    process_started = models.BigIntegerField()
    beat_at = models.DateTimeField()
    started_at = models.DateTimeField()
    in_flight = models.PositiveIntegerField(default=0)

    objects = EngineQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Engine {self.id} on {self.host}"
