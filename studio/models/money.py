"""What calls cost: one ledger, budgets that it is held against, and halts that keep calls from being sent.

Amounts are integers of a millionth of a dollar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from studio.models.choices import one_of

if TYPE_CHECKING:
    from studio.models.teams import Team


class Entry(models.TextChoices):
    RESERVED = "reserved", _("Reserved")  # before it is sent
    RELEASED = "released", _("Released")  # the reservation ends, whatever came of it
    SETTLED = "settled", _("Charged")
    DISPUTED = "disputed", _("Perhaps charged")  # paid for and unusable, or given up without an answer


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def for_team(self, team: Team) -> LedgerQuerySet:
        return self.filter(team=team)


class LedgerEntry(models.Model):
    """One movement for one attempt. Their sum is what the attempt holds: its reservation, then what it cost.

    All entries of an attempt stand under the day of its reservation, so that a budget's period is theirs together.
    """

    attempt = models.ForeignKey("Attempt", on_delete=models.RESTRICT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Entry)
    amount = models.BigIntegerField()
    # By our own price, because the provider stated none.
    estimated = models.BooleanField(default=False)
    day = models.DateField()
    # Whose it is, as it was then.
    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="entries")
    project = models.ForeignKey("Project", on_delete=models.CASCADE, related_name="entries")
    connection = models.ForeignKey("Connection", on_delete=models.RESTRICT, related_name="entries")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="entries")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            UniqueConstraint(fields=["attempt", "kind"], name="ledger_kind_once_per_attempt"),
            one_of("kind", Entry, name="ledger_kind_known"),
            CheckConstraint(
                condition=Q(kind=Entry.RELEASED, amount__lte=0) | (~Q(kind=Entry.RELEASED) & Q(amount__gte=0)),
                name="ledger_sign_follows_kind",
            ),
        ]
        indexes = [Index(fields=["team", "day"], include=["amount"], name="ledger_of_team_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} for attempt {self.attempt_id}"


class Period(models.TextChoices):
    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")


class BudgetQuerySet(models.QuerySet["Budget"]):
    def for_team(self, team: Team) -> BudgetQuerySet:
        return self.filter(team=team)


class Budget(models.Model):
    """At most so much, for the whole team or for one project, person or connection of it."""

    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="budgets")
    project = models.ForeignKey("Project", null=True, on_delete=models.CASCADE, related_name="budgets")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="budgets")
    connection = models.ForeignKey("Connection", null=True, on_delete=models.CASCADE, related_name="budgets")
    limit = models.BigIntegerField(_("limit"))
    period = models.CharField(_("period"), max_length=8, choices=Period, default=Period.MONTH)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            CheckConstraint(condition=Q(limit__gte=0), name="budget_is_an_amount"),
            one_of("period", Period, name="budget_period_known"),
            CheckConstraint(
                condition=Q(project=None, person=None)
                | Q(project=None, connection=None)
                | Q(person=None, connection=None),
                name="budget_of_one_thing",
            ),
            UniqueConstraint(
                fields=["team"],
                condition=Q(project=None, person=None, connection=None),
                name="budget_once_for_team",
            ),
            UniqueConstraint(fields=["project"], condition=Q(project__isnull=False), name="budget_once_for_project"),
            UniqueConstraint(
                fields=["team", "person"], condition=Q(person__isnull=False), name="budget_once_for_person"
            ),
            UniqueConstraint(
                fields=["connection"], condition=Q(connection__isnull=False), name="budget_once_for_connection"
            ),
        ]

    def __str__(self) -> str:
        return f"Budget {self.pk}"


class HaltQuerySet(models.QuerySet["Halt"]):
    def over(self, team: Team) -> HaltQuerySet:
        """Those that keep this team's calls from being sent."""
        return self.filter(Q(team=team) | Q(team=None))


class Halt(models.Model):
    """While it stands, no call is sent: of one team, or by the operator's word of all."""

    team = models.OneToOneField("Team", null=True, on_delete=models.CASCADE, related_name="halt")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = HaltQuerySet.as_manager()

    class Meta:
        # Null is not unique by itself: that there is one for all at most is said by a constant.
        constraints = [
            UniqueConstraint(models.Value(1), condition=Q(team=None), name="halt_of_all_once"),
        ]

    def __str__(self) -> str:
        return f"Halt of {self.team or 'all'}"
