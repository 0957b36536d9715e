"""``manage.py batch``: makes the pictures of a whole list, all rows or none, and never pays twice for one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.management import arguments, asking, batches, rows
from studio.management.asking import Wish
from studio.management.batches import Wrong
from studio.management.saving import Target, wrongly_named
from studio.management.scripting import Exit, ScriptCommand, Stop
from studio.management.watching import Watch
from studio.models.generations import OPEN, State
from studio.providers.output import Output
from studio.services import choosing
from studio.services.amounts import MICRO, money

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from studio.management.batches import Fault
    from studio.management.rows import Row
    from studio.models import Team

# Above either of them somebody must agree first.
MOST_UNASKED = 5 * MICRO
MOST_UNPRICED = 20  # pictures whose price nobody knows
EPILOG = (
    "A row is a text (the prompt) or an object with: "
    + ", ".join(batches.KEYS)
    + ". Names of files are relative to FILE. Exit codes are those of generate; of several rows the worst counts: "
    "0, 75, 69, 65, 77, 70."
)


class Command(ScriptCommand):
    help = "Make the pictures of a JSON list. Rows that an earlier run has begun are found again, not paid again."
    # Before anything is read: a wrong command line is told, too.
    rows: Sequence[Row] = ()
    faults: tuple[Fault, ...] = ()
    wait = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", metavar="FILE", help="a JSON list; - is standard input")
        add("--dry-run", action="store_true", help="check all rows, say the price, and end")
        add("--yes", action="store_true", help=f"agree to more than {money(MOST_UNASKED)} without being asked")
        again = parser.add_mutually_exclusive_group()
        again.add_argument("--retry-failed", action="store_true", help="try once more what failed or was cancelled")
        again.add_argument("--again", action="store_true", help="make all rows anew, whatever was made before")
        add("-f", "--out", metavar="DIR", help="copy into this folder what has no “out” of its own")
        add("--connection", metavar="NAME", default="", help="for rows that name none")
        add("--model", metavar="ID", default="", help="for rows that name none")
        add("--project", metavar="SLUG", default="", help="for rows that name none; default: the team's first")
        add("--team", metavar="SLUG", default="", help="default: the first")
        wait = parser.add_mutually_exclusive_group()
        wait.add_argument("--wait", type=arguments.seconds, metavar="SECONDS", help="default: until all have ended")
        wait.add_argument("--no-wait", action="store_true", help="print the generations' numbers and end")
        add("--json", action="store_true", help="print one JSON object")
        add("--inline", action="store_true", help="do the worker's part in this process")

    def handle(self, *args: Any, **options: Any) -> None:
        self.rows, self.faults, self.wait = (), (), not options["no_wait"]
        try:
            self._run(options)
        except Wrong as wrong:
            self.faults = wrong.faults
            raise

    def _run(self, options: dict[str, Any]) -> None:
        if options["no_wait"] and (options["inline"] or options["out"]):
            message = _("--no-wait goes with neither --inline nor --out: nothing would be waited for.")
            raise Stop(Exit.USAGE, "usage", message)
        items, folder = batches.read(options["file"])
        choosing.ensure_started()
        with asking.refusals():
            team = choosing.team(options["team"])
        if options["inline"]:
            rows.put_right()
        self.rows = rows.look(
            items, folder, team, _defaults(options), again=options["again"], retry_failed=options["retry_failed"]
        )
        self._price()
        if options["dry_run"]:
            rows.fill_reports(self.rows, save=False)
            self._print(options)
            return
        self._agree(options)
        stuck = self._make(team, options)
        rows.fill_reports(self.rows, save=self.wait)
        self._print(options)
        self._tell(stuck)
        worst = max((rows.exit_of_row(row, wait=self.wait) for row in self.rows), key=batches.severity)
        sys.exit(max(worst, Exit(stuck.returncode) if stuck else Exit.DONE, key=batches.severity))

    def told(self, code: str, message: str) -> dict[str, Any]:
        error = {"code": code, "message": message}
        if self.faults:
            wrong = [
                {"row": each.row, "error": {"code": each.stop.code, "message": str(each.stop)}} for each in self.faults
            ]
            return {"state": "refused", "rows": wrong, "cost": None, "error": error}
        if any(row.generation for row in self.rows):
            rows.fill_reports(self.rows, save=False)
            return rows.told(self.rows, wait=True) | {"error": error}
        return {"state": "refused", "rows": [], "cost": None, "error": error}

    def _price(self) -> None:
        """Before anything is sent."""
        due = [row for row in self.rows if row.pictures]
        pictures = sum(row.pictures for row in due)
        left = [row for row in self.rows if row.left]
        known = [row for row in self.rows if not row.pictures and not row.left]
        words = {"rows": len(self.rows), "known": len(known), "pictures": pictures}
        self.say(
            _("Rows: %(rows)d. Need nothing more: %(known)d. Pictures to make: %(pictures)d.") % words
            + " "
            + _("Expected price: %(price)s.") % {"price": money(sum(row.price or 0 for row in due))}
        )
        self._say_left(left)
        if unknown := [row for row in due if row.price is None]:
            self.say(
                ngettext(
                    "Nobody knows the price of row %(rows)s; it comes on top.",
                    "Nobody knows the price of rows %(rows)s; they come on top.",
                    len(unknown),
                )
                % {"rows": _numbers(unknown)}
            )
        for row in due:
            if row.plan and (remark := asking.placeholders(asking.recipe_of(row.plan, ()))):
                self.say(f"{row.title}: {remark}")

    def _say_left(self, left: Sequence[Row]) -> None:
        """What an earlier run brought no picture of, and this one does not try again."""
        failed = [row for row in left if any(each.state in rows.TRIED_AGAIN for each in row.left)]
        unclear = [row for row in left if any(each.state == State.UNKNOWN for each in row.left)]
        if failed:
            self.say(
                ngettext(
                    "Row %(rows)s lacks pictures that failed or were cancelled; --retry-failed tries them once more.",
                    "Rows %(rows)s lack pictures that failed or were cancelled; --retry-failed tries them once more.",
                    len(failed),
                )
                % {"rows": _numbers(failed)}
            )
        if unclear:
            self.say(
                ngettext(
                    "Nobody knows what became of row %(rows)s. Decide on its page: it is never sent again from here.",
                    "Nobody knows what became of rows %(rows)s. Decide on their pages: they are never sent again here.",
                    len(unclear),
                )
                % {"rows": _numbers(unclear)}
            )

    def _agree(self, options: dict[str, Any]) -> None:
        """Above a limit somebody must say so: by --yes, or by typing how many pictures are meant."""
        price = sum(row.price or 0 for row in self.rows)
        unpriced = sum(row.pictures for row in self.rows if row.price is None)
        if options["yes"] or (price <= MOST_UNASKED and unpriced <= MOST_UNPRICED):
            return
        pictures = str(sum(row.pictures for row in self.rows))
        if options["file"] != "-" and sys.stdin.isatty():
            self.say(_("Type the number of pictures, %(pictures)s, to go on.") % {"pictures": pictures})
            if sys.stdin.readline().strip() == pictures:
                return
            raise Stop(Exit.NOT_ALLOWED, "not_agreed", _("Nothing was sent."))
        message = _("This is more than is made without asking (%(limit)s, or %(most)d pictures of unknown price).")
        message = f"{message} {_('Add --yes to agree. Nothing was sent.')}"
        raise Stop(Exit.NOT_ALLOWED, "not_agreed", message % {"limit": money(MOST_UNASKED), "most": MOST_UNPRICED})

    def _make(self, team: Team, options: dict[str, Any]) -> Stop | None:
        """Submit and wait; why what is open will not end by itself, where that is so."""
        rows.fill_reports(self.rows, save=False)
        if self.wait and not options["inline"] and any(row.pictures or row.is_open for row in self.rows):
            asking.mind_worker()
        if any(row.pictures for row in self.rows):
            rows.submit(self.rows, team)
        begun = [(row.generation, row.title) for row in self.rows if row.generation is not None]
        if not self.wait:
            return None
        watch = Watch(
            tuple(generation for generation, _title in begun),
            say=self.say,
            seconds=options["wait"],
            inline=options["inline"],
            titles=tuple(title for _generation, title in begun),
        )
        try:
            watch.run()
        except Stop as stop:  # what is done is reported and saved all the same
            return stop
        return None

    def _print(self, options: dict[str, Any]) -> None:
        if options["json"]:
            found = rows.planned(self.rows) if options["dry_run"] else rows.told(self.rows, wait=self.wait)
            self.print_json(found)
            return
        for row in self.rows:
            if row.generation is not None and not self.wait:
                self.stdout.write(str(row.generation.pk))
            for image in row.report.images if row.report and self.wait else ():
                self.stdout.write(image.path)

    def _tell(self, stuck: Stop | None) -> None:
        for row in self.rows:
            if row.report is None or (not self.wait and row.report.state in OPEN):
                continue
            for image in filter(wrongly_named, row.report.images):
                words = {"path": image.path, "format": image.format.upper()}
                self.say(_("%(path)s holds %(format)s: the server made another format than was asked for.") % words)
            if row.report.error is not None:
                self.say(f"{row.title}: {row.report.error.message}")
        if stuck is not None:
            self.say(str(stuck))


def _numbers(found: Sequence[Row]) -> str:
    return ", ".join(str(row.number) for row in found)


def _defaults(options: dict[str, Any]) -> Wish:
    """What a row is where it says nothing itself."""
    target = None
    if options["out"] is not None:
        # A folder, whether it is there yet or not.
        target = Target(str(Path(options["out"])) + "/" if options["out"] else "", format=None)
    return Wish(
        text="",
        output=Output(),
        connection=options["connection"],
        model=options["model"],
        project=options["project"],
        target=target,
    )
