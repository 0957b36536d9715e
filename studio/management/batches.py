"""Reads a batch's list: each row is a wish, every row is looked at, and what is wrong is said by row."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from django.utils.translation import gettext as _

from studio.management import arguments
from studio.management.saving import FORMATS, Target
from studio.management.scripting import Exit, Stop
from studio.providers import sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio.management.asking import Wish
    from studio.providers.output import Output

MOST_ROWS = 1000
MOST_BYTES = 50_000_000
LONGEST_NAME = 160  # of a title; names of connections and models are shorter

TEXTS = ("connection", "model", "quality", "title", "project")
KEYS = ("prompt", "prompt_file", "image", "images", "size", "format", "compression", "takes", "out", *TEXTS)

# The better first: the exit code of several rows is the last of these that any of them earns.
WORSE_AND_WORSE = (
    Exit.DONE,
    Exit.TRY_LATER,
    Exit.UNAVAILABLE,
    Exit.USAGE,
    Exit.BAD_INPUT,
    Exit.NOT_ALLOWED,
    Exit.INTERNAL,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why this row cannot be made."""

    row: int
    stop: Stop

    def __str__(self) -> str:
        return _("row %(row)d: %(message)s") % {"row": self.row, "message": self.stop}


class Wrong(Stop):
    """Rows cannot be made, so nothing was sent; all of them are told at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        worst = max((fault.stop for fault in self.faults), key=lambda stop: severity(Exit(stop.returncode)))
        # On a command line a wrong value is a wrong call; in a file it is wrong content.
        exit = Exit.BAD_INPUT if worst.returncode == Exit.USAGE else Exit(worst.returncode)
        message = [str(fault) for fault in self.faults]
        super().__init__(exit, worst.code, "\n".join([*message, _("Nothing was sent.")]))


def severity(exit: Exit) -> int:
    return WORSE_AND_WORSE.index(exit)


def read(file: str) -> tuple[list[Any], Path]:
    """The rows as they were written, and the folder that their names of files are relative to. Raises Stop."""
    folder = Path.cwd() if file == "-" else Path(file).absolute().parent
    try:
        content = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise arguments.unreadable(file, error) from None
    try:
        rows = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_Object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:  # of UTF-8 and of JSON alike
        message = _("%(file)s is not a list in JSON: %(why)s.") % {"file": arguments.named(file), "why": error}
        raise Stop(Exit.BAD_INPUT, "not_json", message) from None
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS:
        message = _("%(file)s must hold a JSON list of 1 to %(most)d rows.")
        raise Stop(Exit.BAD_INPUT, "not_a_list", message % {"file": arguments.named(file), "most": MOST_ROWS})
    return rows, folder


def wish_of(row: Any, folder: Path, defaults: Wish) -> Wish:
    """What a row says; what it does not say is as in ``defaults``. Raises Stop."""
    said: Mapping[str, Any] = {"prompt": row} if isinstance(row, str) else row
    if not isinstance(said, _Object | dict):
        _wrong(_("A row is an object, or a text that is the prompt."))
    if isinstance(said, _Object) and said.doubled:
        _wrong(_("“%(key)s” is there twice.") % {"key": said.doubled})
    for key in said:
        if key not in KEYS:
            message = _("“%(key)s” is no key of a row. There are: %(keys)s.")
            _wrong(message % {"key": key, "keys": ", ".join(KEYS)})
    out = _text(said, "out")
    asked = _text(said, "format") or defaults.output.format
    if asked and asked not in FORMATS.values():
        _wrong(_("“format” must be one of %(words)s.") % {"words": ", ".join(sorted(set(FORMATS.values())))})
    target = Target(_beside(folder, out), format=asked or None) if "out" in said else defaults.target
    texts = {key: _text(said, key) for key in TEXTS if key in said}
    if len(texts.get("title", "")) > LONGEST_NAME:
        _wrong(_("“title” has more than %(most)d characters.") % {"most": LONGEST_NAME})
    output = replace(
        _size(said, defaults.output),
        quality=texts.pop("quality", defaults.output.quality),
        format=asked or (target.format if target else ""),
        compression=_whole(said, "compression", least=0, most=100, default=defaults.output.compression),
        takes=_whole(said, "takes", least=1, most=arguments.most_takes(), default=defaults.output.takes),
    )
    text, images = _prompt(said, folder), _images(said, folder)
    return replace(defaults, text=text, images=images, output=output, target=target, **texts)


def _prompt(said: Mapping[str, Any], folder: Path) -> str:
    if ("prompt" in said) == ("prompt_file" in said):
        _wrong(_("Give either “prompt” or “prompt_file”."))
    if "prompt" in said:
        return arguments.prompt(_text(said, "prompt"), None)
    return arguments.prompt(None, _beside(folder, _text(said, "prompt_file")))


def _images(said: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    if "image" in said and "images" in said:
        _wrong(_("Give either “image” or “images”."))
    value = said.get("images", said.get("image", []))
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name and "\0" not in name for name in names):
        _wrong(_("“images” must be the name of a file, or a list of names."))
    return tuple(_beside(folder, name) for name in names)


def _size(said: Mapping[str, Any], default: Output) -> Output:
    if "size" not in said:
        return default
    try:
        return sizes.parse(_text(said, "size"), default)
    except sizes.Unreadable as error:
        _wrong(_(str(error.sentence)))


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        _wrong(_("“%(key)s” must be a text.") % {"key": key})
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair, which JSON can write and nothing can show
        _wrong(_("“%(key)s” holds half a character.") % {"key": key})
    if "\0" in value:
        _wrong(_("“%(key)s” holds a null character. Remove it.") % {"key": key})
    return value


def _whole(said: Mapping[str, Any], key: str, *, least: int, most: int, default: Any) -> Any:
    value = said.get(key, default)
    if key in said and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most):
        words = {"key": key, "least": least, "most": most}
        _wrong(_("“%(key)s” must be a whole number from %(least)d to %(most)d.") % words)
    return value


def _beside(folder: Path, name: str) -> str:
    """As a shell in that folder would read it; what names a folder by its end goes on doing so."""
    if not name:
        return ""
    return str(folder / name) + ("/" if name.endswith("/") else "")


class _Object(dict[str, Any]):
    """An object of the list, and the key that it names twice: JSON would silently take the last."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        names = [name for name, _value in pairs]
        self.doubled = next((name for name in names if names.count(name) > 1), "") if len(names) > len(self) else ""


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _wrong(message: str) -> NoReturn:
    raise Stop(Exit.BAD_INPUT, "row_wrong", message)
