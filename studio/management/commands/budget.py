"""``manage.py budget``: limits what a team, or one project, person or connection of it, may spend."""

from __future__ import annotations

from argparse import ArgumentTypeError
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from studio.management import asking
from studio.management.scripting import Exit, ScriptCommand, Stop
from studio.models import Budget, User
from studio.models.money import Period
from studio.services import budgets, choosing
from studio.services.amounts import CENT, MICRO, money

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from studio.models import Team
    from studio.services.budgets import Standing


def dollars(text: str) -> int:
    try:
        amount = Decimal(text.removeprefix("$")) * MICRO
        is_amount = amount >= 0 and amount % CENT == 0  # as a page can show and keep it
    except ArithmeticError:  # no number, or one beyond all numbers
        is_amount = False
    if not is_amount:
        raise ArgumentTypeError(f"{text!r} is no amount in dollars, such as 50 or 7.50")
    return int(amount)


class Command(ScriptCommand):
    help = "Set or remove a budget; --list says how all of a team's budgets stand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--team", metavar="SLUG", default="", help="default: the first; alone, the budget is the whole team's")
        whose = parser.add_mutually_exclusive_group()
        whose.add_argument("--project", metavar="SLUG")
        whose.add_argument("--person", metavar="NAME", help="user name or address")
        whose.add_argument("--connection", metavar="NAME")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--limit", type=dollars, metavar="DOLLARS", help="nothing that would pass it is sent")
        what.add_argument("--remove", action="store_true")
        what.add_argument("--list", action="store_true")
        add("--period", choices=[str(each) for each in Period], default=Period.MONTH, help="default: month")
        add("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        with asking.refusals():
            team = choosing.team(options["team"])
            whose = _whose(team, options)
            if options["limit"] is not None:
                owner = choosing.owner(team)
                budgets.save(team=team, user=owner, limit=options["limit"], period=options["period"], **whose)
            if options["remove"]:
                _remove(team, whose)
        rows = budgets.standings(team)
        if options["json"]:
            self.print_json({"team": team.slug, "budgets": [_json(row) for row in rows]})
            return
        for row in rows:
            words = {
                "name": row.name,
                "used": money(row.used),
                "limit": money(row.budget.limit),
                "percent": row.percent,
            }
            self.stdout.write(" ".join(filter(None, [_used(row) % words, _warning(row)])))


def _used(row: Standing) -> str:
    if row.budget.period == Period.MONTH:
        return _("%(name)s: %(used)s of %(limit)s used this month (%(percent)d %%).")
    return _("%(name)s: %(used)s of %(limit)s used in all (%(percent)d %%).")


def _warning(row: Standing) -> str:
    if row.is_stopped:
        return _("Stopped: paid calls are refused.")
    return _("Warned: at 100 % paid calls are refused.") if row.is_warned else ""


def _whose(team: Team, options: dict[str, Any]) -> dict[str, Any]:
    if options["project"] is not None:
        return {"project": choosing.project(team, options["project"])}
    if options["connection"] is not None:
        return {"connection": choosing.connection(team, options["connection"])}
    if (name := options["person"]) is not None:
        people = User.objects.filter(Q(username=name) | Q(email__iexact=name), memberships__team=team).order_by("pk")
        if (person := people.first()) is None:
            raise choosing.Missing(_("The team has no member “%(name)s”.") % {"name": name})
        return {"person": person}
    return {}


def _remove(team: Team, whose: dict[str, Any]) -> None:
    of = {"project": None, "person": None, "connection": None} | whose
    row = Budget.objects.for_team(team).filter(**of).first()
    if row is None:
        raise Stop(Exit.BAD_INPUT, "missing", _("There is no such budget."))
    budgets.delete(budget=row)


def _json(row: Standing) -> dict[str, Any]:
    budget = row.budget
    kinds = {"project": budget.project_id, "person": budget.person_id, "connection": budget.connection_id}
    of = next((kind for kind, value in kinds.items() if value), "team")
    whose = {
        "project": budget.project and budget.project.slug,
        "person": budget.person and budget.person.get_username(),
        "connection": budget.connection and budget.connection.name,
    }
    return {
        "of": of,
        "name": whose.get(of),
        "period": budget.period,
        "limit": budget.limit / MICRO,
        "used": row.used / MICRO,
        "percent": row.percent,
        "state": "stopped" if row.is_stopped else "warned" if row.is_warned else "open",
    }
