"""A proof never fails: drawn for thousands of odd but valid requests, from a vocabulary that reaches every form."""

from __future__ import annotations

import ast
import functools
import itertools
import json
import math
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio.imaging import reading, sandbox, scene, subjects
from studio.imaging.canvas import Canvas
from studio.imaging.palette import BY_LIGHT, COLOURS, LIGHT_WORDS
from studio.imaging.pen import Pen
from studio.imaging.proof import compose, draw
from studio.prompts.recipe import Recipe, TextLine
from tests.imaging import corpus

# A longer run: STUDIO_PROOF_DRAWS=4000.
DRAWN = int(os.environ.get("STUDIO_PROOF_DRAWS", "160"))
TWICE = 12
OF_SCRIPTS = (
    "OPEN", "Grand opening, Saturday 10 a.m.", "コーヒー、東京の夜の市", "𠮷野家", "帮我生成一张猫的图片",
    "珍珠奶茶 歡迎光臨", "안녕하세요", "مرحبا بكم في المقهى", "קפה (חדש) 12", "สวัสดีชาวโลก", "नमस्ते दुनिया",
    "Ґанок і їжак",
    "ეროვნული", "Բարեւ",
    "☕️ 👩‍👩‍👧 👍🏽 🇯🇵", "\U00013000\U000e0001\U0010fffd", "Z̸̢̛͇ȁ̷l̶g̵o̴",
    "tab\tand\x00null\x7f", "one\ntwo\r\n\nfour", " ", "\u202eturned\u2066",
    "\ud800 alone", "W" * 400, "é" * 90, "国" * 700, "ا" * 300, "-" * 200, "a b " * 400, "x" + "\u0301" * 3000,
)  # fmt: skip
PLACEMENTS = (
    "", "on the sign", "on the label", "top left", "top right", "bottom left", "bottom right", "in the corner",
    "bottom", "top", "left", "right", "centre", "headline", "看板", "左下",
)  # fmt: skip
LETTERING = ("", "large serif", "huge bold", "elegant", "大字", "small sans-serif")
SIDES = (256, 272, 320, 416, 512)
BODIES = (
    "", "{", "[]", "[" * 400 + "]" * 400, "[" * 90_000, '{"a": ' * 300 + '"deep"' + "}" * 300, "“" * 500,
    '{"headline": "開店", "text": ["A", 3, null]}',
    "「」『』《》", "#ff00ff #zz0000", "no sea, without a tower" * 50,
)  # fmt: skip


@functools.cache
def spelled(pattern: str) -> tuple[str, ...]:
    """Words that a table's pattern recognises: every branch of it, without the pattern's own marks."""
    branches = re.split(r"\|(?![^(\[]*[)\]])", pattern)
    plain = (re.sub(r"\\b|\(\?[:!][^)]*\)|\[([^\]-])[^\]]*\]|[()?\\]", r"\1", branch).strip() for branch in branches)
    return tuple(word for word in plain if word) or (pattern,)


