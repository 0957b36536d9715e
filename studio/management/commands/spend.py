"""``manage.py spend``: what a team's calls cost, from the ledger."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.management import asking
from studio.management.scripting import ScriptCommand
from studio.models import Connection, Project, User
from studio.services import choosing, spending
from studio.services.amounts import MICRO, money

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

    from studio.models import Team


class Command(ScriptCommand):
    help = "Say what a team spent: in all, and by project, person and connection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG", default="", help="default: the first")
        spans = [str(each) for each in spending.Span]
        parser.add_argument("--span", choices=spans, default=spans[0], help=f"default: {spans[0]}")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--json", action="store_true", help="print one JSON object")
        how.add_argument("--csv", action="store_true", help="print one line for each call, for a spreadsheet")

    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        with asking.refusals():
            team = choosing.team(options["team"])
        scope = spending.Scope(span=spending.Span(options["span"]))
        if options["csv"]:
            lines = csv.writer(self.stdout, lineterminator="\n")
            lines.writerow(spending.headings())
            lines.writerows(spending.rows(team, scope))
            return
        found = spending.report(team, scope)
        parts = _parts(team, found)
        if options["json"]:
            self.print_json(
                {"team": team.slug, "span": options["span"], **_json(found.total)}
                | {kind: {name: _json(figure) for name, figure in part.items()} for kind, part in parts.items()}
            )
            return
        words = {"spent": money(found.total.spent), "coming": money(found.total.coming)}
        self.stdout.write(_("Spent: %(spent)s. On its way: %(coming)s.") % words)
        if found.total.unknown:
            self.stdout.write(f"  {_held(found.total)}")
        headings = (_("By project:"), _("By person:"), _("By connection:"))
        for heading, part in zip(headings, parts.values(), strict=True):
            if part:
                self.stdout.write(heading)
            for name, figure in part.items():
                self.stdout.write(f"  {name}: {money(figure.spent)}")


def _parts(team: Team, found: spending.Report) -> dict[str, dict[str, spending.Figure]]:
    projects = dict(Project.objects.for_team(team).values_list("pk", "slug"))
    accounts = dict(Connection.objects.for_team(team).values_list("pk", "name"))
    people = dict(User.objects.filter(pk__in=[pk for pk in found.people if pk]).values_list("pk", "username"))
    return {
        "projects": _named(found.projects, projects),
        "people": _named(found.people, people),
        "connections": _named(found.connections, accounts),
    }


def _named(figures: Mapping[Any, spending.Figure], names: Mapping[int, str]) -> dict[str, spending.Figure]:
    return {names.get(key, "?"): figure for key, figure in figures.items()}


def _held(figure: spending.Figure) -> str:
    said = ngettext(
        "%(price)s held for %(n)d unknown outcome.", "%(price)s held for %(n)d unknown outcomes.", figure.unknown
    )
    return said % {"price": money(figure.held), "n": figure.unknown}


def _json(figure: spending.Figure) -> dict[str, Any]:
    return {
        "spent": figure.spent / MICRO,
        "coming": figure.coming / MICRO,
        "held": figure.held / MICRO,
        "calls": figure.calls,
    }
