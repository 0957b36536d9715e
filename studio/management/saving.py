"""Copies finished pictures to where the command was told to put them."""

from __future__ import annotations

import contextlib
import copy
import errno
import os
import shutil
import stat
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.text import slugify
from django.utils.translation import gettext as _

from studio.imaging.formats import EXTENSIONS
from studio.management.scripting import OUT_UNWRITABLE, Exit, Stop
from studio.services.reports import ReportedError

if TYPE_CHECKING:
    from studio.services.reports import Report, ReportedImage

LONGEST_STEM = 40  # characters, which are at most 160 bytes
FORMATS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}  # by the end of a name


class Target:
    """A file or a folder. ``prove`` it before anything is paid for; a file that is there is replaced.

    Several pictures become ``name-1.png``, ``name-2.png``; in a folder, ``<stem>-1.png`` and so on, the stem being
    the generation's number where there is none.
    """

    stem = ""

    def __init__(self, out: str, *, format: str | None) -> None:
        if not out:
            raise Stop(Exit.USAGE, "usage", _("--out is empty. Name a file, or a folder with a / at its end."))
        self.path = Path(out)
        self.is_folder = out.endswith(("/", os.sep)) or _is_folder(self.path)
        self.format = format or ("" if self.is_folder else FORMATS.get(self.path.suffix.lower(), ""))
        if not self.is_folder:
            self._check_name(format)

    def _check_name(self, asked: str | None) -> None:
        """What a file's name promises and what it will hold are the same."""
        suffix = self.path.suffix
        promised = FORMATS.get(suffix.lower())
        words = {"name": self.path.name, "suffix": suffix}
        if promised and asked and promised != asked:
            message = _("%(name)s ends in %(suffix)s, but --format asks for %(format)s. Change one of them.")
            raise Stop(Exit.USAGE, "usage", message % {**words, "format": asked.upper()})
        if suffix and not promised and not asked:
            message = _("%(name)s ends in %(suffix)s, which is neither .png, .jpg nor .webp. Name a --format too.")
            raise Stop(Exit.USAGE, "usage", message % words)

    def called(self, stem: str) -> Target:
        """The same, with this name for what it puts into a folder."""
        named = copy.copy(self)
        named.stem = stem
        return named

    def prove(self, takes: int) -> None:
        """Make the folder, look at what would be replaced, and write a file where each will be. Raises Stop."""
        try:
            folder = self.path if self.is_folder else self.path.parent
            with contextlib.suppress(FileExistsError):  # what it is, the next line finds out
                folder.mkdir(parents=True)
            _try_folder(folder)
            for number in () if self.is_folder else range(1, takes + 1):
                _try_file(_real(self._file(number if takes > 1 else None)))
        except OSError as error:
            message = _("%(path)s cannot be written: %(why)s.")
            message %= {"path": error.filename or self.path, "why": error.strerror or error}
            raise Stop(Exit.NOT_ALLOWED, OUT_UNWRITABLE, message) from None

    def save(self, report: Report) -> Report:
        """The report with the paths of the copies. What could not be copied keeps the path where it is stored, and the
        error says so."""
        several = len(report.images) > 1
        images, error = [], report.error
        for number, image in enumerate(report.images, start=1):
            path = self._path(report.generation, number if several else None, image)
            try:
                _copy(Path(image.path), _real(path))
                images.append(replace(image, path=str(path.absolute())))
            except OSError as failure:
                images.append(image)
                error = _unsaved(report, path, failure)
        return replace(report, images=tuple(images), error=error)

    def _path(self, generation: int, number: int | None, image: ReportedImage) -> Path:
        if self.is_folder:
            return self.path / f"{self.stem or generation}-{number or 1}{_suffix(image)}"
        return self._file(number, "" if self.path.suffix else _suffix(image))

    def _file(self, number: int | None, suffix: str = "") -> Path:
        if number is None:
            return self.path
        return self.path.with_name(f"{self.path.stem}-{number}{self.path.suffix or suffix}")


def safe(title: str) -> str:
    """As a part of a file's name in any system: letters and digits of any script, and hyphens; at most so many."""
    words = slugify(title, allow_unicode=True).replace("_", "-")
    if len(words) > LONGEST_STEM:
        # At a word's end, where the script has such.
        whole, _hyphen, _rest = words[: LONGEST_STEM + 1].rpartition("-")
        words = whole or words[:LONGEST_STEM]
    return words.strip("-")


def wrongly_named(image: ReportedImage) -> bool:
    """Whether its name promises another format: a server may make what it was not asked for."""
    return FORMATS.get(Path(image.path).suffix.lower(), image.format) != image.format


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, a folder that is closed: ``prove`` says so
        return False


def _suffix(image: ReportedImage) -> str:
    return f".{EXTENSIONS.get(image.format, image.format)}"


def _real(path: Path) -> Path:
    """A link stays one; what it leads to is replaced."""
    return Path(os.path.realpath(path))


def _try_folder(folder: Path) -> None:
    """By writing, because permissions do not tell: not of /proc, of a read-only disk, of a superuser."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".studio-"):
            pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None


def _try_file(real: Path) -> None:
    """Devices, pipes and folders are never replaced; a link may lead to another folder."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(real.stat().st_mode):
            raise OSError(errno.EINVAL, _("it is no ordinary file"), str(real))
        _try_folder(real.parent)


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: written beside the target, then renamed."""
    part = None
    try:
        with (
            source.open("rb") as content,
            tempfile.NamedTemporaryFile(dir=target.parent, prefix=".studio-", delete=False) as file,
        ):
            part = Path(file.name)
            shutil.copyfileobj(content, file)
        part.chmod(0o666 & ~_umask())
        part.replace(target)
    except OSError:
        if part is not None:
            part.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What a plain open() would have left out of the file's mode; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unsaved(report: Report, path: Path, failure: OSError) -> ReportedError:
    """Beside what else went wrong: the code of a take that failed stays."""
    message = _("%(path)s could not be written: %(why)s. The picture is made and kept in the studio.")
    message %= {"path": path, "why": failure.strerror or failure}
    if report.error is None:
        return ReportedError(OUT_UNWRITABLE, message)
    return ReportedError(report.error.code, f"{report.error.message} {message}")
