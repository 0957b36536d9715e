"""Stops asking a connection that brings nothing: after so many calls in a row that failed by its own fault it pauses.

Both verbs are called inside the transaction that ends an attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from studio.models import Connection
from studio.prompts.words import gettext_noop as _
from studio.providers import failures

if TYPE_CHECKING:
    from typing import Final

__all__ = ["LIMIT", "failed", "pause", "succeeded"]

LIMIT: Final = 5
TRIPPED: Final = _("Five calls in a row came to nothing, so no more are sent. Check it, then resume.")


def failed(connection: int, code: str) -> None:
    """One more call of this connection came to nothing."""
    row = Connection.objects.filter(pk=connection)
    row.update(failed_in_a_row=F("failed_in_a_row") + 1)
    if (found := row.filter(failed_in_a_row__gte=LIMIT, paused_at=None).first()) is not None:
        found.pause("\n".join((TRIPPED, failures.explain(code).sentence)))


def succeeded(connection: int) -> None:
    Connection.objects.filter(pk=connection, failed_in_a_row__gt=0).update(failed_in_a_row=0)


def pause(connection: int, code: str) -> None:
    """At once: a wrong key or an empty account will not be another one at the next call."""
    if (found := Connection.objects.filter(pk=connection, paused_at=None).first()) is not None:
        found.pause(failures.explain(code).sentence)
