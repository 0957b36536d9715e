"""RunBase as far as the studio uses it, strict: no idempotency, runs are paid as they begin, a failed one is refunded.

Below ``/runbase`` of the provider double. ``checks`` scripts the answers to questions about runs, one for each.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour, drawn
from tests.doubles.contract import Refusal
from tests.doubles.jobs import Job
from tests.doubles.links import fetched
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

RUNS = "/api/v1/runs"
FIELDS = frozenset({"prompt", "aspect_ratio", "resolution", "image_urls"})
RATIOS = frozenset({"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"})
IN_4K = frozenset({"16:9", "9:16", "21:9"})
CENTS = {"1K": 5, "2K": 7, "4K": 12}
REQUESTS, SECONDS = 20, 10.0
MOST_URLS, MOST_BYTES = 4, 4_000_000


class Refused(Refusal):
    """An error in this provider's own envelope."""

    def __init__(self, status: int, code: str, message: str = "No.") -> None:
        super().__init__(status, message)
        self.body = {"error": {"message": message, "code": code}}


class RunBase:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.made: dict[str, Job] = {}
        self.seen: dict[str, list[bytes]] = {}  # the references of each
        self.checks: list[Behaviour] = []
        self.taken = 0  # cents, refunds given back
        self.limited = False  # whether the limit for each key holds
        self._refunded: set[str] = set()
        self._asked: dict[str, list[float]] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        """What to say, and how."""
        sent = request.header("authorization")
        if self.provider.key and sent != f"Bearer {self.provider.key}":
            raise Refused(401, "invalid_api_key" if sent else "missing_api_key", "Invalid API key.")
        self._count(sent)
        if (request.method, path) == ("POST", RUNS):
            return self._take_on(request)
        if request.method == "GET" and path.startswith(f"{RUNS}/"):
            return self._told(path.removeprefix(f"{RUNS}/"))
        raise Refusal(404, "Not found.")

    def _count(self, key: str) -> None:
        now = monotonic()
        recent = [each for each in self._asked.get(key, []) if now - each < SECONDS]
        if self.limited and len(recent) >= REQUESTS:
            raise Refused(429, "RATE_LIMITED", "Too many requests.")
        self._asked[key] = [*recent, now]

    def _take_on(self, request: Recorded) -> tuple[Any, Behaviour]:
        """Each submission is a run of its own, and paid for, whoever sent it before."""
        model, fields = _checked(request)
        images = [fetched(self.provider, url, most=MOST_BYTES) for url in fields.get("image_urls", ())]
        if None in images:
            raise Refused(400, "invalid_input", "An image could not be downloaded.")
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.status >= 400:
            return behaviour.body if behaviour.body is not None else {"error": {"message": "No."}}, behaviour
        job = Job(f"run_{next(self._numbers)}", fields | {"model": model}, behaviour)
        self.made[job.id] = job
        self.seen[job.id] = [image.content for image in images if image]
        if behaviour.counts:
            self.provider.billed[fields["prompt"]] += 1
            self.taken += CENTS[fields.get("resolution", "1K")]
        body = {"id": job.id, "status": "pending"}
        return body if behaviour.body is None else behaviour.body, replace(behaviour, held=False)

    def _told(self, job_id: str) -> tuple[Any, Behaviour]:
        if (job := self.made.get(job_id)) is None:
            raise Refused(404, "run_not_found", "Run not found.")
        if self.checks:
            behaviour = self.checks.pop(0)
            if behaviour.body is not None or behaviour.status >= 400 or behaviour.fault:
                return behaviour.body, behaviour
        job.checks += 1
        return self._state(job), Behaviour()

    def _state(self, job: Job) -> dict[str, Any]:
        if job.checks <= job.behaviour.checks or (job.behaviour.held and not self.provider.released):
            return {"id": job.id, "status": "processing"}
        if job.behaviour.ends not in {"completed", "succeeded"}:
            if job.id not in self._refunded:
                self._refunded.add(job.id)
                self.taken -= CENTS[job.fields.get("resolution", "1K")]
            error = job.behaviour.revised_prompt or "It did not work out."
            return {"id": job.id, "status": job.behaviour.ends, "error": error}
        fields = job.fields | {"size": size_of(job.fields)}
        urls = [self.provider.link(*drawn(fields, job.behaviour))] * job.behaviour.pictures
        return {"id": job.id, "status": "succeeded", "output": {"urls": urls}}


def size_of(fields: dict[str, Any]) -> str:
    """A small picture of the ratio, larger with the resolution."""
    across, down = (int(part) for part in fields.get("aspect_ratio", "1:1").split(":"))
    times = 16 * int(fields.get("resolution", "1K")[0])
    return f"{across * times}x{down * times}"


def _checked(request: Recorded) -> tuple[str, dict[str, Any]]:
    try:
        body = request.json
    except ValueError:
        body = None
    if not isinstance(body, dict) or request.header("content-type") != "application/json":
        raise Refused(400, "invalid_json")
    if not body.get("model"):
        raise Refused(400, "missing_model")
    if body["model"] != "openai/gpt-image-2":
        raise Refused(400, "model_not_found")
    fields = body.get("input")
    if not isinstance(fields, dict):
        raise Refused(400, "missing_input")
    if unknown := (body.keys() - {"model", "input"}) | (fields.keys() - FIELDS):
        raise Refused(400, "invalid_input", f"Unknown field: {sorted(unknown)[0]}.")
    prompt, urls = fields.get("prompt"), fields.get("image_urls", [])
    ratio, resolution = fields.get("aspect_ratio", "1:1"), fields.get("resolution", "1K")
    good = (
        isinstance(prompt, str)
        and 1 <= len(prompt) <= 4000
        and ratio in RATIOS
        and resolution in CENTS
        and (resolution != "4K" or ratio in IN_4K)
        and isinstance(urls, list)
        and len(urls) <= MOST_URLS
    )
    if not good:
        raise Refused(400, "invalid_input", "The input does not match the schema.")
    return body["model"], fields
