"""Verbs on prompts: begin one, keep what is being written, and freeze it into an immutable version."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from studio.models import Project, Prompt, Reference, User, Version, VersionReference
from studio.prompts.change import differences, single_difference
from studio.prompts.filling import text_leaves
from studio.prompts.recipe import Attribute, Kind, Recipe, TextLine
from studio.prompts.render import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from studio.providers.output import Output

TITLE_LENGTH = 60

# Two writers meet at a number and one of them looks again; more than a few rounds means a fault.
ROUNDS = 5
# How many that were replaced can be taken back, one after the other.
MOST_ASIDE = 3
# What a draft holds besides who saved it last.
CONTENT = ("recipe", "output", "undo", "aside")


class UnknownReference(ValueError):
    """A recipe names a picture that its team does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """The open page that saves. Its later saves follow its earlier ones even when an answer got lost on the way."""

    id: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Another tab or person saved newer work. Nothing was overwritten."""

    number: int
    at: datetime | None = field(default=None)


def title_of(recipe: Recipe) -> str:
    """The first words of what it says."""
    text = _beginning(recipe)
    words = " ".join(text[: 4 * TITLE_LENGTH].replace("\x00", " ").split())
    if len(words) <= TITLE_LENGTH:
        return words
    head, _space, cut = words[: TITLE_LENGTH + 1].rpartition(" ")
    # Chinese has no spaces; a single long word is better cut than left out.
    return head if head and len(cut) < TITLE_LENGTH // 2 else words[:TITLE_LENGTH]


def _beginning(recipe: Recipe) -> str:
    if recipe.kind is Kind.STRUCTURED:
        return recipe.subject
    said = [node.value for _place, node in text_leaves(recipe) or () if node.value.strip()]
    # Many begin with something like "type": "image_prompt", which is one word and no title.
    titles = [each for each in said if len(each.split()) > 1 or not each.isascii()]
    return [*titles, *said, recipe.body][0]


@cache
def nameless() -> frozenset[str]:
    """What a prompt is called before anybody has named it, in every language."""
    found = {""}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(gettext("Untitled prompt"))
    return frozenset(found)


def own_title(prompt: Prompt) -> str:
    """What somebody has called it; empty while its first words are its title."""
    return "" if prompt.title in {*nameless(), title_of(prompt.recipe)} else prompt.title


def shown_title(own: str, recipe: Recipe) -> str:
    return own or title_of(recipe) or gettext("Untitled prompt")


def create(
    *, project: Project, user: User, title: str, recipe: Recipe | None = None, output: Output | None = None
) -> Prompt:
    recipe = recipe or Recipe()
    draft = {"recipe": recipe.to_json()} | ({"output": output.to_json()} if output else {})
    return Prompt.objects.create(
        project=project,
        title=title,
        kind=recipe.kind.value,
        draft=draft,
        draft_saved_at=timezone.now(),
        created_by=user,
    )


def save_draft(
    *,
    prompt: Prompt,
    recipe: Recipe,
    output: Output,
    base_number: int,
    title: str | None = None,
    tab: Tab | None = None,
    undo: Mapping[str, Any] | None = None,
    aside: Mapping[str, Any] | None = None,
) -> Saved | Behind:
    """Keep the draft, unless somebody else saved since ``base_number``; then nothing is written.

    One tab may be ahead of its own base: the answer to its last save can be on its way still, or lost. ``aside`` is
    what ``set_aside`` made of words that were replaced; what is aside already stays where it is None. A prompt without
    a ``title`` of its own is called by its first words.
    """
    own = own_title(prompt) if title is None else title
    tab, title = tab or Tab(), shown_title("" if own in nameless() else own, recipe)
    draft = {"recipe": recipe.to_json(), "output": output.to_json()}
    kept = {"undo": undo, "aside": prompt.draft.get("aside") if aside is None else aside}
    draft |= {name: dict(value) for name, value in kept.items() if value}
    for _ in range(ROUNDS):
        if title == prompt.title and draft == {name: prompt.draft[name] for name in CONTENT if name in prompt.draft}:
            return Saved(number=prompt.draft_number, at=prompt.draft_saved_at or prompt.created_at)
        if not _follows(prompt, base_number, tab):
            return Behind(number=prompt.draft_number, at=prompt.draft_saved_at)
        if _write_draft(prompt, title, recipe.kind, draft | {"tab": tab.id, "count": tab.count}):
            return Saved(number=prompt.draft_number, at=prompt.draft_saved_at or prompt.created_at)
        prompt.refresh_from_db(fields=["title", "kind", "draft", "draft_number", "draft_saved_at"])
    return Behind(number=prompt.draft_number, at=prompt.draft_saved_at)


def set_aside(prompt: Prompt, *, tab: Tab) -> dict[str, Any] | None:
    """What is stored now, for taking it back after it was replaced. A tab does not set its own words aside."""
    if tab.id and prompt.draft.get("tab") == tab.id:
        return None
    kept: dict[str, Any] = prompt.draft.get("aside") or {}
    older = [{name: kept[name] for name in kept if name != "more"}, *kept.get("more", [])] if kept else []
    return _stored(prompt) | {"more": older[: MOST_ASIDE - 1]}


def taken_back(prompt: Prompt) -> dict[str, Any]:
    """What stays aside when the newest of it is taken back: the older ones, and last what stands in its place now."""
    kept: dict[str, Any] = prompt.draft.get("aside") or {}
    left: list[dict[str, Any]] = [*kept.get("more", []), _stored(prompt)]
    return left[0] | {"more": left[1:]}


def _stored(prompt: Prompt) -> dict[str, Any]:
    now = {"title": own_title(prompt), "recipe": prompt.recipe.to_json(), "output": prompt.draft.get("output", {})}
    return now | {"at": timezone.now().isoformat()}


def _follows(prompt: Prompt, base_number: int, tab: Tab) -> bool:
    if base_number == prompt.draft_number:
        return True
    return bool(tab.id) and prompt.draft.get("tab") == tab.id and prompt.draft.get("count", 0) < tab.count


def _write_draft(prompt: Prompt, title: str, kind: Kind, draft: dict[str, Any]) -> bool:
    """Whether the row was still the one that was read."""
    now, number = timezone.now(), prompt.draft_number + 1
    changed = Prompt.objects.filter(pk=prompt.pk, draft_number=prompt.draft_number).update(
        title=title, kind=kind.value, draft=draft, draft_number=number, draft_saved_at=now
    )
    if changed:
        prompt.title, prompt.kind, prompt.draft = title, kind.value, draft
        prompt.draft_number, prompt.draft_saved_at = number, now
    return changed == 1


def tidy(recipe: Recipe) -> Recipe:
    """Without the text lines in which nothing was written; everything else stays as it was typed."""
    return replace(recipe, text=tuple(line for line in recipe.text if line != TextLine()))


def freeze(*, prompt: Prompt, recipe: Recipe, user: User | None) -> Version:
    """The immutable version of this recipe: the newest one when nothing changed, else a new one.

    It is a child of the newest version when exactly one attribute differs, and a root of its own otherwise.
    """
    recipe = tidy(recipe)
    references = _references(prompt, recipe)
    for _ in range(ROUNDS):
        newest = prompt.versions.order_by("-number").first()
        if newest is not None and not differences(newest.recipe, recipe):
            return newest
        try:
            with transaction.atomic():
                return _write(prompt, recipe, references, newest, user)
        except IntegrityError:
            # Somebody froze the same prompt between the look and the write; look again.
            continue
    raise RuntimeError(f"Prompt {prompt.pk} could not be frozen in {ROUNDS} rounds.")


def _references(prompt: Prompt, recipe: Recipe) -> list[Reference]:
    if not recipe.references:
        return []
    hashes = [use.sha256 for use in recipe.references]
    found = {row.sha256: row for row in Reference.objects.for_team(prompt.project.team).filter(sha256__in=hashes)}
    if missing := [sha256 for sha256 in hashes if sha256 not in found]:
        raise UnknownReference(missing[0])
    return [found[sha256] for sha256 in hashes]


def _write(
    prompt: Prompt, recipe: Recipe, references: list[Reference], newest: Version | None, user: User | None
) -> Version:
    changed = single_difference(newest.recipe, recipe) if newest else None
    version = Version.objects.create(
        prompt=prompt,
        number=newest.number + 1 if newest else 1,
        parent=newest if changed else None,
        # A name in JSON may hold a null character, which PostgreSQL cannot store.
        changed=str(changed).replace("\x00", "\ufffd") if changed else "",
        recipe_data=recipe.to_json(),
        text=render(recipe).text,
        created_by=user,
    )
    VersionReference.objects.bulk_create(
        VersionReference(version=version, reference=reference, number=number)
        for number, reference in enumerate(references, start=1)
    )
    return version


def undo_of(before: Recipe, after: Recipe) -> dict[str, Any]:
    """What a one-click change did, attribute by attribute, so that it can be taken back while the rest goes on."""
    old, new = before.to_json(), after.to_json()
    changed = dict.fromkeys(place.attribute.value for place in differences(before, after))
    return {name: [old.get(name), new.get(name)] for name in changed}


def undone(recipe: Recipe, undo: Mapping[str, Any]) -> Recipe | None:
    """The recipe with that change taken back, or None when what it changed was edited since."""
    now = recipe.to_json()
    if not undo or any(now.get(name) != after for name, (_, after) in undo.items()):
        return None
    values = {name: before for name, (before, _) in undo.items() if before is not None}
    old = Recipe.from_json({"kind": recipe.kind.value, **values})
    for name in undo:
        recipe = recipe.with_value(Attribute(name), old.value(Attribute(name)))
    return recipe


def empty_recipe(kind: str) -> Recipe:
    """The recipe that a new prompt of this kind starts with."""
    return Recipe(kind=Kind(kind) if kind in set(Kind) else Kind.STRUCTURED)


def ignore(prompt: Prompt, rule: str, why: str) -> None:
    """This check is not told in this prompt any more; ``why`` is for those who come later."""
    _ignored(prompt, lambda ignored: ignored | {rule: why})


def heed(prompt: Prompt, rule: str) -> None:
    """This check is told again."""
    _ignored(prompt, lambda ignored: {name: why for name, why in ignored.items() if name != rule})


def _ignored(prompt: Prompt, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    with transaction.atomic():
        row = Prompt.objects.select_for_update().get(pk=prompt.pk)
        row.ignored = prompt.ignored = change(row.ignored)
        row.save(update_fields=["ignored"])
