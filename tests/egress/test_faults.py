"""Servers that lie, drip, flood or talk nonsense: each ends with an error that says what it proves, within its cap."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest

from studio.egress import client, network
from studio.egress.client import Ambiguous, ConnectionLost, DeadlinePassed, EgressError, NotSent, ResultGone, TooLarge
from studio.egress.hosts import Hosts
from studio.providers import adapter, failures
from studio.providers.values import Billed, Failure
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider
from tests.egress.paid import call, request, send

CAP = 256 * 1024
PICTURE = picture(64, 48, "336699")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes were taken from the socket, piece by piece."""
    counts: list[int] = []
    received = network.Watch.received

    def counted(self: network.Watch, count: int) -> None:
        counts.append(count)
        received(self, count)

    monkeypatch.setattr(network.Watch, "received", counted)
    return counts


class Raw:
    """A server that answers each connection with these bytes, whatever it is asked, and then closes or stays silent."""

    def __init__(self, answer: Iterable[bytes], *, silent: bool = False) -> None:
        self._answer, self._silent = answer, silent
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Raw:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=10)

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                open_connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with open_connection, suppress(OSError):
                open_connection.recv(65536)
                for piece in self._answer:
                    open_connection.sendall(piece)
                if not self._silent:
                    open_connection.shutdown(socket.SHUT_WR)
                while open_connection.recv(65536):  # what is left unread would reset the connection
                    pass

    def send(self, folder: Path, **changes: object) -> client.Reply:
        made = replace(call(f"http://{self.address}/v1"), **({"deadline": 30.0, "max_bytes": CAP} | changes))
        return send(made, folder, allow=frozenset({self.address}))

    def fetch(self, folder: Path) -> object:
        url = f"http://{self.address}/picture.png"
        allow = frozenset({self.address})
        return asyncio.run(client.fetch(url, folder / "part", hosts=Hosts(), allow=allow, seconds=30.0, max_bytes=CAP))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDLESS = {
    "a head without end": lambda: [b"HTTP/1.1 200 OK\r\n", *repeat(b"X-More: 1\r\n" * 1000, 10_000)],
    "one header without end": lambda: [b"HTTP/1.1 200 OK\r\nX-Long: ", *repeat(b"a" * 65536, 10_000)],
    "interim answers without end": lambda: repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 500, 10_000),
    "a body without a length": lambda: [HEAD + b"\r\n", *repeat(b" " * 65536, 10_000)],
    "chunks without end": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        *repeat(b"8000\r\n" + b" " * 0x8000 + b"\r\n", 10_000),
    ],
    "a trailer without end": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
        *repeat(b"X-More: 1\r\n" * 1000, 10_000),
    ],
    "a chunk's size without end": lambda: [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        *repeat(b"0" * 65536, 10_000),
    ],
    "a length that is a lie": lambda: [HEAD + b"Content-Length: 4294967296\r\n\r\n", *repeat(b" " * 65536, 10_000)],
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_does_not_end_is_cut_off_at_its_cap(what: str, taken: list[int], tmp_path: Path) -> None:
    with Raw(ENDLESS[what]()) as server, pytest.raises((TooLarge, ConnectionLost)) as fault:
        server.send(tmp_path)
    assert isinstance(fault.value, Ambiguous)
    assert sum(taken) <= CAP + 64 * 1024
    assert server.connections == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", ENDLESS)
def test_a_picture_that_does_not_end_is_cut_off_too(what: str, taken: list[int], tmp_path: Path) -> None:
    with Raw(ENDLESS[what]()) as server, pytest.raises((TooLarge, ConnectionLost)):
        server.fetch(tmp_path)
    assert sum(taken) <= CAP + 64 * 1024
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x16\x03\x01\x00\x05hello",
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: 1\r\n",
    ],
)
def test_an_answer_that_breaks_http_is_a_lost_connection(answer: bytes, taken: list[int], tmp_path: Path) -> None:
    with Raw([answer]) as server, pytest.raises(ConnectionLost) as fault:
        server.send(tmp_path)
    assert fault.value.code == failures.CONNECTION_LOST
    assert (server.connections, sum(taken)) == (1, len(answer))


def test_silence_ends_at_the_deadline(tmp_path: Path) -> None:
    for answer in ([], [HEAD], [HEAD + b"Content-Length: 5\r\n\r\n{"]):
        with Raw(answer, silent=True) as server, pytest.raises(DeadlinePassed) as fault:
            server.send(tmp_path, deadline=0.2)
        assert fault.value.code == failures.TIMEOUT


