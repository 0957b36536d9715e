"""A strict reader of TOML tables: every complaint names the file and the key, and no key goes unread."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class CatalogueError(ValueError):
    """A catalogue file says something that cannot be; the message names file and key."""


class Table:
    def __init__(self, file: str, path: str, data: Mapping[str, Any]) -> None:
        self._file, self._path, self._data = file, path, data
        self._read: set[str] = set()

    def error(self, key: str, problem: str) -> CatalogueError:
        return CatalogueError(f"{self._file}: {self._path}{key} {problem}.")

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def keys_among(self, allowed: Sequence[str]) -> tuple[str, ...]:
        for key in self._data:
            if key not in allowed:
                raise self.error(key, f"is not one of {', '.join(allowed)}")
        return self.names()

    def text(self, key: str, default: str | None = None, *, among: Sequence[str] = ()) -> str:
        value = self._take(key, str, "a text", default)
        if among and value not in among:
            raise self.error(key, f"must be one of {', '.join(map(repr, map(str, among)))}, not {value!r}")
        return str(value)

    def flag(self, key: str, default: bool) -> bool:
        return bool(self._take(key, bool, "true or false", default))

    def flag_or_none(self, key: str) -> bool | None:
        return self.flag(key, False) if key in self._data else None

    def whole(self, key: str, default: int | None = None, *, least: int) -> int:
        value = self._take(key, int, "a whole number", default)
        if value < least:
            raise self.error(key, f"must be at least {least}, not {value}")
        return int(value)

    def whole_or_none(self, key: str, *, least: int) -> int | None:
        return self.whole(key, least=least) if key in self._data else None

    def number_or_none(self, key: str) -> float | None:
        return self.number(key) if key in self._data else None

    def number(self, key: str, default: float | None = None) -> float:
        value = self._take(key, (int, float), "a number", default)
        if not 0 <= value < 1e12:
            raise self.error(key, f"must not be negative or endless, as {value} is")
        return float(value)

    def date(self, key: str) -> str:
        value: datetime.date = self._take(key, datetime.date, "a date", None)
        return value.isoformat()

    def words(self, key: str, default: tuple[str, ...] | None = None, *, among: Sequence[str] = ()) -> tuple[str, ...]:
        values = self._take(key, (list, tuple), "a list of texts", default)
        for value in values:
            if not isinstance(value, str):
                raise self.error(key, f"must be a list of texts, and {value!r} is none")
            if among and value not in among:
                raise self.error(key, f"knows {', '.join(among)} and not {value!r}")
        return tuple(values)

    def pixels(self, key: str) -> tuple[int, int]:
        value = self.text(key)
        if (match := re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", value)) is None:
            raise self.error(key, f"must be pixels such as '1024x1024', not {value!r}")
        return int(match[1]), int(match[2])

    def table(self, key: str) -> Table:
        return Table(self._file, f"{self._path}{key}.", self._take(key, dict, "a table", None))

    def table_or_none(self, key: str) -> Table | None:
        return self.table(key) if key in self._data else None

    def tables(self, key: str) -> list[Table]:
        rows = self._take(key, list, "a list of tables", None)
        return [self._row(key, number, row) for number, row in enumerate(rows, start=1)]

    def _row(self, key: str, number: int, row: Any) -> Table:
        if not isinstance(row, dict):
            raise self.error(key, "must be a list of tables")
        return Table(self._file, f"{self._path}{key}[{row.get('id', number)}].", row)

    def close(self) -> None:
        """Raise for a key that nobody asked for: most likely a typing error."""
        for key in self._data:
            if key not in self._read:
                raise self.error(key, "is not a key that the catalogue knows")

    def _take(self, key: str, kind: type | tuple[type, ...], words: str, default: Any) -> Any:
        self._read.add(key)
        if key not in self._data:
            if default is None:
                raise self.error(key, "is missing")
            return default
        value = self._data[key]
        # A bool is an int to Python, and never a number to a catalogue.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"must be {words}, not {value!r}")
        return value
