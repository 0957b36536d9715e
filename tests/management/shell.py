"""A studio as a shell meets it: a data folder, commands as real processes, what they print and how they end."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANAGE = str(Path(__file__).resolve().parent.parent.parent / "manage.py")


@dataclass
class Studio:
    """A data folder and the commands that run on it."""

    folder: Path
    allow: str = ""

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        own = {"STUDIO_DATA": str(self.folder / "data"), "STUDIO_EGRESS_ALLOW": self.allow}
        return subprocess.Popen(
            [sys.executable, MANAGE, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "studio.settings"} | own | environment,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*arguments, **environment)
        printed, said = process.communicate(timeout=60)
        return process.returncode, printed, said

    def json(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        code, printed, _said = self.run(*arguments, "--json")
        return code, json.loads(printed)

    def rows(self, query: str) -> list[Any]:
        with sqlite3.connect(self.folder / "data" / "studio.sqlite3") as database:
            return database.execute(query).fetchall()
