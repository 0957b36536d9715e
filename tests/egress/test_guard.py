"""What an attacker tries on the way out: spellings, names that change, proxies, certificates, and keys in messages."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpcore
import pytest

from studio.egress import client, network
from studio.egress.addresses import Address
from studio.egress.client import BlockedCall, EgressError, NotSent
from studio.egress.hosts import Hosts
from studio.providers import adapter, failures
from studio.providers.values import Failure
from tests.doubles.behaviour import FAULTS
from tests.doubles.provider import Provider
from tests.egress.paid import KEY, call, request, send
from tests.egress.test_addresses import PRIVATE
from tests.egress.tls import TlsServer

Resolver = Callable[[str, int], Any]


def resolver(*answers: list[str]) -> tuple[Resolver, list[str]]:
    """Gives one answer after the other, and the list of what it was asked."""
    asked: list[str] = []

    async def answer(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address(text) for text in answers[min(len(asked), len(answers)) - 1]]

    return answer, asked


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a socket would have been opened; none is."""
    opened: list[str] = []

    async def connect_tcp(self: object, host: str, port: int, *args: object, **kwargs: object) -> None:
        opened.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
    return opened


SPELLINGS = (
    "127.0.0.1 127.1 127.0.1 0 0.0.0.0 2130706433 0x7f000001 0x7f.1 017700000001 0177.0.0.1 localhost localhost. "
    "LOCALHOST [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] 127.0.0.1. ①②⑦.⓪.⓪.①"
)


@pytest.mark.parametrize("spelling", SPELLINGS.split())
def test_no_spelling_of_this_machine_reaches_a_socket(spelling: str, connected: list[str], tmp_path: Path) -> None:
    async def as_the_system_does(host: str, port: int) -> list[Address]:
        name = host.rstrip(".")
        return [ipaddress.ip_address("127.0.0.1" if name == "localhost" else socket.inet_ntoa(socket.inet_aton(name)))]

    with pytest.raises(NotSent) as fault:
        send(call(f"https://{spelling}/v1"), tmp_path, resolver=as_the_system_does)
    assert fault.value.code in {failures.BLOCKED_ADDRESS, failures.ADDRESS_UNREADABLE}
    assert connected == []


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_reaches_a_socket_by_itself_or_by_name(
    address: str, connected: list[str], tmp_path: Path
) -> None:
    look, _ = resolver([address])
    literal = f"https://[{address}]/v1" if ":" in address else f"https://{address}/v1"
    for url in (literal, "https://example.com/v1"):
        with pytest.raises(BlockedCall):
            send(call(url), tmp_path, resolver=look)
        with pytest.raises(BlockedCall):
            asyncio.run(client.fetch(url, tmp_path / "part", hosts=Hosts.of(("*",)), resolver=look))
    assert connected == []


@pytest.mark.parametrize(
    "answer", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["64:ff9b::808:808"]]
)
def test_one_private_record_refuses_the_whole_name(answer: list[str], connected: list[str], tmp_path: Path) -> None:
    look, _ = resolver(answer)
    with pytest.raises(BlockedCall):
        send(call("https://example.com/v1"), tmp_path, resolver=look)
    assert connected == []


def test_a_name_that_changes_between_two_looks_is_looked_up_once(connected: list[str], tmp_path: Path) -> None:
    look, asked = resolver(["8.8.8.8"], ["127.0.0.1"])
    with pytest.raises(NotSent):
        send(call("https://example.com/v1"), tmp_path, resolver=look)
    assert asked == ["example.com"]
    assert connected == ["8.8.8.8"]


def test_the_next_address_is_tried_when_one_does_not_answer(connected: list[str], tmp_path: Path) -> None:
    look, _ = resolver(["2606:4700::1111", "8.8.8.8", "8.8.8.8"])
    with pytest.raises(NotSent):
        send(call("https://example.com/v1"), tmp_path, resolver=look)
    assert connected == ["2606:4700::1111", "8.8.8.8"]


def test_a_listed_name_reaches_its_private_address(provider: Provider, tmp_path: Path) -> None:
    look, _ = resolver(["127.0.0.1"])
    allow = frozenset({f"engine.test:{provider.port}"})
    reply = send(call(f"http://engine.test:{provider.port}/v1"), tmp_path, allow=allow, resolver=look)
    assert reply.status == 200
    assert provider.requests[0].header("host") == f"engine.test:{provider.port}"