def vocabulary(*tables: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(itertools.chain.from_iterable(spelled(pattern) for table in tables for _, pattern in table))


NOUNS = vocabulary(reading.SUBJECTS, reading.SETTINGS)
SETTINGS = ("", *vocabulary(reading.SETTINGS))
LIGHTS = ("", *vocabulary(LIGHT_WORDS))
FRAMES = ("", *vocabulary(reading.FRAMES, reading.PLACES))
TINTS = ("", *itertools.chain.from_iterable(spelled(pattern) for pattern in COLOURS))


def test_the_vocabulary_reaches_every_form_and_every_setting() -> None:
    briefs = [reading.read({"subject": word}) for word in NOUNS]
    assert {brief.subject for brief in briefs} >= set(subjects.FORMS)
    assert {brief.setting for brief in briefs} >= set(scene.BACKDROPS)
    assert {reading.read({"composition": word}).frame for word in FRAMES} >= {"", "close", "wide", "low", "high"}


def size(source: random.Random) -> tuple[int, int]:
    """Any ratio from 1:3 to 3:1, with the extremes often."""
    short = source.choice(SIDES[:3])
    long = min(
        round(short * source.choice((1.0, 1.0, 4 / 3, 1.5, 16 / 9, 21 / 9, 3.0, source.uniform(1, 3)))), 3 * short
    )
    return (short, long) if source.random() < 0.5 else (long, short)


def line(source: random.Random) -> TextLine:
    text = source.choice(OF_SCRIPTS)
    return TextLine(text=text, lettering=source.choice(LETTERING), placement=source.choice(PLACEMENTS))


def request(source: random.Random, references: list[str]) -> dict[str, Any]:
    width, height = size(source)
    count = source.choice((0, 0, 1, 1, 2, 3, 5, 12, 60))
    same = source.choice(PLACEMENTS)
    lines = tuple(line(source) for _ in range(count))
    if source.random() < 0.3:
        lines = tuple(TextLine(text=each.text, lettering=each.lettering, placement=same) for each in lines)
    recipe = Recipe(
        subject=" ".join((source.choice(TINTS), source.choice(NOUNS), source.choice(("", "", *OF_SCRIPTS)))),
        setting=source.choice(SETTINGS),
        lighting=source.choice(LIGHTS),
        composition=source.choice(FRAMES),
        details=source.choice(TINTS),
        text=lines,
    ).to_json()
    if source.random() < 0.15:
        body = source.choice(
            (*BODIES, *OF_SCRIPTS, f"{source.choice(NOUNS)}, the sign reads “{source.choice(OF_SCRIPTS)}”")
        )
        recipe = Recipe().to_json() | {"kind": "verbatim", "body": body, "text": recipe.get("text", [])}
    if source.random() < 0.03:
        recipe = {}
    return {
        "width": width,
        "height": height,
        "take": source.randint(1, 10),
        "recipe": recipe,
        "prompt": source.choice(("", "A cat")),
        "references": source.sample(references * 8, source.choice((0, 0, 1, 3, 16))),
    }


def odd_references(folder: Path) -> list[str]:
    """Very long, very tall, a single pixel, no picture at all, a folder, and one that is not there."""
    paths = []
    for name, (wide, high) in {"long": (2400, 1), "tall": (3, 1800), "dot": (1, 1), "usual": (90, 60)}.items():
        paths.append(folder / f"{name}.png")
        paths[-1].write_bytes(corpus.saved(Image.new("RGBA", (wide, high), (200, 40, 90, 120)), "PNG"))
    (folder / "text.png").write_text("no picture")
    return [str(path) for path in (*paths, folder / "text.png", folder, folder / "nowhere.png")]


def drawn(seed: int, references: list[str]) -> Image.Image:
    asked = request(random.Random(seed), references)
    picture = compose(asked, asked["width"], asked["height"])
    assert picture.size == (asked["width"], asked["height"])
    return picture


@pytest.mark.parametrize("start", range(0, DRAWN, DRAWN // 4))
def test_no_request_is_too_odd_to_be_drawn(start: int, tmp_path: Path) -> None:
    references = odd_references(tmp_path)
    for seed in range(start, start + DRAWN // 4):
        try:
            drawn(seed, references)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise


def test_the_same_odd_request_gives_the_same_pixels(tmp_path: Path) -> None:
    references = odd_references(tmp_path)
    for seed in range(1000, 1000 + TWICE):
        assert drawn(seed, references).tobytes() == drawn(seed, references).tobytes(), seed


@pytest.mark.parametrize("subject", sorted(subjects.FORMS))
def test_every_form_stands_in_every_setting_and_take_from_near_and_far(subject: str) -> None:
    """The lighthouse that failed: its shadow turned inside out in each mirrored take."""
    palettes = list(itertools.chain.from_iterable(BY_LIGHT.values()))
    cases = itertools.product(sorted(scene.BACKDROPS), ("", "close", "wide", "low", "high"), ((96, 40), (32, 96)))
    for index, (setting, frame, (wide, high)) in enumerate(cases):
        brief = reading.Brief(
            caption="", lines=(), everything="window curtain" if index % 2 else "window", setting=setting,
            subject=subject, frame=frame, place=("", "left", "right", "centre", "thirds")[index % 5],
            language="ja", seed=index * 7919,
        )  # fmt: skip
        view = scene.view(brief, palettes[index % len(palettes)], 1 + index % 10)
        canvas = Canvas(wide, high, view.palette.low, light=1.0 if view.mirrored else -1.0)
        canvas.finer = 1
        scene.sketch(canvas, view)


@pytest.mark.parametrize("light", [-1.0, 1.0])
def test_a_shadow_falls_away_from_the_light_and_as_long_in_each_mirrored_take(light: float) -> None:
    palette = BY_LIGHT["bright"][0]
    canvas = Canvas(200, 100, (255, 255, 255), light=light)
    subjects.tower(canvas, subjects.Mass(x=100, foot=80, height=60, palette=palette))
    ground = canvas.image.crop((0, 81, 200, 86)).convert("L").resize((200, 1), Image.Resampling.BOX).tobytes()
    dark = [x - 99.5 for x, tone in enumerate(ground) if tone < 250]
    assert sum(dark) * -light > 0
    assert max(abs(x) for x in dark) > 12


anywhere = st.one_of(st.floats(-5000, 5000), st.sampled_from([0.0, 1e9, -1e12, math.inf, math.nan]))


@given(st.lists(anywhere, min_size=4, max_size=4), anywhere, st.sampled_from([0.01, 1.0, 4.0]))
@settings(max_examples=200, deadline=None)
def test_the_pen_takes_every_box(box: list[float], radius: float, scale: float) -> None:
    pen = Pen(Image.new("L", (40, 30)), (3, 4), (scale, scale))
    left, top, right, bottom = box
    radius = radius if abs(radius) < 100 else 7.0
    pen.rectangle((left, top, right, bottom), 255, 128)
    pen.rounded((left, top, right, bottom), radius, 255)
    pen.ellipse((left, top, right, bottom), 255)
    pen.ring((left, top, right, bottom), radius, 255)
    pen.line((left, top), (right, bottom), radius, 255)
    pen.polygon([(left, top), (right, bottom), (right, top)], 255)


def test_a_box_that_is_inside_out_leaves_no_mark() -> None:
    image = Image.new("L", (20, 20))
    for box in ((12, 3, 5, 9), (3, 12, 9, 5)):
        Pen(image).rectangle(box, 255)
        Pen(image).ellipse(box, 255)
        Pen(image).rounded(box, 2, 255)
    assert image.getextrema() == (0, 0)


def test_every_shape_is_drawn_with_the_one_pen() -> None:
    for path in Path(reading.__file__).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert path.name == "pen.py" or "ImageDraw" not in names, path


def test_the_longest_prompt_is_drawn_within_the_sandbox_limits(tmp_path: Path) -> None:
    lines = [{"text": text * 200, "placement": "top"} for text in ("word ", "語", "unbroken", "e\u0301")]
    recipe = {"kind": "verbatim", "body": json.dumps({"text": ["x" * 40_000, "🦊" * 9000]}), "text": lines}
    facts = sandbox.run("proof", request={"width": 1536, "height": 512, "recipe": recipe}, target=tmp_path / "proof")
    assert (facts["width"], facts["height"]) == (1536, 512)


def test_the_sheet_owns_up_to_characters_that_it_cannot_set(tmp_path: Path) -> None:
    def footer(text: str) -> bytes:
        recipe = Recipe(subject="A shop", text=(TextLine(text=text),)).to_json()
        return compose({"recipe": recipe, "take": 1}, 640, 480).crop((0, 450, 640, 480)).tobytes()

    assert footer("OPEN") == footer("SHUT")
    assert footer("\U0001303f") != footer("OPEN")
    assert footer("\U0001303f\U0001303f") == footer("\U0001303f")  # one character, however often
    assert footer("\U0001303f\U00013040") != footer("\U0001303f")


def test_a_list_is_set_whole_and_what_cannot_be_is_counted(tmp_path: Path) -> None:
    def picture(count: int) -> bytes:
        lines = tuple(TextLine(text=f"Entry {number}", placement="centre") for number in range(count))
        return compose({"recipe": Recipe(subject="A menu", text=lines).to_json()}, 300, 400).tobytes()

    assert len({picture(count) for count in (9, 10, 300, 301)}) == 4
    draw({"recipe": Recipe().to_json(), "width": 256, "height": 768}, tmp_path / "empty")
