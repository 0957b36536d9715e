"""A call as the double receives it, and the double's answer as the adapter reads it: the whole way without a socket."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

from studio.egress.bodies import Body, body_of
from studio.providers.values import Call, Reply
from tests.doubles import contract, wire
from tests.doubles.behaviour import Behaviour
from tests.doubles.contract import Refusal
from tests.doubles.provider import Provider


def answer_of(provider: Provider, call: Call) -> Reply:
    """What the flavour that the call's address names says to it, or OpenAI where it names none."""
    name, _, rest = urlsplit(call.url).path.strip("/").partition("/")
    request = received(call)
    try:
        if name in provider.flavours:
            body, behaviour = provider.flavours[name].answer(request, f"/{rest}")
        else:
            body, behaviour = _submission(provider, request, rest)
    except Refusal as refusal:
        return Reply(status=refusal.status, headers={}, body=refusal.body)
    parsed = json.loads(body) if isinstance(body, bytes) else body
    return Reply(status=behaviour.status, headers=behaviour.headers, body=parsed)


def _submission(provider: Provider, request: wire.Recorded, path: str) -> tuple[bytes, Behaviour]:
    contract.check_key(request, provider.key)
    checks = {"images/generations": contract.check_generation, "images/edits": contract.check_edit}
    return provider.taken_on(request, checks[path](request))


def received(call: Call) -> wire.Recorded:
    body = body_of(call)
    content = asyncio.run(_whole(body)) if body else b""
    headers = [(name.lower(), value) for name, value in call.headers.items()]
    if body is not None:
        headers += [("content-type", body.media_type), ("content-length", str(body.length))]
    parts = wire._parts(body.media_type, content) if body is not None and call.form is not None else ()
    url = urlsplit(call.url)
    path = f"{url.path}?{url.query}" if url.query else url.path
    return wire.Recorded(method=call.method, path=path, headers=tuple(headers), body=content, parts=parts)


async def _whole(body: Body) -> bytes:
    return b"".join([piece async for piece in body.stream()])