def test_a_listed_name_never_reaches_a_metadata_service(connected: list[str], tmp_path: Path) -> None:
    look, _ = resolver(["169.254.169.254"])
    with pytest.raises(BlockedCall):
        send(call("http://engine.test:80/v1"), tmp_path, allow=frozenset({"engine.test:80"}), resolver=look)
    assert connected == []


@pytest.mark.parametrize("answer", [[], ["8.8.8.8"]])
def test_a_name_that_cannot_be_found_proves_that_nothing_was_sent(answer: list[str], tmp_path: Path) -> None:
    async def missing(host: str, port: int) -> list[Address]:
        if answer:
            raise socket.gaierror("Name or service not known")
        return []

    with pytest.raises(NotSent) as fault:
        send(call("https://example.com/v1"), tmp_path, resolver=missing)
    assert fault.value.code == failures.NAME_UNKNOWN


def test_a_slow_name_ends_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def slow(host: str, port: int) -> list[Address]:
        await asyncio.sleep(3600)
        return []

    monkeypatch.setattr(network, "LOOKUP_SECONDS", 0.1)
    with pytest.raises(NotSent) as fault:
        send(call("https://example.com/v1"), tmp_path, resolver=slow)
    assert fault.value.code == failures.NAME_UNKNOWN


def test_the_systems_own_look_up_finds_this_machine() -> None:
    found = asyncio.run(network.resolve("localhost", 80))
    assert found
    assert all(address.is_loopback for address in found)


def test_proxies_of_the_environment_are_not_used(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Provider() as trap:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{trap.address}")
        assert send(call(provider.base_url), tmp_path, provider).status == 200
        assert trap.requests == []


def over_tls(server: TlsServer, tmp_path: Path, host: str, **options: Any) -> int:
    look, _ = resolver(["127.0.0.1"])
    made = call(f"https://{host}:{server.port}/v1")
    return send(made, tmp_path, allow=frozenset({f"{host}:{server.port}"}), resolver=look, **options).status


def test_tls_sees_the_name_although_the_address_is_pinned(tmp_path: Path) -> None:
    with TlsServer(tmp_path, "engine.test") as server:
        assert over_tls(server, tmp_path, "engine.test", tls=server.trusted()) == 200
    assert server.names == ["engine.test"]
    assert f"Host: engine.test:{server.port}".encode() in server.received[0]


@pytest.mark.parametrize(
    ("name", "days", "trusted"), [("other.test", 30, True), ("engine.test", -1, True), ("engine.test", 30, False)]
)
def test_a_wrong_old_or_unknown_certificate_stops_before_a_byte(
    name: str, days: int, trusted: bool, tmp_path: Path
) -> None:
    with TlsServer(tmp_path, name, days=days) as server:
        options = {"tls": server.trusted()} if trusted else {}
        with pytest.raises(NotSent) as fault:
            over_tls(server, tmp_path, "engine.test", **options)
    assert fault.value.code == failures.TLS_FAILED
    assert server.received == []


def test_one_certificate_store_serves_every_call() -> None:
    assert network.tls_context() is network.tls_context()


def everything_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


@pytest.mark.parametrize("fault", sorted(FAULTS - {"", "drip", "drip_headers"}))
def test_a_key_is_in_no_message_log_or_value(
    fault: str, provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="studio")
    provider.always(fault=fault)
    made = call(provider.base_url)
    assert KEY not in repr(made)
    object.__setattr__(made, "deadline", 0.3)
    try:
        said = repr(send(made, tmp_path, provider))
    except EgressError as error:
        said = everything_said(error)
    assert KEY not in said
    assert KEY not in caplog.text


@pytest.mark.parametrize("where", ["body", "header", "html"])
def test_a_provider_that_repeats_the_key_is_cleaned_of_it(where: str, provider: Provider, tmp_path: Path) -> None:
    words = f"Incorrect API key provided: {KEY} <script>alert(1)</script>"
    body: object = {"error": {"message": words}} if where == "body" else words
    provider.next(status=401, body=body, headers={"X-Echo": KEY} if where == "header" else {})
    reply = send(call(provider.base_url), tmp_path, provider)
    outcome = adapter("openai").read(reply, request())
    assert isinstance(outcome, Failure)
    assert outcome.pauses
    assert outcome.words.startswith("Incorrect API key provided: [key]")
    assert KEY not in repr(reply)
