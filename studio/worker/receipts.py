"""A note beside the files: what came back for an attempt whose row does not say so yet.

Written when the whole answer is here, before a picture gets its name, and removed after the row is written: whatever
breaks in between costs nothing that was paid for. ``redeem`` finishes what a note tells of.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from studio import queue
from studio.models import Attempt, Image
from studio.models.generations import LATE, State
from studio.services import breaker, money
from studio.storage import files
from studio.worker import failpoints, receive
from studio.worker.receive import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.models.generations import AttemptQuerySet

log = logging.getLogger(__name__)

SHELF = "receipts"
_STEM = re.compile(r"([0-9]{1,18})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    attempt: int
    epoch: int
    kept: tuple[Kept, ...] = ()
    cost: int | None = None
    revised_prompt: str = ""
    # Where pictures of the answer are, while they are still to be fetched.
    urls: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return _name(self.attempt, self.epoch)


def write(receipt: Receipt) -> None:
    with files.writing(receipt.name) as file:
        file.write(json.dumps(asdict(receipt)).encode())


def read(attempt: int, epoch: int) -> Receipt | None:
    try:
        values: dict[str, Any] = json.loads(files.path(_name(attempt, epoch)).read_bytes())
        kept = tuple(Kept(**each) for each in values["kept"])
        return Receipt(**(values | {"kept": kept, "urls": tuple(values.get("urls", ()))}))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):  # written whole or not at all, so not by us; it must not stop the rest
        log.exception("The note %s cannot be read.", _name(attempt, epoch))
        return None


def remove(attempt: int, epoch: int) -> None:
    files.remove(_name(attempt, epoch))


def discard(receipt: Receipt) -> None:
    """Its attempt was decided otherwise, or its row was written by somebody else: files that no row names go too."""
    for picture in receipt.kept:
        if not Image.objects.filter(original=picture.name).exists():
            receive.drop(picture)
    remove(receipt.attempt, receipt.epoch)


def record(rows: AttemptQuerySet, receipt: Receipt) -> bool:
    """Done, its pictures and what they cost, inside the caller's transaction; False when these rows are not ours any
    more."""
    values: dict[str, Any] = {"owner": None, "percent": None, "error_code": "", "error_message": ""}
    values |= {"cost": receipt.cost, "revised_prompt": receipt.revised_prompt}
    if not rows.move(State.DONE, expected=(State.LEASED, *LATE), **values):
        return False
    about = ("generation__team", "generation__project", "generation__connection")
    team, project, connection = Attempt.objects.filter(pk=receipt.attempt).values_list(*about).get()
    money.settle(receipt.attempt, receipt.cost)
    breaker.succeeded(connection)
    for index, picture in enumerate(receipt.kept):
        image = Image.objects.create(
            team_id=team,
            project_id=project,
            attempt_id=receipt.attempt,
            index=index,
            original=picture.name,
            sha256=picture.sha256,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            bytes=picture.bytes,
        )
        queue.enqueue_look(image.pk)
    failpoints.reach("settling")
    return True


def notes() -> set[tuple[int, int]]:
    """Attempt and epoch of each; what else lies in the folder is not ours."""
    names = (path.stem for path in (files.root() / SHELF).glob("*.json"))
    return {(int(found[1]), int(found[2])) for name in names if (found := _STEM.fullmatch(name))}


def outdated() -> Iterator[Receipt]:
    """Those whose attempt has its row, or was claimed anew: their removal was lost."""
    found = notes()
    rows = Attempt.objects.filter(pk__in={pk for pk, _ in found}, state__in=(State.LEASED, *LATE))
    for attempt, epoch in found - set(rows.values_list("pk", "epoch")):
        if (receipt := read(attempt, epoch)) is not None:
            yield receipt


def parts() -> set[str]:
    """Part files that a note tells of."""
    found = (read(attempt, epoch) for attempt, epoch in notes())
    return {picture.part for receipt in found if receipt is not None for picture in receipt.kept}


def _name(attempt: int, epoch: int) -> str:
    return f"{SHELF}/{attempt}-{epoch}.json"
