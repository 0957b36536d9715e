"""Writes the request of an attempt as commands that a person can run elsewhere.

It is built by the adapter that sent it, from the same values, so what is copied is what was sent. A key is never part
of it: its place is taken by the name of an environment variable.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from studio.imaging.formats import EXTENSIONS
from studio.prompts.kinds import kind_of
from studio.prompts.recipe import Recipe, ReferenceUse
from studio.providers import UnknownProvider, adapter, catalogue
from studio.providers.values import Account, Call, DataURL, FormField, FormFile, ImageRequest
from studio.storage import files
from studio.worker.claim import request_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from studio.models import Attempt, Connection, Reference, Version

    Names = Mapping[Path, str]

# Stands for the key while a call is built; nothing that a person types can be it.
KEY = "\ue000key\ue000"
# The same of a file within a call's JSON.
FILE = "\ue001file\ue001"
NAME_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    id: str
    label: str
    text: str


def of(attempt: Attempt) -> tuple[Snippet, ...]:
    """Empty where the request cannot be built any more (a provider that is gone, a reference whose row is not sound),
    or where no command makes the same picture."""
    connection = attempt.generation.connection
    try:
        # What is shown on the way is no part of the picture, and a command that waits for one reads no stream.
        request = replace(request_of(attempt), partials=0)
        account = Account(base_url=attempt.base_url, key=KEY if connection.key_ciphertext else "")
        call = adapter(connection.provider).submit(request, account, key=str(attempt.provider_key))
    except (UnknownProvider, ValueError, TypeError, KeyError, FileNotFoundError):
        return ()
    names = {files.path(row.cleaned): name for row, name in file_names(attempt.generation.version).items()}
    if not isinstance(call, Call):
        if not _is_plain(request):
            return ()
        text = command(request, connection, names, takes=attempt.generation.takes)
        return (Snippet(id="command", label=_("Command line"), text=text),)
    variable = re.sub(r"\W", "_", connection.provider).upper() + "_API_KEY"
    return (
        Snippet(id="curl", label="curl", text=curl(call, variable, names)),
        Snippet(id="python", label="Python", text=python(call, variable, names)),
    )


def why_none(attempt: Attempt) -> str:
    """Why ``of`` is empty, in one sentence."""
    known = catalogue.providers().get(attempt.generation.connection.provider)
    if known is not None and known.is_built_in:
        return _("The studio drew this itself from the parts of the brief: no command makes the same picture.")
    return _("The request cannot be written out any more: its provider or a reference is gone.")


def file_names(version: Version) -> dict[Reference, str]:
    """What each reference's file is called on the reader's machine, such as ``1-green.jpg``: its number, then its label
    as far as it can stand in any shell and file system."""
    names: dict[Reference, str] = {}
    for numbered in version.numbered_references.select_related("reference"):
        row = numbered.reference
        label = slugify(PurePath(row.label).stem)[:NAME_LENGTH].strip("-") or "image"
        # The same picture twice is one file.
        names.setdefault(row, f"{numbered.number}-{label}.{EXTENSIONS[row.cleaned_format]}")
    return names


def _is_plain(request: ImageRequest) -> bool:
    """Whether the prompt's text and its references say everything: what draws here reads the recipe, and the command
    line writes finished texts alone."""
    uses = (ReferenceUse(sha256=use.sha256) for use in request.recipe.references)
    return request.recipe == Recipe(kind=kind_of(request.prompt), body=request.prompt, references=tuple(uses))


def command(request: ImageRequest, connection: Connection, names: Names, *, takes: int) -> str:
    """The same run, with all of its takes, through this studio's own command line."""
    options = [
        ("--connection ", connection.name),
        ("--model ", request.model),
        ("-s ", request.size),
        ("-q ", request.quality),
        ("-o ", request.format),
        ("-c ", "" if request.compression is None else str(request.compression)),
        ("-n ", "" if takes == 1 else str(takes)),
        # Attached where the text begins like an option.
        ("-p" if request.prompt.startswith("-") else "-p ", request.prompt),
    ]
    lines = ["python manage.py generate"]
    lines += [f"{option}{shlex.quote(value)}" for option, value in options if value]
    lines += [f"-i {shlex.quote(names[reference.path])}" for reference in request.references]
    return _lines(lines)


