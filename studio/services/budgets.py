"""Budgets: set and remove them, say how they stand, and refuse a call that would pass one.

Used is what the ledger holds: what was charged, and what is reserved for calls on their way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.models import Budget, Connection, LedgerEntry, Membership, Project, Team, User
from studio.models.money import Period
from studio.services.amounts import MICRO, money
from studio.services.orders import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from studio.models.money import BudgetQuerySet

WARNED_FROM = 80  # percent
MOST = 1_000_000 * MICRO


class OverBudget(Refused):
    """It would pass a budget; scripts tell this apart from what cannot be made."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget and how much of it is used, in micro-dollars."""

    budget: Budget
    used: int

    @property
    def left(self) -> int:
        return max(self.budget.limit - self.used, 0)

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means nothing is left; more than 100 where a call cost more than was reserved."""
        return self.used * 100 // self.budget.limit if self.budget.limit else 100

    @property
    def filled(self) -> int:
        """The same for a bar, which ends at 100."""
        return max(min(self.percent, 100), 0)

    @property
    def is_stopped(self) -> bool:
        return self.used >= self.budget.limit

    @property
    def is_warned(self) -> bool:
        return not self.is_stopped and self.percent >= WARNED_FROM

    @property
    def name(self) -> str:
        """“The monthly budget of project “Tins””."""
        return name(self.budget)

    @property
    def whose(self) -> str:
        """“Project “Tins””."""
        return whose(self.budget)

    def passed_by(self, amount: int | None) -> bool:
        """What is free is always let through; what has an unknown price, until nothing is left."""
        if amount is None:
            return self.is_stopped
        return amount > 0 and self.used + amount > self.budget.limit


def name(budget: Budget) -> str:
    monthly = budget.period == Period.MONTH
    if budget.project is not None:
        words = _("The monthly budget of project “%(name)s”") if monthly else _("The budget of project “%(name)s”")
        return words % {"name": budget.project.name}
    if budget.person is not None:
        words = _("The monthly budget of %(name)s") if monthly else _("The budget of %(name)s")
        return words % {"name": budget.person.get_full_name() or budget.person.get_username()}
    if budget.connection is not None:
        words = (
            _("The monthly budget of connection “%(name)s”") if monthly else _("The budget of connection “%(name)s”")
        )
        return words % {"name": budget.connection.name}
    return _("The team's monthly budget") if monthly else _("The team's budget")


def whose(budget: Budget) -> str:
    if budget.project is not None:
        return _("Project “%(name)s”") % {"name": budget.project.name}
    if budget.person is not None:
        return budget.person.get_full_name() or budget.person.get_username()
    if budget.connection is not None:
        return _("Connection “%(name)s”") % {"name": budget.connection.name}
    return _("The whole team")


def check(*, team: Team, project: Project, person: User | None, connection: Connection, amount: int | None) -> None:
    """Refuse what would pass a budget. Inside the transaction that reserves: the budgets' rows are held until its
    end, so that of many at once each counts those before it. ``amount`` in micro-dollars, None for a price that
    nobody knows. Raises OverBudget."""
    held = _applying(team, project, person, connection).select_for_update(of=("self",))
    if sentence := _refusal(_standings(team, held), amount):
        raise OverBudget(sentence)


def refusal(standings: Iterable[Standing], amount: int | None) -> str:
    """What ``check`` would say, for a page; empty where nothing is passed."""
    return _refusal(standings, amount)


def standings(team: Team) -> list[Standing]:
    """All budgets of the team, its own first. Two queries."""
    found = _standings(team, Budget.objects.for_team(team))
    return sorted(found, key=_place)


def of_team(team: Team) -> Standing | None:
    """The whole team's budget, where there is one. Two queries, one where there is none."""
    found = _standings(team, _applying(team, None, None, None))
    return found[0] if found else None


def of_connection(connection: Connection) -> Standing | None:
    """Its own budget, where it has one. Two queries, one where it has none."""
    found = _standings(connection.team, Budget.objects.filter(connection=connection))
    return found[0] if found else None


