"""``manage.py rotate-keys``: encrypts the connections' keys anew, under the newest of the studio's own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.management.scripting import Exit, ScriptCommand, Stop
from studio.services import choosing, vault

if TYPE_CHECKING:
    from argparse import ArgumentParser

EPILOG = (
    "Put the new key before the old one in STUDIO_KEYS (or in STUDIO_DATA/keys/connections), start web and worker with "
    "both, run this, and drop the old one. It may run beside them, and again. Exit codes: 0 done; 77 some could not be "
    "opened, and stay as they are."
)


class Command(ScriptCommand):
    help = "Encrypt all stored keys of connections anew, under the first of the studio's own keys."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EPILOG, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        try:
            self.done = done = vault.rotate()
        except vault.Unreadable as error:
            raise Stop(Exit.NOT_ALLOWED, "keys_unreadable", str(error)) from None
        if done.unreadable:
            message = ngettext(
                "%(count)d of %(all)d stored keys could not be opened with the studio's own keys and stays as it is.",
                "%(count)d of %(all)d stored keys could not be opened with the studio's own keys and stay as they are.",
                done.unreadable,
            ) % {"count": done.unreadable, "all": done.unreadable + done.rotated}
            step = _("Add the key that they were encrypted with behind the others, and run this again.")
            raise Stop(Exit.NOT_ALLOWED, "keys_unreadable", f"{message} {step}")
        if options["json"]:
            self.print_json({"rotated": done.rotated, "unreadable": 0, "error": None})
        else:
            self.stdout.write(_("Keys encrypted anew: %(count)d.") % {"count": done.rotated})

    def told(self, code: str, message: str) -> dict[str, Any]:
        done = getattr(self, "done", vault.Rotation(0, 0))
        error = {"code": code, "message": message}
        return {"rotated": done.rotated, "unreadable": done.unreadable, "error": error}
