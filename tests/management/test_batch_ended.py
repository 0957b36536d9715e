"""A batch whose process is stopped or killed: every row is told, and none is paid for twice by the next run."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from tests.doubles.provider import Provider
from tests.management.shell import Studio

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="Each of these has an SQLite file of its own.")

BATCH = ("batch", "list.json", "--connection", "Local", "--inline")


def begin(studio: Studio, provider: Provider) -> subprocess.Popen[str]:
    """A batch of three rows, of which at least one is sent, and none is answered."""
    studio.allow = provider.address
    studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url, "--concurrency", "2")
    (studio.folder / "list.json").write_text('["A", "B", "C"]')
    provider.always(held=True)
    process = studio.start(*BATCH, "--json")
    assert process.stderr
    next(line for line in process.stderr if "Sent" in line)
    return process


def sent(provider: Provider) -> list[str]:
    return sorted(submission.fields["prompt"] for submission in provider.submissions)


def test_ctrl_c_cancels_all_rows_and_the_next_run_makes_what_was_never_sent(studio: Studio) -> None:
    with Provider() as provider:
        process = begin(studio, provider)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
        found = json.loads(printed)
        assert (process.returncode, len(found["rows"])) == (75, 3)
        assert found["rows"][2]["state"] == "cancelled"
        assert "charged" in said
        provider.release()
        provider.always()
        _code, again = studio.json(*BATCH)
        assert again["rows"][2]["state"] == "done"
        assert sent(provider) == ["A", "B", "C"]


def test_a_killed_batch_is_found_again_and_sends_nothing_twice(studio: Studio) -> None:
    with Provider() as provider:
        process = begin(studio, provider)
        process.kill()
        process.communicate(timeout=60)
        provider.release()
        provider.always()
        code, found = studio.json(*BATCH)
        assert [row["known"] for row in found["rows"]] == [True, True, True]
        states = [row["state"] for row in found["rows"]]
        assert (code, states[2], set(states)) == (75, "done", {"unknown", "done"})
        assert len(sent(provider)) == len(set(sent(provider)))


def test_a_job_that_a_killed_batch_left_at_its_provider_is_followed_to_its_end(studio: Studio) -> None:
    slow = {"DJANGO_SETTINGS_MODULE": "tests.doubles.slow_settings"}
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "slow-without-key", "--base-url", provider.base_url, **slow)
        (studio.folder / "list.json").write_text('["A"]')
        provider.always(held=True)
        process = studio.start(*BATCH, "--json", **slow)
        assert process.stderr
        next(line for line in process.stderr if "Running" in line)
        process.kill()
        process.communicate(timeout=60)
        provider.release()
        code, printed, said = studio.run(*BATCH, "--json", **slow)
        [row] = json.loads(printed)["rows"]
        assert (code, row["known"], row["state"], len(row["images"])) == (0, True, "done", 1), said
        assert len([request for request in provider.requests if request.method == "POST"]) == 1
