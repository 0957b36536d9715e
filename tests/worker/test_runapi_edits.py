"""RunAPI's edits through the real pump: references into its storage, one paid task, and its picture after a restart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Attempt, Connection, Team
from studio.models.generations import State
from studio.providers import catalogue
from studio.services import vault
from tests import factories
from tests.doubles.behaviour import Behaviour
from tests.doubles.provider import Provider
from tests.doubles.runapi import RunAPI
from tests.worker.asking import attempt_of
from tests.worker.waiting import until

Pump = Callable[..., None]
MODEL = catalogue.model("runapi", "gpt-image-2")
EDITS = "/runapi/api/v1/gpt_image_2/edit_image"


@pytest.fixture
def runapi(provider: Provider, settings: Settings, team: Team, monkeypatch: pytest.MonkeyPatch) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    for name in ("POLL_AFTER", "POLL_AFTER_JUNK"):
        monkeypatch.setattr(f"studio.providers.runapi.{name}", 0.02)
    return factories.make_connection(team=team, provider="runapi", base_url=provider.url("runapi"), concurrency=100)


@pytest.fixture
def double(provider: Provider) -> RunAPI:
    found = provider.flavours["runapi"]
    assert isinstance(found, RunAPI)
    return found


def ask(connection: Connection, references: int) -> tuple[Attempt, list[str]]:
    """A queued edit, and the hashes of its references."""
    rows = tuple(factories.make_reference(team=connection.team) for _ in range(references))
    return attempt_of(connection, MODEL.id, references=rows), [row.sha256 for row in rows]


def seen(provider: Provider, fields: dict[str, Any]) -> list[str]:
    """The hashes of what a task's addresses lead to."""
    names = [url.rpartition("/")[2] for url in fields["source_image_urls"]]
    return [hashlib.sha256(provider.files[name][0]).hexdigest() for name in names]


@pytest.mark.parametrize("forms", [True, False])
@pytest.mark.parametrize("count", [1, 2, 16])
def test_references_are_uploaded_and_named_in_their_order(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump, count: int, forms: bool
) -> None:
    double.files.forms = forms
    attempt, wanted = ask(runapi, count)

    pump(attempt)

    assert (attempt.state, attempt.error_code, attempt.cost) == ("done", "", 60_000)
    [task] = double.made.values()
    assert seen(provider, task.fields) == wanted
    assert attempt.remote_id == f"edit_image/{task.id}"
    assert double.files.uploads == count
    assert provider.billed == {str(attempt.provider_key): 1}


@pytest.mark.parametrize(
    "behaviour", [{"fault": "close_after_body"}, {"fault": "html200"}, {"status": 502, "body": "<html>"}]
)
def test_an_edit_that_is_sent_again_names_the_same_addresses(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump, behaviour: dict[str, Any]
) -> None:
    provider.next(**behaviour)
    attempt, _hashes = ask(runapi, 2)

    pump(attempt)

    sent = [request for request in provider.requests if request.path == EDITS]
    assert (attempt.state, len(sent)) == ("done", 2)
    assert len({(request.header("idempotency-key"), request.body) for request in sent}) == 1
    assert double.files.uploads == 2
    assert provider.billed == {str(attempt.provider_key): 1}


def test_an_edit_is_asked_for_at_its_own_path_after_a_restart(
    runapi: Connection, provider: Provider, double: RunAPI, engine: Callable[..., Any]
) -> None:
    provider.always(held=True)
    attempt, _hashes = ask(runapi, 1)
    first = engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.RUNNING)
    first.stop()
    provider.requests.clear()

    engine()
    until(lambda: any(request.path.startswith(f"{EDITS}/task_edit_") for request in provider.requests))
    provider.release()

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    assert {request.method for request in provider.requests} == {"GET"}
    assert provider.billed == {str(attempt.provider_key): 1}


@pytest.mark.parametrize(
    ("status", "state", "code", "paused"),
    [
        (401, "failed", "bad_key", True),
        (402, "failed", "no_credit", True),
        (413, "failed", "request_too_large", False),
        (410, "failed", "not_uploaded", False),
    ],
)
def test_without_its_reference_no_picture_is_asked_for(
    runapi: Connection,
    provider: Provider,
    double: RunAPI,
    pump: Pump,
    status: int,
    state: str,
    code: str,
    paused: bool,
) -> None:
    double.files.answers.append(Behaviour(status=status, body={"error": "Why not."}))
    attempt, _hashes = ask(runapi, 2)

    pump(attempt)

    runapi.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.cost) == (state, code, 0)
    assert (runapi.paused_at is not None) is paused
    assert not [request for request in provider.requests if request.path == EDITS]
    assert not provider.billed


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(status=429, body={"error": "Slow down."}, headers={"Retry-After": "0"}),
        Behaviour(status=500, body="<html>"),
        Behaviour(fault="close_after_body"),
    ],
)
def test_an_upload_that_did_not_arrive_is_made_again(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump, behaviour: Behaviour
) -> None:
    double.files.answers.append(behaviour)
    attempt, wanted = ask(runapi, 2)

    pump(attempt)

    [task] = double.made.values()
    assert (attempt.state, seen(provider, task.fields)) == ("done", wanted)
    assert provider.billed == {str(attempt.provider_key): 1}


def test_the_key_goes_to_the_interface_and_never_to_the_storage(
    runapi: Connection, provider: Provider, double: RunAPI, pump: Pump
) -> None:
    provider.key = "k-12345678"
    runapi.key_ciphertext = vault.seal(provider.key, runapi)
    runapi.save()
    double.files.forms = False
    attempt, _hashes = ask(runapi, 1)

    pump(attempt)

    assert attempt.state == "done"
    without = [request.path for request in provider.requests if not request.header("authorization")]
    assert sorted(path.split("/")[1:3] for path in without)[-1] == ["runapi", "storage"]
    assert len([path for path in without if path.startswith("/runapi/")]) == 1
