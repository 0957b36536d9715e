"""What a batch says before it sends: the price, what is known, and when somebody must agree."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from studio.models import Attempt, Connection, Generation
from tests.doubles.provider import Provider
from tests.management.batching import batch, run, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


def test_a_dry_run_says_the_price_and_sends_nothing(tmp_path: Path, local: Connection, provider: Provider) -> None:
    ran = batch(tmp_path, ["A", {"prompt": "B", "takes": 3}], "--dry-run")
    assert (ran.code, ran.json["state"]) == (0, "planned")
    assert all(row["estimate"] > 0 for row in ran.json["rows"])
    assert "Pictures to make: 4. Expected price: $" in ran.said
    assert not provider.requests
    assert not Generation.objects.exists()


def test_a_dry_run_of_a_known_list_is_planned_and_ends_well(
    tmp_path: Path, local: Connection, provider: Provider
) -> None:
    provider.next(match="B", status=400, body={"error": {"message": "No.", "code": "moderation_blocked"}})
    batch(tmp_path, ["A", "B"])
    ran = batch(tmp_path, ["A", "B"], "--dry-run")
    assert (ran.code, ran.json["state"], ran.json["error"]) == (0, "planned", None)
    assert [row["state"] for row in ran.json["rows"]] == ["done", "failed"]


def test_an_unknown_price_is_said(tmp_path: Path, local: Connection) -> None:
    ran = batch(tmp_path, [{"prompt": "A", "model": "my-own"}], "--dry-run")
    assert ran.json["rows"][0]["estimate"] is None
    assert "Nobody knows the price of row 1" in ran.said


DEAR = [{"prompt": f"A {number}", "quality": "high", "size": "1:1@2K", "takes": 10} for number in range(6)]


def test_above_a_limit_somebody_must_agree(
    tmp_path: Path, local: Connection, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("60\n"))  # no terminal: nobody typed this
    ran = batch(tmp_path, DEAR)
    assert (ran.code, ran.json["error"]["code"]) == (77, "not_agreed")
    assert not Generation.objects.exists()
    assert run("batch", write(tmp_path, DEAR), "--no-wait", "--yes").code == 0
    assert Attempt.objects.count() == 60


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code", "attempts"), [("60\n", 0, 60), ("6\n", 77, 0), ("", 77, 0)])
def test_on_a_terminal_the_number_of_pictures_is_typed(
    tmp_path: Path, local: Connection, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, attempts: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert run("batch", write(tmp_path, DEAR), "--no-wait").code == code
    assert Attempt.objects.count() == attempts
