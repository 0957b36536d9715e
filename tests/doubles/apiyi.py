"""The double as APIYI: three models behind one address, each strict about the fields that it does not take."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.doubles import contract
from tests.doubles.behaviour import Behaviour, drawn, reply_to
from tests.doubles.contract import Refusal
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

OFFICIAL, ALL, VIP = "gpt-image-2", "gpt-image-2-all", "gpt-image-2-vip"
# The provider's table, by ratio: 1K, 2K and 4K.
VIP_TABLE = """
1280x1280 2048x2048 2880x2880  848x1280 1360x2048 2336x3520  1280x848 2048x1360 3520x2336
960x1280 1536x2048 2480x3312  1280x960 2048x1536 3312x2480  1024x1280 1632x2048 2560x3216
1280x1024 2048x1632 3216x2560  720x1280 1152x2048 2160x3840  1280x720 2048x1152 3840x2160
1280x544 2048x864 3840x1632
"""
VIP_SIZES = frozenset(VIP_TABLE.split())
FLAT_FIELDS = frozenset({"model", "prompt", "size", "response_format"})
MOST_REFERENCES = {OFFICIAL: 16, ALL: 5, VIP: 16}
GENERATION, EDIT, CHAT = "/v1/images/generations", "/v1/images/edits", "/v1/chat/completions"
# Above it the gateway does not say what is wrong.
VIP_FILE_BYTES = 1_500_000


class GatewayRefusal(Refusal):
    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(status, message)
        error = {"message": message, "localized_message": message, "type": "shell_api_error", "param": "", "code": code}
        self.body = {"error": error}


class Apiyi:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.chat = "link"  # how a chat answers: with a link or a whole picture in its text, or as images are answered

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        if self.provider.key and request.header("authorization") != f"Bearer {self.provider.key}":
            raise GatewayRefusal(401, "Invalid token.")
        if (request.method, path) == ("GET", "/v1/models"):
            names = ("gpt-9", "flux", OFFICIAL, ALL, VIP)
            return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}, Behaviour()
        if request.method != "POST" or path not in {GENERATION, EDIT, CHAT}:
            raise GatewayRefusal(404, f"Invalid URL ({request.method} {path})")
        fields = _conversation(request) if path == CHAT else _checked(request, path)
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.counts:
            self.provider.billed[request.key or fields["prompt"]] += 1
        if behaviour.body is not None or behaviour.status >= 400:
            return behaviour.body, behaviour
        if path == CHAT:
            return self._said(fields, behaviour), behaviour
        if fields["model"] != OFFICIAL:
            # Links from the two other models unless base64 was asked for, and then with its prefix.
            asked = fields.get("response_format") == "b64_json"
            behaviour = replace(behaviour, prefixed=True, by_url=behaviour.by_url or not asked)
        return reply_to(fields, behaviour, self.provider.link), behaviour

    def _said(self, fields: dict[str, Any], behaviour: Behaviour) -> Any:
        if self.chat == "images":
            return reply_to(fields, replace(behaviour, by_url=True), self.provider.link)
        content, kind = drawn(fields, behaviour)
        if self.chat == "link":
            target = self.provider.link(content, kind)
        else:
            target = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        message = {"role": "assistant", "content": f"![image]({target})"}
        usage = {"prompt_tokens": 25, "completion_tokens": 150, "total_tokens": 175}
        return {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}


def _conversation(request: Recorded) -> dict[str, Any]:
    """One message of a person, whose parts are a text and then pictures."""
    fields = request.json
    if unknown := fields.keys() - {"model", "messages"}:
        raise GatewayRefusal(400, f"Unknown parameter: {sorted(unknown)[0]}.")
    if fields.get("model") != ALL:
        raise GatewayRefusal(503, f"No channel offers the model {fields.get('model')}.", "model_not_found")
    [message] = fields["messages"]
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    texts = [part["text"] for part in parts if part["type"] == "text"]
    links = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    if message["role"] != "user" or len(texts) != 1 or not texts[0] or len(texts) + len(links) != len(parts):
        raise GatewayRefusal(400, "messages takes one text, and pictures.")
    if len(links) > MOST_REFERENCES[ALL]:
        raise GatewayRefusal(400, "Too many images.")
    for link in links:
        head, _, text = link.partition(";base64,")
        contract.check_file(head.removeprefix("data:"), base64.b64decode(text, validate=True))
    return {"model": ALL, "prompt": texts[0], "image_count": len(links), "images": links}


def _checked(request: Recorded, path: str) -> dict[str, Any]:
    if path == EDIT and not request.parts:
        raise GatewayRefusal(400, "Expected multipart/form-data.")
    if path == GENERATION and request.header("content-type") != "application/json":
        raise GatewayRefusal(400, "Expected application/json.")
    model = request.fields.get("model")
    checks: dict[Any, Callable[[Recorded, str], dict[str, Any]]] = {OFFICIAL: _official, ALL: _flat, VIP: _flat}
    if model not in checks:
        raise GatewayRefusal(503, f"No channel offers the model {model}.", "model_not_found")
    if path == EDIT and len(request.files) > MOST_REFERENCES[str(model)]:
        raise GatewayRefusal(400, "Too many images.")
    return checks[model](request, path)


def _official(request: Recorded, path: str) -> dict[str, Any]:
    fields = contract.check_edit(request) if path == EDIT else contract.check_generation(request)
    if fields.get("n", 1) != 1 or fields.get("background") == "transparent" or "stream" in fields:
        raise Refusal(400, "Invalid value.", code="invalid_value")
    return fields


def _flat(request: Recorded, path: str) -> dict[str, Any]:
    fields = dict(request.fields)
    if unknown := fields.keys() - FLAT_FIELDS:
        raise GatewayRefusal(400, f"Unknown parameter: {sorted(unknown)[0]}.")
    if not isinstance(fields.get("prompt"), str) or not fields["prompt"]:
        raise GatewayRefusal(400, "prompt is required.")
    if fields.get("response_format", "url") not in {"url", "b64_json"}:
        raise GatewayRefusal(400, "response_format is url or b64_json.")
    _check_size(fields)
    if path == GENERATION:
        return fields
    if not request.files or {part.name for part in request.files} != {"image[]"}:
        raise GatewayRefusal(400, "image[] is required, and nothing else.")
    for part in request.files:
        contract.check_file(part.media_type, part.content)
        if fields["model"] == VIP and len(part.content) > VIP_FILE_BYTES:
            raise GatewayRefusal(400, "Unknown error")
    return fields | {"image_count": len(request.files)}


def _check_size(fields: dict[str, Any]) -> None:
    if (size := fields.get("size")) is None:
        return
    if fields["model"] == VIP:
        if size not in VIP_SIZES:
            raise GatewayRefusal(400, f"{size} is not a size of this model.")
        return
    edges = [int(edge) for edge in str(size).split("x")]
    if len(edges) != 2 or not 512 <= max(edges) <= 1536:
        raise GatewayRefusal(400, f"{size} is not a size of this model.")
