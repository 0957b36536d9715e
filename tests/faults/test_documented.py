"""docs/faults.md names tests that exist, and every test of this folder."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE))
# Those of the fault catalogue that concern calls.
RULES = {f"R{number}" for number in [*range(1, 20), 21, 22, 23, 25, 26, 28, 29]}


def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_test_that_is_named_exists() -> None:
    assert NAMED
    assert {(file, name) for file, name in NAMED if name not in names_in(file)} == set()


def test_every_test_of_the_faults_is_named() -> None:
    files = {f"tests/faults/{path.name}" for path in (ROOT / "tests/faults").glob("test_*.py")} - {
        f"tests/faults/{Path(__file__).name}"
    }
    assert {(file, name) for file in files for name in names_in(file)} <= NAMED


def test_every_rule_that_concerns_calls_has_a_row() -> None:
    rows = re.findall(r"^\| (R[\dR, ]+) \|", PAGE, re.MULTILINE)
    assert {rule for row in rows for rule in row.split(", ")} == RULES
