"""One paid call against the double, as the worker makes it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from studio.egress import client
from studio.providers import adapter
from studio.providers.values import Account, Call, Drawing, ImageRequest, ReferenceFile, Reply
from tests.doubles.provider import Provider

KEY = "canary-4f1d09aa7b"


def request(prompt: str = "A coffee tin", references: tuple[ReferenceFile, ...] = (), **fields: Any) -> ImageRequest:
    values: dict[str, Any] = {"model": "gpt-image-2", "size": "1024x1024", "quality": "low", "format": "png"}
    return ImageRequest(prompt=prompt, references=references, **(values | fields))


def call(base_url: str, what: ImageRequest | None = None, *, key: str = KEY, submission: str = "one") -> Call:
    made = adapter("openai").submit(what or request(), Account(base_url=base_url, key=key), key=submission)
    assert not isinstance(made, Drawing)
    return made


def send(made: Call, folder: Path, provider: Provider | None = None, **options: Any) -> Reply:
    allow = options.pop("allow", provider.allow if provider else frozenset())
    return asyncio.run(client.send(made, spill_to=folder, allow=allow, **options))
