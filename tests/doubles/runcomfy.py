"""The double as RunComfy: a queue that only what waits in it can leave, and a schema that refuses every other field."""

from __future__ import annotations

import base64
import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.doubles import contract, links
from tests.doubles.behaviour import Behaviour, drawn
from tests.doubles.contract import Refusal
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

MODEL = "/v1/models/openai/gpt-image-2/text-to-image"
EDIT = "/v1/models/openai/gpt-image-2/edit"
RATIOS = frozenset({"1:1", "3:2", "2:3", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"})
SCHEMA: dict[str, frozenset[str]] = {
    "aspect_ratio": RATIOS,
    "resolution": frozenset({"1k", "2k", "4k"}),
    "quality": frozenset({"low", "medium", "high"}),
    "output_format": frozenset({"png", "jpeg", "webp"}),
}
OLDER_SCHEMA = {"size": frozenset({"1024_1024", "1024_1536", "1536_1024"})}
OLDER_EDIT_SCHEMA = {"size": OLDER_SCHEMA["size"] | {"auto"}}
MOST_IMAGES = 10
MOST_IMAGE_BYTES, MOST_REQUEST_BYTES = 6 * 1024 * 1024, 64 * 1024 * 1024


class QueueRefusal(Refusal):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(status, message)
        self.body = {"status_code": status, "error_code": code, "error_message": message}


@dataclass
class Request:
    id: str
    fields: dict[str, Any]
    behaviour: Behaviour
    images: list[bytes]  # as they came or were fetched; what is elsewhere is not looked at
    checks: int = 0
    cancelled: bool = False


class RunComfy:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.older = False  # which of the two schemas is live
        self.queue = 1  # for so many checks a request waits
        self.cost: Any = 0.05
        self.made: dict[str, Request] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        if self.provider.key and request.header("authorization") != f"Bearer {self.provider.key}":
            raise QueueRefusal(401, 400004, "The token is not valid.")
        if path in {MODEL, EDIT} and request.method == "POST":
            return self._take_on(request, path)
        if path in {MODEL, EDIT}:
            model = path.removeprefix("/v1/models/")
            return {"model_id": model, "base_price_usd": 0.01, "price_unit": "output"}, Behaviour()
        if (match := re.fullmatch(r"/v1/requests/([\w-]+)/(status|result|cancel)", path)) is None:
            raise QueueRefusal(400, 400001, "There is no such model.")
        found = self.made.get(match[1])
        if found is None:
            raise QueueRefusal(404, 404001, "There is no such request.")
        if any(behaviour.match == "result" for behaviour in self.provider.script):
            behaviour = self.provider._take("result")
            return behaviour.body, behaviour
        return self._cancel(found) if match[2] == "cancel" else self._state(found), Behaviour()

    def _take_on(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        fields = request.json
        if len(request.body) > MOST_REQUEST_BYTES:
            raise QueueRefusal(413, 413001, "The request is too large.")
        images = []
        if path == EDIT:
            images = self._images(fields)
        else:
            _check(fields, OLDER_SCHEMA if self.older else SCHEMA)
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.counts:
            self.provider.billed[request.key] += 1
        if behaviour.body is not None or behaviour.status >= 400:
            return behaviour.body, behaviour
        made = Request(f"req-{next(self._numbers)}", fields, behaviour, images)
        self.made[made.id] = made
        base = f"{self.provider.url('runcomfy')}/v1/requests/{made.id}"
        urls = {f"{name}_url": f"{base}/{name}" for name in ("status", "result", "cancel")}
        return {"request_id": made.id, **urls}, replace(behaviour, held=False)

    def _images(self, fields: Any) -> list[bytes]:
        images = fields.get("images") if isinstance(fields, dict) else None
        if not isinstance(images, list) or not 1 <= len(images) <= MOST_IMAGES:
            raise QueueRefusal(422, 422001, "images takes 1 to 10.")
        others = {name: value for name, value in fields.items() if name != "images"}
        _check(others, OLDER_EDIT_SCHEMA if self.older else SCHEMA)
        return [content for image in images if (content := self._image(image))]

    def _image(self, image: Any) -> bytes:
        if isinstance(image, str) and image.startswith("data:") and not self.older:
            return _inline(image)
        place = urlsplit(image) if isinstance(image, str) else None
        if place is None or place.scheme not in {"https", "http"} or not place.hostname:
            raise QueueRefusal(422, 422001, "images takes links.")
        if place.hostname not in {"127.0.0.1", "localhost"}:
            return b""
        if (part := links.fetched(self.provider, image, most=MOST_IMAGE_BYTES)) is None:
            raise QueueRefusal(422, 422001, "There is no image at this link.")
        return part.content

    def _state(self, request: Request) -> dict[str, Any]:
        request.checks += 1
        told = {"request_id": request.id}
        if request.cancelled:
            return told | {"status": "cancelled"}
        if request.checks <= self.queue:
            return told | {"status": "in_queue", "queue_position": 3}
        held = request.behaviour.held and not self.provider.released
        if held or request.checks <= self.queue + request.behaviour.checks:
            return told | {"status": "in_progress"}
        if request.behaviour.ends != "completed":
            return told | {"status": request.behaviour.ends, "error": {"message": "It did not work out."}}
        fields = request.fields | {"size": request.fields.get("size", "auto").replace("_", "x")}
        url = self.provider.link(*drawn(fields, request.behaviour))
        times = {"created_at": "2026-11-20T10:00:00Z", "finished_at": "2026-11-20T10:01:00Z"}
        return told | {"status": "completed", "output": {"images": [url]}, "cost": self.cost, **times}

    def _cancel(self, request: Request) -> dict[str, Any]:
        if request.checks > self.queue:
            return {"outcome": "not_cancellable", "status": "in_progress"}
        request.cancelled = True
        return {"outcome": "cancelled", "status": "cancelled"}


def _inline(image: str) -> bytes:
    head, _, text = image.partition(",")
    content = base64.b64decode(text, validate=True)
    contract.check_file(head.removeprefix("data:").removesuffix(";base64"), content)
    if len(content) > MOST_IMAGE_BYTES:
        raise QueueRefusal(413, 413001, "An image is too large.")
    return content


def _check(fields: Any, schema: dict[str, frozenset[str]]) -> None:
    if not isinstance(fields, dict) or not isinstance(fields.get("prompt"), str) or not fields["prompt"]:
        raise QueueRefusal(422, 422001, "prompt is required.")
    for name, value in fields.items():
        if name != "prompt" and (name not in schema or value not in schema[name]):
            raise QueueRefusal(422, 422001, f"{name} does not match the schema.")
