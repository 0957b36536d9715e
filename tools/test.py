#!/usr/bin/env python3
"""Runs the whole suite on SQLite and then on PostgreSQL; arguments are passed on to pytest.

PostgreSQL is the server of DATABASE_URL, else this machine's own, started in a throw-away folder. What has to be left
out is said first, so that pytest's closing line stays the last.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Pages are the same on either database; the browser looks at them once.
WITHOUT_BROWSER = ["-m", "not browser"]
LAST_FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
FAILED = 1  # pytest's exit code for tests that failed, and nothing worse
NONE_CHOSEN = 5  # its exit code where no test was left to run
A_FEW = 5


def say(line: str) -> None:
    print(line, flush=True)


def pytest(arguments: list[str], *, database: str) -> int:
    """A browser on a busy machine may fail a few tests: those few are run once more, on their own, and named. Nothing
    else is: a crash test that fails once in ten has found something."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "-m", "pytest", *arguments]
    LAST_FAILED.unlink(missing_ok=True)
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    failed = sorted(json.loads(LAST_FAILED.read_text())) if code == FAILED and LAST_FAILED.exists() else []
    if not 0 < len(failed) <= A_FEW or not all(name.startswith("tests/browser/") for name in failed):
        return code
    say("Once more, on their own:\n  " + "\n  ".join(failed))
    return subprocess.run([*command, "--last-failed"], cwd=ROOT, env=environment, check=False).returncode


def browser() -> str | None:
    """Where Chromium is; on Debian, root gets it from the distribution."""
    if found := installed_browser():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Debian's chromium for the browser tests …")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], **quiet, env=environment)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], **quiet, env=environment)
    return installed_browser()


def installed_browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def program(name: str) -> str | None:
    """A PostgreSQL program on the path or where Debian keeps it, newest first."""
    if found := shutil.which(name):
        return found
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(kept[-1]) if kept else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_somebody() -> tuple[list[str], pwd.struct_passwd | None]:
    """The server refuses to run as root: how to run it as somebody else, and who that is."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return ["runuser", "-u", name, "--"], pwd.getpwnam(name)
    raise RuntimeError("no user is there to run it but root")


@contextlib.contextmanager
def throw_away_server() -> Iterator[str]:
    """The URL of a fresh server that is gone afterwards. Raises RuntimeError with the reason where none can be had."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if not initdb or not pg_ctl:
        raise RuntimeError("its programs (initdb, pg_ctl) are not on this machine")
    prefix, somebody = as_somebody()
    folder = Path(tempfile.mkdtemp(prefix="studio-pg-"))
    try:
        if somebody:
            os.chown(folder, somebody.pw_uid, somebody.pw_gid)
        data, port = folder / "data", free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        server = [*prefix, pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options]
        run([*prefix, initdb, "-D", str(data), "-U", "studio", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"])
        run([*server, "start"])
        try:
            yield f"postgres://studio@127.0.0.1:{port}/postgres"
        finally:
            run([*server, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str]) -> None:
    """In a folder that anybody may enter, without the noise."""
    done = subprocess.run(command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"it would not start: {done.stdout.strip()[-300:]}")


def main(arguments: list[str]) -> int:
    if found := browser():
        os.environ["CHROMIUM"] = found
    else:
        say("NOT RUN: browser tests. Chromium is not on this machine (apt install chromium).")
        arguments = [*arguments, *WITHOUT_BROWSER]
    with contextlib.ExitStack() as stack:
        url, why = os.environ.get("DATABASE_URL", ""), ""
        if not url:
            try:
                url = stack.enter_context(throw_away_server())
            except (RuntimeError, OSError) as error:
                why = str(error)
        if why:
            say(f"NOT RUN: the suite on PostgreSQL; {why}. Name a server in DATABASE_URL, or install postgresql.")
        say("The suite on SQLite:")
        code = pytest(arguments, database="")
        if code or not url:
            return code
        say("The suite on PostgreSQL, without the browser:")
        code = pytest([*arguments, *WITHOUT_BROWSER], database=url)
        return 0 if code == NONE_CHOSEN else code  # browser tests alone were asked for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
