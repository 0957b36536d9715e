"""How the double streams an answer: unfinished pictures as events, then the picture, or one of the ways to go wrong."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.doubles.behaviour import Behaviour, drawn, picture, size_of, usage_of
from tests.doubles.wire import head_of

# How much of a cut event still comes.
CUT = 200
PIECE = 0x40000


def events(fields: dict[str, Any], behaviour: Behaviour) -> list[bytes]:
    """Each event with the comment that keeps the connection alive; ``behaviour.stream`` says how it ends."""
    name = "image_edit" if fields.get("image_count") else "image_generation"
    content, kind = drawn(fields, behaviour)
    about = {"created_at": 1784792914, "output_format": kind, "size": fields.get("size", "auto")}
    sent = [_event(f"{name}.partial_image", _partial(fields, behaviour, n) | about) for n in range(_many(fields))]
    last = {"b64_json": base64.b64encode(content).decode(), **about}
    if behaviour.usage:
        last["usage"] = usage_of(bool(fields.get("image_count")))
    completed = _event(f"{name}.completed", last)
    match behaviour.stream:
        case "ends":
            return sent
        case "cut":
            return [*sent, completed[:CUT]]
        case "spoilt":
            return [*sent, completed.replace(b'"b64_json":"', b'"b64_json":"!')]
        case "error":
            return [
                *sent,
                _event("error", behaviour.body or {"error": {"message": "It broke.", "type": "server_error"}}),
            ]
    return [*sent, completed, b"data: [DONE]\n\n"]


def _many(fields: dict[str, Any]) -> int:
    return int(fields.get("partial_images") or 0)


def _partial(fields: dict[str, Any], behaviour: Behaviour, number: int) -> dict[str, Any]:
    """Each of another colour, and never that of the result."""
    width, height = size_of(fields, behaviour)
    colour = ("8c3b2a", "2f4858", "c9a227")[number % 3]
    content = picture(width, height, colour, "png", behaviour.bytes)
    if number in behaviour.broken_partials:
        content = content[: len(content) // 2]
    return {"partial_image_index": number, "b64_json": base64.b64encode(content).decode()}


def _event(name: str, body: dict[str, Any]) -> bytes:
    text = json.dumps({"type": name, **body}, separators=(",", ":"))
    return f": keep-alive\n\nevent: {name}\ndata: {text}\n\n".encode()


async def send(
    writer: asyncio.StreamWriter,
    behaviour: Behaviour,
    fields: dict[str, Any],
    before_each: Callable[[], Awaitable[object]],
) -> bool:
    """Without a length, as such answers come: its end is the end of the connection. False, as that is closed now."""
    writer.write(head_of(200, {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}))
    for each in events(fields, behaviour):
        if behaviour.stepped:
            await writer.drain()
            await before_each()
        for start in range(0, len(each), PIECE):
            writer.write(each[start : start + PIECE])
            await writer.drain()
    return False
