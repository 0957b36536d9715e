"""A team's accounts at providers. Keys are encrypted and write-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.models.generations import Generation

if TYPE_CHECKING:
    from studio.models.teams import Team


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def for_team(self, team: Team) -> ConnectionQuerySet:
        return self.filter(team=team)

    def used(self) -> ConnectionQuerySet:
        """Those that a generation names; they stay for as long as it does."""
        return self.filter(models.Exists(Generation.objects.filter(connection=models.OuterRef("pk"))))


class Connection(models.Model):
    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(_("name"), max_length=80)
    # An id of the catalogue. Not choices: the catalogue is data, and a provider may leave it while rows remain.
    provider = models.CharField(_("provider"), max_length=40)
    base_url = models.CharField(_("address"), max_length=300, blank=True)
    key_ciphertext = models.TextField(blank=True)
    key_last4 = models.CharField(max_length=4, blank=True)
    concurrency = models.PositiveSmallIntegerField(_("calls at once"), default=8)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_passed = models.BooleanField(default=False)
    test_message = models.CharField(max_length=300, blank=True)
    # Models that the server named when it was tested; a compatible server may offer any.
    found_models = models.JSONField(default=list, blank=True)
    # As the provider told when it was tested: micro-dollars left, and by model id what a picture costs.
    balance = models.BigIntegerField(null=True, blank=True)
    found_prices = models.JSONField(default=dict, blank=True)
    # Calls that came to nothing one after the other; at the breaker's limit the connection pauses itself.
    failed_in_a_row = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            UniqueConstraint(fields=["team", "name"], name="connection_name_once_per_team"),
            CheckConstraint(condition=Q(concurrency__gte=1), name="connection_allows_a_call"),
            CheckConstraint(
                condition=Q(paused_at=None, paused_reason="") | Q(paused_at__isnull=False),
                name="connection_reason_only_when_paused",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def pause(self, reason: str) -> bool:
        """Whether this call paused it. The first reason stays."""
        changed = Connection.objects.filter(pk=self.pk, paused_at=None).update(
            paused_at=timezone.now(), paused_reason=reason[:300]
        )
        return changed == 1

    def resume(self) -> bool:
        changed = Connection.objects.filter(pk=self.pk, paused_at__isnull=False).update(
            paused_at=None, paused_reason="", failed_in_a_row=0
        )
        return changed == 1
