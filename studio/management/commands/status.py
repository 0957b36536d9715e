"""``manage.py status``: what became of a generation."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.management.scripting import ScriptCommand, exit_of, generation_of
from studio.models.generations import State
from studio.services.reports import report

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(ScriptCommand):
    help = "Say what became of a generation. Exits like generate; 75 while it is not finished."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID", help="the number that generate printed")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, id: str, json: bool, **options: Any) -> None:
        found = report(generation_of(id))
        if json:
            self.print_json(found.to_json())
        else:
            self.stdout.write(
                _("Generation %(id)d: %(state)s") % {"id": found.generation, "state": State(found.state).label}
            )
            for image in found.images:
                self.stdout.write(image.path)
            if found.error is not None:
                self.say(found.error.message)
        sys.exit(exit_of(found))
