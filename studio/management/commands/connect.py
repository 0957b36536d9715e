"""``manage.py connect``: creates or changes a team's connection to a provider."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from studio.management.scripting import Exit, ScriptCommand, Stop
from studio.models import Connection
from studio.services import choosing, connections

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(ScriptCommand):
    help = "Create a connection, or change the one of this name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--provider", metavar="ID", required=True)
        parser.add_argument("--base-url", metavar="URL", help="the server's address; default: the provider's own")
        parser.add_argument("--key-env", metavar="VAR", help="the environment variable that holds the key")
        parser.add_argument("--team", metavar="SLUG", default="", help="default: the first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @sensitive_variables("key")
    def handle(self, *args: Any, **options: Any) -> None:
        key = _key(options["key_env"])
        choosing.ensure_started()
        try:
            team = choosing.team(options["team"])
            known = Connection.objects.for_team(team).filter(name=options["name"].strip()).first()
            address = options["base_url"]
            row = connections.save(
                team=team,
                user=choosing.owner(team),
                name=options["name"],
                provider=options["provider"],
                base_url=address if address is not None else known.base_url if known else "",
                key=key,
                concurrency=known.concurrency if known else 8,
                connection=known,
            )
        except (choosing.Missing, connections.Invalid) as error:
            raise Stop(Exit.BAD_INPUT, "connection_invalid", str(error)) from None
        if options["json"]:
            self.print_json(
                {"connection": row.pk, "name": row.name, "provider": row.provider, "created": known is None}
            )
        else:
            words = _("Changed the connection “%(name)s”.") if known else _("Made the connection “%(name)s”.")
            self.stdout.write(words % {"name": row.name})


@sensitive_variables()
def _key(variable: str | None) -> str:
    """The key is read from a variable: on the command line every user of the machine could see it."""
    if variable is None:
        return ""
    if not (key := os.environ.get(variable, "")):
        message = _("The environment variable %(name)s is empty or not set.") % {"name": variable}
        raise Stop(Exit.BAD_INPUT, "key_missing", message)
    return key
