"""R8: a provider asks for patience, in every form in which that is written. The wait is a column and never a loop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone

from studio.models import Attempt
from studio.models.generations import State
from tests.doubles.behaviour import Behaviour
from tests.faults.house import KINDS, House, told_in
from tests.faults.table import status
from tests.worker.conftest import PACE, Engine
from tests.worker.waiting import until


def date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def asked(value: str) -> dict[str, object]:
    found = status(429)
    found["headers"] = {**found["headers"], "Retry-After": value}
    return found


@pytest.fixture
def engine() -> Iterator[list[Engine]]:
    started: list[Engine] = []
    yield started
    for each in started:
        each.stop()


@pytest.mark.parametrize(
    ("kind", "value", "seconds"),
    [
        ("pictures", "120", 120),
        ("pictures", "in two minutes", 120),
        ("pictures", "86400", 900),
        ("pictures", "in a day", 900),
        ("jobs", "in two minutes", 120),
        ("keyed", "120", 120),
        ("cancelable", "86400", 900),
    ],
)
def test_a_wait_is_kept_and_holds_up_nobody_else(
    kind: str, value: str, seconds: float, house: House, engine: list[Engine]
) -> None:
    written = {"in two minutes": 120.0, "in a day": 86400.0}
    value = date(written[value]) if value in written else value
    house.provider.next(match="A coffee tin", **asked(value))
    attempt, other = house.ask(kind), house.ask(kind, "A tea tin")
    engine.append(Engine(PACE))

    until(lambda: Attempt.objects.get(pk=attempt.pk).tries == 1)
    until(lambda: Attempt.objects.get(pk=other.pk).state == State.DONE)
    engine[0].stop()

    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("queued", "rate_limited", "held")
    assert attempt.not_before is not None
    waits = (attempt.not_before - attempt.changed_at).total_seconds()
    assert 0.5 * seconds < waits < 1.5 * seconds
    assert (house.paid(attempt), house.billed(attempt), attempt.submitted_at) == (1, 0, None)
    assert (house.paid(other), house.money(Attempt.objects.get(pk=other.pk))) == (1, "settled")
    shown, reported = house.shown(attempt), house.reported(attempt)
    assert [words for words in ("Provider is busy", "Tried once.", "Cancel") if words not in shown] == []
    assert reported["error"]["code"] == "rate_limited"
    assert "Try again in a few minutes" in reported["error"]["message"]
    assert house.lines() == house.tracebacks() == []
    assert told_in(f"{shown} {reported} {house.log.text}") == []


@pytest.mark.parametrize("value", ["soon", "-5", "1e309", "a date that is over"])
def test_nonsense_is_no_wish_and_its_tries_are_counted(value: str, house: House) -> None:
    value = date(-3600) if value.startswith("a date") else value
    house.provider.always(**asked(value))
    attempt = house.ask("pictures")

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("failed", "rate_limited", "released")
    assert (house.paid(attempt), house.billed(attempt)) == (PACE.tries + 1, 0)
    shown = house.shown(attempt)
    says = ("Provider is busy", "The provider asks for fewer calls per minute.", "Nothing was charged.", "Retry")
    assert [words for words in says if words not in shown] == []
    assert "Try again in a few minutes" in house.reported(attempt)["error"]["message"]
    assert house.lines() == [f"Attempt {attempt.pk} ends as failed: rate_limited."]
    assert house.tracebacks() == []


@pytest.mark.parametrize("kind", KINDS)
def test_after_the_wait_it_is_made_and_paid_once(kind: str, house: House) -> None:
    house.provider.next(times=2, **asked("0"))
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, house.money(attempt)) == ("done", "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (3, 1)
    assert house.lines() == []


@pytest.mark.parametrize(("kind", "minutes"), [("pictures", -10), ("pictures", 10), ("jobs", 10), ("keyed", -10)])
def test_a_worker_whose_clock_is_wrong_waits_and_pays_as_any_other(
    kind: str, minutes: int, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R21: when it is due is written and read by the database's clock, and deadlines by none that can be set."""
    attempt = house.ask(kind)
    house.provider.next(**asked("0"))
    real = timezone.now
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: real() + timedelta(minutes=minutes))
        house.run(attempt)

    assert (attempt.state, house.money(attempt)) == ("done", "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (2, 1)
    assert "Done" in house.shown(attempt)
    assert house.lines() == house.tracebacks() == []


@pytest.mark.parametrize("behaviour", [{"fault": "close_after_body"}, {"status": 503}])
def test_a_job_whose_provider_is_gone_says_so_until_it_answers(
    behaviour: dict[str, Any], house: House, engine: list[Engine]
) -> None:
    double: Any = house.provider.flavours["runbase"]
    double.checks = [Behaviour(**behaviour)] * 500
    attempt = house.ask("jobs")
    engine.append(Engine(PACE))

    until(lambda: Attempt.objects.get(pk=attempt.pk).error_code == "no_word")

    assert Attempt.objects.get(pk=attempt.pk).state == State.RUNNING
    assert "does not answer questions about it now." in house.shown(attempt)
    assert house.reported(attempt)["error"] is None

    double.checks.clear()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    assert Attempt.objects.get(pk=attempt.pk).error_code == ""
