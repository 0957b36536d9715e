"""The studio's only way out: a call is sent once, within its deadline and byte cap, to an address that was checked.

``send`` is for providers and may carry a key; ``fetch`` is for pictures behind a link and never carries anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from studio.egress.bodies import body_of
from studio.egress.errors import (
    Ambiguous,
    BlockedCall,
    ConnectionLost,
    DeadlinePassed,
    EgressError,
    NotSent,
    NotStored,
    ResultGone,
    StrangeHost,
    TooLarge,
)
from studio.egress.exchange import Line, deadline, exchange, is_plain, read_headers, target
from studio.egress.fetching import fetch
from studio.egress.network import Resolver, Watch, resolve
from studio.egress.parts import Part
from studio.egress.streaming import OnEvent, Stream
from studio.providers.events import is_stream
from studio.providers.spill import Malformed, Spill
from studio.providers.values import Call, Reply

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    import httpcore

__all__ = [
    "Ambiguous",
    "BlockedCall",
    "ConnectionLost",
    "DeadlinePassed",
    "EgressError",
    "NotSent",
    "NotStored",
    "ResultGone",
    "StrangeHost",
    "TooLarge",
    "fetch",
    "send",
]

BeforeSend = Callable[[], Awaitable[None]]
OnHeaders = Callable[[int, Mapping[str, str]], Awaitable[None]]

TEXT_BYTES = 2000
# Shorter keys would be found in innocent words.
LEAST_SECRET = 8
# So much of a key at the end of a text that was cut is taken for a key.
LEAST_TORN = 4


async def send(
    call: Call,
    *,
    spill_to: Path,
    allow: frozenset[str] = frozenset(),
    resolver: Resolver = resolve,
    before_send: BeforeSend | None = None,
    on_headers: OnHeaders | None = None,
    on_event: OnEvent | None = None,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """Send a call once and read its answer to the end; pictures go to files in ``spill_to``, which are the caller's.

    ``before_send`` is awaited when the connection stands and nothing has left yet; what it raises passes through, and
    the call is then not sent. ``on_headers`` is awaited when the answer begins, ``on_event`` with each event of a
    streamed answer before its last; the files of such an event are the callback's. Raises NotSent or Ambiguous.
    """
    where = target(call.url, allow)
    body = body_of(call)
    watch = Watch(call.max_bytes, before_send)
    line = Line(allow=allow, resolver=resolver, tls=tls)
    async with (
        deadline(call.deadline, watch),
        exchange(call.method, where, call.headers, body, watch, line) as response,
    ):
        secret = _secret(call.headers)
        headers = {name: _cleaned(value, secret) for name, value in read_headers(response).items()}
        if on_headers is not None:
            await on_headers(response.status, headers)
        if call.ends and is_stream(headers) and is_plain(headers):
            # In small pieces: there is no saying when its pictures come, nor how many come at once.
            stream = Stream(spill_to, ends=call.ends, secret=secret, on_event=on_event)
            parsed, head = await stream.read(response, most_text=TEXT_BYTES)
            return Reply(status=response.status, headers=headers, body=parsed, text=_beginning(head, secret))
        watch.expect_body()
        return await _read(response, headers, spill_to, secret)
    raise AssertionError("unreachable")


def _secret(headers: Mapping[str, str]) -> str:
    """The key in a call's headers, so that an answer that repeats it can be cleaned of it."""
    for name, value in headers.items():
        if name.lower() in {"authorization", "x-api-key"}:
            key = value.split(" ")[-1]
            return key if len(key) >= LEAST_SECRET else ""
    return ""


def _cleaned(text: str, secret: str) -> str:
    # JSON may be written with its slashes escaped.
    return text.replace(secret, "[key]").replace(secret.replace("/", r"\/"), "[key]") if secret else text


def _beginning(head: bytes, secret: str) -> str:
    """An answer's first bytes as text. Where they were cut, the cut may have gone through the key."""
    text = _cleaned(head.decode("utf-8", "replace"), secret)
    torn = next((count for count in range(len(secret) - 1, LEAST_TORN - 1, -1) if text.endswith(secret[:count])), 0)
    return text[: len(text) - torn]


async def _read(response: httpcore.Response, headers: Mapping[str, str], folder: Path, secret: str) -> Reply:
    parts: list[Part] = []

    def open_part() -> Part:
        parts.append(Part(folder))
        return parts[-1]

    spill = Spill(open_part)
    head = b""
    parsed = None
    try:
        if is_plain(headers):
            try:
                async for chunk in response.aiter_stream():
                    head += chunk[: TEXT_BYTES - len(head)]
                    spill.feed(chunk)
                parsed = spill.finish(secret=secret)
            except Malformed:
                parsed = None
        return Reply(status=response.status, headers=headers, body=parsed, text=_beginning(head, secret))
    finally:
        for part in parts:
            part.close()
            if parsed is None:
                part.path.unlink(missing_ok=True)
