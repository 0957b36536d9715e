"""What an unknown outcome is told as: never that no answer came where one did, and a step wherever there is one."""

from __future__ import annotations

import pytest

from studio.models.generations import State
from studio.providers import failures
from tests import factories
from tests.faults.house import House

ANSWERED = (
    failures.SERVER_ERROR,
    failures.BUSY,
    failures.UNUSABLE_REPLY,
    failures.RESULT_GONE,
    failures.INVALID_REQUEST,
    failures.INTERRUPTED,
    failures.NOT_ANSWERED,
    failures.UNEXPECTED,
)
WITH_A_STEP = (
    failures.BAD_KEY,
    failures.NO_CREDIT,
    failures.FORBIDDEN,
    failures.RESULT_HOST,
    failures.JOB_GONE,
    failures.BLOCKED_ADDRESS,
    failures.HTTP_NOT_ALLOWED,
    failures.NOT_STORED,
)
SILENT = (failures.TIMEOUT, failures.CONNECTION_LOST)


@pytest.mark.parametrize("code", [*ANSWERED, *WITH_A_STEP, *SILENT])
def test_an_unknown_outcome_is_told_as_it_is(code: str, house: House) -> None:
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=house.team)))
    generation = factories.make_generation(
        version=version, connection=house.connect("jobs"), user=house.owner, estimate_each=40_000
    )
    attempt = factories.make_attempt(generation=generation, state=State.UNKNOWN, error_code=code, remote_id="run_1")

    shown = house.shown(attempt)

    known = failures.explain(code)
    assert shown.count("may have been charged") == 1
    assert (known.sentence in shown) == (code not in SILENT)
    assert ("no answer came back" in shown) == (code in SILENT)
    assert (known.step in shown) == (code in WITH_A_STEP)
    assert ("Open connections" in shown) == (code in {failures.BAD_KEY, failures.NO_CREDIT, failures.FORBIDDEN})
