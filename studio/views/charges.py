"""What an estimate is made of, in lines for the Output pane, and what seeing a picture while it is made adds to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from studio.providers import prices
from studio.providers.capabilities import Confidence, PriceKind
from studio.templatetags.studio import money
from studio.views.wording import sentences

if TYPE_CHECKING:
    from studio.providers.capabilities import Model
    from studio.providers.output import Output
    from studio.providers.prices import Estimate


SURENESS: dict[Confidence, Any] = {
    Confidence.EXACT: gettext_lazy("The exact price."),
    Confidence.CLOSE: gettext_lazy("Close to what will be billed."),
    Confidence.ROUGH: gettext_lazy("A rough figure: the provider bills by what it used."),
}
# Of a price for each picture that is not known to be exact: one for each size, and one for all.
LISTED = gettext_lazy("The provider's list price; what it charges may differ.")
BASE = gettext_lazy("The provider's base price; size and quality may change it.")


def sureness(model: Model, estimate: Estimate) -> str:
    """The same for the same price, whether the catalogue holds it or the provider told it when it was tested."""
    price = model.price
    if price is None or price.kind is PriceKind.TOKENS or estimate.confidence is Confidence.EXACT:
        return str(SURENESS[estimate.confidence])
    return str(LISTED if price.by_tier else BASE)


def cents(micros: int) -> int:
    """Drawn to whole cents, once there is a cent: an estimate is no surer than that."""
    return round(micros, -4) if micros >= 10_000 else micros


def lines(model: Model, output: Output, *, about: str, references: int, characters: int) -> list[tuple[str, str]]:
    """The picture as it is called in ``about``, then what each further thing adds; no line for what adds nothing."""

    def total(output: Output, references: int = 0) -> int:
        found = prices.estimate(model, output, references, characters=characters)
        return cents(found.total) if found else 0

    bare, shown = total(replace(output, partials=0)), total(output)
    found = [(about, money(bare))]
    if shown > bare:
        found.append((_("Shown while it is made"), money(shown - bare)))
    if (whole := total(output, references)) > shown:
        words = ngettext("%(n)d reference", "%(n)d references", references) % {"n": references}
        found.append((words, money(whole - shown)))
    return found


def partial_choice(model: Model | None, output: Output) -> dict[str, Any] | None:
    """To see the picture while it is made, with what that costs; None where the model does not show it."""
    if model is None or not model.partials:
        return None
    one = replace(output, takes=1)
    without, shown = (prices.estimate(model, replace(one, partials=n)) for n in (0, model.partials))
    costs = ""
    if without and shown and shown.each > without.each:
        costs = _("That adds about %(price)s to each take.") % {"price": money(shown.each - without.each)}
    said = ngettext(
        "Up to %(n)d unfinished picture comes before the finished one.",
        "Up to %(n)d unfinished pictures come before the finished one.",
        model.partials,
    )
    return {
        "value": model.partials,
        "chosen": output.partials > 0,
        "help": sentences(said % {"n": model.partials}, costs),
    }
