"""A paid request goes wrong: its state, its requests, its money, what a person is told, and what the log keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.house import House, told_in
from tests.faults.table import Fault, cases

CASES = list(cases())


@pytest.mark.parametrize(("fault", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_becomes_of_a_fault(fault: Fault, kind: str, house: House, request: pytest.FixtureRequest) -> None:
    if fault.silent:
        request.getfixturevalue("impatient")
    end = fault.ends[kind]
    house.provider.next(**fault.behaviour)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == (end.state, end.code, end.money)
    assert (house.paid(attempt), house.billed(attempt)) == (end.requests, end.billed)
    evidence = Path(house.settings.STUDIO_DATA) / "evidence" / f"{attempt.pk}-{attempt.epoch}.txt"
    open_or_useless = end.money == "disputed" or end.code in {"server_error", "busy"}
    assert evidence.exists() == (open_or_useless and fault.readable)
    assert (attempt.generation.connection.paused_at is not None) == end.pauses
    shown, reported = house.shown(attempt), house.reported(attempt)
    assert [words for words in end.says if words not in shown] == []
    assert [words for words in end.reports if words not in reported["error"]["message"]] == []
    assert (reported["state"], (reported["error"] or {"code": ""})["code"]) == (end.state, end.code)
    assert all(words in reported["said"] for words in end.reports)
    assert house.tracebacks() == []
    expected = [] if end.state == "done" else [f"Attempt {attempt.pk} ends as {end.state}: {end.code}."]
    assert house.lines() == expected
    assert told_in(f"{shown} {reported} {house.log.text}") == []
