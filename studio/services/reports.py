"""What became of a generation, in the words and numbers that scripts read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.models import Attempt
from studio.models.generations import HELD, OPEN, State
from studio.providers import failures, prices
from studio.storage import files

if TYPE_CHECKING:
    from collections.abc import Collection

    from studio.models import Generation

# The first of these that any take is in, is the state of the whole.
WORST_FIRST = (State.UNKNOWN, State.FAILED, State.CANCELLED, State.DONE)


@dataclass(frozen=True, slots=True)
class ReportedImage:
    path: str
    width: int
    height: int
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ReportedError:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """``state`` is an attempt's state, ``cost`` is in dollars or None where the provider gives none."""

    state: str
    generation: int
    images: tuple[ReportedImage, ...]
    cost: float | None
    error: ReportedError | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def report(generation: Generation) -> Report:
    attempts = newest_attempts(generation)
    state = state_of({attempt.state for attempt in attempts})
    return Report(
        state=state,
        generation=generation.pk,
        images=tuple(image for attempt in attempts for image in _images(attempt)),
        cost=_cost(generation),
        error=_error(attempts, state),
    )


def _cost(generation: Generation) -> float | None:
    """What the provider said, over all attempts, or its list price; nothing where its price is nothing."""
    if generation.estimate_each == 0 and not generation.attempts.filter(cost__gt=0).exists():
        return 0.0
    listed = None
    if prices.has_list_price(generation.connection.provider, generation.model):
        listed = generation.estimate_each
    rows = generation.attempts.values_list("state", "cost")
    costs = (listed if cost is None and state == State.DONE else cost for state, cost in rows)
    known = [cost for cost in costs if cost is not None]
    return sum(known) / 1_000_000 if known else None


def newest_attempts(generation: Generation) -> list[Attempt]:
    """The last attempt at each take, in the order of the takes."""
    rows = generation.attempts.prefetch_related("images").order_by("take", "number")
    return list({attempt.take: attempt for attempt in rows}.values())


def newest_of(generations: Collection[int]) -> dict[int, list[Attempt]]:
    """The same for many, by their row ids, without the pictures."""
    rows = Attempt.objects.filter(generation__in=generations).order_by("generation", "take", "number")
    newest = {(attempt.generation_id, attempt.take): attempt for attempt in rows}
    found: dict[int, list[Attempt]] = {pk: [] for pk in generations}
    for (pk, _take), attempt in newest.items():
        found[pk].append(attempt)
    return found


def state_of(states: Collection[str]) -> str:
    """The state of a whole whose parts are in these: what is open comes first, then the worst end."""
    still = [state for state in OPEN if state in states]
    return (still or [state for state in WORST_FIRST if state in states])[-1 if still else 0].value


def _images(attempt: Attempt) -> list[ReportedImage]:
    return [
        ReportedImage(str(files.path(row.original)), row.width, row.height, row.format, row.sha256)
        for row in sorted(attempt.images.all(), key=lambda row: row.index)
    ]


def _error(attempts: list[Attempt], state: str) -> ReportedError | None:
    """Of the first take in the reported state; of one that still waits, why its last try was not accepted."""
    attempt = next(attempt for attempt in attempts if attempt.state == state)
    if state == State.DONE or state in HELD or (attempt.is_open and not attempt.error_code):
        return None
    if state == State.CANCELLED and not attempt.error_code:
        return ReportedError(failures.CANCELLED, _("Cancelled before it was sent. Nothing is charged."))
    free = attempt.cost == 0 or attempt.submitted_at is None
    explained = failures.explain(attempt.error_code, free=free)
    said = f"“{attempt.error_message}”" if attempt.error_message else ""
    # Whoever may have paid reads it before being sent to look.
    paid = "" if attempt.is_open or free else _("It may have been charged.")
    spared = _("Nothing was charged.") if free and not attempt.is_open else ""
    words = [_(explained.sentence), said, paid, _(explained.step), spared]
    return ReportedError(attempt.error_code or failures.UNEXPECTED, " ".join(word for word in words if word))
