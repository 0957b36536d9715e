"""``manage.py run``: the whole studio as one foreground command, stopped by Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.translation import gettext as _

from studio.services import start
from studio.services.listening import Taken, choose_port, hosts_for, is_up, url_of
from studio.services.supervisor import Child, Supervisor

if TYPE_CHECKING:
    from argparse import ArgumentParser

UNAVAILABLE = 69  # sysexits.h, EX_UNAVAILABLE
# A thread that waits for the database or for a slow client only sleeps; granian makes them as they are needed.
WEB_THREADS = 64
# Of silence on a connection, between two requests too; a browser opens another one without a word.
SILENCE_MS = 10_000


class Command(BaseCommand):
    help = "Run web and worker together until Ctrl-C."
    requires_system_checks = ["studio"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, help="this port and no other (default: 8000 or the next free one)")
        parser.add_argument("--no-link", action="store_true", help="print no sign-in link: where output is kept")

    def handle(self, *args: Any, host: str, port: int | None, no_link: bool, **options: Any) -> None:
        try:
            self._run(host, choose_port(host, port), with_link=not no_link)
        except Taken as taken:
            self.stderr.write(str(taken))
            sys.exit(UNAVAILABLE)
        except KeyboardInterrupt:  # while it was still starting
            self._say(_("Stopped."))

    def _run(self, host: str, port: int, *, with_link: bool) -> None:
        start.prepare()
        start.collect_static()
        path = start.sign_in_path() if with_link else None
        connection.close()
        Supervisor(
            children=self._children(host, port),
            say=self._say,
            # Said once the address answers, so that whoever reads it can open it.
            is_ready=lambda: is_up(host, port),
            announcement=announcement(url_of(host, port), path),
        ).run()

    def _children(self, host: str, port: int) -> tuple[Child, Child]:
        environment = os.environ | {"STUDIO_HOSTS": ",".join(hosts_for(host, settings.ALLOWED_HOSTS))}
        environment["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "studio.settings")
        web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
        web += ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--no-ws", "--no-access-log"]
        # Not --http auto: that waits for a connection's first byte without end.
        web += ["--http", "1", "--http1-header-read-timeout", str(SILENCE_MS)]
        web += ["--log-level", "warning", "--workers-kill-timeout", "10", "--working-dir", str(settings.BASE_DIR)]
        web += ["studio.wsgi:application"]
        worker = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
        grace = settings.STUDIO_DRAIN_SECONDS + 10.0
        return Child(_("web server"), web, environment), Child(_("worker"), worker, environment, grace=grace)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def announcement(address: str, path: str | None) -> str:
    lines = ["", _("Prompt Studio is running."), "", f"  {_('Address')}   {address}/"]
    if path:
        lines.append(f"  {_('Sign in')}   {address}{path}")
        lines.append(f"            {_('(works once, for 24 hours; every start prints a new link)')}")
    return "\n".join([*lines, f"  {_('Data')}      {settings.STUDIO_DATA}", f"  {_('Stop')}      Ctrl-C", ""])
