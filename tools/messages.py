"""Keeps the translations: collects every message of the code and the templates, and writes the .po and .mo files.

``make messages`` runs it. It reads templates with Django's own reader and Python with ``ast``, and compiles with polib,
so that nobody needs the gettext programs. A message that is new stands empty in the .po file until somebody translates
it; one that is gone is dropped.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "studio" / "locale"

# What stands where in the arguments of each marking function, as offsets of (context, message, plural).
MARKS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
LITERAL = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(?:{'|'.join(MARKS)})\(\s*{LITERAL}(?:\s*,\s*{LITERAL})*", re.DOTALL)


class Message(NamedTuple):
    """The English words, their plural where they count, and a context that tells twins apart."""

    words: str
    plural: str = ""
    context: str | None = None


def in_python(source: str) -> Iterator[Message]:
    """Every literal that is handed to a marking function."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in MARKS:
            continue
        context, words, plural = (literal(node, place) for place in MARKS[name])
        if words:
            yield Message(words, plural or "", context)


def literal(call: ast.Call, place: int | None) -> str | None:
    if place is None or place >= len(call.args):
        return None
    value = getattr(call.args[place], "value", None)
    return value if isinstance(value, str) else None


def in_template(source: str) -> Iterator[Message]:
    """Every message of a template's tags. Django rewrites a template as calls of gettext, which are read here."""
    if not settings.configured:
        settings.configure()
    for call in CALL.findall(templatize(source)):
        yield from in_python(f"{call.replace(chr(10), ' ')})")


def in_catalogue(source: str) -> Iterator[Message]:
    """What providers and models are called, and what models are for."""
    provider = tomllib.loads(source)
    for each in (provider, *provider.get("models", []), provider.get("fallback", {})):
        for key in ("label", "hint"):
            if words := each.get(key):
                yield Message(words)


READERS = {".py": in_python, ".html": in_template, ".txt": in_template, ".toml": in_catalogue}


def files() -> Iterator[Path]:
    for place in ("studio/**/*.py", "studio/providers/catalogue/*.toml", "templates/**/*.html", "templates/**/*.txt"):
        yield from sorted(ROOT.glob(place))


def collect() -> dict[Message, list[str]]:
    """Every message, with the files that it stands in."""
    found: dict[Message, list[str]] = {}
    for path in files():
        for message in READERS[path.suffix](path.read_text()):
            places = found.setdefault(message, [])
            if (place := path.relative_to(ROOT).as_posix()) not in places:
                places.append(place)
    return found


def renew(po: polib.POFile, found: dict[Message, list[str]]) -> polib.POFile:
    """The same file with exactly the messages that are in use, in the order of their files, known translations kept."""
    known = {(entry.msgid, entry.msgctxt): entry for entry in po}
    fresh = polib.POFile(wrapwidth=110)
    fresh.metadata = po.metadata
    fresh.header = po.header
    entries: dict[tuple[str, str | None], polib.POEntry] = {}
    for message, places in found.items():
        key = (message.words, message.context)
        old = known.get(key)
        entry = entries.setdefault(key, polib.POEntry(msgid=message.words, msgctxt=message.context))
        entry.occurrences += [(place, "") for place in places if (place, "") not in entry.occurrences]
        if "%(" in message.words and "python-format" not in entry.flags:
            entry.flags.append("python-format")
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = old.msgstr_plural if old and old.msgstr_plural else {0: old.msgstr if old else ""}
        else:
            entry.msgstr = (old.msgstr or old.msgstr_plural.get(0, "")) if old else ""
        entry.tcomment = old.tcomment if old else ""
    fresh.extend(entries.values())
    return fresh


def main() -> int:
    found = collect()
    untranslated = 0
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        po = renew(polib.pofile(str(path)), found)
        po.save(str(path))
        po.save_as_mofile(str(path.with_suffix(".mo")))
        waiting = po.untranslated_entries()
        untranslated += len(waiting)
        print(f"{path.relative_to(ROOT)}: {len(po)} messages, {len(waiting)} untranslated")
        for entry in waiting:
            print(f"  {entry.msgid!r}")
    return 1 if untranslated else 0


if __name__ == "__main__":
    sys.exit(main())
