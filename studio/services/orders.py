"""Checks what is asked for against the catalogue, before anything is written; each refusal says what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.prompts import filling
from studio.providers import catalogue, sizes
from studio.services import halts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.models import Connection, Version
    from studio.providers.capabilities import Model
    from studio.providers.output import Output


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
    sizes_of = list(version.numbered_references.order_by("number").values_list("number", "reference__cleaned_bytes"))
    unfilled = () if as_written else filling.unfilled(version.recipe)
    order = foresee(connection, output, text=version.text, references=len(sizes_of), unfilled=unfilled)
    for number, size in sizes_of:
        _check_reference(order.model, number, size)
    return order


def foresee(
    connection: Connection, output: Output, *, text: str, references: int, unfilled: Sequence[str] = ()
) -> Order:
    """The same for a prompt that is not stored yet, so that what is refused need never be. ``unfilled`` are
    placeholders, as they are written. Raises Refused."""
    check_connection(connection)
    model = _model(connection, output)
    output = _completed(model, output)
    _check_prompt(model, text)
    if unfilled:
        raise Refused(
            _("Fill in “%(placeholder)s” first: it would be sent as it stands.") % {"placeholder": unfilled[0]}
        )
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


def _check_reference(model: Model, number: int, size: int) -> None:
    if size > model.max_reference_bytes:
        raise Refused(
            _("Image %(n)d has %(size)s MB, and %(model)s takes at most %(most)s MB each. Attach a smaller picture.")
            % {
                "n": number,
                "size": _megabytes(size),
                "model": _(model.label),
                "most": _megabytes(model.max_reference_bytes),
            }
        )


def _megabytes(size: int) -> str:
    """Rounded up, so that what is too large never looks as if it fitted."""
    return number_format(ceil(size / 100_000) / 10)


def check_connection(connection: Connection) -> None:
    if connection.paused_at is not None:
        raise Refused(_("This connection is paused. Resume it on the connections page, or choose another one."))
    if sentence := halts.refusal(connection=connection):
        raise Refused(sentence)


def _model(connection: Connection, output: Output) -> Model:
    try:
        return catalogue.model(connection.provider, output.model)
    except (catalogue.UnknownModel, catalogue.UnknownProvider):
        raise Refused(_("This connection does not offer the chosen model. Choose a model from its list.")) from None


def _completed(model: Model, output: Output) -> Output:
    """With the model's defaults where nothing was chosen. Raises Refused for what it does not accept."""
    quality = output.quality or next(iter(model.qualities), "")
    if quality and quality not in model.qualities:
        raise Refused(
            _("%(model)s does not know the quality “%(quality)s”. Choose another one.")
            % {"model": _(model.label), "quality": quality}
        )
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
    compression = output.compression if format in model.compressed else None
    return replace(output, model=model.id, quality=quality, format=format, compression=compression)


def _check_prompt(model: Model, text: str) -> None:
    if not text.strip():
        raise Refused(_("The prompt is empty. Write at least a subject."))
    if len(text) > model.max_prompt:
        raise Refused(
            _("The prompt has %(count)s characters, and %(model)s takes %(most)s. Shorten it.")
            % {"count": len(text), "model": _(model.label), "most": model.max_prompt}
        )
