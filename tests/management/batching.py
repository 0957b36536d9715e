"""Commands in this process: what they print, what they say, and the exit code that a shell would see."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from studio.management.scripting import Stop


@dataclass
class Ran:
    code: int
    printed: str
    said: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.printed))


def run(name: str, *arguments: str) -> Ran:
    printed, said = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(name, *arguments, stdout=printed, stderr=said, no_color=True, skip_checks=True)
    except Stop as stop:
        code = stop.returncode
        said.write(str(stop))
    except SystemExit as end:
        code = int(end.code or 0)
    return Ran(code, printed.getvalue(), said.getvalue())


def write(folder: Path, rows: Any, name: str = "list.json") -> str:
    (folder / name).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return str(folder / name)


def batch(folder: Path, rows: Any, *arguments: str) -> Ran:
    return run("batch", write(folder, rows), "--inline", "--json", *arguments)
