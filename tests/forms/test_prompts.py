"""The compose form gives back what was typed, character for character."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from studio.forms.prompts import Posted, as_typed, read
from studio.forms.steps import step
from studio.prompts.recipe import ATTRIBUTES, LISTS, Attribute, Kind, Recipe, ReferenceUse, TextLine

# What a person can type: no lone surrogate, no null character, and line breaks as the page sees them.
typed = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=40)
item = typed.filter(lambda value: bool(value.strip()))
lines = st.builds(
    TextLine, text=typed, script=st.sampled_from(["", "latin", "arabic"]), lettering=typed, placement=item
)
uses = st.builds(ReferenceUse, sha256=st.text("0123456789abcdef", min_size=64, max_size=64), role=typed, note=typed)


def recipes(kind: Kind) -> st.SearchStrategy[Recipe]:
    def values(attribute: Attribute) -> st.SearchStrategy[object]:
        if attribute is Attribute.TEXT:
            return st.lists(lines, max_size=3).map(tuple)
        if attribute is Attribute.REFERENCES:
            return st.lists(uses, max_size=3).map(tuple)
        return st.lists(item, max_size=3).map(tuple) if attribute in LISTS else typed

    return st.fixed_dictionaries({attribute.value: values(attribute) for attribute in ATTRIBUTES[kind]}).map(
        lambda fields: Recipe(kind=kind, **fields)  # type: ignore[arg-type]  # by attribute
    )


def fields(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """What the page's form holds for a recipe."""
    for attribute in recipe.attributes:
        value = recipe.value(attribute)
        if attribute is Attribute.TEXT:
            for line in value:
                yield from (
                    ("line_text", line.text),
                    ("line_script", line.script),
                    ("line_placement", line.placement),
                    ("line_lettering", line.lettering),
                )
        elif attribute is Attribute.REFERENCES:
            for use in value:
                yield from (("reference", use.sha256), ("reference_role", use.role), ("reference_note", use.note))
        elif attribute in LISTS:
            yield from ((attribute.value, each) for each in (*value, ""))
        else:
            yield attribute.value, value


def posted(pairs: list[tuple[str, str]], kept: Recipe | None = None) -> Posted:
    """As a browser sends it: every line break as CRLF."""
    body = urlencode([(name, value.replace("\n", "\r\n")) for name, value in pairs])
    return read(QueryDict(body), kept=kept or Recipe())


@given(recipes(Kind.STRUCTURED))
@example(
    Recipe(subject=" \n\nتصميم قهوة 👩‍🎨 é́ \u202e“it's” ", mood=("a, b",), text=(TextLine(text='"', placement="x"),))
)
def test_a_structured_prompt_survives_the_form(recipe: Recipe) -> None:
    assert posted(list(fields(recipe))).recipe == recipe


@given(recipes(Kind.VERBATIM))
def test_a_verbatim_prompt_survives_the_form(recipe: Recipe) -> None:
    assert posted(list(fields(recipe)), Recipe(kind=Kind.VERBATIM)).recipe == recipe


@given(st.dictionaries(st.sampled_from([*Posted.__dataclass_fields__, "takes", "ratio", "width", "do"]), st.text()))
def test_no_nonsense_breaks_the_reader(values: dict[str, str]) -> None:
    read(QueryDict(urlencode(values, errors="replace")), kept=Recipe())


def test_null_characters_go_and_line_breaks_are_one_character() -> None:
    assert as_typed("a\x00b\r\nc\nd") == "ab\nc\nd"


def test_what_this_kind_does_not_show_stays() -> None:
    kept = Recipe(kind=Kind.VERBATIM, body="old", subject="from the other kind")
    recipe = posted([("body", "new")], kept).recipe
    assert (recipe.body, recipe.subject) == ("new", "from the other kind")


def test_rows_added_and_not_yet_written_in_are_no_lines() -> None:
    row = [("line_text", ""), ("line_script", "latin"), ("line_placement", ""), ("line_lettering", "")]
    assert posted(row * 2).recipe.text == ()


def test_exact_pixels_replace_the_ratio() -> None:
    output = posted([("ratio", "exact"), ("width", "1280"), ("height", "720"), ("connection", "7:a:b")]).output
    assert (output.ratio, output.width, output.height) == ("", 1280, 720)
    assert (output.connection, output.model) == (7, "a:b")
    assert posted([("ratio", "3:2"), ("width", "1280")]).output.width is None


def test_numbers_out_of_bounds_are_drawn_in() -> None:
    output = posted([("takes", "0"), ("compression", "900")]).output
    assert (output.takes, output.compression) == (1, 100)
    assert posted([("takes", "many")]).output.takes == 1
    assert posted([("takes", " " * 20 + "7")]).output.takes == 7


def test_keeping_mine_names_the_newer_number() -> None:
    assert posted([("base_number", "3"), ("keep", "9")]).base_number == 9


def test_steps_remove_and_move() -> None:
    a, b, c = (TextLine(text=name) for name in "abc")
    recipe = Recipe(text=(a, b, c))
    assert step(recipe, "line-remove-2").text == (a, c)
    assert step(recipe, "line-up-3").text == (a, c, b)
    assert step(recipe, "line-up-1").text == (a, b, c)
    one, two = ReferenceUse(sha256="1"), ReferenceUse(sha256="2")
    pictures = Recipe(references=(one, two))
    assert step(pictures, "reference-right-1").references == (two, one)
    assert step(pictures, "reference-left-2").references == (two, one)


def test_a_step_to_nowhere_changes_nothing() -> None:
    recipe = Recipe(text=(TextLine(text="a"),))
    for action in ("", "save", "line-remove-9", "line-remove-0", "subject-remove-1", "fix|x"):
        assert step(recipe, action) is recipe
