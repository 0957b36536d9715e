"""A call is sent once, its answer is read while it arrives, and every fault says what it proves."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from studio.egress import client
from studio.egress.client import Ambiguous, BlockedCall, ConnectionLost, DeadlinePassed, NotSent, NotStored, TooLarge
from studio.providers import adapter, failures
from studio.providers.values import Billed, Call, Failure, FormFile, Pictures, ReferenceFile, Spilled
from tests.doubles.provider import Provider
from tests.egress.paid import KEY, call, request, send


def read(reply: client.Reply) -> Pictures | Failure:
    outcome = adapter("openai").read(reply, request())
    assert isinstance(outcome, Pictures | Failure)
    return outcome


def test_the_request_leaves_byte_for_byte_as_composed(provider: Provider, tmp_path: Path) -> None:
    prompt = '她写着 “コーヒー” 👩🏽‍🎨\r\n\tقهوة \\ "x" \u202e'
    send(call(provider.base_url, request(prompt)), tmp_path, provider)
    (sent,) = provider.requests
    assert sent.json["prompt"] == prompt
    assert list(sent.json) == ["model", "prompt", "n", "size", "quality", "output_format"]
    assert sent.body == json.dumps(sent.json, ensure_ascii=False, separators=(",", ":")).encode()
    assert sent.header("authorization") == f"Bearer {KEY}"
    assert sent.header("accept-encoding") == "identity"


def test_a_call_without_a_body_says_so(provider: Provider, tmp_path: Path) -> None:
    for method in ("POST", "GET"):
        send(Call(method=method, url=f"{provider.base_url}/nothing"), tmp_path, provider)
    assert [sent.header("content-length") or None for sent in provider.requests] == ["0", None]


def test_references_stream_as_parts_in_their_order(provider: Provider, tmp_path: Path) -> None:
    files = []
    for number in range(3):
        path = tmp_path / f"{number}.png"
        path.write_bytes(b"\x89PNG" + bytes([number]) * (200_000 * number + 1) + b"\r\n--\r\n")
        files.append(ReferenceFile(path=path, media_type="image/png", bytes=0, width=1, height=1))
    what = request('a "quoted"\r\nprompt', tuple(files))
    reply = send(call(provider.base_url, what), tmp_path, provider)
    send(call(provider.base_url, what), tmp_path, provider)
    first, second = provider.requests
    assert isinstance(read(reply), Pictures)
    assert [part.content for part in first.files] == [file.path.read_bytes() for file in files]
    assert [part.filename for part in first.files] == ["image-1.png", "image-2.png", "image-3.png"]
    assert first.fields["prompt"] == 'a "quoted"\r\nprompt'
    assert first.body == second.body


def test_a_large_picture_is_a_file_when_the_answer_has_been_read(provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=2_000_000, prefixed=True)
    reply = send(call(provider.base_url), tmp_path, provider)
    outcome = read(reply)
    assert isinstance(outcome, Pictures)
    spilled = outcome.pictures[0].spilled
    assert isinstance(spilled, Spilled)
    content = spilled.path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert (spilled.bytes, spilled.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert list(tmp_path.iterdir()) == [spilled.path]


def test_the_hooks_run_before_the_first_byte_and_when_the_answer_begins(provider: Provider, tmp_path: Path) -> None:
    seen: list[object] = []

    async def before() -> None:
        seen.append(len(provider.requests))

    async def begun(status: int, headers: object) -> None:
        seen.append(status)

    send(call(provider.base_url), tmp_path, provider, before_send=before, on_headers=begun)
    assert seen == [0, 200]


def test_a_call_that_is_called_off_before_its_first_byte_never_leaves(provider: Provider, tmp_path: Path) -> None:
    class Fenced(Exception):
        pass

    async def fence() -> None:
        raise Fenced

    with pytest.raises(Fenced):
        send(call(provider.base_url), tmp_path, provider, before_send=fence)
    assert provider.requests == []


def test_a_refused_connection_proves_that_nothing_was_sent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NotSent) as fault:
        send(call(f"http://127.0.0.1:{port}/v1"), tmp_path, allow=frozenset({f"127.0.0.1:{port}"}))
    assert fault.value.code == failures.UNREACHABLE


def test_a_missing_reference_proves_that_nothing_was_sent(provider: Provider, tmp_path: Path) -> None:
    file = FormFile(name="image[]", filename="1.png", media_type="image/png", path=tmp_path / "gone.png")
    made = replace(call(provider.base_url), json=None, form=(file,))
    with pytest.raises(NotSent) as fault:
        send(made, tmp_path, provider)
    assert fault.value.code == failures.REFERENCE_MISSING
    assert provider.requests == []


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("close_before_body", ConnectionLost, failures.CONNECTION_LOST),
        ("close_after_body", ConnectionLost, failures.CONNECTION_LOST),
        ("reset_after_body", ConnectionLost, failures.CONNECTION_LOST),
        ("short_body", ConnectionLost, failures.CONNECTION_LOST),
        ("accept_then_silent", DeadlinePassed, failures.TIMEOUT),
        ("silent_after_headers", DeadlinePassed, failures.TIMEOUT),
        ("drip_headers", DeadlinePassed, failures.TIMEOUT),
        ("drip", DeadlinePassed, failures.TIMEOUT),
        ("flood", TooLarge, failures.TOO_LARGE),
        ("endless_chunks", TooLarge, failures.TOO_LARGE),
    ],
)
def test_a_fault_after_the_first_byte_is_ambiguous(
    fault: str, error: type[Ambiguous], code: str, provider: Provider, tmp_path: Path
) -> None:
    provider.always(fault=fault)
    made = replace(call(provider.base_url), deadline=0.6, max_bytes=1_000_000)
    with pytest.raises(error) as raised:
        send(made, tmp_path, provider)
    assert isinstance(raised.value, Ambiguous)
    assert raised.value.code == code
    assert list(tmp_path.iterdir()) == []
    assert provider.billed.total() <= 1


@pytest.mark.parametrize(
    "fault", ["html200", "cut_json", "cut_b64", "junk_b64", "gzip", "deep_json", "nan", "zero_bytes"]
)
@pytest.mark.parametrize("size", [0, 300_000])
def test_an_unusable_answer_is_a_paid_failure_and_leaves_no_file(
    fault: str, size: int, provider: Provider, tmp_path: Path
) -> None:
    provider.next(fault=fault, bytes=size)
    outcome = read(send(call(provider.base_url), tmp_path, provider))
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed) == (failures.UNUSABLE_REPLY, Billed.YES)
    assert "<" not in outcome.words
    assert list(tmp_path.iterdir()) == []


def test_a_declared_length_above_the_cap_is_not_even_begun(provider: Provider, tmp_path: Path) -> None:
    provider.next(headers={"Content-Length": str(1 << 40)})
    with pytest.raises(TooLarge):
        send(call(provider.base_url), tmp_path, provider)


def test_a_full_disk_is_told_from_a_broken_connection(provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=300_000)
    with pytest.raises(NotStored) as fault:
        send(call(provider.base_url), tmp_path / "missing", provider)
    assert fault.value.code == failures.NOT_STORED


def test_cancelling_a_call_leaves_no_part_of_a_picture(provider: Provider, tmp_path: Path) -> None:
    provider.next(bytes=200_000, fault="silent_after_headers")

    async def cancelled() -> None:
        begun = asyncio.Event()

        async def on_headers(status: int, headers: object) -> None:
            begun.set()

        sending = client.send(call(provider.base_url), spill_to=tmp_path, allow=provider.allow, on_headers=on_headers)
        task = asyncio.create_task(sending)
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_of_a_paid_call_is_not_followed(provider: Provider, tmp_path: Path) -> None:
    provider.next(status=302, headers={"Location": provider.base_url + "/images/generations"}, body="")
    outcome = read(send(call(provider.base_url), tmp_path, provider))
    assert isinstance(outcome, Failure)
    assert outcome.code == failures.ADDRESS_WRONG
    assert len(provider.requests) == 1


def test_hundreds_of_calls_are_open_at_once(provider: Provider, tmp_path: Path) -> None:
    provider.always(delay=0.3)

    async def burst() -> list[client.Reply]:
        made = [call(provider.base_url, submission=str(number)) for number in range(200)]
        return await asyncio.gather(*(client.send(each, spill_to=tmp_path, allow=provider.allow) for each in made))

    replies = asyncio.run(burst())
    assert {reply.status for reply in replies} == {200}
    assert provider.peak == 200
    assert set(provider.billed.values()) == {1}


def test_nothing_is_sent_to_an_address_that_is_not_listed(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(BlockedCall):
        send(call(provider.base_url), tmp_path, allow=frozenset())
    assert provider.requests == []


def test_a_key_that_is_echoed_with_escaped_slashes_is_not_kept() -> None:
    assert client._cleaned(r'{"error": "bad key ab\/cd\/efgh"}', "ab/cd/efgh") == r'{"error": "bad key [key]"}'
