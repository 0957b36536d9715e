"""What all drivers of one pump share: the writer, the gate, the threads for files and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import WeakValueDictionary

from studio.egress import allowed, client
from studio.egress.hosts import Hosts
from studio.services import throttles
from studio.storage import files
from studio.worker import lanes, receive
from studio.worker.turns import Turns

if TYPE_CHECKING:
    from studio.egress.streaming import OnEvent
    from studio.providers.values import Account, Call, Reply, Spilled
    from studio.worker.pace import Pace
    from studio.worker.writer import Writer

T = TypeVar("T")
BeforeSend = Callable[[], Awaitable[None]]
OnHeaders = Callable[[int, Mapping[str, str]], Awaitable[None]]


@dataclass(slots=True)
class Floor:
    pace: Pace
    writer: Writer
    gate: asyncio.Semaphore
    lanes: asyncio.Semaphore
    allow: frozenset[str]
    # Hashing, reading headers and fsync must not hold the loop.
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="files"))
    # Of one connection: where its pictures may be fetched from.
    hosts: Hosts = field(default_factory=Hosts)
    # Of one connection: how its calls take turns, where its provider counts them.
    turns: Turns | None = None
    _copies: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def towards(self, provider: str, account: Account) -> Self:
        """The same floor, for calls of one connection."""
        key = throttles.throttled(provider, account)
        turns = Turns(key, self.writer) if key else None
        return replace(self, hosts=allowed.result_hosts(provider, account.base_url), turns=turns)

    async def approach(self) -> None:
        """Wait until the next call's turn is near, where turns are taken."""
        if self.turns is not None:
            await self.turns.approach()

    def copying(self, name: str) -> asyncio.Lock:
        """Held by whoever makes the copy of this name."""
        return self._copies.setdefault(name, asyncio.Lock())

    async def thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def send(
        self,
        call: Call,
        *,
        before_send: BeforeSend | None = None,
        on_headers: OnHeaders | None = None,
        on_event: OnEvent | None = None,
    ) -> Reply:
        def send(before: BeforeSend | None) -> Coroutine[Any, Any, Reply]:
            return client.send(
                call,
                spill_to=files.parts(),
                allow=self.allow,
                before_send=before,
                on_headers=on_headers,
                on_event=on_event,
            )

        return await (send(before_send) if self.turns is None else self.turns.use(send, before_send))

    async def fetch(self, url: str) -> Spilled:
        """Free, so it is repeated; what is gone stays gone."""
        tries = 0
        while True:
            try:
                return await client.fetch(url, receive.part(), hosts=self.hosts, allow=self.allow)
            except (client.BlockedCall, client.ResultGone, client.TooLarge):
                raise
            except client.EgressError:
                tries += 1
                if tries > self.pace.tries:
                    raise
                await asyncio.sleep(min(self.pace.wait_most, self.pace.wait_least * 2**tries))


@contextmanager
def opened(pace: Pace, writer: Writer) -> Iterator[Floor]:
    floor = Floor(
        pace=pace,
        writer=writer,
        gate=asyncio.Semaphore(pace.gate),
        lanes=asyncio.Semaphore(lanes.AT_ONCE),
        allow=allowed.allowed(),
    )
    try:
        yield floor
    finally:
        floor.threads.shutdown()
