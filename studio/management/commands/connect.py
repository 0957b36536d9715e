"""``manage.py connect``: creates or changes a team's connection to a provider, pauses, resumes and tests it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from studio.management import arguments
from studio.management.scripting import EXITS, Exit, ScriptCommand, Stop
from studio.models import Connection
from studio.providers import catalogue
from studio.services import choosing, connections

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from studio.providers.values import TestResult

EPILOG = (
    "Without --key-env a key that is needed is read from the variable that the provider's own tools use, where the "
    "connection has none yet. Exit codes: 0 done; 64 the command line is wrong; 65 a value cannot be used; with --test "
    "69 where the provider did not answer as it should, 77 where it refused the key."
)


class Command(ScriptCommand):
    help = "Create a connection, or change the one of this name."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("name", metavar="NAME")
        add("--provider", metavar="ID", help=f"{', '.join(catalogue.providers())}; needed for a new connection")
        add("--base-url", metavar="URL", help="the server's address; default: the provider's own")
        add("--key-env", metavar="VAR", help="the environment variable that holds the key")
        most = connections.MAX_CALLS_AT_ONCE
        add("--concurrency", type=arguments.calls, metavar="N", help=f"calls at once, 1 to {most} (8)")
        pause = parser.add_mutually_exclusive_group()
        pause.add_argument("--pause", metavar="REASON", help="send no new calls; everybody can read the reason")
        pause.add_argument("--resume", action="store_true", help="let calls go on")
        add("--test", action="store_true", help="ask the provider something that costs nothing")
        add("--team", metavar="SLUG", default="", help="default: the first")
        add("--json", action="store_true", help="print one JSON object")

    @sensitive_variables("key")
    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        try:
            team = choosing.team(options["team"])
            known = Connection.objects.for_team(team).filter(name=options["name"].strip()).first()
            before = _kept(known)
            provider = _provider(options["provider"], known)
            address = options["base_url"]
            address = address if address is not None else known.base_url if known else ""
            variable = options["key_env"] or _usual_variable(provider, address, known)
            key = _key(variable)
            row = connections.save(
                team=team,
                user=choosing.owner(team),
                name=options["name"],
                provider=provider,
                base_url=address,
                key=key,
                concurrency=options["concurrency"] or (known.concurrency if known else 8),
                connection=known,
            )
        except (choosing.Missing, connections.Invalid) as error:
            raise Stop(Exit.BAD_INPUT, "connection_invalid", str(error)) from None
        if variable and not options["key_env"]:
            self.say(_("The key was read from %(name)s.") % {"name": variable})
        if connections.key_was_erased(row):
            self.say(_in_one_line(row.test_message))
        if options["pause"] is not None:
            connections.pause(connection=row, reason=options["pause"])
        if options["resume"]:
            connections.resume(connection=row)
        result = connections.test(row) if options["test"] else None
        row.refresh_from_db()
        self._print(row, options, before, result)
        sys.exit(_exit_of(result))

    def _print(self, row: Connection, options: dict[str, Any], before: Any, result: TestResult | None) -> None:
        message = "" if result is None else _in_one_line(result.message)
        if options["json"]:
            found: dict[str, Any] = {"connection": row.pk, "name": row.name, "provider": row.provider}
            test = None if result is None else {"passed": result.passed, "message": message, "code": result.code}
            self.print_json(found | {"created": before is None, "paused": row.paused_at is not None, "test": test})
            return
        if before is None:
            self.stdout.write(_("Made the connection “%(name)s”.") % {"name": row.name})
        elif before != _kept(row):
            self.stdout.write(_("Changed the connection “%(name)s”.") % {"name": row.name})
        elif not message:
            self.stdout.write(_("The connection “%(name)s” is as it was.") % {"name": row.name})
        if message:
            self.stdout.write(message)


def _kept(row: Connection | None) -> tuple[Any, ...] | None:
    """What this command can change of it."""
    return (
        None if row is None else (row.base_url, row.key_ciphertext, row.concurrency, row.paused_at, row.paused_reason)
    )


def _in_one_line(stored: str) -> str:
    return " ".join(_(line) for line in stored.splitlines() if line)


def _provider(named: str | None, known: Connection | None) -> str:
    if named is None and known is None:
        raise Stop(Exit.USAGE, "usage", _("Name the --provider of a new connection."))
    return named or (known.provider if known else "")


def _usual_variable(provider: str, address: str, known: Connection | None) -> str:
    """Where the provider's own tools would look: only for its own address, and only where no key is stored."""
    row = catalogue.providers().get(provider)
    if row is None or not row.key_required(address) or (known is not None and known.key_ciphertext):
        return ""
    if found := next((name for name in row.key_env if os.environ.get(name)), ""):
        return found
    if not row.key_env:
        return ""
    message = _("This provider needs a key. Set %(names)s, or name another variable with --key-env.")
    raise Stop(Exit.BAD_INPUT, "key_missing", message % {"names": _(" or ").join(row.key_env)})


@sensitive_variables()
def _key(variable: str) -> str:
    """The key is read from a variable: on the command line every user of the machine could see it."""
    if not variable:
        return ""
    if not (key := os.environ.get(variable, "")):
        message = _("The environment variable %(name)s is empty or not set.") % {"name": variable}
        raise Stop(Exit.BAD_INPUT, "key_missing", message)
    return key


def _exit_of(result: TestResult | None) -> Exit:
    if result is None or result.passed:
        return Exit.DONE
    return Exit.NOT_ALLOWED if EXITS.get(result.code) == Exit.NOT_ALLOWED else Exit.UNAVAILABLE
