"""``python -m bench [module …]``: runs the measurements in a throw-away studio and writes docs/benchmarks.md."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.row import Row

HERE = Path(__file__).resolve().parent
REPORT = HERE.parent / "docs" / "benchmarks.md"
BESIDE = {"__init__", "__main__", "row"}
HEAD = """# Benchmarks

Measured by `make bench` on {when}: {machine}. Everything in one run, side by side, on a machine that may do other work
as well; so medians and ratios carry over to another machine, and single figures do not.
"""


def modules(wanted: list[str]) -> list[str]:
    """The modules that have ``rows()``, or those of them that were named."""
    # Pages first: the engine leaves thousands of attempts behind, and pages are measured at rest.
    found = sorted((path.stem for path in HERE.glob("*.py") if path.stem not in BESIDE), reverse=True)
    measuring = [name for name in found if "\ndef rows(" in (HERE / f"{name}.py").read_text()]
    return [name for name in measuring if not wanted or name in wanted]


def machine() -> str:
    cores = os.cpu_count() or 1
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def table(title: str, rows: list[Row]) -> str:
    lines = [f"\n## {title}\n", "| What | Result | Goal | |", "| --- | --- | --- | --- |"]
    for row in rows:
        mark = "" if row.met is None else "met" if row.met else "**missed**"
        lines.append(f"| {row.what} | {row.result} | {row.goal} | {mark} |")
    notes = [f"\n{row.note}" for row in rows if row.note]
    return "\n".join([*lines, *notes, ""])


def main(wanted: list[str]) -> int:
    sections, missed = [], 0
    for name in modules(wanted):
        print(f"{name} …", flush=True)
        module = importlib.import_module(f"bench.{name}")
        rows: list[Row] = list(module.rows())
        missed += sum(row.met is False for row in rows)
        sections.append(table(getattr(module, "TITLE", name.capitalize()), rows))
        print(sections[-1], flush=True)
    if not wanted:
        REPORT.write_text(HEAD.format(when=date.today().isoformat(), machine=machine()) + "".join(sections))
        print(f"Written to {REPORT.relative_to(HERE.parent)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        os.environ.update(STUDIO_DATA=folder, DJANGO_SETTINGS_MODULE="studio.settings")
        import django

        django.setup()
        sys.exit(main(sys.argv[1:]))
