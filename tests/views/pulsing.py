"""A page that polls, and changes as the engine makes them: what the tests of the pulse share."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from studio.models import Attempt
from studio.models.generations import State

HTMX = {"HX-Request": "true"}


class Page:
    """A page that polls: it keeps the cursor that it was given, as the browser does."""

    def __init__(self, client: Client, address: str) -> None:
        self.client = client
        self.take(client.get(address))

    def take(self, response: HttpResponse) -> str:
        text = response.content.decode()
        found = re.search(r'id="pulse"[^>]*hx-get="([^"]+)" hx-trigger="([^"]+)"', text)
        assert found
        self.url, self.trigger = unescape(found[1]), found[2]
        return text

    def beat(self) -> str | None:
        """What the pulse brought; None where it brought nothing."""
        response = self.client.get(self.url, headers=HTMX)
        if response.status_code == 204:
            return None
        assert response.status_code == 200
        return self.take(response)


def change(attempt: Attempt, state: State, **values: object) -> None:
    """As the engine does: by an update, with a time of change."""
    now = timezone.now()
    if state == State.RUNNING:
        values |= {"submitted_at": now, "remote_id": "job", "owner": "00000000-0000-0000-0000-000000000001"}
    if state in {State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN}:
        values |= {"finished_at": now, "owner": None}
    if state in {State.DONE, State.UNKNOWN}:
        values.setdefault("submitted_at", now)
    Attempt.objects.filter(pk=attempt.pk).update(**({"state": state, "changed_at": now} | values))


def targets(answer: str | None) -> list[str]:
    found = re.findall(r'<hx-partial hx-target="#((?:tile|image|job|wall|takes|jobs)(?:-\d+)?)"', answer or "")
    return [target for target in found if target != "jobs-pill"]
