"""The connection itself: looked up once, every address checked, and connected to the very address that was checked.

TLS and the Host header see the name from the URL, because only the literal underneath is pinned.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import certifi
import httpcore

from studio.egress.addresses import Address, Target, as_literal, permitted
from studio.egress.errors import BlockedCall, NotSent, TooLarge
from studio.providers import failures

LOOKUP_SECONDS = 5.0
CONNECT_SECONDS = 10.0
MAX_ADDRESSES = 4
# The pieces in which an answer is taken from its socket. A thousand may begin in the same second, and each has a piece
# or two in memory: small ones until somebody is ready for the body, large ones then, because each costs time.
SMALL_PIECE = 16 * 1024
LARGE_PIECE = 128 * 1024

Resolver = Callable[[str, int], Awaitable[list[Address]]]
SocketOption = tuple[int, int, int]


def _keep_alive() -> list[SocketOption]:
    """A minute of silence is normal here; proxies and NAT forget silent connections."""
    options: list[SocketOption] = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


SOCKET_OPTIONS = _keep_alive()


@cache
def tls_context() -> ssl.SSLContext:
    """One for all calls: building it costs 16 ms and most of a megabyte. The system's roots, and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


@cache
def _lookups(process: int) -> ThreadPoolExecutor:
    """Own threads, so that slow names hold up nothing else; by process, because threads do not survive a fork."""
    return ThreadPoolExecutor(16, thread_name_prefix="lookup")


async def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a name, by the system's own rules. getaddrinfo has no time-out; this has."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_lookups(os.getpid()), _getaddrinfo, host, port)
    return [address for entry in found if (address := as_literal(str(entry[4][0]))) is not None]


def _getaddrinfo(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def addresses_of(target: Target, resolver: Resolver) -> list[Address]:
    """What may be connected to. One forbidden record refuses them all: an honest name has none."""
    if (literal := as_literal(target.host)) is not None:
        found = [literal]
    else:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await resolver(target.host, target.port)
        except (OSError, UnicodeError, TimeoutError):
            raise NotSent(failures.NAME_UNKNOWN) from None
    if not found:
        raise NotSent(failures.NAME_UNKNOWN)
    if not all(permitted(address, listed=target.listed) for address in found):
        raise BlockedCall
    return list(dict.fromkeys(found))[:MAX_ADDRESSES]


class Watch:
    """What is known of one call: whether a byte of it has left, and how many bytes may still come."""

    def __init__(self, max_bytes: int, before_send: Callable[[], Awaitable[None]] | None = None) -> None:
        self.sent = False
        self.left = max_bytes
        self.piece = SMALL_PIECE
        self._before_send = before_send
        self._transport: Any = None

    async def first_byte(self) -> None:
        if not self.sent:
            if self._before_send is not None:
                await self._before_send()
            self.sent = True

    def follow(self, stream: Any) -> None:
        """The transport takes a piece before anybody asks how large it should be. Where the libraries below keep it
        elsewhere one day, only memory is lost, and ``make bench`` shows it."""
        self._transport = getattr(getattr(stream, "_stream", None), "_transport", None)
        self._take(SMALL_PIECE)

    def expect_body(self) -> None:
        self._take(LARGE_PIECE)

    def _take(self, piece: int) -> None:
        self.piece = piece
        if self._transport is not None:
            self._transport.max_size = piece

    def received(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooLarge


class WatchedStream(httpcore.AsyncNetworkStream):
    """A stream that notes when the request begins to leave and stops an answer that is too long."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # One byte past the cap is enough to know.
        most = min(max(max_bytes, self._watch.piece), self._watch.left + 1)
        content = await self._inner.read(most, timeout)
        self._watch.received(len(content))
        return content

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            await self._watch.first_byte()
            await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return WatchedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._watch)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, never to a name."""

    def __init__(self, target: Target, watch: Watch, resolver: Resolver) -> None:
        self._target, self._watch, self._resolver = target, watch, resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if (host, port) != (self._target.host, self._target.port):
            raise BlockedCall
        found = await addresses_of(self._target, self._resolver)
        for address in found[:-1]:
            try:
                return await self._connect(address, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(found[-1], timeout)

    async def _connect(self, address: Address, timeout: float | None) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(str(address), self._target.port, timeout, socket_options=SOCKET_OPTIONS)
        self._watch.follow(stream)
        return WatchedStream(stream, self._watch)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise BlockedCall

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)
