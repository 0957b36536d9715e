"""Who is claimed: the oldest first, no connection beyond what it allows, nobody twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studio.models import Attempt, Connection, Team, Version
from studio.models.generations import State
from studio.providers import failures
from studio.worker import claim
from tests import factories
from tests.worker.waiting import until

Ask = Callable[..., Attempt]


def pks(claimed: list[claim.Claimed]) -> list[int]:
    return [each.pk for each in claimed]


def test_the_oldest_come_first_and_are_leased(connection: Connection, ask: Ask) -> None:
    attempts = [ask(connection) for _ in range(3)]
    owner = uuid.uuid4()

    assert pks(claim.fresh(owner, 2)) == [attempts[0].pk, attempts[1].pk]
    assert pks(claim.fresh(owner, 2)) == [attempts[2].pk]
    assert claim.fresh(owner, 2) == []
    held = Attempt.objects.held_by(owner, 1).filter(state=State.LEASED)
    assert held.count() == 3


def test_a_connection_gets_no_more_than_it_allows(team: Team, ask: Ask) -> None:
    narrow = factories.make_connection(team=team, concurrency=2)
    wide = factories.make_connection(team=team, name="Wide", concurrency=50)
    first = [ask(narrow) for _ in range(5)]
    second = [ask(wide) for _ in range(3)]

    claimed = pks(claim.fresh(uuid.uuid4(), 50))

    assert claimed == [first[0].pk, first[1].pk, *(attempt.pk for attempt in second)]
    assert claim.fresh(uuid.uuid4(), 50) == []


def test_a_long_queue_of_a_busy_connection_does_not_hide_the_others(team: Team, ask: Ask) -> None:
    busy = factories.make_connection(team=team, concurrency=1)
    free = factories.make_connection(team=team, name="Free")
    first = [ask(busy) for _ in range(30)]
    other = ask(free)

    assert pks(claim.fresh(uuid.uuid4(), 5)) == [first[0].pk]
    assert pks(claim.fresh(uuid.uuid4(), 5)) == [other.pk]


def test_paused_connections_and_later_times_wait(connection: Connection, team: Team, ask: Ask) -> None:
    paused = factories.make_connection(team=team, name="Paused", paused_at=timezone.now())
    ask(paused)
    ask(connection, not_before=timezone.now() + timedelta(minutes=1))
    due = ask(connection, not_before=timezone.now() - timedelta(seconds=1))

    assert pks(claim.fresh(uuid.uuid4(), 10)) == [due.pk]


def test_only_the_given_ones(connection: Connection, ask: Ask) -> None:
    ask(connection)
    mine = ask(connection)

    assert pks(claim.fresh(uuid.uuid4(), 10, only=[mine.pk])) == [mine.pk]


def test_two_engines_never_claim_the_same(team: Team, ask: Ask) -> None:
    wide = factories.make_connection(team=team, concurrency=1000)
    attempts = [ask(wide) for _ in range(40)]
    claimed: list[int] = []
    start = threading.Barrier(4)

    def take() -> None:
        owner = uuid.uuid4()
        start.wait()
        try:
            while found := claim.fresh(owner, 3):
                claimed.extend(pks(found))
        finally:
            database.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # On PostgreSQL an engine may see nothing because the others hold locks; it looks again later.
    claimed += pks(claim.fresh(uuid.uuid4(), 100))
    assert sorted(claimed) == [attempt.pk for attempt in attempts]


def test_a_key_that_cannot_be_read_is_a_refusal(paid: Connection, ask: Ask) -> None:
    Connection.objects.filter(pk=paid.pk).update(key_ciphertext="gAAAA-not-one-of-ours")
    ask(paid)

    [claimed] = claim.fresh(uuid.uuid4(), 1)

    assert claimed.refusal is not None
    assert claimed.refusal.code == failures.BAD_KEY


def test_one_that_cannot_be_loaded_stops_nobody_else(
    paid: Connection, connection: Connection, ask: Ask, pump: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is claimed already when it is read: an error there would end the pump, and the next one again."""

    def closed(row: Connection) -> str:
        if row == paid:
            raise PermissionError("the key file belongs to somebody else")
        return ""

    monkeypatch.setattr("studio.services.vault.unseal", closed)
    unopened, unread, drawn = ask(paid), ask(connection), ask(connection)
    Version.objects.filter(pk=unread.generation.version_id).update(recipe_data={"kind": "from the future"})

    pump(unopened, unread, drawn)

    assert [(row.state, row.error_code, row.cost) for row in (unopened, unread)] == [("failed", "unexpected", 0)] * 2
    assert drawn.state == "done"


def test_a_job_whose_key_cannot_be_read_is_not_called_free_of_charge(
    job_maker: Connection, ask: Ask, engine: Callable[..., object]
) -> None:
    Connection.objects.filter(pk=job_maker.pk).update(key_ciphertext="gAAAA-not-one-of-ours")
    attempt = ask(job_maker, state=State.RUNNING)
    engine()

    until(lambda: Attempt.objects.get(pk=attempt.pk).finished_at)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.error_code, attempt.cost) == ("unknown", "bad_key", None)
    assert attempt.remote_id


def test_looking_for_lost_jobs_takes_no_lock_when_there_are_none(connection: Connection) -> None:
    with CaptureQueriesContext(database) as caught:
        claim.orphans(uuid.uuid4(), 10, stale=5.0)
        claim.fresh(uuid.uuid4(), 10)

    assert caught.captured_queries
    assert all(query["sql"].startswith("SELECT") for query in caught.captured_queries)


def test_the_request_holds_everything_that_was_chosen(paid: Connection) -> None:
    reference = factories.make_reference(team=paid.team)
    version = factories.make_version(
        prompt=factories.make_prompt(project=factories.make_project(team=paid.team)),
        text="A “tin” 珈琲",
        references=(reference,),
    )
    generation = factories.make_generation(
        version=version, connection=paid, model="gpt-image-2", quality="high", format="jpeg", compression=80, takes=2
    )
    factories.make_attempt(generation=generation, take=2)

    [claimed] = claim.fresh(uuid.uuid4(), 1)

    request = claimed.request
    assert (request.prompt, request.model, request.size) == ("A “tin” 珈琲", "gpt-image-2", "1024x1024")
    assert (request.quality, request.format, request.compression, request.take) == ("high", "jpeg", 80, 2)
    assert [file.media_type for file in request.references] == ["image/png"]
    assert request.references[0].path.exists()
    assert "key" not in repr(claimed.account)
