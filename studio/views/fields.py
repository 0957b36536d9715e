"""Prepares the rows of the brief that are more than one field: lines of text, references and what they choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from studio.prompts import filling
from studio.prompts.recipe import Attribute
from studio.prompts.roles import ROLES
from studio.prompts.scripts import SCRIPTS, detect
from studio.services import references
from studio.views.previews import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.models import Reference
    from studio.prompts.recipe import Recipe, TextLine


def scripts() -> list[dict[str, str]]:
    return [
        {"key": script.key, "label": _(script.label), "lang": script.lang, "dir": script.dir}
        for script in SCRIPTS.values()
    ]


def roles() -> list[dict[str, str]]:
    return [{"key": role.key, "label": _(role.label)} for role in ROLES.values()]


def uploading() -> dict[str, Any]:
    """What the page knows about pictures before it sends them."""
    return {
        "bytes": settings.STUDIO_UPLOAD_MAX_BYTES,
        "too_large": references.too_large(),
        "attached": _("Already attached as image %(n)s."),
        "one": _("A picture is still uploading."),
        "many": _("%(n)s pictures are still uploading."),
    }


def reference(row: Reference, number: int, *, role: str = "", note: str = "") -> dict[str, Any]:
    words = {"n": number, "label": row.label}
    alt = _("Reference %(n)d: %(label)s") % words if row.label else _("Reference %(n)d") % words
    return {"row": row, "number": number, "place": number - 1, "role": role, "note": note, "alt": alt}


def text_line(place: int, line: TextLine) -> dict[str, Any]:
    script = SCRIPTS.get(line.script) or SCRIPTS.get(detect(line.text))
    return {
        "place": place,
        "number": place + 1,
        "text": line.text,
        "script": line.script,
        "placement": line.placement,
        "lettering": line.lettering,
        "lang": script.lang if script else "",
        # Unset, the browser decides by the first strong letter.
        "dir": SCRIPTS[line.script].dir if line.script in SCRIPTS else "auto",
        "is_new": False,
    }


def fills(recipe: Recipe) -> list[dict[str, Any]]:
    """A field for each placeholder of the prompt, in its order."""
    known = filling.words(recipe)
    return [
        {"place": place, "name": name, "value": known.get(name, "")} for place, name in enumerate(filling.names(recipe))
    ]


def keys(written: Sequence[Attribute]) -> list[dict[str, str]]:
    """The fields that Alt and a digit go to."""
    places = [(attribute, f"#f-{attribute.value}") for attribute in written]
    # The tree of a JSON prompt has no field of its own: its first leaf.
    places = [(each, "#f-body, #tree textarea" if each is Attribute.BODY else focus) for each, focus in places]
    places += [(Attribute.TEXT, "#f-text-0, #line-add"), (Attribute.PRESERVE, "#f-preserve")]
    return [
        {"keys": f"alt+{digit}", "label": str(LABELS[attribute]), "focus": focus}
        for digit, (attribute, focus) in enumerate(places, start=1)
    ]