def curl(call: Call, variable: str, names: Names) -> str:
    lines = [f"curl {shlex.quote(call.url)}"]
    if call.method not in {"GET", "POST"} or (call.method == "POST" and call.json is None and call.form is None):
        lines.append(f"-X {call.method}")
    lines += [f"-H {_shell(f'{name}: {value}', variable)}" for name, value in call.headers.items()]
    if call.json is not None:
        lines.append("-H 'Content-Type: application/json'")
    for part in call.form or ():
        lines.append(_part(part, names))
    lines.append("-o reply.json")
    if call.json is None:
        return _lines(lines)
    text, files = _json(call)
    if not files:
        return _lines([*lines, f"--data-raw {shlex.quote(text)}"])
    # No word of a command line may be as long as a picture, so the shell writes the body into curl, which leaves out
    # the line end that the shell puts behind it.
    return _lines([*lines, "--data @- <<END"]) + _written(text, files, names) + "\nEND\n"


def _written(text: str, files: Mapping[str, DataURL], names: Names) -> str:
    """JSON as the shell writes it, each file in its place."""
    text = re.sub(r"([\\$`])", r"\\\1", text)
    for mark, file in files.items():
        content = f"$(base64 < {shlex.quote(names[file.path])} | tr -d '\\n')"
        text = text.replace(mark, f"data:{file.media_type};base64,{content}")
    return text


def _part(part: FormField | FormFile, names: Names) -> str:
    # --form would read a value that begins with @ or < from a file; --form-string takes it as it is.
    if isinstance(part, FormField):
        return f"--form-string {shlex.quote(f'{part.name}={part.value}')}"
    sent = f"{part.name}=@{names[part.path]};filename={part.filename};type={part.media_type}"
    return f"-F {shlex.quote(sent)}"


def _shell(text: str, variable: str) -> str:
    """One word of a POSIX shell, in which the key is read from the environment."""
    if KEY not in text:
        return shlex.quote(text)
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text).replace(KEY, f"${variable}") + '"'


def python(call: Call, variable: str, names: Names) -> str:
    lines = ["from pathlib import Path", "", "import httpx", "", "reply = httpx.request("]
    lines += [f"    {call.method!r},", f"    {call.url!r},"]
    if call.headers:
        pairs = [f"        {name!r}: {_expression(value, variable)}," for name, value in call.headers.items()]
        lines += ["    headers={", *pairs, "    },"]
    if call.json is not None:
        values = (f"        {name!r}: {_literal(value, names)}," for name, value in call.json.items())
        lines += ["    json={", *values, "    },"]
    lines += _form(call.form or (), names)
    lines += [f"    timeout={call.deadline:g},", ")", "reply.raise_for_status()"]
    lines.append("Path('reply.json').write_bytes(reply.content)")
    if any(KEY in value for value in call.headers.values()):
        lines = ["import os", *lines]
    if call.json is not None and _json(call)[1]:
        lines = ["import base64", *lines]
    return "\n".join(lines) + "\n"


def _literal(value: Any, names: Names) -> str:
    if isinstance(value, DataURL):
        content = f"base64.b64encode(Path({names[value.path]!r}).read_bytes()).decode()"
        return f"{f'data:{value.media_type};base64,'!r} + {content}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(item, names) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_literal(item, names)}' for name, item in value.items())}}}"
    return repr(value)


def _form(form: tuple[FormField | FormFile, ...], names: Names) -> list[str]:
    if not form:
        return []
    # Everything goes through ``files``, which keeps the order and takes a name twice; a plain value has no file name.
    parts = [f"        ({part.name!r}, {_value(part, names)})," for part in form]
    return ["    files=[", *parts, "    ],"]


def _value(part: FormField | FormFile, names: Names) -> str:
    if isinstance(part, FormField):
        return f"(None, {part.value!r})"
    return f"({part.filename!r}, Path({names[part.path]!r}).read_bytes(), {part.media_type!r})"


def _expression(value: str, variable: str) -> str:
    before, found, after = value.partition(KEY)
    if not found:
        return repr(value)
    words = [repr(before) if before else "", f"os.environ[{variable!r}]", repr(after) if after else ""]
    return " + ".join(filter(None, words))


def _json(call: Call) -> tuple[str, dict[str, DataURL]]:
    """The bytes that egress sends, with a mark in the place of each file."""
    files: dict[str, DataURL] = {}

    def mark(value: DataURL) -> str:
        files[f"{FILE}{len(files)}{FILE}"] = value
        return next(reversed(files))

    return json.dumps(call.json, ensure_ascii=False, separators=(",", ":"), default=mark), files


def _lines(lines: list[str]) -> str:
    return " \\\n  ".join(lines) + "\n"
