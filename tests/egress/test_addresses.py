"""Which addresses may be called: a table with the neighbours of each range, and whatever can be embedded in another."""

from __future__ import annotations

import ipaddress
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.egress import addresses
from studio.egress.addresses import Blocked, normalised, permitted, public, target
from studio.providers import failures

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.254",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "192.169.0.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
]


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(PRIVATE) + len(PUBLIC) >= 60


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_address_is_refused(text: str) -> None:
    assert not public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_allowed(text: str) -> None:
    assert public(ipaddress.ip_address(text))


PRIVATE_V4 = st.sampled_from(addresses.DENIED_V4).flatmap(
    lambda network: st.integers(int(network.network_address), int(network.broadcast_address))
)
EMBEDDINGS = (
    lambda v4: v4,  # ::a.b.c.d
    lambda v4: 0xFFFF << 32 | v4,  # mapped
    lambda v4: 0x64FF9B << 96 | v4,  # NAT64
    lambda v4: 0x64FF9B0001 << 80 | v4,
    lambda v4: 0x2002 << 112 | v4 << 80,  # 6to4
    lambda v4: 0x20010000 << 96 | v4 << 64,  # Teredo, server
    lambda v4: 0x20010000 << 96 | (v4 ^ 0xFFFFFFFF),  # Teredo, client
    lambda v4: 0xFE80 << 112 | 0x5EFE << 32 | v4,  # ISATAP
)


@given(PRIVATE_V4, st.sampled_from(EMBEDDINGS))
def test_no_embedding_carries_a_private_address_out(v4: int, embed: object) -> None:
    assert not public(ipaddress.IPv4Address(v4))
    assert not public(ipaddress.IPv6Address(embed(v4)))  # type: ignore[operator]


def test_twenty_thousand_embeddings_carry_none_out() -> None:
    chance = random.Random(20_000)
    for _ in range(20_000):
        network = chance.choice(addresses.DENIED_V4)
        v4 = int(network.network_address) + chance.randrange(network.num_addresses)
        embedded = ipaddress.IPv6Address(chance.choice(EMBEDDINGS)(v4))
        assert not permitted(embedded, listed=False), embedded


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
def test_what_python_calls_private_is_never_public_here(address: addresses.Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not public(address)


@pytest.mark.parametrize("text", ["169.254.169.254", "::ffff:169.254.169.254", "169.254.170.2", "fd00:ec2::254"])
def test_metadata_services_stay_closed_even_when_listed(text: str) -> None:
    assert not permitted(ipaddress.ip_address(text), listed=True)


def test_a_listed_private_address_is_permitted() -> None:
    assert permitted(ipaddress.ip_address("10.0.0.5"), listed=True)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com", failures.ADDRESS_UNREADABLE),
        ("file:///etc/passwd", failures.ADDRESS_UNREADABLE),
        ("gopher://example.com", failures.ADDRESS_UNREADABLE),
        ("example.com/v1", failures.ADDRESS_UNREADABLE),
        ("", failures.ADDRESS_UNREADABLE),
        ("https://", failures.ADDRESS_UNREADABLE),
        ("https://user@example.com", failures.ADDRESS_UNREADABLE),
        ("https://user:secret@example.com", failures.ADDRESS_UNREADABLE),
        ("https://example.com/#x", failures.ADDRESS_UNREADABLE),
        ("https://example.com\\@127.0.0.1/", failures.ADDRESS_UNREADABLE),
        ("https://exa mple.com", failures.ADDRESS_UNREADABLE),
        ("https://example.com/\r\nX: y", failures.ADDRESS_UNREADABLE),
        ("https://example.com:0/", failures.ADDRESS_UNREADABLE),
        ("https://example.com:99999/", failures.ADDRESS_UNREADABLE),
        ("https://[::1", failures.ADDRESS_UNREADABLE),
        ("https://example.com/" + "a" * 3000, failures.ADDRESS_UNREADABLE),
        ("http://example.com", failures.HTTP_NOT_ALLOWED),
        ("https://example.com:8443", failures.BLOCKED_PORT),
        ("https://127.0.0.1", failures.BLOCKED_ADDRESS),
        ("https://[::1]", failures.BLOCKED_ADDRESS),
        ("https://[::ffff:7f00:1]", failures.BLOCKED_ADDRESS),
        ("https://169.254.169.254/latest/meta-data", failures.BLOCKED_ADDRESS),
        ("https://[fe80::1%25eth0]/", failures.BLOCKED_ADDRESS),
    ],
)
def test_an_address_that_cannot_be_called_is_refused_with_its_reason(url: str, code: str) -> None:
    with pytest.raises(Blocked) as refused:
        target(url, frozenset())
    assert refused.value.code == code
    assert str(refused.value)


@pytest.mark.parametrize("url", ["http://10.0.0.5:8080/v1", "http://COMFY.local:8188/x?y=1", "http://[fd00::5]:9000"])
def test_the_operators_list_opens_exactly_its_entries(url: str) -> None:
    allow = normalised(("10.0.0.5:8080", "comfy.local:8188", "[FD00::5]:9000"))
    assert target(url, allow).listed
    with pytest.raises(Blocked):
        target(url, frozenset())


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5:8081", "http://10.0.0.5", "http://10.0.0.50:8080", "http://169.254.169.254:80"]
)
def test_the_operators_list_opens_nothing_beside(url: str) -> None:
    with pytest.raises(Blocked):
        target(url, normalised(("10.0.0.5:8080", "169.254.169.254:80")))


def test_a_name_is_spelled_as_it_is_looked_up() -> None:
    found = target("https://Bücher.example/a b/ü?q=1".replace(" ", "%20"), frozenset())
    assert found.host == "xn--bcher-kva.example"
    assert found.path == "/a%20b/%C3%BC?q=1"
    assert (found.port, found.listed) == (443, False)
