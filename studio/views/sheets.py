"""Everything that one Compose page shows, worked out when the template first asks for it and then kept."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from studio.models import Connection, Prompt, Reference, Team
from studio.prompts import counts
from studio.prompts.change import differences
from studio.prompts.recipe import Attribute, Kind, Recipe, TextLine
from studio.prompts.render import Rendered, render
from studio.prompts.scripts import detect
from studio.providers.output import Output
from studio.services import prompts
from studio.views import fields, previews
from studio.views.checks import Checks, limits_of
from studio.views.documents import Document
from studio.views.outputs import Pane
from studio.views.tiles import Newest
from studio.views.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.forms.prompts import Posted

# One large picture, those beside it and in two rows beneath it.
TAKES_SHOWN = 10
SCENE: tuple[tuple[Attribute, int], ...] = (
    (Attribute.SUBJECT, 3),
    (Attribute.SETTING, 2),
    (Attribute.LIGHTING, 2),
    (Attribute.COMPOSITION, 2),
    (Attribute.MOOD, 0),
    (Attribute.STYLE, 0),
    (Attribute.DETAILS, 2),
)
LIMITS = (Attribute.PRESERVE, Attribute.AVOID)


class Sheet:
    """One prompt as it is being written."""

    def __init__(self, *, team: Team, prompt: Prompt, recipe: Recipe, output: Output, title: str | None = None) -> None:
        self.team, self.prompt = team, prompt
        self.asked, self.output = recipe, output
        own = prompts.own_title(prompt) if title is None else title
        self.title = "" if own in prompts.nameless() else own
        self.tab, self.token = str(uuid.uuid4()), uuid.uuid4()
        self.base = prompt.draft_number
        self.behind: prompts.Behind | None = None
        self.refusal = ""
        self.offers_as_written = False
        self.told_apart: list[str] = []
        self.has_new_line = False
        self.blank_lines = 0  # rows that were added and not yet written in
        self.can_keep = True  # what is here, over what somebody else has saved
        self.asked_for_source = False
        self.first_row = 0  # of the tree of a JSON prompt
        self.added = ""  # the leaf that was just added there

    @classmethod
    def of_draft(cls, team: Team, prompt: Prompt) -> Sheet:
        output = Output.from_json(prompt.draft.get("output", {}))
        return cls(team=team, prompt=prompt, recipe=prompt.recipe, output=output)

    @classmethod
    def of_post(cls, team: Team, prompt: Prompt, posted: Posted) -> Sheet:
        sheet = cls(team=team, prompt=prompt, recipe=posted.recipe, output=posted.output, title=posted.title)
        sheet.tab, sheet.token, sheet.base = posted.tab or sheet.tab, posted.token, posted.base_number
        sheet.asked_for_source, sheet.first_row = posted.in_source, posted.first_row
        sheet.can_keep = not posted.is_other_tree
        sheet.told_apart += [wrong.sentence(_) for wrong in posted.unfit]
        return sheet

    def change(self, recipe: Recipe) -> None:
        """Go on with another recipe; what was worked out from the old one is forgotten."""
        if recipe is self.recipe:
            return
        self.asked = recipe
        for name in ("recipe", "rendered", "checks", "segments", "stored", "pane", "undo", "references", "document"):
            self.__dict__.pop(name, None)

    # What is written

    @cached_property
    def stored(self) -> Mapping[str, Reference]:
        """This team's pictures among those that the recipe names."""
        hashes = {use.sha256 for use in self.asked.references}
        found = Reference.objects.for_team(self.team).filter(sha256__in=hashes) if hashes else []
        return {row.sha256: row for row in found}

    @cached_property
    def recipe(self) -> Recipe:
        """Without references that are none of this team's."""
        uses = tuple(use for use in self.asked.references if use.sha256 in self.stored)
        return self.asked if len(uses) == len(self.asked.references) else replace(self.asked, references=uses)

    @property
    def notices(self) -> list[str]:
        notices = list(self.told_apart)
        if self.recipe is not self.asked:
            notices.append(_("A reference is not one of this team's pictures and was left out. Upload it here first."))
        if self.pane.is_foreign:
            notices.append(_("That connection is not one of this team's. Another one is chosen now."))
        return notices

    @property
    def number(self) -> int:
        """What the next save follows. A page that is behind stays behind until somebody chooses."""
        return self.base if self.behind else self.prompt.draft_number

    @property
    def first_words(self) -> str:
        """What the prompt is called while it has no title of its own."""
        return prompts.shown_title("", self.recipe)

    @property
    def heading(self) -> str:
        return self.title or self.first_words

    def swap_aside(self) -> None:
        """Take back the words that were replaced; those that are here now are set aside in their turn."""
        aside = self.prompt.draft.get("aside")
        if aside:
            self.title, self.output = aside["title"], Output.from_json(aside["output"])
            self.change(Recipe.from_json(aside["recipe"]))

    @property
    def aside_at(self) -> datetime | None:
        at = self.prompt.draft.get("aside", {}).get("at")
        return datetime.fromisoformat(at) if at else None

    @property
    def is_structured(self) -> bool:
        return self.recipe.kind is Kind.STRUCTURED

    @property
    def is_json(self) -> bool:
        return self.recipe.kind is Kind.JSON

    @property
    def in_source(self) -> bool:
        """A JSON prompt is shown as its text: because somebody asked for it, or because it is no JSON yet."""
        return self.is_json and (self.asked_for_source or self.document.parsed is None)

    @cached_property
    def document(self) -> Document:
        return Document(self.recipe.body, first=self.first_row, added=self.added)

    @property
    def fills(self) -> list[dict[str, Any]]:
        return fields.fills(self.recipe)

    @property
    def scene(self) -> list[dict[str, Any]]:
        hints = {
            Attribute.SUBJECT: _("What the picture is of"),
            Attribute.SETTING: _("Where it stands, what surrounds it"),
            Attribute.LIGHTING: _("Where the light comes from, how it falls"),
            Attribute.COMPOSITION: _("Framing, viewpoint, lens"),
            Attribute.DETAILS: _("Materials, palette, finish"),
        }
        return [self._field(attribute, rows=rows, hint=hints.get(attribute, "")) for attribute, rows in SCENE]

    @property
    def limits(self) -> list[dict[str, Any]]:
        return [self._field(attribute) for attribute in LIMITS]

    def _field(self, attribute: Attribute, *, rows: int = 0, hint: str = "") -> dict[str, Any]:
        value = self.recipe.value(attribute)
        label = _("Style anchors") if attribute is Attribute.STYLE else previews.LABELS[attribute]
        is_list = isinstance(value, tuple)
        return {
            "name": attribute.value,
            "label": label,
            "rows": rows,
            "hint": hint,
            "value": "" if is_list else value,
            "items": value if is_list else None,
        }

    @property
    def lines(self) -> list[dict[str, Any]]:
        rows = [fields.text_line(place, line) for place, line in enumerate(self.recipe.text)]
        if self.has_new_line:
            rows.append(fields.text_line(len(rows), TextLine()) | {"is_new": True})
        return rows + [fields.text_line(len(rows) + blank, TextLine()) for blank in range(self.blank_lines)]

    @property
    def line_to_be(self) -> dict[str, Any]:
        """What the page makes a new line of; its place and number are filled in there."""
        return fields.text_line(0, TextLine()) | {"place": "{place}", "number": "{number}"}

    @property
    def looks(self) -> str:
        """The script that each line looks like, for those in which nobody chose one."""
        return ",".join(detect(line.text) for line in self.recipe.text)

    @property
    def scripts(self) -> list[dict[str, str]]:
        return fields.scripts()

    @property
    def roles(self) -> list[dict[str, str]]:
        return fields.roles()

    @cached_property
    def references(self) -> list[dict[str, Any]]:
        last = len(self.recipe.references)
        return [
            fields.reference(self.stored[use.sha256], number, role=use.role, note=use.note)
            | {"is_last": number == last}
            for number, use in enumerate(self.recipe.references, start=1)
        ]

    # What it becomes

    @cached_property
    def rendered(self) -> Rendered:
        return render(self.recipe)

    @property
    def words(self) -> int:
        return counts.words(self.rendered.text)

    @cached_property
    def checks(self) -> Checks:
        return Checks(
            self.recipe,
            limits=limits_of(self.pane.model, self.pane.output),
            ignored=self.prompt.ignored,
            in_source=self.in_source,
            is_blank=not self.rendered.text,
        )

    @cached_property
    def segments(self) -> list[previews.Segment]:
        return previews.segments(self.recipe, self.rendered, self.checks.findings)

    @property
    def sent(self) -> str:
        """The whole prompt, for "Copy"; a very long one is fetched when somebody asks for it."""
        return self.rendered.text if len(self.rendered.text) <= previews.SHOWN else ""

    @cached_property
    def undo(self) -> dict[str, Any]:
        """The last one-click change, while it can still be taken back."""
        undo = self.prompt.draft.get("undo") or {}
        return undo if undo and prompts.undone(self.recipe, undo) is not None else {}

    @property
    def undo_words(self) -> str:
        names = [str(previews.LABELS[Attribute(name)]).lower() for name in self.undo]
        return _("Changed: %(parts)s.") % {"parts": listed(names)} if names else ""

    def undo_since(self, before: Recipe) -> dict[str, Any]:
        """What to keep for Undo: what a button has made of ``before``. Whoever types on is content with it."""
        if before.kind is not self.recipe.kind:  # other attributes; the way back is what was set aside
            return {}
        if differences(before, self.recipe):
            return prompts.undo_of(before, self.recipe)
        return {} if differences(self.prompt.recipe, self.recipe) else self.undo

    # Who makes it, and what was made

    @cached_property
    def pane(self) -> Pane:
        return Pane(
            connections=Connection.objects.for_team(self.team),
            output=self.output,
            references=[self.stored[use.sha256].cleaned_bytes for use in self.recipe.references],
            characters=len(self.rendered.text),
        )

    @property
    def upload(self) -> dict[str, Any]:
        return fields.uploading()

    @property
    def max_references(self) -> int:
        return self.pane.model.max_references if self.pane.model else 0

    @cached_property
    def newest(self) -> Newest:
        return Newest(self.team, self.prompt, shown=TAKES_SHOWN)

    @property
    def keys(self) -> list[dict[str, str]]:
        """Alt and a digit go to a field; the help sheet lists them."""
        return fields.keys([attribute for attribute, _rows in SCENE] if self.is_structured else [Attribute.BODY])
