"""``manage.py halt``: the operator's kill switch. No call is sent while it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.management import asking
from studio.management.scripting import ScriptCommand
from studio.services import choosing, halts

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from studio.models import Halt, Team

EPILOG = (
    "It holds before every call of every process, at once. What waits goes on waiting, what was sent is still awaited, "
    "and layout proofs, which call nobody, are still drawn. generate and batch end with 75 and the code halted."
)


class Command(ScriptCommand):
    help = "Stop all calls to providers, or those of one team; --resume lets them go on."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG", help="this team alone; default: all")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--reason", metavar="TEXT", default="", help="everybody concerned can read it")
        what.add_argument("--resume", action="store_true", help="let calls go on")
        what.add_argument("--status", action="store_true", help="change nothing, and say how it stands")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        team: Team | None = None
        if options["team"] is not None:
            with asking.refusals():
                team = choosing.team(options["team"])
        if options["resume"]:
            halts.resume(team=team)
        elif not options["status"]:
            halts.stop(team=team, user=None, reason=options["reason"])
        standing = halts.standing(team=team)
        stopped = halts.stopped_teams() if team is None else []
        if options["json"]:
            self.print_json(_json(standing) | ({"teams": stopped} if team is None else {}))
            return
        if standing is None and stopped:
            self.stdout.write(_("Calls are sent, except those of teams that are stopped."))
        elif standing is None:
            self.stdout.write(_("Calls are sent."))
        elif standing.team_id is None:
            self.stdout.write(" ".join([_("All calls to providers are stopped."), standing.reason]).strip())
        else:
            self.stdout.write(" ".join([_("All calls of this team are stopped."), standing.reason]).strip())
        if stopped:
            message = _("Stopped teams: %(teams)s. To let one of them go on, name it: halt --resume --team SLUG")
            self.stdout.write(message % {"teams": ", ".join(stopped)})


def _json(standing: Halt | None) -> dict[str, Any]:
    return {
        "halted": standing is not None,
        "by": None if standing is None else "team" if standing.team_id else "operator",
        "reason": standing.reason if standing else "",
        "since": standing.created_at.isoformat() if standing else None,
    }
