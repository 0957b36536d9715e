"""The layout proof: exact, repeatable, honest about what it is, and able to set every script on a bare machine."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.imaging import faces, reading, sandbox
from studio.imaging.faces import FONTS, Voice
from studio.imaging.lettering import Style, fit, mask, single, words
from studio.imaging.palette import contrast
from studio.imaging.placing import INK, PAPER
from studio.imaging.proof import compose, draw
from studio.imaging.shaping import shape
from studio.prompts.recipe import Recipe, TextLine
from tests.imaging import corpus

SAMPLES = {
    path.name: path.read_text() for path in sorted((Path(__file__).parents[1] / "prompts" / "samples").glob("*.*"))
}
SCRIPTS = {
    "English": "OPEN STUDIO",
    "plus": "AQUA+",
    "Japanese": "コーヒー、東京の夜の市",
    "Simplified Chinese": "帮我生成一张猫的图片",
    "Traditional Chinese": "珍珠奶茶 歡迎光臨",
    "Korean": "안녕하세요 서울",
    "Arabic": "مرحبا بكم في المقهى",
    "Persian": "قهوه‌خانه",
    "Hebrew": "בוקר טוב, עולם",
    "Thai": "สวัสดีชาวโลก",
    "Hindi": "नमस्ते दुनिया",
    "Cyrillic": "Привет, мир",
    "Ukrainian": "Ґанок і їжак",
    "Greek": "Καλημέρα κόσμε",
    "Vietnamese": "Xin chào thế giới",
    "Turkish": "İyi günler, ğüşöç",
    "emoji": "☕️ 👩‍👩‍👧 👍🏽 🇯🇵",
}


def request(**fields: Any) -> dict[str, Any]:
    recipe = fields.pop("recipe", Recipe(subject="A red mug", setting="on a table", text=(TextLine(text="GOOD"),)))
    return {"width": 320, "height": 256, "take": 1, "recipe": recipe.to_json()} | fields


def verbatim(body: str) -> dict[str, Any]:
    return {"kind": "verbatim", "body": body}


@settings(max_examples=12, deadline=None)
@given(st.integers(256, 900), st.integers(256, 900), st.integers(1, 5))
def test_a_proof_has_exactly_the_size_that_was_asked_for(width: int, height: int, take: int) -> None:
    width, height = min(width, 3 * height), min(height, 3 * width)
    assert compose(request(take=take), width, height).size == (width, height)


def test_the_same_request_gives_the_same_bytes_and_another_take_does_not(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    draw(request(), first)
    draw(request(), again)
    draw(request(take=2), other)
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_the_sandbox_draws_the_same_proof(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    draw(request(), here)
    facts = sandbox.run("proof", request=request(), target=there)
    assert (facts["format"], facts["width"], facts["height"]) == ("png", 320, 256)
    assert here.read_bytes() == there.read_bytes()


def test_the_largest_proof_is_drawn_within_the_sandbox_limits(tmp_path: Path) -> None:
    facts = sandbox.run("proof", request=request(width=3840, height=2160), target=tmp_path / "proof")
    assert (facts["width"], facts["height"]) == (3840, 2160)


@pytest.mark.parametrize(("asked", "kept"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("", "PNG")])
def test_a_proof_comes_in_the_format_that_was_asked_for(tmp_path: Path, asked: str, kept: str) -> None:
    facts = draw(request(format=asked), tmp_path / "proof")
    with Image.open(tmp_path / "proof") as image:
        assert image.format == kept
    assert facts.media_type == f"image/{kept.lower()}"


def test_compression_is_honoured(tmp_path: Path) -> None:
    sizes = [draw(request(format="webp", compression=value), tmp_path / "proof").bytes for value in (10, 50, 95)]
    assert sizes == sorted(set(sizes))


def test_references_are_shown_and_a_missing_one_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reference.png"
    path.write_bytes(corpus.saved(Image.new("RGB", (64, 64), "#ff0080"), "PNG"))
    bare, shown = (compose(request(references=each), 800, 600) for each in ([], [{"path": str(path)}, "/nowhere"]))
    colours = shown.getcolors(800 * 600) or []
    assert sum(count for count, colour in colours if colour == (255, 0, 128)) > 400
    assert bare.getpixel((5, 5)) == shown.getpixel((5, 5))


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_script_is_covered_without_a_font_of_the_system(language: str) -> None:
    line = shape(SCRIPTS[language], Voice.DISPLAY, "zh-hans")
    assert line.missing == ()
    assert 0 not in {glyph.id for glyph in line.glyphs}
    drawn = mask(line, 40)
    assert drawn is not None
    assert (drawn[0].getextrema()[1]) == 255


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_set_and_drawn(name: str) -> None:
    brief = reading.read(verbatim(SAMPLES[name]))
    assert brief.caption
    for text in (brief.caption, *(line.text for line in brief.lines)):
        assert shape(" ".join(text.split()), Voice.SERIF, brief.language).missing == ()
    assert compose(request() | {"recipe": verbatim(SAMPLES[name])}, 384, 256).size == (384, 256)


def test_arabic_letters_join_and_run_from_right_to_left() -> None:
    joined = shape("سلام", Voice.DISPLAY)
    apart = [shape(letter, Voice.DISPLAY).glyphs[0].id for letter in "سلام"]
    assert [glyph.id for glyph in joined.glyphs] != apart
    first = shape("ابج", Voice.DISPLAY)
    alef = shape("ا", Voice.DISPLAY).glyphs[0].id
    assert max(first.glyphs, key=lambda glyph: glyph.x).id == alef


def test_numbers_and_brackets_keep_their_sense_in_hebrew() -> None:
    line = shape("שלום (עולם) 12", Voice.DISPLAY)
    one, two = (shape(digit, Voice.DISPLAY).glyphs[0].id for digit in "12")
    places = {glyph.id: glyph.x for glyph in line.glyphs}
    assert places[one] < places[two]
    assert max(line.glyphs, key=lambda glyph: glyph.x).id == shape("ש", Voice.DISPLAY).glyphs[0].id


def test_thai_and_hindi_are_shaped_and_not_merely_listed() -> None:
    assert len(shape("क्ष", Voice.DISPLAY).glyphs) < 3
    vowel = shape("กี่", Voice.DISPLAY).glyphs
    assert vowel[1].x < vowel[0].x + 1


def test_the_same_character_takes_the_shape_of_its_language() -> None:
    by_language = {key: shape("骨", Voice.DISPLAY, key).glyphs[0].face.name for key in ("ja", "zh-hans", "zh-hant")}
    assert len(set(by_language.values())) == 3


def test_a_character_that_no_face_covers_is_marked_and_reported() -> None:
    assert shape("\U00013000", Voice.DISPLAY).missing == ("\U00013000",)


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_shaped_and_broken(text: str) -> None:
    block = fit(text, width=200, height=80, style=Style(voice=Voice.DISPLAY), largest=40, smallest=8)
    assert block.lines
    assert "".join(words(text)) == text
    mask(single(text, 12, Style()).lines[0], 12)


@pytest.mark.parametrize(
    ("body", "text", "place"),
    [
        ("the sign reads “コーヒー” in bold kana", "コーヒー", "sign"),
        ('the word "AQUA+" on the label', "AQUA+", "label"),
        ("add a headline „Hallo Welt“ at the bottom", "Hallo Welt", "bottom"),
        ("海报顶部写着《夜航》", "夜航", "top"),
        ("看板に「喫茶店」", "喫茶店", "sign"),
        ("le titre «Bonjour» centré, centered", "Bonjour", "centre"),
        ('{"scene": "a shop", "headline": "OPEN"}', "OPEN", ""),
    ],
)
def test_quoted_words_of_a_verbatim_prompt_become_lines_in_their_place(body: str, text: str, place: str) -> None:
    [line] = reading.read(verbatim(body)).lines
    assert (line.text, line.place) == (text, place)


def test_the_keys_of_a_json_prompt_are_no_words_of_the_picture() -> None:
    brief = reading.read(verbatim(SAMPLES["polaroid.json"]))
    assert brief.lines == ()
    assert brief.caption.startswith("Create a realistic Polaroid-style")


def test_a_broken_line_loses_nothing_and_one_row_is_preferred() -> None:
    block = fit("珍珠奶茶", width=200, height=200, style=Style(), largest=80, smallest=8)
    assert [line.text for line in block.lines] == ["珍珠奶茶"]


def test_ink_and_paper_can_be_told_apart() -> None:
    assert contrast(INK, PAPER) > 12


def test_the_fonts_are_the_recorded_ones_and_small() -> None:
    fonts = json.loads((FONTS / "FONTS.json").read_text())["fonts"]
    files = {font["file"] for font in fonts}
    for font in fonts:
        assert hashlib.sha256((FONTS / font["file"]).read_bytes()).hexdigest() == font["sha256"]
        assert (FONTS / font["licence_file"]).read_text(errors="replace").count("Open Font License") >= 1
        assert gzip.decompress((FONTS / font["file"]).read_bytes())[:4] == b"\x00\x01\x00\x00"
    assert files == {path.name for path in FONTS.glob("*.gz")}
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 12 * 1024 * 1024
    named = {*faces.ALPHABETS.values(), *faces.SCRIPTS, *faces.EAST_ASIAN.values(), faces.EMOJI}
    assert {f"{name}.ttf.gz" for name in named} == files


def test_no_module_asks_pillow_or_the_system_for_a_font() -> None:
    for path in Path(faces.__file__).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "ImageFont" not in names, path


def test_no_line_starts_with_what_closes_or_ends_with_what_opens() -> None:
    pieces = words('reads "コーヒー" in 「夜の市」、と (now)')
    assert pieces == ["reads ", '"コー', 'ヒー" ', "in ", "「夜", "の", "市」、", "と ", "(now)"]
