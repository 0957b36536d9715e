"""From which hosts finished pictures are fetched. Compared in the spelling in which a name is looked up, never as text
of a URL: that is where tricks live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.egress.addresses import Target

Origin = tuple[str, str, int]  # scheme, host and port


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """``names`` are hosts, ``*.example.com`` for every name below one, or ``*`` for any public host."""

    names: frozenset[str] = frozenset()
    origin: Origin | None = None  # of the connection whose pictures they are

    @classmethod
    def of(cls, names: Iterable[str], base_url: str = "") -> Self:
        return cls(names=frozenset(filter(None, map(_normalised, names))), origin=_origin(base_url))

    def have(self, where: Target) -> bool:
        """Whether a picture may be fetched there. That an address is public is checked elsewhere, and always."""
        if where.listed or (where.scheme, where.host, where.port) == self.origin:
            return True
        host = where.host.removesuffix(".")
        above = host.split(".")[1:]
        wild = {"*." + ".".join(above[place:]) for place in range(len(above))}
        return not self.names.isdisjoint({"*", host} | wild)


def _normalised(entry: str) -> str:
    """In the spelling of targets, or nothing where it names no host: such an entry opens nothing."""
    entry = entry.strip()
    if entry == "*":
        return entry
    below = entry.startswith("*.")
    found = _host(entry.removeprefix("*."))
    return f"*.{found}" if found and below else found


def _host(name: str) -> str:
    if not name or not set(name).isdisjoint("/\\@:?#*[]% "):
        return ""
    try:
        return httpx.URL(f"https://{name}").raw_host.decode("ascii").lower().removesuffix(".")
    except (httpx.InvalidURL, ValueError):
        return ""


def _origin(base_url: str) -> Origin | None:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        return None
    if url.scheme not in {"http", "https"} or not url.host:
        return None
    return url.scheme, url.raw_host.decode("ascii").lower(), url.port or (443 if url.scheme == "https" else 80)
