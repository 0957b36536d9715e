"""Pictures behind links: no key travels, every hop is checked, and what does not end well leaves nothing."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from studio.egress import client, network
from studio.egress.client import (
    BlockedCall,
    ConnectionLost,
    EgressError,
    NotStored,
    ResultGone,
    StrangeHost,
    TooLarge,
)
from studio.egress.hosts import Hosts
from studio.providers import failures
from studio.providers.values import Spilled
from tests.doubles.behaviour import picture
from tests.doubles.provider import Provider

PICTURE = picture(64, 48, "336699")


def fetch(url: str, folder: Path, provider: Provider, **options: Any) -> Spilled:
    options = {"allow": provider.allow, "hosts": Hosts()} | options
    return asyncio.run(client.fetch(url, folder / "picture.part", **options))


def test_a_picture_is_fetched_without_a_key(provider: Provider, tmp_path: Path) -> None:
    found = fetch(provider.link(PICTURE, "png"), tmp_path, provider)
    assert found.path.read_bytes() == PICTURE
    assert (found.bytes, found.sha256) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
    names = {name for name, _ in provider.requests[0].headers}
    assert not names & {"authorization", "cookie", "x-api-key", "x-client-request-id", "idempotency-key"}


def test_a_few_redirects_are_followed(provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=302, headers={"Location": url}, body="", times=3)
    assert fetch(url, tmp_path, provider).bytes == len(PICTURE)


def test_a_relative_redirect_is_followed(provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=307, headers={"Location": "/files/" + url.rsplit("/", 1)[1]}, body="")
    assert fetch(url, tmp_path, provider).bytes == len(PICTURE)


def test_redirects_without_end_are_given_up(provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=302, headers={"Location": url}, body="", times=0)
    with pytest.raises(ResultGone):
        fetch(url, tmp_path, provider)
    assert len(provider.requests) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "//169.254.169.254/latest/meta-data",
        "https://example.com:8443/x",
        "http://example.com/x",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "https://user@example.com/x",
        "https://2130706433/x",
    ],
)
def test_a_redirect_to_where_nobody_may_go_is_refused(target: str, provider: Provider, tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> list[Any]:
        return await network.resolve("localhost", port)

    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=302, headers={"Location": target}, body="")
    with pytest.raises(BlockedCall) as refused:
        fetch(url, tmp_path, provider, resolver=resolver, hosts=Hosts.of(("*",)))
    assert not isinstance(refused.value, StrangeHost)  # whatever the catalogue allows
    assert len(provider.requests) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_to_a_host_that_nobody_named_is_not_followed(provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=302, headers={"Location": "https://evil.example/x?token=1"}, body="")
    with pytest.raises(StrangeHost) as refused:
        fetch(url, tmp_path, provider, hosts=Hosts.of(("cdn.example", "*.evil.example")))
    assert (refused.value.code, refused.value.host) == (failures.RESULT_HOST, "evil.example")
    assert "token" not in str(refused.value)
    assert len(provider.requests) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_link_that_has_expired_says_so(status: int, provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=status, body="gone")
    with pytest.raises(ResultGone) as fault:
        fetch(url, tmp_path, provider)
    assert url not in str(fault.value)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_server_in_trouble_is_told_from_a_picture_that_is_gone(
    status: int, provider: Provider, tmp_path: Path
) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", status=status, body="later")
    with pytest.raises(ConnectionLost):
        fetch(url, tmp_path, provider)
    assert fetch(url, tmp_path, provider).bytes == len(PICTURE)


@pytest.mark.parametrize("fault", ["flood", "endless_chunks", "gzip", "short_body", "drip", "close_after_body"])
def test_a_fault_in_between_leaves_no_file(fault: str, provider: Provider, tmp_path: Path) -> None:
    url = provider.link(PICTURE, "png")
    provider.next(match="files", fault=fault)
    with pytest.raises(EgressError):
        fetch(url, tmp_path, provider, seconds=0.5, max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_the_cap_counts_over_all_hops(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        fetch(provider.link(PICTURE, "png"), tmp_path, provider, max_bytes=200)


def test_a_disk_that_takes_nothing_is_told_apart(provider: Provider, tmp_path: Path) -> None:
    with pytest.raises(NotStored):
        fetch(provider.link(PICTURE, "png"), tmp_path / "missing", provider)
