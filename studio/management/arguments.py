"""Reads what stands on the command line: counts, sizes, and the prompt to the last byte."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from studio.management.scripting import Exit, Stop
from studio.providers import catalogue, sizes
from studio.services.connections import MAX_CALLS_AT_ONCE

if TYPE_CHECKING:
    from studio.providers.capabilities import Model
    from studio.providers.output import Output


def size(text: str) -> Output:
    try:
        return sizes.parse(text)
    except sizes.Unreadable as error:
        raise ArgumentTypeError(str(error.sentence)) from None


def calls(text: str) -> int:
    return _whole(text, least=1, told=MAX_CALLS_AT_ONCE)


def takes(text: str) -> int:
    return _whole(text, least=1, told=most_takes())


def most_takes() -> int:
    """Of any model; how many one takes is told when it is chosen."""
    return max(model.max_takes for model in _models())


def partials(text: str) -> int:
    return _whole(text, least=0, told=most_partials())


def most_partials() -> int:
    return max(model.partials for model in _models())


def _models() -> list[Model]:
    return [
        model for each in catalogue.providers().values() for model in (*each.models.values(), each.fallback) if model
    ]


def seconds(text: str) -> int:
    return _whole(text, least=0)


def percent(text: str) -> int:
    return _whole(text, least=0, most=100)


def _whole(text: str, *, least: int, most: int = 1_000_000, told: int | None = None) -> int:
    """``told`` is the most that can be had. A number above it is bad input, not a wrong command line: whoever knows
    the model or the connection refuses it, in better words."""
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ArgumentTypeError(f"{text!r} is no whole number from {least} to {most if told is None else told}")
    return int(text)


def prompt(text: str | None, file: str | None) -> str:
    """The prompt as it was given: nothing is trimmed, no line ending changed. Raises Stop."""
    content = _bytes(file) if file is not None else (text or "").encode("utf-8", "surrogateescape")
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as error:
        message = _("The prompt is not valid UTF-8 (byte %(place)d). Save it as UTF-8.") % {"place": error.start + 1}
        raise Stop(Exit.BAD_INPUT, "prompt_not_utf8", message) from None
    if "\0" in decoded:
        raise Stop(Exit.BAD_INPUT, "prompt_not_text", _("The prompt holds a null character. Remove it."))
    return decoded


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None


def named(file: str) -> str:
    return _("Standard input") if file == "-" else file


def unreadable(file: str, error: OSError) -> Stop:
    message = _("%(file)s cannot be read: %(why)s.") % {"file": named(file), "why": error.strerror or error}
    return Stop(Exit.BAD_INPUT, "file_unreadable", message)
