"""The provider double is strict where the real service is, and can be driven from another process."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.behaviour import FAULTS
from tests.doubles.provider import Provider

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "tests.doubles.provider")
GOOD = {"model": "gpt-image-2", "prompt": "x", "n": 1, "size": "1024x1024"}


def ask(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_its_help_lists_the_faults_and_no_other_is_taken() -> None:
    helped = subprocess.run([*COMMAND, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert all(fault in helped.stdout for fault in FAULTS)
    refused = subprocess.run([*COMMAND, "--fault", "nonsense"], cwd=ROOT, capture_output=True, check=False)
    assert refused.returncode == 2


@pytest.mark.parametrize(
    "change",
    [
        {"response_format": "b64_json"},
        {"style": "vivid"},
        {"input_fidelity": "high"},
        {"n": 2},
        {"size": "1000x1000"},
        {"size": "4096x4096"},
        {"size": "big"},
        {"quality": "best"},
        {"output_format": "gif"},
        {"output_compression": 50},
        {"output_format": "jpeg", "output_compression": 101},
        {"prompt": ""},
        {"prompt": "x" * 32_001},
        {"model": None},
    ],
)
def test_what_the_real_service_refuses_is_refused_and_not_billed(change: dict[str, Any], provider: Provider) -> None:
    status, body = ask(f"{provider.base_url}/images/generations", GOOD | change)
    assert status == 400
    assert body["error"]["message"]
    assert provider.billed.total() == 0


def test_a_wrong_key_is_refused(provider: Provider) -> None:
    provider.key = "right-key"
    assert ask(f"{provider.base_url}/models", Authorization="Bearer wrong-key")[0] == 401
    assert ask(f"{provider.base_url}/models", Authorization="Bearer right-key")[0] == 200


def test_a_script_is_followed_by_match_and_in_its_order(provider: Provider) -> None:
    provider.next(status=500, body="{}", match="special")
    provider.next(status=503, body="{}", times=2)
    url = f"{provider.base_url}/images/generations"
    prompts = ("plain", "special", "plain", "plain")
    assert [ask(url, GOOD | {"prompt": prompt})[0] for prompt in prompts] == [503, 500, 503, 200]


def test_a_job_is_billed_once_per_key(provider: Provider) -> None:
    url = f"{provider.base_url}/jobs"
    first = ask(url, GOOD, **{"Idempotency-Key": "k"})[1]
    assert ask(url, GOOD, **{"Idempotency-Key": "k"})[1]["id"] == first["id"]
    assert provider.billed == {"k": 1}
    states = [ask(f"{url}/{first['id']}")[1]["status"] for _ in range(2)]
    assert states == ["processing", "completed"]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The double in a process of its own, as demonstrations and benches use it."""
    arguments = ("--port", "0", "--key", "demo-key")
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[0]
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


def test_it_runs_in_a_process_of_its_own_and_is_driven_by_its_control_addresses(elsewhere: str) -> None:
    root = elsewhere.removesuffix("/v1")
    key = {"Authorization": "Bearer demo-key"}
    assert (
        ask(f"{root}/_script", [{"status": 429, "body": {"error": "slow"}, "headers": {"Retry-After": "1"}}])[0] == 200
    )
    assert ask(f"{elsewhere}/images/generations", GOOD, **key)[0] == 429
    assert ask(f"{elsewhere}/images/generations", GOOD, **key)[0] == 200
    counts = ask(f"{root}/_counts")[1]
    assert (counts["billed"], counts["submissions"]) == ({"x": 1}, 2)
    requests = ask(f"{root}/_requests")[1]
    assert json.loads(requests[0]["body"]) == GOOD
    ask(f"{root}/_reset", {})
    assert ask(f"{root}/_requests")[1] == []
