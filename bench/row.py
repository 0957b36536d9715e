"""One line of the table: what was measured, what came out, and what was promised."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    what: str
    result: str
    goal: str = ""
    met: bool | None = None  # None: nothing was promised, the figure is there to compare with
    note: str = ""


def milliseconds(work: Callable[[], object], *, times: int, warm: int = 3) -> float:
    """The median of so many runs after a few that do not count, in processor time of this process."""
    for _ in range(warm):
        work()
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return median(spent) * 1000
