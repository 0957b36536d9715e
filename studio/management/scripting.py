"""What the scriptable commands share: exit codes of the sysexits family, and one JSON object on request."""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from studio.models import Generation
from studio.providers import failures
from studio.services.reports import ReportedError, report

if TYPE_CHECKING:
    from studio.services.reports import Report


class Exit(IntEnum):
    """Of sysexits.h, those that the studio promises."""

    DONE = 0
    USAGE = 64
    BAD_INPUT = 65
    UNAVAILABLE = 69
    INTERNAL = 70
    TRY_LATER = 75
    NOT_ALLOWED = 77


OUT_UNWRITABLE = "out_unwritable"  # the pictures are there, but not where they were wanted

# By error code; what stands nowhere here is a provider that did not do its part.
EXITS = {
    **dict.fromkeys(
        (
            failures.REFUSED,
            failures.INVALID_REQUEST,
            failures.MODEL_UNKNOWN,
            failures.REQUEST_TOO_LARGE,
            failures.REFERENCE_MISSING,
        ),
        Exit.BAD_INPUT,
    ),
    **dict.fromkeys(
        (
            failures.BAD_KEY,
            failures.NO_CREDIT,
            failures.FORBIDDEN,
            failures.BLOCKED_ADDRESS,
            failures.BLOCKED_PORT,
            failures.HTTP_NOT_ALLOWED,
            OUT_UNWRITABLE,
        ),
        Exit.NOT_ALLOWED,
    ),
    **dict.fromkeys(
        (
            failures.RATE_LIMITED,
            failures.BUSY,
            failures.TIMEOUT,
            failures.INTERRUPTED,
            failures.CANCELLED,
            failures.GIVEN_UP,
        ),
        Exit.TRY_LATER,
    ),
    failures.UNEXPECTED: Exit.INTERNAL,
}


def exit_of(report: Report) -> Exit:
    """The exit code that a report earns."""
    if report.error is None:
        return Exit.DONE if report.state == "done" else Exit.TRY_LATER
    return EXITS.get(report.error.code, Exit.UNAVAILABLE)


class Stop(CommandError):
    """The command ends here, with a sentence for people, a code for scripts and an exit code for shells."""

    def __init__(self, exit: Exit, code: str, message: str) -> None:
        super().__init__(message, returncode=exit)
        self.code = code


class ScriptCommand(BaseCommand):
    """Results go to standard output, everything else to standard error."""

    requires_system_checks = ["studio"]
    # What this run has begun. From then on every ending tells of it: a script that lost the number would pay again.
    begun: Generation | None = None
    _called_from_command_line: bool  # of Django

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, but every way to fail has an exit code of the family."""
        try:
            super().run_from_argv(argv)
        except SystemExit as stop:
            if stop.code == 2:  # argparse; it has said why
                self._end(argv, Exit.USAGE, "usage", "The command line is not right; see --help.")
            if stop.code == 1:  # Django; it has said why
                self._end(argv, Exit.INTERNAL, "not_ready", "The studio cannot start; see above.")
            raise
        except Exception:  # whatever it is, a script needs an exit code and a person the place
            traceback.print_exc()
            self._end(argv, Exit.INTERNAL, "unexpected", "Something went wrong in the studio itself; see above.")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except Stop as stop:
            if options.get("json"):
                self._print_error(stop.code, str(stop))
            if not self._called_from_command_line:
                raise
            self.say(str(stop))  # Django would put the name of the class before it
            sys.exit(stop.returncode)

    def _end(self, argv: list[str], exit: Exit, code: str, message: str) -> None:
        if "--json" in argv:
            self._print_error(code, message)
        sys.exit(exit)

    def _print_error(self, code: str, message: str) -> None:
        self.print_json(self.told(code, message))

    def told(self, code: str, message: str) -> dict[str, Any]:
        """What is printed of a run that ends with this error."""
        error = {"code": code, "message": message}
        found: dict[str, Any] = {"state": "refused", "generation": None, "images": [], "cost": None, "error": error}
        if self.begun is not None:
            try:
                found = replace(report(self.begun), error=ReportedError(code, message)).to_json()
            except DatabaseError:
                found |= {"state": "unknown", "generation": self.begun.pk}
        return found

    def print_json(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False))
        self.stdout.flush()

    def say(self, line: str) -> None:
        """Progress and remarks."""
        self.stderr.write(line, self.style.NOTICE)
        self.stderr.flush()


def generation_of(number: str) -> Generation:
    """The generation that a script names. Raises Stop."""
    try:
        found = Generation.objects.filter(pk=int(number)).first()
    except (ValueError, OverflowError, DatabaseError):
        found = None
    if found is None:
        raise Stop(Exit.BAD_INPUT, "missing", _("There is no generation %(id)s.") % {"id": number})
    return found
