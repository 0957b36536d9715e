"""The double's asynchronous flavour: take a job on, tell how it is, hand over a link, cancel."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour, drawn
from tests.doubles.contract import Refusal
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider


@dataclass
class Job:
    id: str
    fields: dict[str, Any]
    behaviour: Behaviour
    checks: int = 0
    cancelled: bool = False


class Jobs:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.made: dict[str, Job] = {}
        self._by_key: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, rest: str) -> tuple[dict[str, Any], Behaviour]:
        """What to say, and how: delays and faults belong to taking a job on, checks are always well."""
        if request.method == "POST" and not rest:
            return self._take_on(request)
        name, _, verb = rest.strip("/").partition("/")
        if (job := self.made.get(name)) is None:
            raise Refusal(404, "No such job.")
        if request.method == "POST" and verb == "cancel":
            job.cancelled = True
        else:
            job.checks += 1
        return self._state(job), Behaviour()

    def _take_on(self, request: Recorded) -> tuple[dict[str, Any], Behaviour]:
        """The same idempotency key gives the same job and is billed once."""
        key = request.header("idempotency-key")
        if key and key in self._by_key:
            return self._state(self._by_key[key]) | {"replayed": True}, Behaviour()
        fields = request.json
        behaviour = self.provider._take(fields["prompt"])
        if behaviour.status >= 400:
            raise Refusal(behaviour.status, str(behaviour.body or "No."))
        job = Job(f"job_{next(self._numbers)}", fields, behaviour)
        self.made[job.id] = job
        if key:
            self._by_key[key] = job
        self.provider.billed[request.key] += 1
        return {"id": job.id, "status": "pending"}, replace(behaviour, status=202, held=False)

    def _state(self, job: Job) -> dict[str, Any]:
        if job.cancelled:
            return {"id": job.id, "status": "cancelled"}
        if job.checks <= job.behaviour.checks or (job.behaviour.held and not self.provider.released):
            percent = min(99, 100 * job.checks // (job.behaviour.checks + 1))
            return {"id": job.id, "status": "processing" if job.checks else "pending", "percent": percent}
        if job.behaviour.ends != "completed":
            return {"id": job.id, "status": job.behaviour.ends, "error": "It did not work out."}
        url = self.provider.link(*drawn(job.fields, job.behaviour))
        return {"id": job.id, "status": "completed", "images": [{"url": url}], "cost_micro_dollars": 40_000}