NONSENSE = {
    "a page": b"<!doctype html><html><script>alert(1)</script></html>",
    "nothing": b"",
    "null": b"null",
    "a text": b'"pictures"',
    "no data": b'{"data":null}',
    "an empty list": b'{"data":[]}',
    "a list of nothing": b'{"data":[null]}',
    "data of a wrong kind": b'{"data":{"b64_json":5}}',
    "cut in a text": b'{"data":[{"b64_json":"iVBORw0KGgo',
    "cut in a list": b'{"data":[',
    "two values": b'{"data":[]}{"data":[]}',
    "not a number": b'{"data":[{"b64_json":NaN}]}',
    "infinity": b'{"data":[{"b64_json":-Infinity}]}',
    "ten thousand digits": b'{"data":[{"b64_json":' + b"9" * 10_000 + b"}]}",
    "ten thousand digits of an exponent": b'{"data":[{"cost":1e' + b"9" * 10_000 + b"}]}",
    "deep lists": b'{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "bytes that are no text": b'{"data":[{"b64_json":"\xff\xfe\xc0\x80"}]}',
    "half a character": b'{"data":[{"url":"https://cdn.example/\xe7\xbc"}]}',
    "half a pair": b'{"data":[{"b64_json":"\\ud83d"}]}',
    "another encoding": '{"data":[]}'.encode("utf-16"),
    "base64 cut within a group": b'{"data":[{"b64_json":"iVBORw0KGg"}]}',
    "base64 with junk": b'{"data":[{"b64_json":"iVBORw0KGgo!?=="}]}',
    "a link to nowhere": b'{"data":[{"url":""}]}',
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_with_success_is_a_paid_failure_without_a_traceback(
    what: str, provider: Provider, tmp_path: Path
) -> None:
    provider.next(body=NONSENSE[what])
    outcome = adapter("openai").read(send(call(provider.base_url), tmp_path, provider), request())
    assert isinstance(outcome, Failure)
    assert (outcome.code, outcome.billed) == (failures.UNUSABLE_REPLY, Billed.YES)
    assert "<" not in outcome.words
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_is_never_unpacked(provider: Provider, taken: list[int], tmp_path: Path) -> None:
    bomb = gzip.compress(b'{"data":[' + b" " * 50_000_000)
    provider.next(body=bomb, headers={"Content-Encoding": "gzip"})
    reply = send(replace(call(provider.base_url), max_bytes=CAP), tmp_path, provider)
    assert reply.body is None
    assert sum(taken) < len(bomb) + 1000
    provider.next(match="files", headers={"Content-Encoding": "br"})
    with pytest.raises(ResultGone):
        url = provider.link(PICTURE, "png")
        asyncio.run(client.fetch(url, tmp_path / "part", hosts=Hosts(), allow=provider.allow))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("short_body", ConnectionLost),  # it may be whole the next time
        ("close_after_body", ConnectionLost),
        ("drip", DeadlinePassed),
        ("drip_headers", DeadlinePassed),
        ("silent_after_headers", DeadlinePassed),
        ("flood", TooLarge),
        ("endless_chunks", TooLarge),
        ("gzip", ResultGone),
    ],
)
def test_a_download_tells_what_may_be_tried_again(
    fault: str, error: type[EgressError], provider: Provider, taken: list[int], tmp_path: Path
) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", fault=fault)
    fetching = client.fetch(url, tmp_path / "part", hosts=Hosts(), allow=provider.allow, seconds=0.6, max_bytes=CAP)
    with pytest.raises(error):
        asyncio.run(fetching)
    assert sum(taken) <= CAP + 64 * 1024
    assert list(tmp_path.iterdir()) == []
    again = client.fetch(url, tmp_path / "part", hosts=Hosts(), allow=provider.allow)
    assert asyncio.run(again).bytes == len(PICTURE)


def test_a_server_that_takes_no_more_connections_was_told_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its queue is full: a connection neither stands nor is refused."""
    monkeypatch.setattr("studio.egress.exchange.CONNECT_SECONDS", 0.3)
    marked: list[bool] = []

    async def mark() -> None:
        marked.append(True)

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", port))
            made = call(f"http://127.0.0.1:{port}/v1")
            with pytest.raises(NotSent) as fault:
                send(made, tmp_path, allow=frozenset({f"127.0.0.1:{port}"}), before_send=mark)
        finally:
            for each in waiting:
                each.close()
    assert (fault.value.code, marked) == (failures.UNREACHABLE, [])
