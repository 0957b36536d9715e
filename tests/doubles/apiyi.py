"""The double as APIYI: three models behind one address, each strict about the fields that it does not take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.doubles import contract
from tests.doubles.behaviour import Behaviour, reply_to
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
GENERATION, EDIT = "/v1/images/generations", "/v1/images/edits"


class GatewayRefusal(Refusal):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        error = {"message": message, "localized_message": message, "type": "shell_api_error", "param": "", "code": None}
        self.body = {"error": error}


class Apiyi:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        if self.provider.key and request.header("authorization") != f"Bearer {self.provider.key}":
            raise GatewayRefusal(401, "Invalid token.")
        if (request.method, path) == ("GET", "/v1/models"):
            names = ("gpt-9", "flux", OFFICIAL, ALL, VIP)
            return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}, Behaviour()
        if request.method != "POST" or path not in {GENERATION, EDIT}:
            raise GatewayRefusal(404, f"Invalid URL ({request.method} {path})")
        fields = _checked(request, path)
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.counts:
            self.provider.billed[request.key] += 1
        if behaviour.body is not None or behaviour.status >= 400:
            return behaviour.body, behaviour
        if fields["model"] != OFFICIAL:
            # Links from the two other models unless base64 was asked for, and then with its prefix.
            asked = fields.get("response_format") == "b64_json"
            behaviour = replace(behaviour, prefixed=True, by_url=behaviour.by_url or not asked)
        return reply_to(fields, behaviour, self.provider.link), behaviour


def _checked(request: Recorded, path: str) -> dict[str, Any]:
    if path == EDIT and not request.parts:
        raise GatewayRefusal(400, "Expected multipart/form-data.")
    if path == GENERATION and request.header("content-type") != "application/json":
        raise GatewayRefusal(400, "Expected application/json.")
    model = request.fields.get("model")
    checks: dict[Any, Callable[[Recorded, str], dict[str, Any]]] = {OFFICIAL: _official, ALL: _flat, VIP: _flat}
    if model not in checks:
        raise GatewayRefusal(503, f"No channel offers the model {model}.")
    if path == EDIT and len(request.files) > MOST_REFERENCES[str(model)]:
        raise GatewayRefusal(400, "Too many images.")
    return checks[model](request, path)


def _official(request: Recorded, path: str) -> dict[str, Any]:
    fields = contract.check_edit(request) if path == EDIT else contract.check_generation(request)
    if fields.get("n", 1) != 1 or fields.get("background") == "transparent":
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
