"""The recipe: all attributes of a version, as one immutable value that every other floor passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    STRUCTURED = "structured"
    VERBATIM = "verbatim"
    JSON = "json"


class Attribute(StrEnum):
    """The named pieces of a prompt, in the order in which they are written and sent."""

    BODY = "body"  # verbatim and JSON prompts alone: somebody's own text, byte for byte
    SUBJECT = "subject"
    SETTING = "setting"
    MOOD = "mood"
    LIGHTING = "lighting"
    COMPOSITION = "composition"
    STYLE = "style"
    DETAILS = "details"
    TEXT = "text"
    REFERENCES = "references"
    PRESERVE = "preserve"
    AVOID = "avoid"
    FILLS = "fills"  # the words for the placeholders: they are written into the others and have no place of their own


# Kept as tuples of strings, one per chip.
LISTS = frozenset({Attribute.MOOD, Attribute.STYLE, Attribute.PRESERVE, Attribute.AVOID})

SUPPLEMENTS = (Attribute.TEXT, Attribute.REFERENCES, Attribute.PRESERVE, Attribute.AVOID)

# What a prompt of each kind consists of. A recipe may hold more (somebody tried the other kind): it is kept, not sent.
ATTRIBUTES: Mapping[Kind, tuple[Attribute, ...]] = {
    Kind.STRUCTURED: tuple(attribute for attribute in Attribute if attribute not in {Attribute.BODY, Attribute.FILLS}),
    Kind.VERBATIM: (Attribute.BODY, *SUPPLEMENTS),
    Kind.JSON: (Attribute.BODY, *SUPPLEMENTS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line to be set in the picture, exact to the character."""

    text: str = ""
    script: str = ""  # a key of studio.prompts.scripts.SCRIPTS, or empty
    lettering: str = ""
    placement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceUse:
    """A stored picture in the place of its number (its position in the recipe, from 1)."""

    sha256: str
    role: str = ""  # a key of studio.prompts.roles.ROLES, or empty
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What somebody wrote for a placeholder; it stands wherever the placeholder does."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Every value is kept as it was typed: nothing is trimmed, normalised or re-quoted."""

    kind: Kind = Kind.STRUCTURED
    body: str = ""
    subject: str = ""
    setting: str = ""
    mood: tuple[str, ...] = ()
    lighting: str = ""
    composition: str = ""
    style: tuple[str, ...] = ()
    details: str = ""
    text: tuple[TextLine, ...] = ()
    references: tuple[ReferenceUse, ...] = ()
    preserve: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    fills: tuple[Fill, ...] = ()

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes that a prompt of this kind sends, in their order."""
        return ATTRIBUTES[self.kind]

    def value(self, attribute: Attribute) -> Any:
        return getattr(self, attribute.value)

    def with_value(self, attribute: Attribute, value: Any) -> Recipe:
        return replace(self, **{attribute.value: value})

    def to_json(self) -> dict[str, Any]:
        """Plain lists, dictionaries and strings; empty attributes are left out."""
        data: dict[str, Any] = {"kind": self.kind.value}
        for attribute in Attribute:
            if value := self.value(attribute):
                data[attribute.value] = value if isinstance(value, str) else [_item_to_json(item) for item in value]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Recipe:
        """The inverse of ``to_json``. Raises ValueError or TypeError on anything else: nothing is lost quietly."""
        values: dict[str, Any] = {"kind": Kind(data.get("kind", Kind.STRUCTURED))}
        for name, value in data.items():
            if name != "kind":
                values[name] = _value_from_json(Attribute(name), value)
        return cls(**values)


def _item_to_json(item: Any) -> Any:
    if isinstance(item, str):
        return item
    return {field.name: value for field in fields(item) if (value := getattr(item, field.name))}


def _value_from_json(attribute: Attribute, value: Any) -> Any:
    if attribute is Attribute.TEXT:
        return tuple(TextLine(**_strings(item)) for item in _listed(value))
    if attribute is Attribute.REFERENCES:
        return tuple(ReferenceUse(**_strings(item)) for item in _listed(value))
    if attribute is Attribute.FILLS:
        return tuple(Fill(**_strings(item)) for item in _listed(value))
    if attribute in LISTS:
        return tuple(_string(item) for item in _listed(value))
    return _string(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"Expected text, not {type(value).__name__}.")
    return value


def _strings(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError(f"Expected an object, not {type(value).__name__}.")
    return {_string(name): _string(item) for name, item in value.items()}


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"Expected a list, not {type(value).__name__}.")
    return value
