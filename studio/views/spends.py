"""What the spend page shows besides its chart: the filters of its address, and who spent how much on what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.models import Connection, LedgerEntry, Membership, Project, User
from studio.services import spending
from studio.services.spending import Figure, Scope, Span
from studio.views.charts import share
from studio.views.wording import connection_name, provider_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.models import Team

SPANS: dict[Span, Any] = {
    Span.THIS_MONTH: gettext_lazy("This month"),
    Span.LAST_MONTH: gettext_lazy("Last month"),
    Span.DAYS_30: gettext_lazy("30 days"),
    Span.ALL: gettext_lazy("All"),
}
KINDS = ("project", "person", "connection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of a breakdown; ``href`` filters the page to it, ``width`` is its share of the largest."""

    label: str
    figure: Figure
    width: str
    href: str = ""
    within: bool = False  # a connection beneath its provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str
    is_chosen: bool
    href: str


class Spends:
    """What was spent within what the address asks for; unknown words in it are as good as none."""

    def __init__(self, team: Team, asked: Mapping[str, str]) -> None:
        self.team = team
        span = asked.get("span", "")
        names = {"project": "projects", "person": "people", "connection": "connections"}
        # What is in no list would filter unseen: the list would show that nothing is chosen.
        ids = {kind: pk for kind in KINDS if (pk := id_in(asked, kind)) and pk in getattr(self, names[kind])}
        self.scope = Scope(span=Span(span) if span in set(Span) else Span.THIS_MONTH, **ids)

    @cached_property
    def report(self) -> spending.Report:
        return spending.report(self.team, self.scope)

    @property
    def chosen(self) -> dict[str, str]:
        """What the address holds; what goes without saying stays out."""
        values = {kind: getattr(self.scope, kind) for kind in KINDS}
        found = {kind: str(value) for kind, value in values.items() if value is not None}
        return found if self.scope.span is Span.THIS_MONTH else {"span": self.scope.span.value, **found}

    @property
    def query(self) -> str:
        return self._query()

    def _query(self, **more: Any) -> str:
        values = {name: value for name, value in {**self.chosen, **more}.items() if value}
        return f"?{urlencode(values)}"

    @property
    def is_filtered(self) -> bool:
        return any(kind in self.chosen for kind in KINDS)

    @property
    def unfiltered(self) -> str:
        return self._query(**dict.fromkeys(KINDS, ""))

    @property
    def spans(self) -> list[Choice]:
        return [
            Choice(
                value=span.value,
                label=str(label),
                is_chosen=span is self.scope.span,
                href=self._query(span="" if span is Span.THIS_MONTH else span.value),
            )
            for span, label in SPANS.items()
        ]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The lists to choose from."""
        found = (
            ("project", _("Project"), _("All projects"), self.projects),
            ("person", _("Person"), _("Everybody"), self.people),
            ("connection", _("Connection"), _("All connections"), self.connections),
        )
        return [
            {"name": name, "label": label, "all": every, "choices": names.items(), "chosen": getattr(self.scope, name)}
            for name, label, every, names in found
        ]

    @cached_property
    def projects(self) -> dict[int, str]:
        return dict(Project.objects.for_team(self.team).values_list("pk", "name"))

    @cached_property
    def people(self) -> dict[int, str]:
        """The members, and whoever spent and has left."""
        member = Exists(Membership.objects.filter(team=self.team, user=OuterRef("pk")))
        spent = Exists(LedgerEntry.objects.for_team(self.team).filter(person=OuterRef("pk")))
        rows = User.objects.filter(member | spent).order_by("username")
        return {row.pk: row.get_full_name() or row.get_username() for row in rows}

    @cached_property
    def _accounts(self) -> dict[int, Connection]:
        return {row.pk: row for row in Connection.objects.for_team(self.team)}

    @cached_property
    def connections(self) -> dict[int, str]:
        return {pk: connection_name(row) for pk, row in self._accounts.items()}

    @property
    def by_project(self) -> list[Line]:
        return self._lines("project", self.report.projects, self.projects)

    @property
    def by_person(self) -> list[Line]:
        return self._lines("person", self.report.people, self.people)

    @property
    def by_provider(self) -> list[Line]:
        """Each provider, the connections beneath it where there are several."""
        groups: dict[str, dict[int | None, Figure]] = {}
        for pk, figure in self.report.connections.items():
            account = self._accounts.get(pk)
            groups.setdefault(account.provider if account else "", {})[pk] = figure
        whole = {provider: _together(figures) for provider, figures in groups.items()}
        most = max((figure.total for figure in whole.values()), default=0)
        lines = []
        for provider in sorted(whole, key=lambda each: -whole[each].total):
            own = self._lines("connection", groups[provider], self.connections, most=most, within=True)
            href = own[0].href if len(own) == 1 else ""
            width = share(whole[provider].total, most)
            lines.append(Line(label=provider_name(provider), figure=whole[provider], width=width, href=href))
            lines += own if len(own) > 1 else []
        return [line for line in lines if line.figure.total]

    def _lines(
        self,
        kind: str,
        figures: Mapping[Any, Figure],
        names: Mapping[int, str],
        *,
        most: int | None = None,
        within: bool = False,
    ) -> list[Line]:
        if most is None:
            most = max((figure.total for figure in figures.values()), default=0)
        return [
            Line(
                label=names.get(pk) or _("Nobody known"),
                figure=figure,
                width=share(figure.total, most),
                href=self._query(**{kind: pk}) if pk in names and self.chosen.get(kind) != str(pk) else "",
                within=within,
            )
            for pk, figure in sorted(figures.items(), key=lambda item: -item[1].total)
            if figure.total
        ]


def _together(figures: Mapping[Any, Figure]) -> Figure:
    whole = Figure()
    for figure in figures.values():
        whole.add(figure)
    return whole


def id_in(asked: Mapping[str, str], name: str) -> int | None:
    """The number of a row that the address names; None for whatever else stands there."""
    text = asked.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
