"""The other providers that the double can be, each under the first step of its paths: ``/<name>/…``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tests.doubles.apiyi import Apiyi
from tests.doubles.runapi import RunAPI
from tests.doubles.runbase import RunBase
from tests.doubles.runcomfy import RunComfy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doubles.behaviour import Behaviour
    from tests.doubles.provider import Provider
    from tests.doubles.wire import Recorded


class Flavour(Protocol):
    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        """What to say to this path below the name, and how. Checks the key itself; raises Refusal."""
        ...


FLAVOURS: dict[str, Callable[[Provider], Flavour]] = {
    "apiyi": Apiyi,
    "runcomfy": RunComfy,
    "runapi": RunAPI,
    "runbase": RunBase,
}
