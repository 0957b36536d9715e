"""Sets what was asked for beside what came back: the facts on a picture's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from studio.models.references import SentReference
from studio.prompts.roles import ROLES
from studio.providers.prices import has_list_price
from studio.templatetags.studio import money, price, seconds
from studio.views.figures import pixels, weight
from studio.views.wording import connection_name, provider_name, quality_words

if TYPE_CHECKING:
    from datetime import datetime

    from studio.models import Attempt, Generation, Image, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: str
    value: str
    note: str = ""
    differs: bool = False  # what came back is not what was asked for
    code: bool = False  # set in the face for code, with a button that copies it
    said: bool = False  # somebody's own words


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: str
    facts: tuple[Fact, ...]


def groups(image: Image) -> tuple[Group, ...]:
    attempt, generation = image.attempt, image.attempt.generation
    found = (
        Group(title=_("Result"), facts=_result(image, generation)),
        Group(title=_("Made with"), facts=_made_with(attempt, generation)),
        Group(title=_("Time and cost"), facts=(*_times(attempt), _cost(attempt, generation))),
    )
    return tuple(Group(title=group.title, facts=tuple(fact for fact in group.facts if fact.value)) for group in found)


def _result(image: Image, generation: Generation) -> tuple[Fact, ...]:
    asked = pixels(generation.width, generation.height)
    came = pixels(image.width, image.height)
    form, wanted = image.format.upper(), generation.format.upper()
    return (
        _compared(_("Size"), came, asked if asked else generation.size),
        _compared(_("Format"), form, wanted),
        Fact(label=_("File"), value=weight(image.bytes)),
        Fact(label="SHA-256", value=image.sha256, code=True),
    )


def _compared(label: str, came: str, asked: str) -> Fact:
    if not asked or asked in {came, "auto"}:
        return Fact(label=label, value=came, note=_("as asked") if asked == came else "")
    return Fact(label=label, value=came, note=_("asked for %(asked)s") % {"asked": asked}, differs=True)


def _made_with(attempt: Attempt, generation: Generation) -> tuple[Fact, ...]:
    connection = generation.connection
    name, provider = connection_name(connection), provider_name(connection.provider)
    take = _("%(take)d of %(takes)d") % {"take": attempt.take, "takes": generation.takes}
    if attempt.number > 1:
        take = _("%(take)s, attempt %(number)d") % {"take": take, "number": attempt.number}
    by = generation.created_by
    at = provider if provider != name else ""
    return (
        Fact(label=_("Connection"), value=name, note=at, said=True),
        Fact(label=_("Model"), value=generation.model),
        Fact(label=_("Shape"), value=" ".join(filter(None, (generation.ratio, generation.tier)))),
        Fact(label=_("Quality"), value=quality_words(generation.quality)),
        Fact(label=_("Compression"), value="" if generation.compression is None else str(generation.compression)),
        _unfinished(attempt, generation),
        Fact(label=_("Version"), value=f"v{generation.version.number}"),
        Fact(label=_("Take"), value=take),
        Fact(label=_("Made by"), value=(by.get_full_name() or by.get_username()) if by else "", said=True),
    )


def _unfinished(attempt: Attempt, generation: Generation) -> Fact:
    """Fewer may come than were asked for, where the picture is ready sooner."""
    came = str(attempt.partials) if generation.partials else ""
    return Fact(
        label=_("Unfinished pictures"), value=came, note=_("asked for %(asked)s") % {"asked": generation.partials}
    )


def _times(attempt: Attempt) -> tuple[Fact, ...]:
    asked, sent, done = attempt.created_at, attempt.submitted_at, attempt.finished_at
    return (
        Fact(label=_("Made"), value=_moment(done or asked)),
        Fact(label=_("Waited"), value=_between(asked, sent)),
        Fact(label=_("At the provider"), value=_between(sent, done)),
        Fact(label=_("In all"), value=_between(asked, done)),
    )


def _moment(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _between(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return ""
    passed = max((end - start).total_seconds(), 0)
    return seconds(passed) if passed >= 10 else _("%(tenths).1f s") % {"tenths": passed}


def _cost(attempt: Attempt, generation: Generation) -> Fact:
    """The provider's own figure, else our estimate, and which of the two it is."""
    if generation.estimate_each == 0 and not attempt.cost:
        return Fact(label=_("Cost"), value=_("Free"))
    if attempt.cost is not None:
        estimate, actual = money(generation.estimate_each), money(attempt.cost)
        note = _("estimated %(price)s") % {"price": estimate} if estimate not in {"", actual} else ""
        return Fact(label=_("Cost"), value=actual, note=note)
    if generation.estimate_each and has_list_price(generation.connection.provider, generation.model):
        return Fact(label=_("Cost"), value=money(generation.estimate_each), note=_("by the provider's list price"))
    if generation.estimate_each is not None:
        return Fact(label=_("Cost"), value=price(generation.estimate_each), note=_("estimate"))
    return Fact(label=_("Cost"), value=_("Not known"))


def references(attempt: Attempt) -> list[dict[str, Any]]:
    """The references that were sent, by number, with what each was for and how large it was on the way."""
    version, sent = attempt.generation.version, attempt.sent_references
    uses = dict(enumerate(version.recipe.references, start=1))
    found = []
    for numbered in version.numbered_references.select_related("reference__team"):
        use = uses.get(numbered.number)
        role = ROLES.get(use.role) if use and use.role else None
        found.append(
            {
                "number": numbered.number,
                "label": numbered.reference.label,
                "role": _(role.label) if role else "",
                "note": use.note if use else "",
                "smaller": _smaller(numbered.reference, sent[numbered.number - 1 : numbered.number]),
                "colour": numbered.reference.colour,
                "thumb": _thumb(numbered.reference.team.slug, numbered.reference_id),
            }
        )
    return found


def _smaller(reference: Reference, sent: list[dict[str, Any]]) -> str:
    """How it was sent, where that was a smaller copy."""
    if not sent or sent[0]["name"] == reference.cleaned:
        return ""
    copy = SentReference.from_json(sent[0])
    words = {"sent": weight(copy.bytes), "stored": weight(reference.cleaned_bytes)}
    return _("Sent smaller: %(sent)s instead of %(stored)s") % words


def _thumb(team: str, reference: int) -> str:
    try:
        return reverse("reference-file", kwargs={"team": team, "reference": reference, "variant": "thumb"})
    except NoReverseMatch:
        return ""
