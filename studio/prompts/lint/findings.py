"""What a check of a prompt says: findings, what can be done about them, and the rules that make them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Literal

from studio.prompts.recipe import Attribute, Recipe
from studio.prompts.words import Sentence
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from studio.prompts.lint.reading import Reading

Severity = Literal["error", "warning", "note"]
Param = str | int | Sentence

ATTRIBUTE_LABELS: Mapping[Attribute, str] = {
    Attribute.BODY: _("prompt"),
    Attribute.SUBJECT: _("subject"),
    Attribute.SETTING: _("setting"),
    Attribute.MOOD: _("mood"),
    Attribute.LIGHTING: _("lighting"),
    Attribute.COMPOSITION: _("composition"),
    Attribute.STYLE: _("style"),
    Attribute.DETAILS: _("details"),
    Attribute.TEXT: _("text in the image"),
    Attribute.REFERENCES: _("references"),
    Attribute.PRESERVE: _("preserve"),
    Attribute.AVOID: _("leave out"),
    Attribute.FILLS: _("placeholders"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the chosen model takes, and what is asked of it; None where it is unknown or without limit."""

    max_characters: int | None = None
    max_references: int | None = None
    many_references: int | None = None  # more than these are taken, but are known to fail more often
    transparent_background: bool | None = None  # False: the model cannot make one
    takes: int = 1  # asked for
    takes_ignored: bool = False  # the model bills each picture that is asked for, and makes one
    qualities: tuple[str, ...] | None = None
    quality: str = ""  # asked for; empty: the model's own default


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Another value for one attribute."""

    attribute: Attribute
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where a person has to type or choose.

    ``field`` names the part of a text line or reference, such as "role", or what is chosen beside the prompt: "takes",
    "quality".
    """

    attribute: Attribute
    index: int | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Either an edit, which one click applies, or a place to go to."""

    label: str  # a msgid
    edit: Edit | None = None
    focus: Focus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    id: str  # of the rule
    severity: Severity
    attribute: Attribute
    index: int | None = None
    field: str = ""  # of a text line or reference
    # Within the attribute's text, the chip or the exact text of a line.
    start: int | None = None
    end: int | None = None
    message: str  # a msgid
    reason: str  # a msgid
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict)
    fix: Fix | None = None

    @property
    def blocks(self) -> bool:
        return self.severity == "error"

    @property
    def key(self) -> str:
        """The same for the same finding in a later check, so that a click on its fix can find it again.

        What a person typed goes in as a digest: line breaks would not survive a form.
        """
        typed = "\x00".join(str(value) for value in self.params.values()).encode("utf-8", "surrogatepass")
        place = [str(part) for part in (self.index, self.field) if part not in {None, ""}]
        return ".".join([self.id, self.attribute.value, *place, blake2s(typed, digest_size=4).hexdigest()])

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message) % self._words(translate)

    def because(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.reason) % self._words(translate)

    def _words(self, translate: Callable[[str], str]) -> dict[str, str | int]:
        return {name: _said(value, translate) for name, value in self.params.items()}


def _said(value: Param, translate: Callable[[str], str]) -> str | int:
    """The names of attributes and what is wrong with a JSON text are translated; what a person typed is not."""
    if isinstance(value, Attribute):
        return translate(ATTRIBUTE_LABELS[value])
    return value.said(translate) if isinstance(value, Sentence) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a rule applies: a finding without what all findings of the rule share."""

    attribute: Attribute
    index: int | None = None
    field: str = ""
    start: int | None = None
    end: int | None = None
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict)
    fix: Fix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    severity: Severity
    title: str  # a msgid: a few words, for the list of rules
    message: str  # a msgid with %(name)s for the params of its spots
    reason: str  # a msgid: one sentence that says why
    remedy: str  # a msgid: one sentence that says what to do
    example: Recipe  # a prompt in which it is found, for the help page and the tests
    find: Callable[[Reading], Iterator[Spot]]
    limits: Limits = Limits()  # of the example
    languages: tuple[str, ...] = ()  # whose words it reads; empty: it reads none, and holds in every language
    one_click: bool = False  # its fix is an edit, unless that edit would cause another finding

    @property
    def can_be_ignored(self) -> bool:
        """What blocks a run would be refused all the same."""
        return self.severity != "error"
