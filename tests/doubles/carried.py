"""A provider that takes references by whatever road a test gives it; its adapter writes down what it was given."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from studio import providers
from studio.providers import catalogue, failures, replies
from studio.providers.values import (
    Account,
    Call,
    Failure,
    FormField,
    FormFile,
    ImageRequest,
    ReferenceFile,
    Reply,
)
from tests.doubles.behaviour import Behaviour
from tests.doubles.slow import Slow
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

TOML = """
id = "carried"
label = "Carried"
as_of = 2026-11-20
source = "tests/doubles/carried.py"
base_url = "https://carried.example"
own_address = true

[[models]]
id = "slow"
label = "Slow"
formats = ["png"]
max_references = 4
roads = [{roads}]
{limits}
max_prompt = 4000
max_takes = 10

[models.sizes]
multiple = 16
max_edge = 2048
max_ratio = 3
tiers = ["1K"]

[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.04

[models.latency]
usual = 60
"""


@dataclass
class Carried(Slow):
    """Each try's references, as they came from the worker."""

    id: ClassVar[str] = "carried"
    seen: list[tuple[ReferenceFile, ...]] = field(default_factory=list)

    def submit(self, request: ImageRequest, account: Account, *, key: str) -> Call:
        self.seen.append(request.references)
        fields = {"model": request.model, "prompt": request.prompt, "size": request.size}
        call = Call(method="POST", url=f"{account.base_url}/jobs", headers={"Idempotency-Key": key}, deadline=10)
        if urls := [each.url for each in request.references if each.url]:
            return replace(call, json=fields | {"references": urls})
        values = [FormField(name=name, value=value) for name, value in fields.items()]
        return replace(call, form=(*values, *map(_file, request.references)))

    def upload(self, reference: ReferenceFile, account: Account) -> Call:
        """In two steps: ask for a place, then bring the bytes there."""
        return Call(method="POST", url=f"{account.base_url}/places", json={"bytes": reference.bytes}, deadline=10)

    def read_upload(self, reply: Reply, call: Call, reference: ReferenceFile, account: Account) -> str | Call | Failure:
        if reply.status >= 400:
            wait = replies.retry_after(reply.headers)
            return Failure(code=failures.RATE_LIMITED if reply.status == 429 else failures.BUSY, retry_after=wait)
        if call.url.endswith("/places"):
            place = FormField(name="place", value=reply.body["place"])
            return Call(method="POST", url=f"{account.base_url}/files", form=(place, _file(reference)), deadline=10)
        return str(reply.body["url"])


def _file(reference: ReferenceFile) -> FormFile:
    return FormFile(name="file", filename="image", media_type=reference.media_type, path=reference.path)


class Storage:
    """The other side, below ``/carried`` of the provider double: jobs, places for uploads, and a reader of links.

    ``taken`` are the bytes of the references of each submission, in the order in which they were named.
    """

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.taken: list[list[bytes]] = []
        self.places: dict[str, bytes] = {}
        self.answers: list[Behaviour] = []  # to uploads, before they go well

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        if path in {"/places", "/files"} and self.answers:
            behaviour = self.answers.pop(0)
            return {"error": "Not now."}, behaviour
        if path == "/places":
            return {"place": f"place-{len(self.places) + 1}"}, Behaviour()
        if path == "/files":
            self.places[place := request.fields["place"]] = request.files[0].content
            return {"url": f"https://carried.example/{place}"}, Behaviour()
        if path == "/jobs":
            urls = request.fields.get("references", [])
            self.taken.append([self._read(url) for url in urls] or [file.content for file in request.files])
            request = replace(request, body=json.dumps(request.fields).encode(), parts=())
        return self.provider.jobs.answer(request, path.removeprefix("/jobs"))

    def _read(self, url: str) -> bytes:
        if (place := url.rpartition("/")[2]) in self.places:
            return self.places[place]
        with urllib.request.urlopen(url, timeout=10) as response:
            content: bytes = response.read()
        return content


def add(folder: Path, roads: Sequence[str], limits: str = "") -> Carried:
    """Make it known in this process, with these roads and limits."""
    path = folder / "carried.toml"
    path.write_text(TOML.format(roads=", ".join(f'"{road}"' for road in roads), limits=limits))
    adapter = Carried()
    providers.register(adapter)
    catalogue.add(path)
    return adapter
