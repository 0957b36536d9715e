"""What budgets leave for the generation that is being prepared, beside its estimate; and why it may not be sent."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from studio.services import budgets

if TYPE_CHECKING:
    from studio.models import User
    from studio.services.budgets import Standing
    from studio.views.sheets import Sheet


class Allowance:
    """Read when the template first asks."""

    def __init__(self, sheet: Sheet, person: User) -> None:
        self.sheet, self.person = sheet, person

    @cached_property
    def _standings(self) -> list[Standing]:
        offer = self.sheet.pane.offer
        if offer is None:
            return []
        project = self.sheet.prompt.project
        return budgets.applying(team=self.sheet.team, project=project, person=self.person, connection=offer.connection)

    @property
    def fullest(self) -> Standing | None:
        """The one to watch."""
        return self._standings[0] if self._standings else None

    @cached_property
    def refusal(self) -> str:
        """Why it cannot be generated, as submitting it would say: the catalogue, the connection, a halt or a budget."""
        return self.sheet.pane.refusal or budgets.refusal(self._standings, self._price)

    @property
    def _price(self) -> int | None:
        return self.sheet.pane.estimate.total if self.sheet.pane.estimate else None

    @property
    def is_told(self) -> bool:
        """Whether the refusal says already how the budget to watch stands."""
        return bool(self.refusal) and self.refusal == budgets.refusal(self._standings[:1], self._price)
