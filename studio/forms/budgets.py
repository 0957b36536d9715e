"""A budget as a person fills it in: whose it is, how much, for a month or in all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.models import Connection, Project, User
from studio.models.money import Period
from studio.services.amounts import MICRO
from studio.services.budgets import MOST, people_of
from studio.views.wording import connection_name

if TYPE_CHECKING:
    from studio.models import Budget, Team

WHOLE_TEAM = "team"


class BudgetForm(forms.Form):
    """``of`` says whose it is: "team", or a kind and an id such as "project:3"."""

    of = forms.ChoiceField(label=_("For"))
    limit = forms.DecimalField(
        label=_("At most, in dollars"),
        min_value=Decimal(0),
        max_value=Decimal(MOST // MICRO),
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "dir": "ltr", "class": "num"}),
    )
    period = forms.ChoiceField(label=_("How long"), choices=Period.choices)

    def __init__(self, *args: Any, team: Team, budget: Budget | None = None, **kwargs: Any) -> None:
        """``budget`` is one to start from."""
        if budget is not None:
            limit = Decimal(budget.limit) / MICRO
            kwargs["initial"] = {"of": _key(budget), "limit": limit.quantize(Decimal("0.01")), "period": budget.period}
        super().__init__(*args, **kwargs)
        self.rows: dict[str, Project | User | Connection] = {}
        cast("forms.ChoiceField", self.fields["of"]).choices = [
            (WHOLE_TEAM, _("The whole team")),
            (_("One project"), self._offered("project", Project.objects.for_team(team))),
            (_("One person"), self._offered("person", people_of(team).order_by("username"))),
            (_("One connection"), self._offered("connection", Connection.objects.for_team(team))),
        ]

    def _offered(self, kind: str, rows: Any) -> list[tuple[str, str]]:
        found = []
        for row in rows:
            key = f"{kind}:{row.pk}"
            self.rows[key] = row
            found.append((key, connection_name(row) if isinstance(row, Connection) else _called(row)))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        of = self.cleaned_data["of"]
        whose = {} if of == WHOLE_TEAM else {of.partition(":")[0]: self.rows[of]}
        return whose | {"limit": int(self.cleaned_data["limit"] * MICRO), "period": self.cleaned_data["period"]}


def _key(budget: Budget) -> str:
    for kind in ("project", "person", "connection"):
        if (pk := getattr(budget, f"{kind}_id")) is not None:
            return f"{kind}:{pk}"
    return WHOLE_TEAM


def _called(row: Project | User) -> str:
    return row.name if isinstance(row, Project) else row.get_full_name() or row.get_username()
