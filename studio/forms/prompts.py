"""The compose form, read into a recipe and an output without changing a character that was typed.

Browsers send every line break of a textarea as CRLF, whatever was typed or pasted; it is turned back into LF, and what
came from a file with other line ends keeps them wherever it was not touched. The null character alone goes, which
PostgreSQL cannot store and no provider accepts.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.forms import leaves
from studio.forms.typed import as_typed
from studio.prompts.line_ends import with_line_ends
from studio.prompts.recipe import Attribute, Fill, Kind, Recipe, ReferenceUse, TextLine
from studio.providers.output import Output

if TYPE_CHECKING:
    from django.http import QueryDict

MAX_TITLE = 160
MAX_TAKES = 50
MAX_PARTIALS = 10
MAX_BLANK = 20
# What a ratio's radio button says when exact pixels are asked for instead.
EXACT = "exact"

SENTENCES = (
    Attribute.SUBJECT,
    Attribute.SETTING,
    Attribute.LIGHTING,
    Attribute.COMPOSITION,
    Attribute.DETAILS,
)
CHIPS = (Attribute.MOOD, Attribute.STYLE, Attribute.PRESERVE, Attribute.AVOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Everything that the compose form says."""

    title: str | None  # None where the form has no such field
    recipe: Recipe
    output: Output
    base_number: int
    blank_lines: int  # rows of text at the end that were added and not yet written in
    keeps: bool  # over what another tab or person has saved meanwhile
    tab: str
    count: int
    token: uuid.UUID
    action: str  # what a button asked for besides saving: "line-add", "reference-remove-2" …
    unfit: tuple[leaves.Unfit, ...]  # what was typed into the tree of a JSON prompt and could not be taken
    in_source: bool  # a JSON prompt is shown as its text instead of its tree
    first_row: int  # of the tree, on a page of its rows
    fill_names: tuple[str, ...]  # the placeholders that the page showed a field for
    is_other_tree: bool  # the page shows the tree of another text than the one that is kept now

    @property
    def as_written(self) -> bool:
        """The person has seen that a placeholder is unfilled and wants it sent all the same."""
        return self.action == "send-as-written"


def read(post: QueryDict, *, kept: Recipe) -> Posted:
    """``kept`` is the draft so far: what a prompt of the page's kind does not show stays."""
    kept = replace(kept, kind=_kind(post, kept))
    # The tree of another text is nobody's newest work, not even its own tab's: an answer may have got lost. Nor can
    # its values be kept over the other text, in which a path may name something else.
    is_other_tree = post.get("shape", "") not in {"", leaves.shape(kept.body)}
    keep = None if is_other_tree else _number(post.get("keep"), least=0)
    base = 0 if is_other_tree else _number(post.get("base_number"), least=0) or 0
    body, unfit = _body(post, kept)
    recipe = _recipe(post, replace(kept, body=body))
    return Posted(
        title=" ".join(as_typed(post.get("title", "")).split())[:MAX_TITLE].strip() if "title" in post else None,
        recipe=recipe,
        blank_lines=min(len(post.getlist("line_text")) - len(recipe.text), MAX_BLANK),
        output=_output(post),
        base_number=base if keep is None else keep,
        keeps=keep is not None,
        tab="" if is_other_tree else as_typed(post.get("tab", ""))[:36],
        count=_number(post.get("count"), least=0) or 0,
        token=_token(post.get("token", "")),
        action=as_typed(post.get("do", "")),
        unfit=unfit,
        in_source=post.get("view") == "source",
        first_row=_number(post.get("first_row"), least=0) or 0,
        fill_names=tuple(_column(post, "fill_name")),
        is_other_tree=is_other_tree,
    )


def _kind(post: QueryDict, kept: Recipe) -> Kind:
    """As the page shows it: another tab may have changed it, and the fields of this page belong to this one."""
    kind = post.get("kind", "")
    return Kind(kind) if kind in set(Kind) else kept.kind


def _body(post: QueryDict, kept: Recipe) -> tuple[str, tuple[leaves.Unfit, ...]]:
    """As one text, or as the leaves of a tree; kept where the page showed neither."""
    if Attribute.BODY not in kept.attributes:
        return kept.body, ()
    if "body" in post:
        return with_line_ends(as_typed(post.get("body", "")), kept.body), ()
    return leaves.edited(post, kept.body)


def _recipe(post: QueryDict, kept: Recipe) -> Recipe:
    recipe = replace(kept, text=_lines(post), references=_references(post), fills=_fills(post, kept))
    for attribute in SENTENCES:
        if attribute in kept.attributes:
            recipe = recipe.with_value(attribute, as_typed(post.get(attribute.value, "")))
    for attribute in CHIPS:
        if attribute in kept.attributes:
            items = (as_typed(item) for item in post.getlist(attribute.value))
            recipe = recipe.with_value(attribute, tuple(item for item in items if item.strip()))
    return recipe


def _lines(post: QueryDict) -> tuple[TextLine, ...]:
    """Empty lines at the end are rows that were added and not yet written in."""
    columns = (_column(post, f"line_{name}") for name in ("text", "script", "lettering", "placement"))
    lines = [
        TextLine(text=text, script=script, lettering=lettering, placement=placement)
        for text, script, lettering, placement in zip(*columns, strict=False)
    ]
    while lines and _is_blank(lines[-1]):
        lines.pop()
    return tuple(lines)


def _is_blank(line: TextLine) -> bool:
    """A script chosen for a line without anything else says nothing yet."""
    return not (line.text or line.lettering or line.placement)


def _fills(post: QueryDict, kept: Recipe) -> tuple[Fill, ...]:
    """Words for placeholders that the page did not show are kept: the placeholder may come back."""
    shown = dict(zip(_column(post, "fill_name"), _column(post, "fill_value"), strict=False))
    known = {fill.name: fill.value for fill in kept.fills} | shown
    return tuple(Fill(name=name, value=value) for name, value in known.items() if name and value)


def _references(post: QueryDict) -> tuple[ReferenceUse, ...]:
    roles, notes = _column(post, "reference_role"), _column(post, "reference_note")
    return tuple(
        ReferenceUse(sha256=sha256[:64], role=role, note=note)
        for sha256, role, note in zip(_column(post, "reference"), roles, notes, strict=False)
        if sha256
    )


def _column(post: QueryDict, name: str) -> list[str]:
    return [as_typed(value) for value in post.getlist(name)]


def _output(post: QueryDict) -> Output:
    def word(name: str, otherwise: str = "", most: int = 12) -> str:
        return as_typed(post.get(name, otherwise))[:most]

    connection, _, model = word("connection", most=140).partition(":")
    exact = word("ratio") == EXACT
    return Output(
        connection=_number(connection, least=1),
        model=model,
        ratio="" if exact else word("ratio", "1:1"),
        tier=word("tier", "1K"),
        width=_number(post.get("width"), least=1, most=100_000) if exact else None,
        height=_number(post.get("height"), least=1, most=100_000) if exact else None,
        quality=word("quality"),
        format=word("format"),
        compression=_number(post.get("compression"), least=0, most=100),
        takes=_number(post.get("takes"), least=1, most=MAX_TAKES) or 1,
        partials=_number(post.get("partials"), least=0, most=MAX_PARTIALS) or 0,
    )


def _number(value: str | None, *, least: int, most: int = 2**31 - 1) -> int | None:
    """The number in a field, drawn into its bounds; None where there is none."""
    digits = (value or "").strip()
    return min(max(int(digits[:12]), least), most) if digits.isdecimal() else None


def _token(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        return uuid.uuid4()
