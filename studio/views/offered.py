"""What the provider list of Compose offers: each model through each connection, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from studio.providers import catalogue
from studio.services import connections, orders
from studio.views.wording import beside, connection_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio.models import Connection
    from studio.providers.capabilities import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One line of the provider list: a model through a connection."""

    connection: Connection
    model: Model
    label: str

    @property
    def value(self) -> str:
        return f"{self.connection.pk}:{self.model.id}"

    @property
    def is_paused(self) -> bool:
        return self.connection.paused_at is not None

    @property
    def is_able(self) -> bool:
        """As far as anybody knows."""
        return not self.is_paused and not orders.lacks_key(self.connection)

    @property
    def state(self) -> str:
        """What stands in its way, beside its name."""
        if self.is_paused:
            return _("(paused)")
        if orders.lacks_key(self.connection):
            return _("(no key)")
        failed = self.connection.tested_at is not None and not self.connection.test_passed
        return _("(test failed)") if failed else ""


def offers(connections: Iterable[Connection]) -> list[Offer]:
    return [offer for connection in connections for offer in _of(connection)]


def _of(connection: Connection) -> Iterator[Offer]:
    try:
        ids = connections.model_ids(connection)
    except catalogue.UnknownProvider:
        return
    for model in (connections.model(connection, each) for each in ids):
        name = connection_name(connection)
        label = name if model.label == connection.name else beside((name, _(model.label)))
        yield Offer(connection=connection, model=model, label=label)
