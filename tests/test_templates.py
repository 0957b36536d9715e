"""Rules that hold for every template: they compile, keep to the content policy and to htmx without eval."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith(".html")]

FORBIDDEN = {
    "an inline style": r"""<[^>]*\sstyle\s*=""",
    "a style element": r"<style\b",
    "an inline event": r"""<[^>]*\son[a-z]+\s*=""",
    "a script without src": r"<script(?![^>]*\ssrc=)[^>]*>",
    "a javascript: address": r"javascript:",
    "hx-on, which needs eval": r"hx-on[:-]",
    "a lapsed attribute": r"\bhx-(vars|params|prompt|ext|disinherit|inherit|request|history|disabled-elt)\b",
    "a value with js:, which needs eval": r"""hx-(vals|headers)[^=]*=['"]\s*js:""",
    "a trigger filter, which needs eval": r"""hx-trigger[^=]*=['"][^'"]*\[""",
    "hx-live, which needs eval": r"hx-live",
    "the filter that switches escaping off": r"\|\s*safe\b",
    "escaping switched off": r"autoescape\s+off",
    "a load of a builtin": r"{%\s*load\b",
    "another host": r"""(src|href|action)\s*=\s*['"](https?:)?//""",
    "an event name of htmx 2": r"htmx:(beforeRequest|afterRequest|afterSwap|beforeSwap|configRequest|responseError)",
}


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_template_keeps_the_rules(name: str) -> None:
    text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)
    broken = {
        rule: found[0] for rule, pattern in FORBIDDEN.items() if (found := re.search(pattern, text, re.IGNORECASE))
    }
    assert broken == {}


def named_templates() -> list[tuple[str, str]]:
    """Every literal that looks like a template's name in the code, with the file it stands in."""
    found = []
    for path in sorted((ROOT / "studio").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.value if isinstance(node, ast.Constant) else ""
            if isinstance(name, str) and re.fullmatch(r"[\w/-]+\.(html|txt)(#[\w-]+)?", name):
                found.append((str(path.relative_to(ROOT)), name))
    return found


@pytest.mark.parametrize(("source", "name"), named_templates())
def test_template_named_in_code_exists(source: str, name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_included_and_extended_templates_exist(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    for used in re.findall(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""", text):
        get_template(used)


def test_scripts_need_no_eval() -> None:
    for path in (ROOT / "static" / "studio").rglob("*.js"):
        found = re.search(
            r"\beval\(|new Function\(|\.innerHTML\s*=|insertAdjacentHTML|^import\s|document\.write",
            path.read_text(),
            re.M,
        )
        assert found is None, f"{path.name}: {found and found[0]}"
