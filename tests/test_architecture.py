"""The shape of the code, read from its syntax: floors, single doors to the outside, vendors' names, lengths."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STUDIO = ROOT / "studio"

# Lowest first. A module may import its own floor and those below it.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"prompts", "imaging"}),
    frozenset({"providers"}),
    frozenset({"egress", "storage"}),
    frozenset({"models"}),
    frozenset({"services", "worker", "queue"}),
    frozenset(
        {"views", "forms", "templatetags", "management", "tasks", "middleware", "urls", "wsgi", "apps", "checks"}
    ),
)
# Beside the floors: the settings, and migrations, which Django writes.
BESIDE = frozenset({"settings", "env", "migrations", "locale", "__init__"})
# Floors that must work without Django: pure functions over values.
PURE = ("prompts", "imaging", "providers")

VENDORS = ("openai", "apiyi", "runapi", "runbase", "runcomfy")
FILE_LINES, FUNCTION_LINES, VIEW_LINES = 300, 50, 30


def sources() -> list[Path]:
    return [path for path in sorted(STUDIO.rglob("*.py")) if "migrations" not in path.parts]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def where(path: Path) -> str:
    """The floor's package or module: ``views`` for studio/views/pulse.py, ``queue`` for studio/queue.py."""
    return path.relative_to(STUDIO).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that the file names in an import, also inside functions, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def floor_of(name: str) -> int:
    return next(number for number, names in enumerate(FLOORS) if name in names)


def test_every_part_of_the_studio_stands_on_a_floor() -> None:
    known = frozenset().union(*FLOORS) | BESIDE
    assert {where(path) for path in sources()} <= known


def test_imports_go_down_only() -> None:
    known = frozenset().union(*FLOORS)
    climbing = []
    for path in sources():
        if where(path) in BESIDE:
            continue
        for module, line in imports(path):
            parts = module.split(".")
            target = parts[1] if parts[0] == "studio" and len(parts) > 1 else ""
            if target in known and floor_of(target) > floor_of(where(path)):
                climbing.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert climbing == []


@pytest.mark.parametrize(
    ("module", "allowed"), [("httpx", ("egress",)), ("httpcore", ("egress",)), ("django_q", ("queue",))]
)
def test_each_door_to_the_outside_is_one_place(module: str, allowed: tuple[str, ...]) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in sources()
        for name, _line in imports(path)
        if name.split(".")[0] == module and where(path) not in allowed
    }
    assert found == set()


def test_pictures_are_opened_in_imaging_alone() -> None:
    found = set()
    for path in sources():
        names = {alias for alias, module in aliases(path) if module == "PIL.Image"}
        for node in ast.walk(tree(path)):
            opens = isinstance(node, ast.Attribute) and node.attr == "open" and isinstance(node.value, ast.Name)
            if opens and node.value.id in names and where(path) != "imaging":
                found.add(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == set()


def aliases(path: Path) -> Iterator[tuple[str, str]]:
    """What the file calls the modules that it imports."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def test_the_pure_floors_do_without_django() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if where(path) in PURE
        for name, line in imports(path)
        if name.split(".")[0] in {"django", "socket"}
    }
    assert found == set()


def test_no_vendor_is_named_outside_its_adapter() -> None:
    named = re.compile("|".join(VENDORS), re.IGNORECASE)
    found = []
    for path in [*sources(), *ROOT.glob("templates/**/*.html"), *ROOT.glob("static/studio/**/*.*")]:
        if path.suffix not in {".py", ".html", ".js", ".css"} or own_adapter(path):
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if named.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


def own_adapter(path: Path) -> bool:
    """An adapter may name its vendor; the package's own file lists the adapters."""
    providers = STUDIO / "providers"
    return path.is_relative_to(providers) and (path.name == "__init__.py" or path.stem.startswith(VENDORS))


def test_files_are_short_enough_to_know() -> None:
    files = [*sources(), *ROOT.glob("tests/**/*.py"), *ROOT.glob("tools/*.py"), *ROOT.glob("bench/*.py")]
    long = {
        str(path.relative_to(ROOT)): count
        for path in files
        if (count := len(path.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_functions_are_short_enough_to_read() -> None:
    long = []
    for path in sources():
        most = VIEW_LINES if where(path) == "views" else FUNCTION_LINES
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > most:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines")
    assert long == []


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in sources() if tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_nothing_marks_text_as_safe_html() -> None:
    found = [str(path.relative_to(ROOT)) for path in sources() if "mark_safe" in path.read_text()]
    assert found == []
