"""One request on a connection of its own, and every fault of it told by the phase in which it happened."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpcore

from studio.egress import addresses
from studio.egress.errors import BlockedCall, ConnectionLost, DeadlinePassed, NotSent, TooLarge
from studio.egress.network import CONNECT_SECONDS, PinnedBackend, Resolver, Watch, tls_context
from studio.providers import failures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from studio.egress.bodies import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How to get out: what is allowed, who looks names up, and which certificates count."""

    allow: frozenset[str]
    resolver: Resolver
    tls: ssl.SSLContext | None


def target(url: str, allow: frozenset[str]) -> addresses.Target:
    try:
        return addresses.target(url, allow)
    except addresses.Blocked as error:
        raise BlockedCall(error.code) from None


@contextlib.asynccontextmanager
async def deadline(seconds: float, watch: Watch) -> AsyncIterator[None]:
    """The clock over a whole call, names and headers included. Faults lose their chain, which might hold headers."""
    try:
        async with asyncio.timeout(seconds) as clock:
            yield
    except (
        TimeoutError,
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        ssl.SSLError,
        OSError,
    ) as error:
        if not watch.sent:
            raise NotSent(_why_not_sent(error), type(error).__name__) from None
        if clock.expired():
            raise DeadlinePassed from None
        raise ConnectionLost(detail=type(error).__name__) from None


def _why_not_sent(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return failures.TLS_FAILED
        cause = cause.__cause__ or cause.__context__
    return failures.UNREACHABLE


@contextlib.asynccontextmanager
async def exchange(
    method: str, where: addresses.Target, headers: Mapping[str, str], body: Body | None, watch: Watch, line: Line
) -> AsyncIterator[httpcore.Response]:
    """A new connection each time: a kept one may be closed already, and then nobody knows what arrived."""
    request = httpcore.Request(
        method,
        httpcore.URL(scheme=where.scheme, host=where.authority, port=where.port, target=where.path),
        headers=_all_headers(method, headers, where, body),
        content=body.stream() if body else None,
        extensions={"timeout": {"connect": CONNECT_SECONDS}},
    )
    connection = httpcore.AsyncHTTPConnection(
        origin=httpcore.Origin(scheme=where.scheme.encode(), host=where.host.encode(), port=where.port),
        ssl_context=(line.tls or tls_context()) if where.scheme == "https" else None,
        network_backend=PinnedBackend(where, watch, line.resolver),
    )
    try:
        response = await connection.handle_async_request(request)
        if _declared(response) > watch.left:
            raise TooLarge
        yield response
    finally:
        with contextlib.suppress(Exception):  # the outcome is known by now, however the closing goes
            await connection.aclose()


def _all_headers(
    method: str, headers: Mapping[str, str], where: addresses.Target, body: Body | None
) -> list[tuple[bytes, bytes]]:
    default = {"https": 443, "http": 80}[where.scheme] == where.port
    every = {
        "Host": where.authority if default else f"{where.authority}:{where.port}",
        "User-Agent": "prompt-studio",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    if body is None and method not in {"GET", "HEAD"}:
        every["Content-Length"] = (
            "0"  # some servers wait for a body, or fall over, where nothing says that there is none
        )
    if body is not None:
        every |= {"Content-Type": body.media_type, "Content-Length": str(body.length)}
    try:
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in every.items()]
    except UnicodeEncodeError:
        raise NotSent(failures.INVALID_REQUEST) from None


def _declared(response: httpcore.Response) -> int:
    value = next((value for name, value in response.headers if name.lower() == b"content-length"), b"0")
    return int(value) if value.isdigit() and len(value) < 20 else 0


def read_headers(response: httpcore.Response) -> dict[str, str]:
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    found.pop("set-cookie", None)
    return found


def is_plain(headers: Mapping[str, str]) -> bool:
    """We ask for no compression; an answer that is compressed all the same is not unpacked, whatever it may hold."""
    return headers.get("content-encoding", "identity").strip().lower() in {"", "identity"}
