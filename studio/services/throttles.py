"""Turns at a provider that counts the requests of each key: at most so many in so many seconds, whoever makes them.

A turn is a moment that belongs to one request. All processes reserve theirs in one row of the database, in the order in
which they ask, so nobody is passed over, and by its clock, so machines need not agree on the time. Turns stand further
apart than the limit demands: a request may leave a little after its turn, and the limit holds all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from studio.egress import client
from studio.models import Throttle
from studio.providers import catalogue, failures

if TYPE_CHECKING:
    from studio.providers.capabilities import Rate
    from studio.providers.values import Account

# Seconds after its moment until which a turn may be used, and what the way to the provider may add to them.
LATE = 1.0
ON_THE_WAY = 0.5
# A person who looks on waits so long for a turn, and for so many that lapse.
PATIENCE = 15.0
TRIES = 3
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

T = TypeVar("T")
Clock = Callable[[], datetime]
BeforeSend = Callable[[], Awaitable[None]]


class Lapsed(Exception):
    """The turn came and went before the connection stood; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """One key at one provider that counts."""

    digest: str
    rate: Rate

    @property
    def apart(self) -> timedelta:
        """Between two turns: so far that no window, both of its ends included, ever sees one request too many."""
        window = self.rate.seconds + LATE + ON_THE_WAY
        return timedelta(seconds=window / self.rate.requests, milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """By this process's own clock: not before ``due``, and not after ``until``."""

    due: float
    until: float

    @classmethod
    def after(cls, seconds: float, *, asked: float) -> Self:
        """``seconds`` were told by the database some time between ``asked`` and now."""
        return cls(due=monotonic() + seconds, until=asked + seconds + LATE)

    async def approach(self, seconds: float) -> None:
        """Wait until so many seconds before it."""
        await asyncio.sleep(max(0.0, self.due - seconds - monotonic()))

    async def come(self) -> None:
        """Wait for it, with the connection open and nothing sent. Raises Lapsed."""
        await self.approach(0.0)
        if monotonic() > self.until:
            raise Lapsed


@sensitive_variables("account")
def throttled(provider: str, account: Account) -> Throttled | None:
    """What counts the calls of this account, or None where nobody does. Two connections with one key share it."""
    known = catalogue.providers().get(provider)
    if known is None or known.rate is None:
        return None
    parts = urlsplit(account.base_url)
    origin = f"{parts.scheme}://{parts.hostname}:{parts.port or ''}".lower()
    digest = salted_hmac("studio.throttles", f"{origin}\n{account.key}", algorithm="sha256").hexdigest()
    return Throttled(digest=digest, rate=known.rate)


def take(key: Throttled, *, ahead: float = 0.0, most: float | None = None, clock: Clock | None = None) -> float | None:
    """Reserve the next turn that is at least ``ahead`` seconds away: the seconds until it. With ``most``, None where it
    would be later than that, and nothing is reserved."""
    with transaction.atomic():
        Throttle.objects.get_or_create(digest=key.digest, defaults={"free_at": LONG_AGO})
        row = Throttle.objects.select_for_update().get(digest=key.digest)
        now = clock() if clock else _time(row)  # once the row is ours: while it was waited for, time went on
        at = max(now + timedelta(seconds=ahead), row.free_at)
        seconds = (at - now).total_seconds()
        if most is not None and seconds > most:
            return None
        Throttle.objects.filter(pk=row.pk).update(free_at=at + key.apart)
    return seconds


def in_turn(key: Throttled | None, send: Callable[[BeforeSend | None], Coroutine[Any, Any, T]]) -> T:
    """Send for somebody who looks on: outside of any event loop, and with little patience. Raises client.NotSent where
    others wait already."""
    if key is None:
        return asyncio.run(send(None))
    ahead = 0.0
    for _ in range(TRIES):
        asked = monotonic()
        seconds = take(key, ahead=ahead, most=PATIENCE)
        if seconds is None:
            break
        turn = Turn.after(seconds, asked=asked)
        try:
            return asyncio.run(_sent(turn, ahead, send))
        except Lapsed:
            ahead = monotonic() - turn.due + ahead + LATE
    raise client.NotSent(failures.RATE_LIMITED)


async def _sent(turn: Turn, lead: float, send: Callable[[BeforeSend | None], Coroutine[Any, Any, T]]) -> T:
    await turn.approach(lead)
    return await send(turn.come)


def _time(row: Throttle) -> datetime:
    found: datetime = Throttle.objects.filter(pk=row.pk).values_list(Now(), flat=True).get()
    return found
