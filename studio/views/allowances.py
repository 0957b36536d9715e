"""What budgets leave for the generation that is being prepared, beside its estimate; and why it may not be sent."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from studio.services import budgets, halts

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

    @property
    def refusal(self) -> str:
        """Why a halt or the budgets do not let it be generated, as submitting it would say; nothing without a size."""
        pane = self.sheet.pane
        if pane.offer is None or pane.size is None:
            return ""
        if halted := halts.refusal(connection=pane.offer.connection):
            return halted
        return budgets.refusal(self._standings, pane.estimate.total if pane.estimate else None)
