"""Control addresses of the provider double, for tests in another process and for demonstrations.

GET /_requests      what arrived: method, path, headers, body as text, names, sizes and hashes of the parts
GET /_counts        {"billed": {key: n}, "submissions": n, "open": n, "peak": n}
POST /_script       one behaviour or a list of them, put at the end of the queue
POST /_default      how every other request is answered
POST /_reset        forget requests, counts and script
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider


def answer(provider: Provider, request: Recorded) -> Any:
    match request.path:
        case "/_requests":
            return [_shown(recorded) for recorded in provider.requests]
        case "/_counts":
            return {
                "billed": dict(provider.billed),
                "submissions": len(provider.submissions) + len(provider.jobs.made),
                "open": provider.open,
                "peak": provider.peak,
            }
        case "/_script":
            script = request.json if isinstance(request.json, list) else [request.json]
            provider.script.extend(Behaviour(**item) for item in script)
        case "/_default":
            provider.default = Behaviour(**request.json)
        case "/_reset":
            provider.reset()
    return {"ok": True}


def _shown(request: Recorded) -> dict[str, Any]:
    parts = [
        {
            "name": part.name,
            "filename": part.filename,
            "media_type": part.media_type,
            "bytes": len(part.content),
            "sha256": hashlib.sha256(part.content).hexdigest(),
            "text": "" if part.filename else part.content.decode("utf-8", "replace"),
        }
        for part in request.parts
    ]
    return {
        "method": request.method,
        "path": request.path,
        "headers": request.headers,
        "key": request.key,
        "body": "" if parts else request.body.decode("utf-8", "replace"),
        "parts": parts,
    }
