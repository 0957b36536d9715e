"""RunAPI as far as the studio uses it, strict: tasks under idempotency keys, links, billing in cents, a balance, and a
storage for references (tests/doubles/runapi_files.py).

Below ``/runapi`` of the provider double. ``checks`` scripts the answers to questions about tasks, one for each.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour, drawn
from tests.doubles.contract import Refusal
from tests.doubles.jobs import Job
from tests.doubles.links import fetched
from tests.doubles.runapi_files import FILES, STORAGE, Files
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

TASKS = {"text_to_image": "task_gen", "edit_image": "task_edit"}
ROUTE = "/api/v1/gpt_image_2/"
FIELDS = frozenset({"model", "prompt", "aspect_ratio", "output_resolution", "callback_url"})
SOURCES = "source_image_urls"
MOST_SOURCES = 16
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
        self.files = Files(provider)
        self.quotes: list[Behaviour] = []  # how questions for a price are answered, one for each
        self._by_key: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        """What to say, and how."""
        if path.startswith(STORAGE):
            return self.files.put(request, path)
        if self.provider.key and request.header("authorization") != f"Bearer {self.provider.key}":
            raise Refused(401, "Invalid API key.", code="unauthorized")
        if path.startswith(FILES):
            return self.files.answer(request, path)
        if (request.method, path) == ("GET", "/api/v1/me/balance"):
            behaviour = self.provider._take("models")
            paid = {"balance_cents": self.balance, "paid_balance_cents": self.balance, "bonus_balance_cents": 0}
            return paid if behaviour.body is None else behaviour.body, behaviour
        if (request.method, path) == ("POST", "/api/v1/price_quotes"):
            return self._quoted(request)
        action, _slash, task = path.removeprefix(ROUTE).partition("/")
        if path.startswith(ROUTE) and action in TASKS:
            if request.method == "POST" and not task:
                return self._take_on(request, action)
            if request.method == "GET" and task:
                return self._told(action, task)
        raise Refused(404, "Not found.", code="not_found")

    def _take_on(self, request: Recorded, action: str) -> tuple[Any, Behaviour]:
        """The same key with the same input is the same task, billed once; with another input it is refused."""
        fields = self._checked(request, action)
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
        job = Job(f"{TASKS[action]}_{next(self._numbers)}", fields, behaviour)
        self.made[job.id] = job
        if key:
            self._by_key[key] = job
        if behaviour.counts:
            self.provider.billed[request.key] += 1
        reserved = {"reservation": {"amount_cents": CENTS[fields.get("output_resolution", "1k")]}}
        body = {"id": job.id, "status": "pending", "billing": reserved, "task_replayed": False}
        return body if behaviour.body is None else behaviour.body, replace(behaviour, held=False)

    def _quoted(self, request: Recorded) -> tuple[Any, Behaviour]:
        """What a task like this would cost; free, and asked for without a prompt's being made."""
        fields = request.json
        if not isinstance(fields, dict) or fields.keys() != {"service", "action", "model", "params"}:
            raise Refused(422, "A quote is asked for by service, action, model and params.", code="invalid_request")
        if fields["service"] != "gpt_image_2" or fields["action"] not in TASKS:
            raise Refused(404, "No such service.", code="not_found")
        params = _valid(fields["params"] | {"model": fields["model"]}, FIELDS)
        quote = {
            "service": fields["service"],
            "action": fields["action"],
            "model": fields["model"],
            "pricing_status": "available",
            "currency": "USD",
            "reservation_amount_cents": CENTS[params.get("output_resolution", "1k")],
            "estimate_basis": "exact",
            "as_of": "2026-07-23T00:00:00.000000Z",
        }
        behaviour = self.quotes.pop(0) if self.quotes else Behaviour()
        return {"price_quote": quote} if behaviour.body is None else behaviour.body, behaviour

    def _told(self, action: str, job_id: str) -> tuple[Any, Behaviour]:
        """A task is known below its own route alone."""
        job = self.made.get(job_id)
        if job is None or (SOURCES in job.fields) is not (action == "edit_image"):
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

    def _checked(self, request: Recorded, action: str) -> dict[str, Any]:
        fields = _checked(request, FIELDS | {SOURCES} if action == "edit_image" else FIELDS)
        if action == "edit_image":
            urls = fields.get(SOURCES)
            if not isinstance(urls, list) or not 1 <= len(urls) <= MOST_SOURCES:
                raise Refused(422, f"{SOURCES} takes 1 to {MOST_SOURCES} addresses.", code="invalid_request")
            for url in urls:
                if fetched(self.provider, url, most=self.files.most) is None:
                    raise Refused(422, f"{SOURCES}: nothing to be had at one of them.", code="invalid_request")
        return fields


def size_of(fields: dict[str, Any]) -> str:
    """A small picture of the ratio, larger with the resolution."""
    ratio = fields.get("aspect_ratio", "auto")
    across, down = (1, 1) if ratio == "auto" else (int(part) for part in ratio.split(":"))
    times = 16 * int(fields.get("output_resolution", "1k")[0])
    return f"{across * times}x{down * times}"


def _checked(request: Recorded, known: frozenset[str]) -> dict[str, Any]:
    if request.header("content-type") != "application/json" or not isinstance(request.json, dict):
        raise Refused(415, "Expected a JSON object.", code="unsupported_media_type")
    return _valid(request.json, known)


def _valid(fields: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    if unknown := fields.keys() - known:
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
