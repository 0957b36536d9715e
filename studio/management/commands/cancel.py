"""``manage.py cancel``: cancels every take of a generation that has not ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.management.scripting import ScriptCommand, generation_of
from studio.management.watching import cancel_all
from studio.services.reports import report

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(ScriptCommand):
    help = "Cancel a generation. What was sent already may still be charged, and says so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID", help="the number that generate printed")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, id: str, json: bool, **options: Any) -> None:
        generation = generation_of(id)
        messages = cancel_all(generation) or [_("It had already ended.")]
        for message in messages:
            self.say(message)
        if json:
            self.print_json(report(generation).to_json())
