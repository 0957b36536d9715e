"""A list of rows: wrong ones are named before anything is sent, and no row is paid for twice."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.models import Attempt, Connection, Generation, Prompt, Team, Version
from studio.models.generations import State
from studio.services import budgets, generations, halts
from tests import factories
from tests.doubles.provider import Provider
from tests.management.batching import batch, run, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


def prompts_of(provider: Provider) -> list[str]:
    return sorted(submission.fields["prompt"] for submission in provider.submissions)


def test_every_row_is_made_with_what_it_says(tmp_path: Path, local: Connection, provider: Provider) -> None:
    (tmp_path / "words.txt").write_bytes(b"From a file\r\n")
    (tmp_path / "one.png").write_bytes(factories.make_picture())
    ran = batch(
        tmp_path,
        [
            "First line\nsecond line",
            {"prompt": "B", "size": "3:2", "quality": "low", "format": "webp", "takes": 2, "title": "Tins"},
            {"prompt_file": "words.txt", "images": ["one.png"], "out": "made/edit.png"},
        ],
    )
    found = ran.json
    assert (ran.code, found["state"], found["error"]) == (0, "done", None), ran.said
    assert prompts_of(provider) == ["B", "B", "First line\nsecond line", "From a file\r\n"]
    assert [row["row"] for row in found["rows"]] == [1, 2, 3]
    assert [len(row["images"]) for row in found["rows"]] == [1, 2, 1]
    assert found["rows"][2]["images"][0]["path"] == str(tmp_path / "made" / "edit.png")
    assert (tmp_path / "made" / "edit.png").is_file()
    assert Prompt.objects.filter(title="Tins").exists()
    assert found["cost"] == pytest.approx(sum(row["cost"] for row in found["rows"]))


def test_wrong_rows_are_all_named_and_nothing_is_sent(tmp_path: Path, local: Connection, provider: Provider) -> None:
    rows: list[Any] = [
        "Good",
        17,
        {"promt": "x"},
        {"prompt": "x", "size": "9 by 9"},
        {"prompt": "x", "takes": "2"},
        {"prompt": "x", "takes": True},
        {"prompt": "x", "prompt_file": "y"},
        {},
        {"prompt": "x", "connection": "Nobody"},
        {"prompt": "x", "model": 4},
        {"prompt": "x", "image": "nowhere.png"},
        {"prompt": "x", "compression": 101},
        {"prompt": "x", "format": "gif"},
        {"prompt": "x", "quality": "splendid"},
        {"prompt": " "},
        {"prompt": "x", "out": "cup.webp", "format": "png"},
        {"prompt": "x", "project": "none"},
        {"prompt": "x", "title": None},
    ]
    ran = batch(tmp_path, rows)
    assert (ran.code, ran.json["state"]) == (65, "refused")
    message = ran.json["error"]["message"]
    assert [line.split(":")[0] for line in message.splitlines()[:-1]] == [f"row {n}" for n in range(2, len(rows) + 1)]
    assert "promt" in message
    assert [row["row"] for row in ran.json["rows"]] == list(range(2, len(rows) + 1))
    assert not provider.requests
    assert not Generation.objects.exists()
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"[1",
        b'"A cup"',
        b"\xff\xfe",
        b"[NaN]",
        b"[" * 100_000,
        b'["\\ud800"]',
        b'[{"prompt":"a\\u0000"}]',
    ],
)
def test_what_is_no_list_of_rows_is_bad_input(tmp_path: Path, local: Connection, content: bytes) -> None:
    (tmp_path / "list.json").write_bytes(content)
    assert run("batch", str(tmp_path / "list.json"), "--inline", "--json").code == 65
    assert not Generation.objects.exists()


def test_a_key_that_is_there_twice_is_wrong(tmp_path: Path, local: Connection) -> None:
    (tmp_path / "list.json").write_text('[{"prompt": "a", "prompt": "b"}]')
    ran = run("batch", str(tmp_path / "list.json"), "--inline")
    assert (ran.code, "twice" in ran.said) == (65, True)


def test_two_rows_for_one_file_are_wrong(tmp_path: Path, local: Connection) -> None:
    ran = batch(tmp_path, [{"prompt": "a", "out": "cup.png"}, {"prompt": "b", "out": "./cup.png"}])
    assert (ran.code, "row 2" in ran.said, "row 1" in ran.said) == (65, True, True)


def test_a_wrong_picture_is_named_by_its_row(tmp_path: Path, local: Connection, provider: Provider) -> None:
    (tmp_path / "no.png").write_bytes(b"no picture")
    ran = batch(tmp_path, ["a", {"prompt": "b", "image": "no.png"}])
    assert (ran.code, ran.json["error"]["message"].startswith("row 2: ")) == (65, True)
    assert not provider.submissions
    assert not Generation.objects.exists()


def test_the_same_list_again_pays_for_nothing(tmp_path: Path, local: Connection, provider: Provider) -> None:
    first = batch(tmp_path, ["A", "B", "A"])
    again = batch(tmp_path, ["A", "B", "A"], "-f", str(tmp_path / "copies"))
    assert (first.code, again.code) == (0, 0)
    assert prompts_of(provider) == ["A", "A", "B"]
    assert [row["generation"] for row in again.json["rows"]] == [row["generation"] for row in first.json["rows"]]
    assert all(row["known"] for row in again.json["rows"])
    assert len(list((tmp_path / "copies").iterdir())) == 3


def test_a_list_that_grew_pays_for_what_is_new(tmp_path: Path, local: Connection, provider: Provider) -> None:
    (tmp_path / "words.txt").write_text("C")
    batch(tmp_path, ["A", {"prompt_file": "words.txt"}])
    (tmp_path / "words.txt").write_text("D")
    ran = batch(tmp_path, ["new", "A", {"prompt_file": "words.txt"}])
    assert [row["known"] for row in ran.json["rows"]] == [False, True, False]
    assert prompts_of(provider) == ["A", "C", "D", "new"]


def test_again_makes_all_anew_and_is_what_a_later_run_finds(
    tmp_path: Path, local: Connection, provider: Provider
) -> None:
    first = batch(tmp_path, ["A"]).json["rows"][0]["generation"]
    second = batch(tmp_path, ["A"], "--again").json["rows"][0]["generation"]
    found = batch(tmp_path, ["A"]).json["rows"][0]["generation"]
    assert (second != first, found) == (True, second)
    assert prompts_of(provider) == ["A", "A"]


def test_failed_rows_are_tried_once_more_only_when_somebody_says_so(
    tmp_path: Path, local: Connection, provider: Provider
) -> None:
    provider.next(match="B", status=400, body={"error": {"message": "No.", "code": "moderation_blocked"}})
    assert batch(tmp_path, ["A", "B"]).code == 65
    plain = batch(tmp_path, ["A", "B"])
    assert (plain.code, plain.json["error"]["message"].startswith("row 2: ")) == (65, True)
    assert prompts_of(provider) == ["A", "B"]
    assert "Need nothing more: 1." in plain.said
    assert "Row 2 lacks pictures that failed or were cancelled; --retry-failed tries" in plain.said
    assert batch(tmp_path, ["A", "B"], "--retry-failed").code == 0
    assert prompts_of(provider) == ["A", "B", "B"]


def test_what_was_cancelled_before_it_was_sent_goes_on_by_itself(
    tmp_path: Path, local: Connection, provider: Provider
) -> None:
    run("batch", write(tmp_path, ["A"]), "--no-wait")
    assert generations.cancel(attempt=Attempt.objects.get()) is generations.CancelOutcome.CANCELLED
    assert batch(tmp_path, ["A"]).code == 0
    assert prompts_of(provider) == ["A"]


def test_an_outcome_that_nobody_knows_is_never_sent_again(
    tmp_path: Path, local: Connection, provider: Provider
) -> None:
    run("batch", write(tmp_path, ["A"]), "--no-wait")
    Attempt.objects.update(submitted_at="2026-01-01T00:00:00Z")
    Attempt.objects.all().move(State.UNKNOWN, expected=(State.QUEUED,), error_code="connection_lost")
    ran = batch(tmp_path, ["A"], "--retry-failed")
    assert (ran.code, ran.json["state"]) == (69, "unknown")
    assert "Nobody knows what became of row 1." in ran.said
    assert not provider.submissions


def test_pictures_in_a_folder_are_called_as_their_rows_are(tmp_path: Path, local: Connection) -> None:
    rows = [
        {"prompt": "A", "title": "Coffee / Tin: “no. 1”", "takes": 2},
        "Ein Glas Honig",
        {"prompt": "B", "title": "../../咖啡罐"},
        {"prompt": "C", "title": "?!"},
        {"prompt": "D", "title": "word " * 20},
    ]
    assert batch(tmp_path, rows, "-f", str(tmp_path / "out")).code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [
        "01-coffee-tin-no-1-1.png",
        "01-coffee-tin-no-1-2.png",
        "02-ein-glas-honig-1.png",
        "03-咖啡罐-1.png",
        "04-1.png",
        "05-word-word-word-word-word-word-word-word-1.png",
    ]


def test_a_halt_is_something_to_try_later(tmp_path: Path, local: Connection, provider: Provider) -> None:
    halts.stop(team=None, user=None, reason="Moving house")
    ran = batch(tmp_path, ["A"])
    assert (ran.code, ran.json["error"]["code"]) == (75, "halted")
    assert not Generation.objects.exists()


def test_the_worst_row_decides_how_it_ends(tmp_path: Path, local: Connection, provider: Provider) -> None:
    provider.next(match="B", status=400, body={"error": {"message": "No.", "code": "moderation_blocked"}})
    provider.next(match="C", status=500, body={"error": {"message": "Broken."}})
    ran = batch(tmp_path, ["A", "B", "C"])
    assert ran.code == 65
    assert ran.json["error"]["message"].startswith("row 2: ")
    assert [row["state"] for row in ran.json["rows"]][:2] == ["done", "failed"]


def test_nobody_waits_with_no_wait_and_the_numbers_are_printed(tmp_path: Path, local: Connection) -> None:
    ran = run("batch", write(tmp_path, ["A", "B"]), "--no-wait")
    assert (ran.code, ran.printed.split()) == (0, [str(row.pk) for row in Generation.objects.order_by("pk")])


def test_without_a_worker_nothing_is_queued(tmp_path: Path, local: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.services.health.worker_beats_within", lambda seconds: False)
    assert run("batch", write(tmp_path, ["A"])).code == 69
    assert not Generation.objects.exists()


def test_the_list_may_come_by_standard_input(local: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf["A"]')))
    assert run("batch", "-", "--inline").code == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    assert "Standard input must hold a JSON list" in run("batch", "-").said


def test_a_row_that_a_budget_forbids_takes_all_back(
    tmp_path: Path, local: Connection, team: Team, provider: Provider
) -> None:
    budgets.save(team=team, user=None, limit=300_000)
    ran = batch(tmp_path, ["A", "B"])  # each of them for about $0.21
    assert (ran.code, ran.json["error"]["code"]) == (77, "budget")
    assert ran.json["error"]["message"].startswith("row 2: ")
    assert not Generation.objects.exists()
    assert not Prompt.objects.exists()
    assert not provider.submissions
