"""Killed at each named place, with each kind of provider: what a crash there leaves behind, on disk and on the bill."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.models import Attempt
from studio.worker import failpoints
from tests.crash.conftest import Pumps, Yard, check_the_books

pytestmark = pytest.mark.crash

# Of a provider's jobs without a key: to be taken up again by their id, from the moment in which we have it.
JOB = {
    "claimed": ("done", 1),
    "marked": ("unknown", 0),
    "answered": ("unknown", 1),
    "job-saved": ("done", 1),
    "received": ("done", 1),
    "kept": ("done", 1),
    "settling": ("done", 1),
    "done": ("done", 1),
}
# kind → place → state in the end, submissions billed
TABLE: dict[str, dict[str, tuple[str, int]]] = {
    "synchronous": {
        "claimed": ("done", 1),
        "marked": ("unknown", 0),
        "headers": ("unknown", 1),
        "received": ("done", 1),
        "kept": ("done", 1),
        "settling": ("done", 1),
        "done": ("done", 1),
    },
    "asynchronous": JOB,
    "keyed": {
        "marked": ("done", 1),
        "answered": ("done", 1),
    },
    "relay": {
        "claimed": ("done", 1),
        "marked": ("unknown", 0),
        "headers": ("unknown", 1),
        "received": ("done", 1),
        "kept": ("done", 1),
        "settling": ("done", 1),
        "done": ("done", 1),
    },
    "jobs": JOB,
    "cancelable": JOB,
    "upload": JOB | {"marked": ("done", 1), "answered": ("done", 1)},
    "proof": {
        "claimed": ("done", 0),
        "received": ("done", 0),
        "kept": ("done", 0),
        "settling": ("done", 0),
        "done": ("done", 0),
    },
}
CASES = [(kind, place, *outcome) for kind, places in TABLE.items() for place, outcome in places.items()]


@pytest.mark.parametrize(("kind", "place", "state", "billed"), CASES)
def test_a_crash_leaves_a_known_state_and_one_bill(
    kind: str,
    place: str,
    state: str,
    billed: int,
    yard: Yard,
    pumps: Pumps,
    ask: Callable[..., list[Attempt]],
) -> None:
    [attempt] = ask(kind)

    assert pumps.wait(pumps.start(failpoint=place)) == 137, f"{place} was not reached"
    pumps.finish()

    attempt.refresh_from_db()
    assert (attempt.state, sum(yard.provider.billed.values())) == (state, billed)
    check_the_books(yard.provider)


def test_every_place_is_reached_by_some_kind() -> None:
    assert {place for places in TABLE.values() for place in places} == set(failpoints.NAMES)
