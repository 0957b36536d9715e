"""From which hosts a picture is fetched: by the name that is looked up, whatever the link looks like."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from studio.egress import addresses, client
from studio.egress.addresses import Address
from studio.egress.allowed import result_hosts
from studio.egress.client import BlockedCall, StrangeHost
from studio.egress.hosts import Hosts


def have(hosts: Hosts, url: str, allow: frozenset[str] = frozenset()) -> bool:
    return hosts.have(addresses.target(url, allow))


@pytest.mark.parametrize(
    ("names", "url"),
    [
        (("cdn.example.com",), "https://cdn.example.com/a.png"),
        (("cdn.example.com",), "https://CDN.Example.COM/a.png"),
        (("CDN.Example.com.",), "https://cdn.example.com/a.png"),
        (("cdn.example.com",), "https://cdn.example.com./a.png"),
        (("*.example.com",), "https://a.example.com/"),
        (("*.example.com",), "https://a.b.example.com/"),
        (("bücher.example",), "https://xn--bcher-kva.example/"),
        (("*.bücher.example",), "https://cdn.Bücher.example/"),
        (("xn--bcher-kva.example",), "https://bücher.example/"),
        (("a.example", "b.example"), "https://b.example/"),
        (("*",), "https://anywhere.example/"),
        (("93.184.216.34",), "https://93.184.216.34/"),
    ],
)
def test_a_host_that_is_named_is_known(names: tuple[str, ...], url: str) -> None:
    assert have(Hosts.of(names), url)


@pytest.mark.parametrize(
    ("names", "url"),
    [
        ((), "https://cdn.example.com/"),
        (("cdn.example.com",), "https://example.com/"),
        (("cdn.example.com",), "https://a.cdn.example.com/"),
        (("cdn.example.com",), "https://cdn.example.com.evil.example/"),
        (("cdn.example.com",), "https://evilcdn.example.com/"),
        (("cdn.example.com",), "https://evil.example/cdn.example.com"),
        (("cdn.example.com",), "https://evil.example/?https://cdn.example.com/"),
        (("*.example.com",), "https://example.com/"),
        (("*.example.com",), "https://evilexample.com/"),
        (("*.example.com",), "https://a.example.com.evil.example/"),
        (("example.com",), "https://exаmple.com/"),  # a Cyrillic letter
        (("*com",), "https://example.com/"),
        (("ex*.com",), "https://example.com/"),
        (("*.",), "https://example.com/"),
        (("",), "https://example.com/"),
        (("https://example.com",), "https://example.com/"),
        (("example.com/x",), "https://example.com/"),
        (("user@example.com",), "https://example.com/"),
    ],
)
def test_a_host_that_only_looks_like_it_is_not(names: tuple[str, ...], url: str) -> None:
    assert not have(Hosts.of(names), url)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example.com@evil.example/",
        "https://cdn.example.com:x@evil.example/",
        "https://evil.example\\@cdn.example.com/",
        "https://cdn.example.com\\.evil.example/",
        "https://cdn.example.com%2eevil.example/",
        "https://cdn.example.com#@evil.example/",
        "https://cdn.example.com /",
        "//cdn.example.com/",
        "https:///cdn.example.com/",
    ],
)
def test_a_link_that_can_be_read_in_two_ways_is_not_fetched(url: str, tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> list[Address]:
        raise AssertionError(host)

    with pytest.raises(BlockedCall):
        asyncio.run(client.fetch(url, tmp_path / "part", hosts=Hosts.of(("cdn.example.com",)), resolver=resolver))


LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)


@given(st.lists(LABEL, min_size=1, max_size=5), st.lists(LABEL, min_size=1, max_size=3))
def test_a_star_stands_for_whole_labels(host: list[str], below: list[str]) -> None:
    name, zone = ".".join([*host, "test"]), ".".join([*below, "test"])
    assert have(Hosts.of((f"*.{zone}",)), f"https://{name}/") == name.endswith(f".{zone}")


def test_the_connections_own_host_is_known_with_its_scheme_and_port() -> None:
    hosts = Hosts.of((), "https://Api.Example.com/v1")
    assert have(hosts, "https://api.example.com/files/1")
    assert have(hosts, "https://api.example.com:443/files/1")
    assert not have(hosts, "https://files.example.com/1")
    other = Hosts.of((), "https://api.example.com:8443/v1")
    assert not have(other, "https://api.example.com/1")


def test_what_the_operator_has_listed_is_known_at_its_port_alone() -> None:
    allow = frozenset({"10.0.0.5:8188", "engine.test:443"})
    assert have(Hosts(), "http://10.0.0.5:8188/x", allow)
    assert have(Hosts(), "https://engine.test/x", allow)
    assert not have(Hosts(), "https://other.test/x", allow)


def test_the_operator_adds_hosts(settings: Settings) -> None:
    settings.STUDIO_RESULT_HOSTS = ("Blob.Example.NET", "*.cdn.example")
    for provider in ("openai", "a provider that was removed"):
        hosts = result_hosts(provider, "https://api.example.com/v1")
        assert have(hosts, "https://blob.example.net/x")
        assert have(hosts, "https://eu.cdn.example/x")
        assert have(hosts, "https://api.example.com/x")
        assert not have(hosts, "https://elsewhere.example/x")


def test_a_strange_host_is_not_even_looked_up(tmp_path: Path) -> None:
    async def resolver(host: str, port: int) -> list[Address]:
        raise AssertionError(host)

    with pytest.raises(StrangeHost):
        asyncio.run(client.fetch("https://evil.example/x", tmp_path / "part", hosts=Hosts(), resolver=resolver))
