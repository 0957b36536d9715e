"""Checks what is asked for against the catalogue, before anything is written; each refusal says what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.prompts import filling
from studio.providers import catalogue, roads, sizes
from studio.services import connections, halts, links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.models import Connection, Version
    from studio.providers.capabilities import Model
    from studio.providers.output import Output


MOST_NAMED = 10  # models, where one was asked for that is not there


class Refused(Exception):
    """It cannot be sent; ``message`` is one translated sentence with a next step."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for, complete: defaults filled in, the exact size known."""

    model: Model
    output: Output
    size: sizes.Size
    references: int


def check(version: Version, connection: Connection, output: Output, *, as_written: bool = False) -> Order:
    """``as_written``: somebody said that what looks like a placeholder is meant to be sent. Raises Refused."""
    if connection.team_id != version.prompt.project.team_id:
        raise Refused(_("This connection belongs to another team. Choose one of yours."))
    references = version.numbered_references.count()
    unfilled = () if as_written else filling.unfilled(version.recipe)
    return foresee(connection, output, text=version.text, references=references, unfilled=unfilled)


def foresee(
    connection: Connection, output: Output, *, text: str, references: int, unfilled: Sequence[str] = ()
) -> Order:
    """The same for a prompt that is not stored yet, so that what is refused need never be. ``unfilled`` are
    placeholders, as they are written. Raises Refused."""
    order = possible(connection, output, references=references)
    _check_prompt(order.model, text)
    if unfilled:
        raise Refused(
            _("Fill in “%(placeholder)s” first: it would be sent as it stands.") % {"placeholder": unfilled[0]}
        )
    return order


def possible(connection: Connection, output: Output, *, references: int) -> Order:
    """The same without a word of the prompt: for whoever is still writing it. Raises Refused."""
    check_connection(connection)
    model = _model(connection, output)
    output = _completed(model, output)
    # First where they cannot get there at all: fewer of them would help nobody.
    if references and (closed := closed_road(connection, model)):
        raise Refused(closed)
    _check_references(model, references)
    try:
        size = sizes.resolve(model, output)
    except sizes.Impossible as error:
        raise Refused(_(error.reason.message) % error.reason.params) from None
    return Order(model, output, size, references)


def _check_references(model: Model, references: int) -> None:
    if references > model.max_references:
        raise Refused(
            ngettext(
                "%(model)s takes at most one reference, and this prompt has %(count)s. Remove some of them.",
                "%(model)s takes at most %(most)s references, and this prompt has %(count)s. Remove some of them.",
                model.max_references,
            )
            % {"model": _(model.label), "most": model.max_references, "count": references}
        )


def closed_road(connection: Connection, model: Model) -> str:
    """Why references cannot get to this model, in one sentence with a next step; empty where they can, and where it
    takes none."""
    if not model.roads or roads.road(model, public=links.public()):
        return ""
    return _(
        "%(provider)s fetches references from the studio, and the studio has no public address. "
        "Ask your operator to set STUDIO_PUBLIC_URL, or choose another connection."
    ) % {"provider": _(catalogue.provider(connection.provider).label)}


@dataclass(frozen=True, slots=True)
class Smaller:
    """A reference that is sent as a smaller copy of at most so many bytes."""

    number: int
    stored: int
    most: int

    def __str__(self) -> str:
        return _("Image %(n)d is sent smaller: at most %(most)s MB instead of %(stored)s MB.") % {
            "n": self.number,
            "most": _megabytes(self.most),
            "stored": _megabytes(self.stored),
        }


def smaller(model: Model, stored: Sequence[int]) -> list[Smaller]:
    """Of references of so many bytes, in the order of their numbers, those that this model gets as smaller copies."""
    road = roads.road(model, public=links.public())
    if road is None or not stored:
        return []
    most = roads.allowance(model, road, stored)
    return [Smaller(number, size, most) for number, size in enumerate(stored, start=1) if size > most]


def _megabytes(size: int) -> str:
    """Rounded up, so that what is too large never looks as if it fitted."""
    return number_format(ceil(size / 100_000) / 10)


def lacks_key(connection: Connection) -> bool:
    """Whether its provider would refuse each call for want of a key."""
    known = catalogue.providers().get(connection.provider)
    return known is not None and known.key_required(connection.base_url) and not connection.key_ciphertext


def check_connection(connection: Connection) -> None:
    if connection.paused_at is not None:
        raise Refused(_("This connection is paused. Resume it on the connections page, or choose another one."))
    if lacks_key(connection):
        raise Refused(_("This connection has no key. Paste one on the connections page, or choose another connection."))
    if sentence := halts.refusal(connection=connection):
        raise Refused(sentence)


def _model(connection: Connection, output: Output) -> Model:
    try:
        return connections.model(connection, output.model)
    except (catalogue.UnknownModel, catalogue.UnknownProvider) as unknown:
        raise Refused(_not_offered(connection, output, unknown)) from None


def _not_offered(connection: Connection, output: Output, unknown: LookupError) -> str:
    if isinstance(unknown, catalogue.UnknownProvider) or not output.model:
        return _("This connection does not offer the chosen model. Choose a model from its list.")
    ids = connections.model_ids(connection)
    words = _("This connection does not offer the model “%(model)s”. Choose one of these: %(models)s.")
    if len(ids) > MOST_NAMED:
        words = _("This connection does not offer the model “%(model)s”. Choose one of its list, such as: %(models)s.")
    return words % {"model": output.model, "models": ", ".join(ids[:MOST_NAMED])}


def _completed(model: Model, output: Output) -> Output:
    """With the model's defaults where nothing was chosen. Raises Refused for what it does not accept."""
    quality = output.quality or next(iter(model.qualities), "")
    if quality and quality not in model.qualities:
        raise Refused(_no_such_quality(model, quality))
    format = output.format or model.formats[0]
    if format not in model.formats:
        raise Refused(
            _("%(model)s does not make %(format)s files. Choose another format.")
            % {"model": _(model.label), "format": format.upper()}
        )
    if not 1 <= output.takes <= model.max_takes:
        raise Refused(
            _("Choose from 1 to %(most)s takes; %(model)s makes no more at once.")
            % {"most": model.max_takes, "model": _(model.label)}
        )
    if output.partials > model.partials:
        raise Refused(_too_many_partials(model))
    compression = output.compression if format in model.compressed else None
    return replace(output, model=model.id, quality=quality, format=format, compression=compression)


def _no_such_quality(model: Model, quality: str) -> str:
    words = {"model": _(model.label), "quality": quality, "qualities": ", ".join(model.qualities)}
    if not model.qualities:
        return _("%(model)s has no quality to choose. Leave it out.") % words
    return _("%(model)s does not know the quality “%(quality)s”. Choose one of these: %(qualities)s.") % words


def _too_many_partials(model: Model) -> str:
    if not model.partials:
        return _("%(model)s does not show a picture while it is made. Choose to see it when it is done.") % {
            "model": _(model.label)
        }
    return _("%(model)s sends up to %(most)s unfinished pictures. Ask for fewer.") % {
        "model": _(model.label),
        "most": model.partials,
    }


def _check_prompt(model: Model, text: str) -> None:
    if not text.strip():
        raise Refused(_("The prompt is empty. Write at least a subject."))
    if len(text) > model.max_prompt:
        raise Refused(
            _("The prompt has %(count)s characters, and %(model)s takes %(most)s. Shorten it.")
            % {"count": len(text), "model": _(model.label), "most": model.max_prompt}
        )
