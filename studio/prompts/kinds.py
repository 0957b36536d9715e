"""From one kind of prompt to another where nothing has to be guessed: what is sent stays the same to the byte."""

from __future__ import annotations

from dataclasses import replace

from studio.prompts import tree
from studio.prompts.recipe import Kind, Recipe
from studio.prompts.render import render


def as_verbatim(recipe: Recipe) -> Recipe:
    """The rendered prompt as somebody's own text, its placeholders unfilled where the text has the same ones.

    What has become part of the text is not said a second time as a supplement: references stay attached and lose the
    sentences that the text now holds. The fields of a structured prompt stay in the recipe, unsent.
    """
    if recipe.kind is not Kind.STRUCTURED:
        return replace(recipe, kind=Kind.VERBATIM)
    text = replace(
        recipe,
        kind=Kind.VERBATIM,
        body=render(replace(recipe, fills=())).text,
        text=(),
        references=tuple(replace(use, role="", note="") for use in recipe.references),
        preserve=(),
        avoid=(),
    )
    sent = render(recipe).text
    # Two fields in brackets may read as headings once they stand in one text: then their words are written in.
    return text if render(text).text == sent else replace(text, body=sent, fills=())


def as_json(recipe: Recipe) -> Recipe:
    """The same text, read as JSON: words for its placeholders are escaped from now on. Raises ValueError for a
    structured prompt, which holds no such text."""
    if recipe.kind is Kind.STRUCTURED:
        raise ValueError("A structured prompt has no text to be read as JSON.")
    return replace(recipe, kind=Kind.JSON)


def kind_of(text: str) -> Kind:
    """What a finished text is: a JSON document, or prose."""
    try:
        is_document = text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["} and bool(tree.parse(text).nodes)
    except tree.Invalid:
        is_document = False
    return Kind.JSON if is_document else Kind.VERBATIM
