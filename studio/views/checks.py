"""What the checks say of the prompt on the page, and which of them somebody does not want to hear of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.prompts import lint
from studio.views.places import field_id, in_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.prompts.recipe import Recipe
    from studio.providers.capabilities import Model
    from studio.providers.output import Output

# Of one rule: whoever has mended these is told of the next.
MOST = 50
LOOKS = {"error": ("bad", "circle-x"), "warning": ("warn", "triangle-alert"), "note": ("note", "info")}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in the reader's language."""

    rule: str
    key: str
    look: str
    icon: str
    message: str
    reason: str
    fix: str
    is_edit: bool
    attribute: str
    index: int | None
    field: str
    is_placeholder: bool
    can_be_ignored: bool
    selects: tuple[int, int] | None  # what to select in the field, in the units of a browser


@dataclass(frozen=True, slots=True)
class Ignored:
    rule: str
    title: str
    why: str


def told(finding: lint.Finding, recipe: Recipe, *, in_source: bool) -> Told:
    look, icon = LOOKS[finding.severity]
    fix = finding.fix
    focus = fix.focus if fix else None
    field = field_id(focus.attribute, focus.index, focus.field, in_source=in_source) if focus else ""
    return Told(
        rule=finding.id,
        key=finding.key,
        look=look,
        icon=icon,
        message=finding.sentence(_),
        reason=finding.because(_),
        fix=_(fix.label) if fix else "",
        is_edit=bool(fix and fix.edit),
        attribute=finding.attribute.value,
        index=finding.index,
        field=field or field_id(finding.attribute, finding.index, in_source=in_source),
        is_placeholder=finding.id == "placeholder-unfilled",
        can_be_ignored=not finding.blocks,
        selects=in_field(finding, recipe, in_source=in_source),
    )


def limits_of(model: Model | None, output: Output) -> lint.Limits:
    """What the checks need to know of the chosen model, and of what is asked of it."""
    if model is None:
        return lint.Limits()
    return lint.Limits(
        max_characters=model.max_prompt,
        max_references=model.max_references,
        many_references=model.many_references,
        transparent_background=model.transparent_background,
        takes=output.takes,
        takes_ignored=model.takes_ignored,
        qualities=model.qualities,
        quality=output.quality,
    )


class Checks:
    def __init__(
        self, recipe: Recipe, *, limits: lint.Limits, ignored: Mapping[str, str], in_source: bool, is_blank: bool
    ) -> None:
        self.recipe, self.limits, self.reasons = recipe, limits, ignored
        self.in_source = in_source
        self.is_blank = is_blank  # nothing was written yet, so nothing is at fault; Generate says that it is empty

    @cached_property
    def findings(self) -> tuple[lint.Finding, ...]:
        return lint.check(self.recipe, limits=self.limits, ignored=self.reasons)

    @cached_property
    def told(self) -> list[Told]:
        found: list[Told] = []
        count: Counter[str] = Counter()
        for finding in () if self.is_blank else self.findings:
            count[finding.id] += 1
            if count[finding.id] <= MOST:
                found.append(told(finding, self.recipe, in_source=self.in_source))
        return found

    @property
    def kinds(self) -> list[list[Told]]:
        """Findings of one kind share a row."""
        found: dict[str, list[Told]] = {}
        for each in self.told:
            found.setdefault(each.rule, []).append(each)
        return list(found.values())

    @property
    def errors(self) -> list[Told]:
        return [finding for finding in self.told if finding.look == "bad"]

    @property
    def worries(self) -> str:
        errors, warnings = len(self.errors), sum(finding.look == "warn" for finding in self.told)
        if errors:
            return ngettext("%(n)d error", "%(n)d errors", errors) % {"n": errors}
        return ngettext("%(n)d warning", "%(n)d warnings", warnings) % {"n": warnings} if warnings else ""

    @property
    def ignored(self) -> list[Ignored]:
        titles = {rule.id: rule.title for rule in lint.RULES}
        return [Ignored(rule, _(titles[rule]), why) for rule, why in self.reasons.items() if rule in titles]

    def fixed(self, key: str) -> Recipe:
        """The prompt with one finding's edit made. A finding that is gone already needs no fix."""
        finding = next((each for each in self.findings if each.key == key and each.fix and each.fix.edit), None)
        return lint.apply(self.recipe, finding) if finding else self.recipe
