"""The rows of a batch on their way: known from an earlier run or new, priced, submitted together, reported.

A row is known by what it says, its files' contents included, and not by its place in a file: a list that grew or was
mended pays for nothing that is made already.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from studio.management import arguments, asking, batches, saving
from studio.management.batches import Fault, Wrong
from studio.management.scripting import Exit, Stop, exit_of
from studio.models import Generation
from studio.models.generations import OPEN, State
from studio.prompts import kinds
from studio.prompts.recipe import Recipe
from studio.services import choosing, generations, prompts
from studio.services.reports import newest_attempts, report, state_of
from studio.worker import recover, slot
from studio.worker.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio.management.asking import Plan, Wish
    from studio.models import Attempt, Reference, Team, User
    from studio.services.reports import Report

OURS = UUID("5f0f4d0c-6f0e-5d57-9a53-6a1c2f0a8e11")  # the name space of batches' tokens
TRIED_AGAIN = (State.FAILED, State.CANCELLED)  # where somebody says so
CAME_TO_NOTHING = (*TRIED_AGAIN, State.UNKNOWN)
CHUNK = 500  # tokens in one question


@dataclass(slots=True)
class Row:
    """``plan`` is there for what is to be made, ``generation`` for what was begun, in this run or an earlier one."""

    number: int
    wish: Wish
    identity: str
    token: UUID
    plan: Plan | None = None
    generation: Generation | None = None
    known: bool = False
    again: list[Attempt] = field(default_factory=list)  # ended without a picture, and to be tried once more
    left: list[Attempt] = field(default_factory=list)  # ended without a picture, and not to be tried again
    stored: list[Reference] = field(default_factory=list)
    report: Report | None = None

    @property
    def title(self) -> str:
        return _("row %(row)d") % {"row": self.number}

    @property
    def pictures(self) -> int:
        """How many this run would pay for."""
        return self.plan.order.output.takes if self.plan else len(self.again)

    @property
    def price(self) -> int | None:
        """Of these, in micro-dollars; None where nobody knows."""
        if self.plan is not None:
            return self.plan.price
        each = self.generation.estimate_each if self.generation is not None else 0
        return len(self.again) * each if each is not None else None

    @property
    def is_open(self) -> bool:
        return self.report is not None and self.report.is_open

    def to_json(self) -> dict[str, Any]:
        blank: dict[str, Any] = {"state": "new", "generation": None, "images": (), "cost": None, "error": None}
        price = self.price if self.pictures else 0
        estimate = None if price is None else price / 1_000_000
        return {"row": self.number, "known": self.known, "estimate": estimate} | (
            self.report.to_json() if self.report else blank
        )


def put_right() -> None:
    """What a run that was killed has left, where no worker has seen to it: else it would be waited for in vain."""
    pace = Pace.from_settings()
    if not slot.is_live(stale=pace.stale):
        recover.recover(stale=pace.stale, tries=pace.tries)


def look(
    items: Sequence[Any], folder: Path, team: Team, defaults: Wish, *, again: bool, retry_failed: bool
) -> list[Row]:
    """All rows, each known or possible; nothing is stored. Raises Wrong, which names every row that is neither."""
    faults: list[Fault] = []
    rows = _read(items, folder, team, defaults, faults)
    _find_known(rows, team, again=again)
    for row in rows:
        try:
            with asking.refusals():
                _foresee(row, team, retry_failed=retry_failed)
        except Stop as stop:
            faults.append(Fault(row.number, stop))
    faults += _same_target(rows)
    if faults:
        raise Wrong(sorted(faults, key=lambda fault: fault.row))
    return rows


def _read(items: Sequence[Any], folder: Path, team: Team, defaults: Wish, faults: list[Fault]) -> list[Row]:
    rows: list[Row] = []
    seen: Counter[str] = Counter()
    for number, item in enumerate(items, start=1):
        try:
            with asking.refusals():
                wish = batches.wish_of(item, folder, defaults)
                identity = _identity(wish, choosing.project(team, wish.project).pk)
        except Stop as stop:
            faults.append(Fault(number, stop))
            continue
        # The same row twice is wanted twice.
        seen[identity] += 1
        identity = f"{identity} {seen[identity]}"
        if wish.target is not None:
            wish = replace(wish, target=wish.target.called(_stem(number, len(items), wish)))
        rows.append(Row(number, wish, identity, uuid5(OURS, identity)))
    return rows


def _stem(number: int, of: int, wish: Wish) -> str:
    """``03-coffee-tin``: where it stands in the list, in files' order too, and what it is called there."""
    recipe = Recipe(kind=kinds.kind_of(wish.text), body=wish.text)
    title = saving.safe(prompts.shown_title(wish.title, recipe))
    return "-".join(filter(None, [str(number).zfill(max(len(str(of)), 2)), title]))


def _identity(wish: Wish, project: int) -> str:
    """Everything that decides what is made, as it was written; where it goes and what it is called do not count."""
    said = [project, wish.text, [_hash(name) for name in wish.images], wish.connection, wish.model]
    return hashlib.sha256(json.dumps([*said, wish.output.to_json()], sort_keys=True).encode()).hexdigest()


