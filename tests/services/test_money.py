"""The ledger: what is held before a call, what is left of it afterwards, and budgets that are never passed."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import Sum

from studio.models import Attempt, Budget, Connection, Generation, LedgerEntry, Project, Team, User, Version
from studio.models.generations import State
from studio.models.money import Entry
from studio.providers.output import Output
from studio.services import generations, halts, money
from studio.services.orders import Refused
from tests import factories

PRICE = 40_000  # of the slow double's model
OUTPUT = Output(model="slow", ratio="1:1", tier="1K")


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)


@pytest.fixture
def paid(team: Team, slow: None) -> Connection:
    return factories.make_connection(team=team, provider="slow-without-key", base_url="http://127.0.0.1:9/v1")


@pytest.fixture
def version(project: Project) -> Version:
    return factories.make_version(prompt=factories.make_prompt(project=project))


def submit(version: Version, connection: Connection, user: User | None = None, takes: int = 1) -> Generation:
    return generations.submit(
        project=version.prompt.project,
        user=user,
        version=version,
        connection=connection,
        output=Output(model=OUTPUT.model, ratio="1:1", tier="1K", takes=takes),
        client_token=uuid.uuid4(),
    )


def entries(attempt: Attempt) -> list[tuple[str, int, bool]]:
    return list(attempt.entries.values_list("kind", "amount", "estimated"))


def held(**whose: Any) -> int:
    return LedgerEntry.objects.filter(**whose).aggregate(total=Sum("amount", default=0))["total"]


def test_each_take_is_reserved_for_whom_it_is(version: Version, paid: Connection, owner: User) -> None:
    made = submit(version, paid, owner, takes=3)

    rows = LedgerEntry.objects.values_list("attempt", "kind", "amount", "team", "project", "connection", "person")
    whose = (made.team_id, made.project_id, paid.pk, owner.pk)
    assert sorted(rows) == [(each.pk, "reserved", PRICE, *whose) for each in made.attempts.order_by("pk")]


def test_a_retry_is_reserved_anew_for_who_asks(version: Version, paid: Connection, owner: User, teammate: User) -> None:
    first = submit(version, paid, owner).attempts.get()
    Attempt.objects.filter(pk=first.pk).move(
        State.UNKNOWN, expected=(State.QUEUED,), submitted_at=first.created_at, error_code="timeout"
    )

    again = generations.retry(attempt=first, user=teammate)

    assert (held(attempt=first), held(attempt=again), held(person=teammate)) == (PRICE, PRICE, PRICE)


def test_what_is_free_or_has_no_price_reserves_nothing(version: Version, connection: Connection, team: Team) -> None:
    local = factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1")
    for each, model in ((connection, "proof"), (local, "a-model-of-ones-own")):
        generations.submit(
            project=version.prompt.project,
            user=None,
            version=version,
            connection=each,
            output=Output(model=model, ratio="1:1", tier="1K"),
            client_token=uuid.uuid4(),
        )

    assert Attempt.objects.count() == 2
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("cost", "left", "written"),
    [
        (None, PRICE, [("settled", PRICE, True)]),
        (31_000, 31_000, [("settled", 31_000, False)]),
        (90_000, 90_000, [("settled", 90_000, False)]),
        (0, 0, []),
    ],
)
def test_settling(
    version: Version, paid: Connection, cost: int | None, left: int, written: list[tuple[str, int, bool]]
) -> None:
    attempt = submit(version, paid).attempts.get()

    for _ in range(2):  # the second changes nothing
        money.settle(attempt.pk, cost)

    assert entries(attempt) == [("reserved", PRICE, False), ("released", -PRICE, False), *written]
    assert held(attempt=attempt) == left


def test_a_price_that_only_the_provider_knew_is_settled(version: Version, team: Team) -> None:
    local = factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1")
    generation = factories.make_generation(version=version, connection=local, model="own", estimate_each=None)
    attempt = factories.make_attempt(generation=generation)

    money.settle(attempt.pk, 12_000)

    [entry] = attempt.entries.all()
    assert (entry.kind, entry.amount, entry.estimated) == (Entry.SETTLED, 12_000, False)
    assert entry.day == attempt.created_at.date()


def test_cancelling_before_it_is_sent_releases(version: Version, paid: Connection) -> None:
    attempt = submit(version, paid).attempts.get()

    generations.cancel(attempt=attempt)

    assert entries(attempt) == [("reserved", PRICE, False), ("released", -PRICE, False)]


def test_giving_up_keeps_it_counted(version: Version, paid: Connection) -> None:
    attempt = submit(version, paid).attempts.get()
    rows = Attempt.objects.filter(pk=attempt.pk)
    rows.move(State.UNKNOWN, expected=(State.QUEUED,), submitted_at=attempt.created_at)
    assert held(attempt=attempt) == PRICE

    for _ in range(2):
        generations.give_up(attempt=attempt)

    assert entries(attempt)[1:] == [("released", -PRICE, False), ("disputed", PRICE, True)]


def test_what_a_budget_refuses_leaves_nothing_behind(version: Version, paid: Connection, team: Team) -> None:
    Budget.objects.create(team=team, limit=2 * PRICE)
    first = submit(version, paid)

    with pytest.raises(Refused, match=r"\$0\.04 of \$0\.08 is used, and this costs \$0\.08"):
        submit(version, paid, takes=2)

    assert [first.pk] == list(Generation.objects.values_list("pk", flat=True))
    assert held(team=team) == PRICE
    attempt = first.attempts.get()
    generations.cancel(attempt=attempt)
    submit(version, paid, takes=2)  # what was released can be asked for again


def test_a_retry_is_held_against_the_budget_too(version: Version, paid: Connection, team: Team) -> None:
    Budget.objects.create(team=team, limit=PRICE)
    attempt = submit(version, paid).attempts.get()
    Attempt.objects.filter(pk=attempt.pk).move(State.UNKNOWN, expected=(State.QUEUED,), submitted_at=attempt.created_at)

    with pytest.raises(Refused, match="budget"):
        generations.retry(attempt=attempt, user=None)
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", ["team", "project", "person", "connection"])
def test_forty_submits_at_once_never_pass_a_cap(
    version: Version, paid: Connection, team: Team, owner: User, whose: str
) -> None:
    fits = 7
    scope = {"team": {}, "project": {"project": version.prompt.project}, "person": {"person": owner}}
    Budget.objects.create(team=team, limit=fits * PRICE + 1, **scope.get(whose, {"connection": paid}))
    start, made, refused = threading.Barrier(40), [], []

    def press() -> None:
        start.wait()
        try:
            made.append(submit(version, paid, owner).pk)
        except Refused as refusal:
            refused.append(refusal.message)
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(refused)) == (fits, 40 - fits)
    assert held(team=team) == fits * PRICE
    assert Attempt.objects.count() == fits


@pytest.mark.django_db(transaction=True)
def test_of_forty_retries_at_once_each_take_gets_one_and_no_cap_is_passed(
    version: Version, paid: Connection, team: Team, owner: User
) -> None:
    ended = list(submit(version, paid, owner, takes=8).attempts.all())
    for attempt in ended:
        generations.cancel(attempt=attempt)
    fits = 5
    Budget.objects.create(team=team, limit=fits * PRICE)
    start, made, refused = threading.Barrier(40), [], []

    def press(attempt: Attempt) -> None:
        start.wait()
        try:
            made.append(generations.retry(attempt=attempt, user=owner).take)
        except Refused as refusal:
            refused.append(refusal.message)
        finally:
            database.close()

    threads = [threading.Thread(target=press, args=[attempt]) for attempt in ended * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(set(made)), len(refused)) == (fits, fits, 40 - fits)
    assert held(team=team) == fits * PRICE


@pytest.mark.parametrize("everybody", [False, True])
def test_while_calls_are_stopped_nothing_is_submitted(
    version: Version, paid: Connection, connection: Connection, team: Team, everybody: bool
) -> None:
    attempt = factories.make_attempt(
        generation=factories.make_generation(version=version, connection=paid), state=State.FAILED
    )
    halts.stop(team=None if everybody else team, user=None, reason="Too dear")

    with pytest.raises(Refused, match="operator has stopped" if everybody else "of this team are stopped"):
        submit(version, paid)
    with pytest.raises(Refused):
        generations.retry(attempt=attempt, user=None)
    generations.submit(  # a proof calls nobody
        project=version.prompt.project,
        user=None,
        version=version,
        connection=connection,
        output=Output(model="proof", ratio="1:1", tier="1K"),
        client_token=uuid.uuid4(),
    )

    halts.resume(team=None if everybody else team)
    submit(version, paid)
