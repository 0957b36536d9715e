"""Fetching a picture behind a link: no key, few hops, each of them checked like the first, and only known hosts."""

from __future__ import annotations

import hashlib
from typing import IO, TYPE_CHECKING
from urllib.parse import urljoin

from studio.egress.errors import ConnectionLost, NotStored, ResultGone, StrangeHost
from studio.egress.exchange import Line, deadline, exchange, is_plain, read_headers, target
from studio.egress.network import Resolver, Watch, resolve
from studio.providers.values import Spilled

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from studio.egress.hosts import Hosts

MAX_HOPS = 3
FETCH_SECONDS = 120.0
FETCH_BYTES = 64 * 1024 * 1024


async def fetch(
    url: str,
    to: Path,
    *,
    hosts: Hosts,
    allow: frozenset[str] = frozenset(),
    resolver: Resolver = resolve,
    seconds: float = FETCH_SECONDS,
    max_bytes: int = FETCH_BYTES,
    tls: ssl.SSLContext | None = None,
) -> Spilled:
    """Fetch a picture to the new file ``to``, which does not stay when this raises EgressError. Free and repeatable.

    Every hop must be at one of ``hosts``: a link is whatever a provider, or who speaks for it, wrote into an answer.
    """
    watch = Watch(max_bytes)
    line = Line(allow=allow, resolver=resolver, tls=tls)
    try:
        async with deadline(seconds, watch):
            for _ in range(MAX_HOPS + 1):
                outcome = await _hop(url, to, watch, line, hosts)
                if isinstance(outcome, Spilled):
                    return outcome
                url = outcome
            raise ResultGone(detail="too many redirects")
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    raise AssertionError("unreachable")


async def _hop(url: str, to: Path, watch: Watch, line: Line, hosts: Hosts) -> Spilled | str:
    """The picture, or the address to which this one points."""
    where = target(url, line.allow)
    if not hosts.have(where):
        raise StrangeHost(where.host)
    async with exchange("GET", where, {"Accept": "image/*"}, None, watch, line) as response:
        headers = read_headers(response)
        if response.status in {301, 302, 303, 307, 308} and headers.get("location"):
            return urljoin(url, headers["location"])
        if response.status >= 500 or response.status in {408, 429}:
            raise ConnectionLost(detail=f"status {response.status}")  # it may well be there the next time
        if response.status != 200:
            raise ResultGone(detail=f"status {response.status}")
        if not is_plain(headers):
            raise ResultGone(detail="compressed")
        digest, count = hashlib.sha256(), 0
        try:
            file = to.open("xb", buffering=0)
        except OSError:
            raise NotStored from None
        with file:
            async for chunk in response.aiter_stream():
                digest.update(chunk)
                count += len(chunk)
                _write(file, chunk)
        return Spilled(path=to, bytes=count, sha256=digest.hexdigest())


def _write(file: IO[bytes], chunk: bytes) -> None:
    view = memoryview(chunk)
    try:
        while view:
            view = view[file.write(view) :]
    except OSError:
        raise NotStored from None
