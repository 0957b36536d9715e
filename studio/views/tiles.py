"""Prepares tiles, the squares of a wall: plain strings for ``images/_tile.html``, so that 48 of them cost little.

The gallery, Compose ("Takes from this brief"), the jobs page and the pulse show the same tiles under the same ids:
``image-<id>`` for a picture, ``tile-<attempt>`` for an attempt that has none.
"""

from __future__ import annotations

from functools import cache, cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from studio.models import Attempt
from studio.models.images import Health
from studio.templatetags.studio import price
from studio.views import outcomes
from studio.views.mould import Mould
from studio.views.rows import About, Picture, Row, attempt_rows, picture_rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from studio.models import Image, Prompt, Team

Tile = dict[str, Any]


def ratio_class(width: int | None, height: int | None) -> str:
    """The class that carries a shape: a strict CSP forbids inline styles. See tools/ratios.py."""
    if not width or not height:
        return "r-100"
    return f"r-{max(33, min(300, 2 * round(50 * width / height))):03d}"


class Addresses:
    """Addresses by prefix: reversing five per tile would cost more than everything else on the wall together."""

    def __init__(self, team: str) -> None:
        self.team = team
        self.images = reverse("image-detail", kwargs={"team": team, "image": 0}).removesuffix("0/")
        self.attempts = reverse("attempt-cancel", kwargs={"team": team, "attempt": 0}).removesuffix("0/cancel/")
        self.prompts = reverse("prompt-compose", kwargs={"team": team, "prompt": 0}).removesuffix("0/")
        self.connections = reverse("connection-list", kwargs={"team": team})

    def image(self, pk: int) -> str:
        return f"{self.images}{pk}/"

    def brief(self, prompt: int) -> str:
        return f"{self.prompts}{prompt}/"

    def attempt(self, pk: int, verb: str) -> str:
        return f"{self.attempts}{pk}/{verb}/"

    def connection(self, pk: int) -> str:
        return f"{self.connections}#connection-{pk}"

    def partial(self, pk: int, number: int) -> str:
        """The number makes another address of each, so that a page fetches it."""
        return f"{self.attempts}{pk}/partial.webp?n={number}"


def picture_tiles(team: Team, images: QuerySet[Image]) -> list[Tile]:
    """In the order of ``images``. One query."""
    addresses = Addresses(team.slug)
    return [picture_tile(picture, about, addresses) for picture, about in picture_rows(images)]


def runs(tiles: list[Tile]) -> list[Tile]:
    """Neighbouring pictures as one piece of markup: a template's loop over them costs as much as making them."""
    found: list[Tile] = []
    for drawn, each in groupby(tiles, key=lambda tile: "html" in tile):
        run = list(each)
        found += [{"html": format_html_join("", "{}", ((tile["html"],) for tile in run))}] if drawn else run
    return found


class Newest:
    """The newest takes of one prompt, each as its pictures or as the tile that waits for them. Two queries."""

    def __init__(self, team: Team, prompt: Prompt, *, shown: int) -> None:
        attempts = Attempt.objects.for_team(team).filter(generation__version__prompt=prompt).order_by("-id")
        found = list(attempts.values_list("pk", flat=True))
        self.more = max(len(found) - shown, 0)
        self._attempts, self._addresses = Attempt.objects.filter(pk__in=found[:shown]), Addresses(team.slug)

    @cached_property
    def tiles(self) -> list[Tile]:
        return [tile for row in attempt_rows(self._attempts) for tile in row_tiles(row, self._addresses)]


def row_tiles(row: Row, addresses: Addresses) -> list[Tile]:
    if row.pictures:
        return [picture_tile(picture, row.about, addresses) for picture in row.pictures]
    return [attempt_tile(row, addresses)]


def picture_tile(picture: Picture, about: About, addresses: Addresses) -> Tile:
    ratio = ratio_class(picture.width, picture.height)
    tile: Tile = {"pk": picture.id, "dom": f"image-{picture.id}", "ratio": ratio}
    if picture.small is None:
        return tile | _unseen(picture, about, addresses)
    large = picture.large if picture.large and picture.large > picture.small else None
    values = (
        addresses.images,
        picture.id,
        ratio,
        picture.colour,
        picture.width,
        picture.height,
        picture.small,
        title_of(about),
        about.version,
        about.take,
        about.model,
    )
    if large is None:
        return tile | {"kind": "picture", "html": _mould(get_language(), *PICTURE).fill(*values)}
    return tile | {"kind": "picture", "html": _mould(get_language(), *PICTURE, "large").fill(*values, large)}


def _unseen(picture: Picture, about: About, addresses: Addresses) -> Tile:
    """The tile of a picture that has no rendition: nobody has looked at it yet, or nobody can."""
    title = title_of(about)
    shown = {"title": title, "version": about.version, "take": about.take}
    return {
        "kind": "damaged" if picture.health == Health.DAMAGED else "preparing",
        "href": addresses.image(picture.id),
        "title": title,
        "open": _("Open %(title)s, v%(version)s, take %(take)s") % shown,
    }


def attempt_tile(row: Row, addresses: Addresses) -> Tile:
    """The tile of an attempt without a picture: what happens or happened, what it cost, what to do next."""
    about = row.about
    tile: Tile = {
        "kind": outcomes.kind(row),
        "dom": f"tile-{row.id}",
        "ratio": ratio_class(about.width, about.height),
        "title": title_of(about),
        "which": which_of(about),
        "brief": addresses.brief(row.prompt),
    }
    tile |= outcomes.told(row) | unfinished(row, addresses)
    if row.is_open and row.cancel_requested_at is None:
        tile["cancel"] = addresses.attempt(row.id, "cancel")
    if tile["kind"] in {"failed", "cancelled", "unknown"} and not row.tried_again:
        tile["retry"] = addresses.attempt(row.id, "retry")
        tile["price"] = price(row.estimate_each)
        tile["twice"] = outcomes.may_cost_twice(row)
    if row.is_askable:
        tile["check"] = addresses.attempt(row.id, "check")
    if tile["kind"] == "unknown":
        tile["give_up"] = addresses.attempt(row.id, "give-up")
    if outcomes.needs_its_connection(row):
        tile["connections"] = addresses.connection(row.connection)
    return tile


def unfinished(row: Row, addresses: Addresses) -> dict[str, Any]:
    """``seen`` while it is made to be seen, so that its words leave room; ``partial`` once something is there."""
    if not row.is_open or not row.partials_wanted:
        return {}
    if not row.partial:
        return {"seen": True}
    alt = _("Unfinished picture of %(title)s, number %(n)d") % {"title": title_of(row.about), "n": row.partials}
    return {"seen": True, "partial": {"src": addresses.partial(row.id, row.partials), "alt": alt}}


def title_of(about: About) -> str:
    return titled(about.title, about.take)


def titled(title: str, take: int) -> str:
    return title or _("Untitled take %(take)d") % {"take": take}


def which_of(about: About) -> str:
    return which_take(about.take, about.takes)


def which_take(take: int, takes: int) -> str:
    """``Take 3 of 4``."""
    return _("Take %(take)d of %(takes)d") % {"take": take, "takes": takes}


PICTURE = ("images", "pk", "ratio", "colour", "width", "height", "small", "title", "version", "take", "model")


@cache
def _mould(_language: str | None, *names: str) -> Mould:
    """Its words are the language's, so each language has its own."""
    return Mould("images/_picture.html", names)
