"""The OpenAI images contract as the double enforces it: what the real service refuses is refused here."""

from __future__ import annotations

import re
from typing import Any

from tests.doubles.wire import Recorded

GENERATION_FIELDS = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "moderation",
        "stream",
        "partial_images",
    }
)
NUMBERS = frozenset({"n", "output_compression", "partial_images"})


class Refusal(Exception):
    def __init__(self, status: int, message: str, *, kind: str = "invalid_request_error", code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"error": {"message": message, "type": kind, "param": None, "code": code or None}}


def check_key(request: Recorded, key: str) -> None:
    sent = request.header("authorization")
    if key and sent != f"Bearer {key}":
        shown = sent.removeprefix("Bearer ")[-4:]
        raise Refusal(401, f"Incorrect API key provided: ***{shown}.", code="invalid_api_key")


def check_generation(request: Recorded) -> dict[str, Any]:
    if request.header("content-type") != "application/json":
        raise Refusal(400, "Expected application/json.")
    fields = request.json
    if not isinstance(fields, dict):
        raise Refusal(400, "Expected an object.")
    _check_fields(fields)
    return fields


def check_edit(request: Recorded) -> dict[str, Any]:
    if not request.parts:
        raise Refusal(400, "Value must be 'dall-e-2'.", code="invalid_value")
    fields = dict(request.fields)
    for name in NUMBERS & fields.keys():
        fields[name] = int(fields[name])
    if "stream" in fields:
        fields["stream"] = {"true": True, "false": False}.get(fields["stream"])
    _check_fields(fields)
    names = {part.name for part in request.files}
    if names != {"image[]"}:
        raise Refusal(400, f"Unknown parameter: '{', '.join(sorted(names - {'image[]'})) or 'no image[]'}'.")
    if not 1 <= len(request.files) <= 16:
        raise Refusal(400, "Between 1 and 16 images.")
    for part in request.files:
        check_file(part.media_type, part.content)
    return fields | {"image_count": len(request.files)}


def check_file(media_type: str, content: bytes) -> None:
    magic = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/webp": b"RIFF"}
    if media_type not in magic or not content.startswith(magic[media_type]):
        raise Refusal(400, "Invalid image file.", code="invalid_image_file")


def _check_fields(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - GENERATION_FIELDS:
        raise Refusal(400, f"Unknown parameter: '{sorted(unknown)[0]}'.", code="unknown_parameter")
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt:
        raise Refusal(400, "Missing required parameter: 'prompt'.", code="missing_required_parameter")
    if len(prompt) > 32_000:
        raise Refusal(400, "Prompt is too long.", code="string_above_max_length")
    if not isinstance(fields.get("model"), str):
        raise Refusal(400, "Missing required parameter: 'model'.")
    _check_choices(fields)
    _check_stream(fields)
    _check_size(fields.get("size", "auto"))


def _check_choices(fields: dict[str, Any]) -> None:
    choices: dict[str, set[Any]] = {
        "quality": {"auto", "low", "medium", "high"},
        "output_format": {"png", "jpeg", "webp"},
        "n": {1},
    }
    for name, allowed in choices.items():
        if name in fields and fields[name] not in allowed:
            raise Refusal(400, f"Invalid value: '{fields[name]}' for '{name}'.", code="invalid_value")
    compression = fields.get("output_compression")
    if compression is None:
        return
    if fields.get("output_format") not in {"jpeg", "webp"} or not 0 <= compression <= 100:
        raise Refusal(400, "Invalid 'output_compression'.", code="invalid_value")


def _check_stream(fields: dict[str, Any]) -> None:
    partials = fields.get("partial_images", 0)
    if fields.get("stream", False) not in {True, False}:
        raise Refusal(400, "Invalid type for 'stream': expected a boolean.", code="invalid_type")
    if isinstance(partials, bool) or not isinstance(partials, int) or not 0 <= partials <= 3:
        raise Refusal(400, "Invalid 'partial_images': between 0 and 3.", code="invalid_value")
    if "partial_images" in fields and not fields.get("stream"):
        raise Refusal(400, "'partial_images' is only allowed with 'stream'.", code="invalid_value")


def _check_size(size: Any) -> None:
    if size == "auto":
        return
    if not isinstance(size, str) or not (match := re.fullmatch(r"(\d+)x(\d+)", size)):
        raise Refusal(400, f"Invalid size '{size}'.", kind="image_generation_user_error", code="invalid_value")
    width, height = int(match[1]), int(match[2])
    good = (
        width % 16 == height % 16 == 0
        and max(width, height) <= 3840
        and max(width, height) <= 3 * min(width, height)
        and 655_360 <= width * height <= 8_294_400
    )
    if not good:
        raise Refusal(400, f"Invalid size '{size}'.", kind="image_generation_user_error", code="invalid_value")
