"""Many changes in one commit, and a bad one does not take its neighbours along."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from studio.models import Team
from studio.worker import writer as module
from studio.worker.writer import Writer


def writing(work: Callable[[Writer], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        writer = Writer()
        task = asyncio.create_task(writer.run())
        try:
            return await work(writer)
        finally:
            task.cancel()
            writer.close()

    return asyncio.run(main())


def add(slug: str) -> int:
    return Team.objects.create(name=slug, slug=slug).pk


def test_what_is_pending_goes_through_in_one_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    commits = []
    real = module._together

    def together(changes: list[Any]) -> Any:
        commits.append(len(changes))
        return real(changes)

    monkeypatch.setattr(module, "_together", together)

    async def work(writer: Writer) -> list[int]:
        return await asyncio.gather(*(writer.write(lambda n=n: add(f"team-{n}")) for n in range(50)))

    assert len(set(writing(work))) == 50
    assert Team.objects.count() == 50
    assert len(commits) == 1


def test_a_bad_change_fails_alone() -> None:
    add("taken")

    async def work(writer: Writer) -> list[Any]:
        slugs = ["one", "taken", "two"]
        return await asyncio.gather(*(writer.write(lambda s=s: add(s)) for s in slugs), return_exceptions=True)

    one, taken, two = writing(work)

    assert isinstance(taken, IntegrityError)
    assert set(Team.objects.values_list("pk", flat=True)) > {one, two}


def test_a_database_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0.0)
    left = [3]

    def change() -> int:
        if left[0]:
            left[0] -= 1
            raise OperationalError("the database is away")
        return add("patient")

    assert writing(lambda writer: writer.write(change)) == Team.objects.get(slug="patient").pk


def test_a_connection_that_does_not_open_is_waited_for_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails before the first change used to end the loop, and everybody waited for ever."""
    monkeypatch.setattr(module, "PAUSE", 0.0)
    real, left = module._prepared, [3]

    def prepared(work: Callable[[], Any]) -> Any:
        if left[0]:
            left[0] -= 1
            raise OperationalError("unable to open database file")
        return real(work)

    monkeypatch.setattr(module, "_prepared", prepared)

    assert writing(lambda writer: writer.write(lambda: add("late"))) == Team.objects.get(slug="late").pk


def test_nobody_waits_for_a_loop_that_has_ended() -> None:
    async def work() -> list[Any]:
        writer = Writer()
        task = asyncio.create_task(writer.run())
        await asyncio.sleep(0)  # it waits for work
        waiting = asyncio.create_task(writer.write(lambda: add("never")))
        task.cancel()
        try:
            return await asyncio.gather(waiting, writer.write(lambda: add("later")), return_exceptions=True)
        finally:
            writer.close()

    assert [type(found) for found in asyncio.run(work())] == [module.Closed, module.Closed]


def test_what_can_never_be_written_is_not_waited_for() -> None:
    def change() -> None:
        raise DataError("too long")

    with contextlib.suppress(DataError):
        writing(lambda writer: writer.write(change))
        pytest.fail("the error was swallowed")


def test_every_change_runs_inside_a_transaction_and_no_call_does() -> None:
    inside = writing(lambda writer: writer.write(lambda: transaction.get_connection().in_atomic_block))
    outside = writing(lambda writer: writer.call(lambda: transaction.get_connection().in_atomic_block))

    assert (inside, outside) == (True, False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL waits for the disk anyway.")
def test_sqlite_waits_for_the_disk() -> None:
    def level() -> int:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            return int(cursor.fetchone()[0])

    assert writing(lambda writer: writer.write(level)) == 2