def applying(*, team: Team, project: Project, person: User | None, connection: Connection | None) -> list[Standing]:
    """Those that a call would count against, the fullest first. Two queries, one where there is none."""
    found = _standings(team, _applying(team, project, person, connection))
    return sorted(found, key=lambda standing: -standing.percent)


def save(
    *,
    team: Team,
    user: User | None,
    limit: int,
    period: str = Period.MONTH,
    project: Project | None = None,
    person: User | None = None,
    connection: Connection | None = None,
) -> Budget:
    """The budget of the team, or of one thing of it; it replaces the one that was there. Raises Refused."""
    if not 0 <= limit <= MOST:
        raise Refused(_("Give an amount from $0 to %(most)s.") % {"most": money(MOST)})
    if not _belongs(team, project, person, connection):
        raise Refused(_("This is not your team's any more. Reload the page and choose again."))
    budget, _made = Budget.objects.update_or_create(
        team=team,
        project=project,
        person=person,
        connection=connection,
        defaults={"limit": limit, "period": period},
        create_defaults={"limit": limit, "period": period, "created_by": user},
    )
    return budget


def delete(*, budget: Budget) -> None:
    budget.delete()


def _applying(
    team: Team, project: Project | None, person: User | None, connection: Connection | None
) -> BudgetQuerySet:
    applies = Q(project=None, person=None, connection=None)
    if project is not None:
        applies |= Q(project=project)
    if person is not None:
        applies |= Q(person=person)
    if connection is not None:
        applies |= Q(connection=connection)
    return Budget.objects.for_team(team).filter(applies)


def _standings(team: Team, rows: BudgetQuerySet) -> list[Standing]:
    budgets = list(rows.select_related("project", "person", "connection"))
    if not budgets:
        return []
    month = first_of_month(timezone.localdate())
    entries = LedgerEntry.objects.for_team(team)
    if all(budget.period == Period.MONTH for budget in budgets):
        entries = entries.filter(day__gte=month)
    sums = list(
        entries.order_by()
        .values_list("project", "person", "connection")
        .annotate(total=Sum("amount"), month=Sum("amount", filter=Q(day__gte=month), default=0))
    )
    found = []
    for budget in budgets:
        wanted = (budget.project_id, budget.person_id, budget.connection_id)
        used = 0
        for *whose, total, this_month in sums:
            if all(mine is None or mine == theirs for mine, theirs in zip(wanted, whose, strict=True)):
                used += this_month if budget.period == Period.MONTH else total
        found.append(Standing(budget, used))
    return found


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def _refusal(standings: Iterable[Standing], amount: int | None) -> str:
    passed = next((standing for standing in standings if standing.passed_by(amount)), None)
    if passed is None:
        return ""
    values = {
        "budget": passed.name,
        "used": money(passed.used),
        "limit": money(passed.budget.limit),
        "price": money(amount),
    }
    if amount is None:
        words = _("%(budget)s is used up: %(used)s of %(limit)s. An owner can raise it on the spend page.")
    else:
        words = _(
            "%(budget)s would be exceeded: %(used)s of %(limit)s is used, and this costs %(price)s. "
            "Ask for less, or have an owner raise it on the spend page."
        )
    return words % values


def _belongs(team: Team, project: Project | None, person: User | None, connection: Connection | None) -> bool:
    return (
        (project is None or project.team_id == team.pk)
        and (connection is None or connection.team_id == team.pk)
        and (person is None or people_of(team).filter(pk=person.pk).exists())
    )


def people_of(team: Team) -> QuerySet[User]:
    """Whose budget can be set: the members', and that of somebody who has one and has left."""
    member = Exists(Membership.objects.filter(team=team, user=OuterRef("pk")))
    return User.objects.filter(member | Exists(Budget.objects.for_team(team).filter(person=OuterRef("pk"))))


def _place(standing: Standing) -> tuple[int, str]:
    budget = standing.budget
    order = 1 if budget.project_id else 2 if budget.person_id else 3 if budget.connection_id else 0
    return order, standing.name
