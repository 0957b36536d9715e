"""Draws what was spent as bars: shares of the drawing in percent, so that it fits any width without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from studio.services.amounts import CENT, money
from studio.views.wording import beside

if TYPE_CHECKING:
    from studio.services.spending import Bar, Report

# Of a bar's place, what the bar itself takes.
FILLED = 0.72


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One bar: geometry as SVG attributes, from the top left, and what it says. What is reserved stands on top."""

    x: str
    width: str
    place: str  # the width of its whole place, for the pointer
    start: str
    spent_y: str
    spent: str
    reserved_y: str
    reserved: str
    label: str
    said: str
    bar: Bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    columns: list[Column]
    top: int  # micro-dollars at its upper edge
    by_month: bool

    @property
    def scale(self) -> list[str]:
        """What stands beside it, from the top."""
        return [money(self.top), money(self.top // 2), money(0)]

    @property
    def ends(self) -> list[str]:
        """What stands beneath it: the first place, the middle one and the last."""
        if len(self.columns) < 3:
            return [column.label for column in self.columns]
        return [self.columns[place].label for place in (0, len(self.columns) // 2, -1)]

    @property
    def rows(self) -> list[Column]:
        """Those with something to tell, for the table."""
        return [column for column in self.columns if column.bar.figure.total]


def chart(report: Report) -> Chart:
    top = _round_up(max((bar.figure.total for bar in report.bars), default=0))
    place = 100 / max(len(report.bars), 1)
    columns = [_column(bar, number, place, top, by_month=report.by_month) for number, bar in enumerate(report.bars)]
    return Chart(columns=columns, top=top, by_month=report.by_month)


def _column(bar: Bar, number: int, place: float, top: int, *, by_month: bool) -> Column:
    spent, reserved = (100 * max(amount, 0) / top for amount in (bar.figure.spent, bar.figure.reserved))
    label = date_format(bar.first, "YEAR_MONTH_FORMAT" if by_month else "MONTH_DAY_FORMAT")
    said = [money(bar.figure.spent)]
    if bar.figure.coming:
        said.append(_("%(price)s on its way") % {"price": money(bar.figure.coming)})
    if bar.figure.held:
        said.append(_("%(price)s held for unknown outcomes") % {"price": money(bar.figure.held)})
    return Column(
        x=_percent(place * (number + (1 - FILLED) / 2)),
        width=_percent(place * FILLED),
        place=_percent(place),
        start=_percent(place * number),
        spent_y=_percent(100 - spent),
        spent=_percent(spent),
        reserved_y=_percent(100 - spent - reserved),
        reserved=_percent(reserved),
        label=label,
        said=_("%(day)s: %(amount)s") % {"day": label, "amount": beside(said)},
        bar=bar,
    )


def share(part: int, whole: int) -> str:
    """A width in percent, as SVG takes it."""
    return _percent(min(100 * part / whole, 100) if whole > 0 else 0)


def _percent(number: float) -> str:
    """With a full stop in every language."""
    return f"{number:.3f}%"


def _round_up(amount: int) -> int:
    """The next of 1, 2, 5, 10 …, and never less than two cents, so that half of it is an amount too."""
    step = 2 * CENT
    while True:
        for factor in (1, 2.5, 5):
            if amount <= step * factor:
                return int(step * factor)
        step *= 10
