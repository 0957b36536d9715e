"""Which addresses the studio may call: public ones, and exactly those hosts and ports that the operator has listed.

The tables are written out because Python's ``is_private`` and ``is_global`` each let dangerous ranges through, and
which ones depends on the version of Python.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from studio.providers import failures

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DENIED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and every node of an overlay network
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's platform address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
DENIED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # the last three embed or document
)
# Metadata services hand out credentials to whoever asks: not even the operator's list opens them.
NEVER = frozenset(
    {
        ipaddress.ip_address("169.254.169.254"),
        ipaddress.ip_address("169.254.170.2"),
        ipaddress.ip_address("fd00:ec2::254"),
    }
)
MAX_URL = 2048


class Blocked(ValueError):
    """The address may not be called; ``code`` is one of studio.providers.failures."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(failures.explain(code).sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a URL leads, in the spelling in which it is looked up, checked and named to TLS."""

    scheme: str
    host: str
    port: int
    path: str  # with the query, percent-encoded
    listed: bool  # by the operator

    @property
    def authority(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def normalised(entries: tuple[str, ...] | frozenset[str]) -> frozenset[str]:
    """The operator's list in the spelling that targets are compared with."""
    return frozenset(entry.strip().lower().replace("[", "").replace("]", "") for entry in entries if entry.strip())


def target(url: str, allow: frozenset[str]) -> Target:
    """Take a URL apart and refuse what may never be called: raises Blocked. A name is judged when it is looked up."""
    parsed = _parsed(url)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    host = parsed.raw_host.decode("ascii").lower()
    listed = f"{host}:{port}" in allow
    if not listed and parsed.scheme != "https":
        raise Blocked(failures.HTTP_NOT_ALLOWED)
    if not listed and port != 443:
        raise Blocked(failures.BLOCKED_PORT)
    found = Target(
        scheme=parsed.scheme, host=host, port=port, path=parsed.raw_path.decode("ascii") or "/", listed=listed
    )
    if (literal := as_literal(host)) is not None and not permitted(literal, listed=listed):
        raise Blocked(failures.BLOCKED_ADDRESS)
    return found


def _parsed(url: str) -> httpx.URL:
    if len(url) > MAX_URL or any(character.isspace() or not character.isprintable() for character in url):
        raise Blocked(failures.ADDRESS_UNREADABLE)
    try:
        parsed = httpx.URL(url)
        strange = urlsplit(url).port == 0 or "\\" in url
    except (httpx.InvalidURL, ValueError):
        raise Blocked(failures.ADDRESS_UNREADABLE) from None
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo or parsed.fragment or strange:
        raise Blocked(failures.ADDRESS_UNREADABLE)
    return parsed


def as_literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def permitted(address: Address, *, listed: bool) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address in NEVER:
        return False
    return listed or public(address)


def public(address: Address) -> bool:
    """Whether an address is somebody's on the open internet, whatever is embedded in it."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return public(address.ipv4_mapped)
        inside = address in PUBLIC_V6 and not any(address in network for network in DENIED_V6)
        return inside and address.is_global
    return not any(address in network for network in DENIED_V4) and address.is_global
