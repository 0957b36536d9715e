"""The one thread through which the pump touches the database: ordered writes, many in one commit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

log = logging.getLogger(__name__)

T = TypeVar("T")
Change = Callable[[], Any]

# Enough that a thousand answers in one second are a dozen commits, few enough that no web request waits long.
BATCH = 200
# A database that is away, locked or full: what waits to be written may be paid for, so it is tried for long.
AWAY = (OperationalError, InterfaceError)
TRY_FOR = 600.0
PAUSE = 0.5


class Closed(RuntimeError):
    """Nothing is written any more."""


@dataclass(slots=True)
class _Pending:
    change: Change
    future: asyncio.Future[Any]


@dataclass(slots=True)
class Writer:
    """Open it inside the task, never before a fork: connections and threads do not survive one."""

    _pending: list[_Pending] = field(default_factory=list)
    _filled: asyncio.Event = field(default_factory=asyncio.Event)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="rows"))

    _closed: bool = False

    async def call(self, work: Callable[[], T]) -> T:
        """Run in the database thread, in transactions of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _prepared, work)

    async def write(self, change: Callable[[], T]) -> T:
        """Run inside the next group commit; returns once that is on disk. Keep it short: others wait for the lock."""
        if self._closed:
            raise Closed
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(change, future))
        self._filled.set()
        return await future

    async def run(self) -> None:
        """The loop that commits; cancel it only when nobody writes any more."""
        try:
            while True:
                await self._filled.wait()
                batch, self._pending = self._pending[:BATCH], self._pending[BATCH:]
                if not self._pending:
                    self._filled.clear()
                try:
                    await self._commit(batch)
                except BaseException:
                    self._pending = batch + self._pending
                    raise
        finally:
            self._refuse()

    async def _commit(self, batch: list[_Pending]) -> None:
        until = monotonic() + TRY_FOR
        while batch:
            results = await self._tried(batch)
            again = []
            for item, result in zip(batch, results, strict=True):
                if isinstance(result.exception(), AWAY) and monotonic() < until:
                    again.append(item)
                else:
                    _resolve(item.future, result)
            if batch := again:
                log.warning("The database did not take %s changes; they are tried again.", len(batch))
                await asyncio.sleep(PAUSE)

    async def _tried(self, batch: list[_Pending]) -> list[Future[Any]]:
        try:
            return await self.call(partial(_commit, [item.change for item in batch]))
        except Exception as error:  # before the first change: the connection did not open, or would not be set up
            return [_failed(error) for _ in batch]

    def _refuse(self) -> None:
        """What still waits to be written has nobody left who would write it, and must not wait for ever."""
        self._closed = True
        for item in self._pending:
            if not item.future.done():
                item.future.set_exception(Closed())
        self._pending = []

    def close(self) -> None:
        self._refuse()
        self._thread.submit(lambda: connection.close())  # that thread's own
        self._thread.shutdown()


def _resolve(future: asyncio.Future[Any], result: Future[Any]) -> None:
    if future.done():  # its driver was cancelled meanwhile; the row has changed all the same
        return
    if error := result.exception():
        future.set_exception(error)
    else:
        future.set_result(result.result())


def _prepared(work: Callable[[], T]) -> T:
    if connection.vendor == "sqlite":
        # After a power cut a lost last commit could put a sent attempt back among the queued ones and bill it twice.
        # No close_old_connections here: closing the last connection folds the write-ahead log, each time.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    else:
        close_old_connections()  # so that a restart of the server heals
    return work()


def _commit(changes: list[Change]) -> list[Future[Any]]:
    """All in one transaction; if that fails, one by one, so that a bad row does not take its neighbours along."""
    if len(changes) > 1:
        with contextlib.suppress(Exception):  # whatever it was, its own change meets it again alone
            return _together(changes)
    return [_alone(change) for change in changes]


def _together(changes: list[Change]) -> list[Future[Any]]:
    with transaction.atomic():
        return [_done(change()) for change in changes]


def _alone(change: Change) -> Future[Any]:
    try:
        with transaction.atomic():
            return _done(change())
    except Exception as error:  # it belongs to the one who asked for this change
        return _failed(error)


def _done(result: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(result)
    return future


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
