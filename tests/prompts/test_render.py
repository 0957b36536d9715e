from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.prompts.filling import filled
from studio.prompts.recipe import LISTS, Attribute, Kind, Recipe, ReferenceUse, TextLine
from studio.prompts.render import quotation_marks, render
from tests.prompts.samples import SAMPLES
from tests.prompts.strategies import changes, recipes, texts

COFFEE_TIN = Recipe(
    subject="A matte cream coffee tin with a forest-green band",
    setting="Quiet studio corner, pale oak table",
    mood=("calm", "crafted"),
    lighting="Soft north window from the left",
    composition="Tin on the left third",
    style=("editorial still life",),
    details="Paper label, uncoated",
    text=(
        TextLine(
            text="NORTHLIGHT", script="latin", lettering="letterspaced sans capitals", placement="On the green band"
        ),
        TextLine(text="北光珈琲", script="japanese"),
        TextLine(text="250 g"),
    ),
    references=(
        ReferenceUse(sha256="a" * 64, role="product"),
        ReferenceUse(sha256="b" * 64, role="composition", note="without the hands"),
        ReferenceUse(sha256="c" * 64),
    ),
    preserve=("label layout", "tin proportions"),
    avoid=("hands", "steam"),
)


def test_a_structured_prompt_reads_in_the_order_of_its_attributes() -> None:
    assert render(COFFEE_TIN).text == (
        "A matte cream coffee tin with a forest-green band\n"
        "Setting: Quiet studio corner, pale oak table\n"
        "Mood: calm, crafted\n"
        "Lighting: Soft north window from the left\n"
        "Composition: Tin on the left third\n"
        "Style: editorial still life\n"
        "Details: Paper label, uncoated\n"
        "Text in the image: On the green band, letterspaced sans capitals, in Latin letters, exactly: “NORTHLIGHT”; "
        "in Japanese kanji and kana, exactly: “北光珈琲”; exactly: “250 g”.\n"
        "Image 1 is the product; keep its label layout and proportions. "
        "Image 2 sets the composition: without the hands. Image 3.\n"
        "Keep unchanged: label layout, tin proportions\n"
        "Leave out: hands, steam"
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_verbatim_body_renders_to_itself(name: str) -> None:
    rendered = render(Recipe(kind=Kind.VERBATIM, body=SAMPLES[name]))
    assert rendered.text.encode() == (Path(__file__).parent / "samples" / name).read_bytes()


@given(texts)
def test_any_body_renders_to_itself(body: str) -> None:
    assert render(Recipe(kind=Kind.VERBATIM, body=body)).text == body


def test_supplements_follow_the_body_after_blank_lines() -> None:
    recipe = Recipe(kind=Kind.VERBATIM, body=" A cat. \n", avoid=("dogs",), preserve=("the whiskers",))
    assert render(recipe).text == " A cat. \n\n\nKeep unchanged: the whiskers\n\nLeave out: dogs"


@given(changes())
def test_a_change_of_one_attribute_leaves_every_byte_outside_its_part(change: tuple[Recipe, Attribute, Recipe]) -> None:
    before, attribute, after = change
    assert render(before).around(attribute) == render(after).around(attribute)


@given(changes())
def test_a_change_of_one_attribute_keeps_the_parts_of_all_others(change: tuple[Recipe, Attribute, Recipe]) -> None:
    before, changed, after = change
    for attribute in before.attributes:
        if attribute is not changed:
            assert _part(before, attribute) == _part(after, attribute)


def _part(recipe: Recipe, attribute: Attribute) -> str:
    rendered = render(recipe)
    span = rendered.span(attribute)
    return rendered.text[span.start : span.end] if span else ""


@given(recipes)
def test_the_spans_of_attributes_cover_the_prompt_without_gap_or_overlap(recipe: Recipe) -> None:
    rendered = render(recipe)
    at = 0
    for span in rendered.spans:
        if span.index is None:
            assert span.start == at < span.end
            at = span.end
    assert at == len(rendered.text)


@given(recipes)
def test_every_value_is_in_its_span_byte_for_byte(recipe: Recipe) -> None:
    rendered = render(recipe)
    for attribute in recipe.attributes:
        value, span = filled(recipe).value(attribute), rendered.span(attribute)
        if isinstance(value, str):
            assert (rendered.text[span.value_start : span.value_end] if span else "") == value
            continue
        for item in rendered.items(attribute):
            assert item.index is not None
            shown = rendered.text[item.value_start : item.value_end]
            if attribute in LISTS:
                assert shown == value[item.index]
            elif attribute is Attribute.TEXT:
                assert shown == value[item.index].text
            else:
                assert value[item.index].note in shown


@given(recipes)
def test_items_lie_inside_their_attribute_in_order(recipe: Recipe) -> None:
    rendered = render(recipe)
    for span in rendered.spans:
        assert span.start <= span.value_start <= span.value_end <= span.end
        at = span.value_start
        for item in rendered.items(span.attribute) if span.index is None else ():
            assert at <= item.start < item.end <= span.end
            at = item.end


@given(st.one_of(texts, st.text(alphabet='“”"«»「」『』⟦⟧<>/text-12')))
def test_exact_text_ends_where_its_closing_mark_first_occurs(text: str) -> None:
    opening, closing = quotation_marks(text)
    assert opening not in text
    assert (text + closing).index(closing) == len(text)


def test_a_line_without_characters_says_nothing() -> None:
    assert render(Recipe(subject="A sign", text=(TextLine(placement="at the top"),))).text == "A sign"


def test_items_keep_their_number_when_an_earlier_one_is_blank() -> None:
    rendered = render(Recipe(mood=("", "calm")))
    assert [item.index for item in rendered.items(Attribute.MOOD)] == [1]


def test_reference_numbers_follow_the_order() -> None:
    first, second = ReferenceUse(sha256="a" * 64, role="style"), ReferenceUse(sha256="b" * 64, role="product")
    assert "Image 1 sets the style" in render(Recipe(references=(first, second))).text
    assert "Image 2 sets the style" in render(Recipe(references=(second, first))).text


def test_what_the_other_kind_of_prompt_holds_is_kept_but_not_sent() -> None:
    assert render(Recipe(kind=Kind.VERBATIM, body="A cat", subject="A dog")).text == "A cat"
    assert render(Recipe(body="A cat", subject="A dog")).text == "A dog"


def test_a_reference_that_nobody_explained_adds_nothing_to_somebodys_own_text() -> None:
    bare, style = ReferenceUse(sha256="a" * 64), ReferenceUse(sha256="b" * 64, role="style")
    assert render(Recipe(kind=Kind.VERBATIM, body="Like image 1", references=(bare,))).text == "Like image 1"
    text = render(Recipe(kind=Kind.VERBATIM, body="Like image 1", references=(bare, style))).text
    assert text == "Like image 1\n\nImage 2 sets the style; take none of its content."
