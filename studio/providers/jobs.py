"""What every adapter for jobs reads alike: the words for a job's state, and its id."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from studio.providers.values import Failure

# As long as a row keeps it.
MAX_ID = 200

DONE = frozenset({"completed", "complete", "succeeded", "success", "finished"})
FAILED = frozenset({"failed", "error", "generate_failed", "create_task_failed", "timeout"})
CANCELLED = frozenset({"cancelled", "canceled"})


class Stage(StrEnum):
    GOING_ON = "going on"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def stage(word: Any) -> Stage:
    """What a state's word means. One that nobody knows means that the job goes on: to ask again costs nothing."""
    said = word.strip().lower() if isinstance(word, str) else ""
    ends = {Stage.DONE: DONE, Stage.FAILED: FAILED, Stage.CANCELLED: CANCELLED}
    return next((each for each, words in ends.items() if said in words), Stage.GOING_ON)


def id_of(value: Any) -> str:
    """A job's id, or nothing where it is none that can be kept and asked for."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID:
        return ""
    return value if value.isascii() and value.isprintable() and value.strip(". ") else ""


def step(job_id: str) -> str:
    """The id as one step of an address, whatever signs it is made of."""
    return quote(job_id, safe="")


def still_there(failure: Failure) -> Failure:
    """A failed question about a job says nothing about the job: its id stays, to be asked for again."""
    return replace(failure, not_accepted=True)
