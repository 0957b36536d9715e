"""RunAPI as far as the studio uses it, strict: tasks under idempotency keys, links, billing in cents, a balance.

Below ``/runapi`` of the provider double. ``checks`` scripts the answers to questions about tasks, one for each.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour, drawn
from tests.doubles.contract import Refusal
from tests.doubles.jobs import Job
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

TASKS = "/api/v1/gpt_image_2/text_to_image"
FIELDS = frozenset({"model", "prompt", "aspect_ratio", "output_resolution", "callback_url"})
# As the contract lists them.
RATIOS = frozenset(
    {
        "auto",
        "1:1",
        "3:2",
        "2:3",
        "4:3",
        "3:4",
        "5:4",
        "4:5",
        "16:9",
        "9:16",
        "2:1",
        "1:2",
        "3:1",
        "1:3",
        "21:9",
        "9:21",
    }
)
CENTS = {"1k": 6, "2k": 10, "4k": 16}
FORBIDDEN = frozenset({("1:1", "4k"), ("auto", "2k"), ("auto", "4k"), ("", "2k"), ("", "4k")})


class Refused(Refusal):
    """An error in this provider's own envelope."""

    def __init__(self, status: int, message: str, *, code: str) -> None:
        super().__init__(status, message)
        self.body = {"error": message, "code": code}


class RunAPI:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.made: dict[str, Job] = {}
        self.checks: list[Behaviour] = []
        self.balance = 5000
        self._by_key: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        """What to say, and how."""
        if self.provider.key and request.header("authorization") != f"Bearer {self.provider.key}":
            raise Refused(401, "Invalid API key.", code="unauthorized")
        match request.method, path:
            case "POST", "/api/v1/gpt_image_2/text_to_image":
                return self._take_on(request)
            case "GET", "/api/v1/me/balance":
                behaviour = self.provider._take("models")
                paid = {"balance_cents": self.balance, "paid_balance_cents": self.balance, "bonus_balance_cents": 0}
                return paid if behaviour.body is None else behaviour.body, behaviour
        if request.method == "GET" and path.startswith(f"{TASKS}/"):
            return self._told(path.removeprefix(f"{TASKS}/"))
        raise Refused(404, "Not found.", code="not_found")

    def _take_on(self, request: Recorded) -> tuple[Any, Behaviour]:
        """The same key with the same input is the same task, billed once; with another input it is refused."""
        fields = _checked(request)
        key = request.header("idempotency-key")
        if len(key) > 512:
            raise Refused(400, "Idempotency-Key is too long.", code="invalid_request")
        if known := self._by_key.get(key):
            if known.fields != fields:
                raise Refused(409, "Idempotency-Key was used with different input.", code="conflict")
            return self._state(known) | {"task_replayed": True}, Behaviour()
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.status >= 400:
            return behaviour.body if behaviour.body is not None else {"error": "No."}, behaviour
        job = Job(f"task_gen_{next(self._numbers)}", fields, behaviour)
        self.made[job.id] = job
        if key:
            self._by_key[key] = job
        if behaviour.counts:
            self.provider.billed[request.key] += 1
        reserved = {"reservation": {"amount_cents": CENTS[fields.get("output_resolution", "1k")]}}
        body = {"id": job.id, "status": "pending", "billing": reserved, "task_replayed": False}
        return body if behaviour.body is None else behaviour.body, replace(behaviour, held=False)

    def _told(self, job_id: str) -> tuple[Any, Behaviour]:
        if (job := self.made.get(job_id)) is None:
            raise Refused(404, "Task not found.", code="not_found")
        if self.checks:
            behaviour = self.checks.pop(0)
            if behaviour.body is not None or behaviour.status >= 400 or behaviour.fault:
                return behaviour.body, behaviour
        job.checks += 1
        return self._state(job), Behaviour()

    def _state(self, job: Job) -> dict[str, Any]:
        if job.checks <= job.behaviour.checks or (job.behaviour.held and not self.provider.released):
            return {"id": job.id, "status": "processing" if job.checks else "pending"}
        cents = CENTS[job.fields.get("output_resolution", "1k")]
        if job.behaviour.ends != "completed":
            error = job.behaviour.revised_prompt or "It did not work out."
            return {"id": job.id, "status": job.behaviour.ends, "error": error, "billing": {"refund": {"cents": cents}}}
        size = {"size": size_of(job.fields)}
        images = [{"url": self.provider.link(*drawn(job.fields | size, job.behaviour))}] * job.behaviour.pictures
        settled = {"charged_amount_cents": cents, "amount_micro_cents": cents * 1_000_000}
        return {"id": job.id, "status": "completed", "images": images, "billing": {"settlement": settled}}


def size_of(fields: dict[str, Any]) -> str:
    """A small picture of the ratio, larger with the resolution."""
    ratio = fields.get("aspect_ratio", "auto")
    across, down = (1, 1) if ratio == "auto" else (int(part) for part in ratio.split(":"))
    times = 16 * int(fields.get("output_resolution", "1k")[0])
    return f"{across * times}x{down * times}"


def _checked(request: Recorded) -> dict[str, Any]:
    if request.header("content-type") != "application/json" or not isinstance(request.json, dict):
        raise Refused(415, "Expected a JSON object.", code="unsupported_media_type")
    fields: dict[str, Any] = request.json
    if unknown := fields.keys() - FIELDS:
        raise Refused(422, f"{sorted(unknown)[0]} is not permitted.", code="invalid_request")
    if fields.get("model") != "gpt-image-2":
        raise Refused(422, "model is not included in the list.", code="invalid_request")
    if not isinstance(fields.get("prompt"), str) or not fields["prompt"]:
        raise Refused(422, "prompt can't be blank.", code="invalid_request")
    ratio, resolution = fields.get("aspect_ratio"), fields.get("output_resolution")
    if "aspect_ratio" in fields and ratio not in RATIOS:
        raise Refused(422, "aspect_ratio is not included in the list.", code="invalid_request")
    if "output_resolution" in fields and resolution not in CENTS:
        raise Refused(422, "output_resolution is not included in the list.", code="invalid_request")
    if (ratio or "", resolution) in FORBIDDEN:
        raise Refused(422, f"output_resolution {resolution} is not allowed here.", code="invalid_request")
    return fields