def _hash(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise arguments.unreadable(name, error) from None


def _find_known(rows: list[Row], team: Team, *, again: bool) -> None:
    """The newest generation of each row. With ``again`` the row is given the token that follows it."""
    left, turn = rows, 0
    while left:
        tokens = {row.token: row for row in left} if not turn else {_turned(row, turn): row for row in left}
        found = _begun(team, list(tokens))
        for token, row in tokens.items():
            if token in found:
                row.generation, row.known = found[token], True
            if again:
                row.token = token
        left, turn = [row for token, row in tokens.items() if token in found], turn + 1
    if again:
        for row in rows:
            row.generation, row.known = None, False


def _turned(row: Row, turn: int) -> UUID:
    return uuid5(OURS, f"{row.identity} again {turn}")


def _begun(team: Team, tokens: list[UUID]) -> dict[UUID, Generation]:
    found: dict[UUID, Generation] = {}
    for start in range(0, len(tokens), CHUNK):
        rows = Generation.objects.for_team(team).filter(client_token__in=tokens[start : start + CHUNK])
        found |= {row.client_token: row for row in rows.select_related("connection", "version")}
    return found


def _foresee(row: Row, team: Team, *, retry_failed: bool) -> None:
    if row.generation is None:
        row.plan = asking.plan(row.wish, team)
    else:
        newest = newest_attempts(row.generation)
        row.again = [each for each in newest if _is_due(each, retry_failed=retry_failed)]
        row.left = [each for each in newest if each.state in CAME_TO_NOTHING and each not in row.again]
        if row.again:
            asking.usable(team, row.generation.connection.name)
    if row.wish.target is not None:
        row.wish.target.prove(row.wish.output.takes)


def _is_due(attempt: Attempt, *, retry_failed: bool) -> bool:
    """What was cancelled before it was sent costs nothing to take up; the rest of what came to nothing only where
    somebody says so. An outcome that nobody knows is never sent again from here."""
    if attempt.state == State.CANCELLED and not attempt.error_code:
        return True
    return retry_failed and attempt.state in TRIED_AGAIN


def _same_target(rows: Iterable[Row]) -> list[Fault]:
    """A later row would replace what an earlier one has just written."""
    first: dict[tuple[Path, bool], int] = {}
    faults = []
    for row in rows:
        target = row.wish.target
        if target is None or target.is_folder:
            continue
        earlier = first.setdefault((target.path.absolute(), row.wish.output.takes > 1), row.number)
        if earlier != row.number:
            message = _("“out” is the same file as in row %(row)d.") % {"row": earlier}
            faults.append(Fault(row.number, Stop(Exit.BAD_INPUT, "row_wrong", message)))
    return faults


def submit(rows: Sequence[Row], team: Team) -> None:
    """All that is to be made, in one transaction: all or none. Raises Wrong."""
    _store_references([row for row in rows if row.plan is not None], team)
    user = choosing.owner(team)
    begun: dict[int, Generation | None] = {}
    with transaction.atomic():
        for row in rows:
            begun[row.number] = _begin(row, user)
    for row in rows:
        row.generation = begun[row.number]


def _store_references(rows: list[Row], team: Team) -> None:
    """Before the transaction: to look at a picture takes its time."""
    faults = []
    for row in rows:
        try:
            with asking.refusals():
                row.stored = [asking.reference(team, choosing.owner(team), name) for name in row.wish.images]
        except Stop as stop:
            faults.append(Fault(row.number, stop))
    if faults:
        raise Wrong(faults)


def _begin(row: Row, user: User) -> Generation | None:
    try:
        with asking.refusals():
            if row.plan is not None:
                return asking.begin(row.plan, row.stored, row.token)
            for attempt in row.again:
                generations.retry(attempt=attempt, user=user)
            return row.generation
    except Stop as stop:
        raise Wrong([Fault(row.number, stop)]) from None


def planned(rows: Sequence[Row]) -> dict[str, Any]:
    """The batch after a dry run, which ends well whatever became of its rows before."""
    return {"state": "planned", "rows": [row.to_json() for row in rows], "cost": _cost(rows), "error": None}


def told(rows: Sequence[Row], *, wait: bool) -> dict[str, Any]:
    """The batch as scripts read it; ``error`` is that of the first of the rows that ended worst."""
    worst = max(rows, key=lambda row: batches.severity(exit_of_row(row, wait=wait)))
    error = worst.report.error if worst.report is not None and exit_of_row(worst, wait=wait) else None
    states = {row.report.state for row in rows if row.report is not None}
    return {
        "state": state_of(states) if len(states) and all(row.report for row in rows) else "planned",
        "rows": [row.to_json() for row in rows],
        "cost": _cost(rows),
        "error": None if error is None else {"code": error.code, "message": f"{worst.title}: {error.message}"},
    }


def _cost(rows: Iterable[Row]) -> float | None:
    costs = [row.report.cost for row in rows if row.report is not None and row.report.cost is not None]
    return sum(costs) if costs else None


def exit_of_row(row: Row, *, wait: bool) -> Exit:
    """What its report earns; where nobody waits, to be on its way is all that was asked."""
    if row.report is None or (not wait and row.report.state in OPEN):
        return Exit.DONE
    return exit_of(row.report)


def fill_reports(rows: Iterable[Row], *, save: bool) -> None:
    for row in rows:
        if row.generation is not None:
            found = report(row.generation)
            row.report = row.wish.target.save(found) if save and row.wish.target is not None else found
