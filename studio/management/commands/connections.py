"""``manage.py connections``: a team's accounts at providers and how they stand. No secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.management import asking
from studio.management.scripting import ScriptCommand
from studio.models import Connection
from studio.providers import catalogue
from studio.services import choosing, connections
from studio.services.amounts import MICRO, money

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(ScriptCommand):
    help = "List a team's connections: name, provider, state, the key's last four characters, balance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--team", metavar="SLUG", default="", help="default: the first")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        choosing.ensure_started()
        with asking.refusals():
            team = choosing.team(options["team"])
        rows = list(Connection.objects.for_team(team).order_by("pk"))
        if options["json"]:
            self.print_json({"team": team.slug, "connections": [_json(row) for row in rows]})
            return
        for row in rows:
            self.stdout.write("  ".join(filter(None, _cells(row))))


def _json(row: Connection) -> dict[str, Any]:
    return {
        "name": row.name,
        "provider": row.provider,
        "base_url": row.base_url,
        "state": "ready" if row.paused_at is None else "paused",
        "reason": row.paused_reason,
        "key_last4": row.key_last4,
        "models": _models(row),
        "concurrency": row.concurrency,
        "test": None if row.tested_at is None else "passed" if row.test_passed else "failed",
        "balance": None if row.balance is None else row.balance / MICRO,
    }


def _models(row: Connection) -> list[str]:
    try:
        return connections.model_ids(row)
    except catalogue.UnknownProvider:
        return []


def _state(row: Connection) -> str:
    if connections.key_was_erased(row):
        return _("key erased")
    return _("test failed") if row.tested_at is not None and not row.test_passed else _("ready")


def _cells(row: Connection) -> list[str]:
    paused = _("paused: %(why)s") % {"why": _(row.paused_reason)} if row.paused_reason else _("paused")
    return [
        row.name,
        row.provider,
        paused if row.paused_at is not None else _state(row),
        _("key …%(last)s") % {"last": row.key_last4.lstrip("…")} if row.key_last4 else "",
        _("balance %(amount)s") % {"amount": money(row.balance)} if row.balance is not None else "",
    ]
