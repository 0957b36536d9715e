"""A studio in which one call goes wrong, and everything that is promised about it afterwards.

Four kinds of provider, each the real adapter against its strict double: pictures in the answer itself, jobs without a
key of ours, jobs under a key with a reference to be uploaded first, and jobs that can be cancelled.
"""

from __future__ import annotations

import html
import json
import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from studio.models import Attempt, Connection, LedgerEntry, Team, User
from studio.models.money import Entry
from studio.providers.output import Output
from studio.services import connections, generations
from tests import factories
from tests.doubles.provider import Provider
from tests.worker.conftest import PACE, Engine
from tests.worker.waiting import until

# Without any mark by which a key could be told from a word: only who knows it can take it out.
KEY = "canary7c1e94bd5a60f2d8e3"
# What providers say about keys, and what a page must not run.
ECHO = f"Incorrect API key provided: {KEY}<script>alert(1)</script>"
# Windows of the key that are looked for: a part of it tells too much already.
TOLD = 8


@dataclass(frozen=True, kw_only=True)
class Kind:
    provider: str
    model: str
    path: str  # of the double's address
    references: int = 0


KINDS = {
    "pictures": Kind(provider="openai", path="/v1", model="gpt-image-2"),
    "jobs": Kind(provider="runbase", path="/runbase/api/v1", model="openai/gpt-image-2"),
    "keyed": Kind(provider="runapi", path="/runapi", model="gpt-image-2", references=1),
    "cancelable": Kind(provider="runcomfy", path="/runcomfy", model="openai/gpt-image-2"),
}
PAID = re.compile(r"/(images/generations|images/edits|runs|text_to_image|edit_image|text-to-image|edit)$")


@dataclass
class House:
    team: Team
    owner: User
    client: Client
    provider: Provider
    settings: Settings
    pump: Callable[..., None]
    log: pytest.LogCaptureFixture
    asked: list[Attempt] = field(default_factory=list)

    def connect(self, kind: str, **fields: Any) -> Connection:
        """A connection with a key, as its form saves it."""
        name, base_url = KINDS[kind].provider, f"http://{self.provider.address}{KINDS[kind].path}"
        number = self.team.connections.count() + 1
        values = {"name": f"{name} {number}", "provider": name, "base_url": base_url, "key": KEY, "concurrency": 100}
        found = connections.save(team=self.team, user=self.owner, **(values | fields))
        if kind == "cancelable":  # no catalogue knows its price: the provider tells it when it is tested
            assert connections.test(found).passed
        return found

    def ask(self, kind: str, text: str = "A coffee tin", connection: Connection | None = None) -> Attempt:
        """Submitted as a page submits it, its price reserved."""
        known, output = KINDS[kind], Output(model=KINDS[kind].model, ratio="1:1", tier="1K")
        references = tuple(factories.make_reference(team=self.team) for _ in range(known.references))
        project = self.team.projects.first() or factories.make_project(team=self.team)
        version = factories.make_version(
            prompt=factories.make_prompt(project=project, title=text), text=text, references=references
        )
        generation = generations.submit(
            project=project,
            user=self.owner,
            version=version,
            connection=connection or self.connect(kind),
            output=output,
            client_token=uuid.uuid4(),
        )
        attempt: Attempt = generation.attempts.get()
        assert attempt.generation.estimate_each, "the ledger is looked at, so it must have a price"
        self.asked.append(attempt)
        return attempt

    def run(self, *attempts: Attempt) -> None:
        self.log.clear()
        self.pump(*attempts)

    def check_again(self, attempt: Attempt) -> None:
        """As its button does, and what a worker makes of it."""
        address = reverse("attempt-check", kwargs={"team": self.team.slug, "attempt": attempt.pk})
        assert self.client.post(address).status_code in {200, 302}
        engine = Engine(PACE)
        try:
            until(lambda: not Attempt.objects.get(pk=attempt.pk).is_open)
        finally:
            engine.stop()
        attempt.refresh_from_db()

    # What is looked at

    def paid(self, attempt: Attempt) -> int:
        """Requests for this picture that reached the provider, answered or not."""
        text = attempt.generation.version.text
        posts = (
            request for request in self.provider.requests if request.method == "POST" and PAID.search(request.path)
        )
        return sum(text in request.body.decode("utf-8", "replace") for request in posts)

    def billed(self, attempt: Attempt) -> int:
        """What the provider counted, under our key or, where it has no place for one, under the prompt."""
        names = {str(attempt.provider_key), attempt.generation.version.text}
        return sum(count for name, count in self.provider.billed.items() if name in names)

    def money(self, attempt: Attempt) -> str:
        """What the ledger says of it, all entries looked at."""
        rows = LedgerEntry.objects.filter(attempt=attempt)
        entries, each = {row.kind: row.amount for row in rows}, attempt.generation.estimate_each
        assert {row.connection_id for row in rows} == {attempt.generation.connection_id}
        assert len({row.day for row in rows}) == 1
        cost = attempt.cost if attempt.cost is not None else each
        ends = {
            "held": {Entry.RESERVED: each},
            "released": {Entry.RESERVED: each, Entry.RELEASED: -each},
            "disputed": {Entry.RESERVED: each, Entry.RELEASED: -each, Entry.DISPUTED: each},
            "settled": {Entry.RESERVED: each, Entry.RELEASED: -each, Entry.SETTLED: cost},
        }
        return next((name for name, expected in ends.items() if entries == expected), f"out of order: {entries}")

    def shown(self, attempt: Attempt) -> str:
        """Its line on the jobs page, as a person reads it."""
        page = self.page(reverse("job-list", kwargs={"team": self.team.slug}))
        line = page.partition(f'id="job-{attempt.pk}"')[2].partition("</li>")[0]
        assert "<script" not in line
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", line)).split())

    def page(self, address: str) -> str:
        response = self.client.get(address)
        assert response.status_code == 200, address
        content = b"".join(response.streaming_content) if response.streaming else response.content
        return content.decode("utf-8", "replace")

    def reported(self, attempt: Attempt) -> dict[str, Any]:
        """What ``status --json`` prints of it, and the words that ``status`` says."""
        printed, said = StringIO(), StringIO()
        for options in ({"json": True}, {"json": False}):
            with pytest.raises(SystemExit):
                call_command("status", str(attempt.generation_id), stdout=printed, stderr=said, **options)
        found, _end = json.JSONDecoder().raw_decode(printed.getvalue())
        assert isinstance(found, dict)
        return found | {"said": said.getvalue()}

    def lines(self) -> list[str]:
        """What was logged above the level of every day; nothing that was expected has a traceback."""
        return [record.getMessage() for record in self.log.records if record.levelno >= logging.WARNING]

    def tracebacks(self) -> list[str]:
        return [
            record.getMessage() for record in self.log.records if record.exc_info or record.levelno >= logging.ERROR
        ]


def told_in(text: str) -> list[str]:
    """The parts of the key that stand in this text."""
    return [KEY[at : at + TOLD] for at in range(len(KEY) - TOLD + 1) if KEY[at : at + TOLD] in text]
