"""A long prompt becomes a structured one as a proposal: sensible fields, and not a letter lost."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.prompts.proposal import Piece, Proposal, propose, propose_json
from studio.prompts.recipe import Attribute, Kind, Recipe, TextLine
from studio.prompts.render import render
from tests.prompts.proposals import EXPECTED, SHAPES
from tests.prompts.samples import SAMPLES

# What may be left out: names of the attribute that the piece went to, and words that only join.
LABELS = re.compile(
    r"(?:the|overall|subject|setting|scene|mood|lighting|composition|style|details|text|avoid|keep|leaveout|keepunchanged"
    r"|textintheimage|文字|主体|风格|構図|光线|避免|雰囲気|negativeprompt)*"
)
MARKERS = re.compile(
    r"(?:please|makesure|ensure|that|thereis|thereare|donot|dont|never|mustnot|shouldnot|add|include|use|show|draw|render|put|have|contain|generate|any|and|or"
    r"|nor|but|with|no|visible|without|avoid|avoiding|using|exclude|excluding|leaveout|omit|freeof|remove|erase|delete"
    r"|absolutely|keep|keeping|preserve|preserving|retain|retaining|maintain|maintaining|changes?|changeto|alter|modify"
    r"|touch|to|unchanged|untouched|intact|identical|asis|thesame|exactly|completely|entirely|fully|a|an|the|of|in|on"
    r"|mood|style|overall|is|itshouldfeel|atmosphere|的|の|请|画面|中|不要|出现|有|添加|加入|使用|包含|没有|沒有|避免|禁止|不含|不能"
    r"|去掉|去除|移除|无|無|保持|保留|维持|維持|改变|更改|修改|不|勿|改|住|完全|不变|不變|原样|一致|不动|以及|或者"
    r"|create|imagine|i|want|need|giveme|me|produce|showing|depicting|featuring|capturing|distort|edit|replace|move|请|[帮给为]我|生成|画|创作|制作|设计|做|来|拍|一|这|张|幅|副|组|份|拍的是|画的是|照片|[主中央体角内容描绘展示呈现了是]|请勿|不可|不得"
    r"|和|与|及|或|や|な|なし|無し|入れない|含めない|避ける|避けて|除く|描かない|しない|そのまま|変えない|変更|は|が|を|で"
    r"|に|する|こと|ください|整体|风格|画风|氛围|气氛|情绪|要|是|为)*",
    re.IGNORECASE,
)


def letters(text: str) -> str:
    """And digits, marks and pictographs: all that is not white space, punctuation or a sign of mathematics."""
    return "".join(c for c in text if unicodedata.category(c)[0] in "LNM" or unicodedata.category(c) == "So")


def said(piece: Piece) -> str:
    value = piece.value
    if isinstance(value, str):
        return value
    first, _, rest = value.placement.partition(", ")
    if first.casefold() not in " ".join(piece.source.split()).casefold():
        first = re.sub(r"^(?:on|as) ", "", first)  # put before what bears the text
    placement = f"{first} {rest}"
    return f"{placement} {value.lettering} {value.text}"


def assert_nothing_lost(text: str) -> None:
    at = 0
    for piece in propose(text).pieces:
        assert piece.source == text[piece.start : piece.end]
        assert at <= piece.start <= piece.end
        assert_only_labels(text[at : piece.start])
        assert_same_letters(piece)
        at = piece.end
    assert_only_labels(text[at:])


def assert_only_labels(gap: str) -> None:
    numbers = re.sub(r"(?m)(?:^|(?<=[\s:：>–】]))\(?(?:\d{1,2}|[一二三四五六七八九十（]{1,3})[.)、）]", "", gap)
    assert LABELS.fullmatch(letters(numbers).casefold()), gap


def assert_same_letters(piece: Piece) -> None:
    if isinstance(piece.value, str):
        assert letters(piece.value) in letters(piece.source)
        before, _, after = letters(piece.source).partition(letters(piece.value) or "-")
        assert MARKERS.fullmatch(before), piece
        assert MARKERS.fullmatch(after), piece
    else:
        assert piece.value.text in piece.source
        source, kept = Counter(letters(piece.source).casefold()), Counter(letters(said(piece)).casefold())
        assert kept <= source, piece
        assert (source - kept).total() <= len("featuring the exact words that read"), piece


_WRITTEN = (
    "A matte ceramic bottle|a woman holding a cup|on warm linen|in a sunny kitchen|soft window light|golden hour",
    "shallow depth of field|low-angle shot|cinematic|watercolor style|calm and quiet|no text|without any logos",
    "keep the face unchanged|do not change the label|Subject: |Mood: |**Lighting** – |## Style\n|- |1. |\n|\n\n|. ",
    ', |; |: | |"OPEN"|the sign reads |“golden hour” |the word |in bold red letters at the top|12" |\'retro\' look',
    "一只猫坐在窗台上|柔和自然光|，|。|、|：|风格：|【主体】|【避免】|写着“早安”|不要出现水印|保持人物不变|的|海边",
    "夕暮れのカフェ|看板に「コーヒー」|と太字のカタカナで|人物なし|ロゴはそのまま|構図：|窓辺で",
    "(a, b)|[product name]|{name}|👩‍👩‍👧|1,000|f/1.8|16:9|e.g. |—|İ|e\u0301|and |or ",
)
FRAGMENTS = [fragment for line in _WRITTEN for fragment in line.split("|")]
prompts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=4)), max_size=14).map("".join)


@given(prompts)
@settings(max_examples=1500, deadline=None)
def test_every_letter_and_digit_is_in_the_proposal(text: str) -> None:
    assert_nothing_lost(text)


LEAVES = st.one_of(st.text(max_size=12), st.sampled_from(FRAGMENTS), st.integers(), st.booleans(), st.none())
_KEYS = "subject|scene|lighting.type|text|headline|negative_prompt|keep|style|mood|palette|notes|color|风格|文字|構図"
KEYS = st.one_of(st.sampled_from(_KEYS.split("|")), st.text(max_size=5))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


def leaves(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [leaf for item in node.values() for leaf in leaves(item)]
    if isinstance(node, list):
        return [leaf for item in node for leaf in leaves(item)]
    return [node if isinstance(node, str) else json.dumps(node)]


@given(TREES)
@settings(max_examples=500, deadline=None)
def test_every_leaf_of_json_is_in_the_proposal(tree: Any) -> None:
    pieces = propose_json(json.dumps(tree, ensure_ascii=False)).pieces
    told = Counter(letters("".join(piece.source for piece in pieces)))
    assert told == Counter(letters("".join(leaves(tree))))
    for piece in pieces:
        if letters(piece.source) not in letters(said(piece)):
            assert_same_letters(piece)


_WORDS = "coffee tin linen oak brass morning north window harbour amber teal paper quiet warm bold serif left table"
phrases = st.lists(st.sampled_from(_WORDS.split(" ")), min_size=1, max_size=5).map(" ".join)
listed = st.lists(phrases, max_size=3).map(tuple)
text_lines = st.builds(
    TextLine,
    text=st.sampled_from(["OPEN", "コーヒー", "Say “hi”, now; yes", "北光", 'the "best"', "a; exactly: b", "12,5 %"]),
    script=st.sampled_from(["", "latin", "japanese-kana", "chinese-simplified", "korean"]),
    lettering=st.sampled_from(["", "bold serif", "hand-painted letters", "neon, all caps"]),
    placement=st.sampled_from(
        ["", "top", "on the label", "above the door", "centered", "at the top left, in the corner"]
    ),
)
recipes = st.builds(
    Recipe,
    subject=st.one_of(
        st.just(""), phrases, st.tuples(phrases, phrases).map(lambda two: f"{two[0]}, {two[1]}. On oak.")
    ),
    setting=st.one_of(st.just(""), phrases),
    mood=listed,
    lighting=st.one_of(st.just(""), phrases),
    composition=st.one_of(st.just(""), phrases),
    style=listed,
    details=st.one_of(phrases, phrases.map(lambda words: f"Colours: {words}; no gloss. 8K.")),
    text=st.lists(text_lines, max_size=3).map(tuple),
    preserve=listed,
    avoid=listed,
)


@given(recipes)
@settings(max_examples=500, deadline=None)
def test_what_the_studio_rendered_is_read_as_the_recipe_that_it_was(recipe: Recipe) -> None:
    recipe = Recipe(**{**_values(recipe), **{name: tuple(dict.fromkeys(_values(recipe)[name])) for name in _CHIPS}})
    assert propose(render(recipe).text).recipe() == recipe


_CHIPS = ("mood", "style", "preserve", "avoid")


def _values(recipe: Recipe) -> dict[str, Any]:
    return {attribute.value: recipe.value(attribute) for attribute in recipe.attributes}


def proposal_of(name: str) -> Proposal:
    return propose_json(SAMPLES[name]) if name.endswith(".json") else propose(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_read_as_a_designer_would(name: str) -> None:
    proposal = proposal_of(name)
    assert {key: proposal.value(Attribute(key)) for key in EXPECTED[name]} == EXPECTED[name]
    assert proposal.recipe().kind is Kind.STRUCTURED
    if not name.endswith(".json"):
        assert_nothing_lost(SAMPLES[name])


def lines_of(text: str) -> list[str]:
    return [line.text for line in propose(text).value(Attribute.TEXT)]


def test_words_around_a_quotation_tell_its_look_and_place() -> None:
    proposal = propose('the headline "OPEN" in bold red letters at the top')
    assert proposal.value(Attribute.TEXT) == (
        TextLine(text="OPEN", script="latin", lettering="bold red letters", placement="at the top"),
    )
    assert proposal.value(Attribute.DETAILS) == "the headline"


@pytest.mark.parametrize(
    "text",
    [
        "A street in “golden hour” light",
        "A 'retro' look and a “vintage” vibe",
        'A 12" record beside a 7" one on a 30" x 20" board',
        "The girl's hat, the boys' shoes and the dog's ball",
        "一条街道，“胶片”质感的氛围",
    ],
)
def test_marks_that_name_a_look_or_a_length_are_not_text(text: str) -> None:
    assert lines_of(text) == []
    assert_nothing_lost(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A shop whose sign says 'Baker's  Best' in gold", ["Baker's  Best"]),
        ("A bottle, the label reads „Größe 2“ in serif", ["Größe 2"]),
        ("Three buttons labeled “Home”, “Shop” and “About”", ["Home", "Shop", "About"]),
        ("A storefront with “コーヒー” above the door", ["コーヒー"]),
        ("海报，标题写着“秋日 新品！”，暖色背景", ["秋日 新品！"]),
        ("看板に「営業中」と書かれたカフェ", ["営業中"]),
        ("A poster with the words “Say\n  it”", ["Say\n  it"]),
    ],
)
def test_words_to_be_drawn_keep_every_character(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines
    assert_nothing_lost(text)


@pytest.mark.parametrize("name", SHAPES)
def test_labels_are_read_in_many_shapes(name: str) -> None:
    text, expected = SHAPES[name]
    proposal = propose(text)
    assert {key: proposal.value(Attribute(key)) for key in expected} == expected
    assert_nothing_lost(text)


def test_json_keeps_numbers_repeated_names_and_what_it_does_not_know() -> None:
    proposal = propose_json('{"n": 2, "seed": 12345678901234567890, "light": "soft", "light": "low", "a": {"b": "c"}}')
    assert proposal.value(Attribute.LIGHTING) == "soft, low"
    assert proposal.value(Attribute.DETAILS) == "n: 2, seed: 12345678901234567890, a.b: c"


def test_json_text_is_exact_and_told_with_its_look_and_place() -> None:
    source = '{"文字": {"内容": "早安", "字体": "手写体", "位置": "左上角"}, "headline": "O “P” N", "size": 1e3}'
    assert propose_json(source).value(Attribute.TEXT) == (
        TextLine(text="早安", lettering="手写体", placement="左上角"),
        TextLine(text="O “P” N", script="latin", placement="headline"),
    )


@pytest.mark.parametrize("source", ["", "{", "{'a': 1}", "[" * 100_000])
def test_what_is_not_json_is_said_to_be_none(source: str) -> None:
    with pytest.raises(ValueError):
        propose_json(source)


@given(prompts)
def test_the_same_text_gives_the_same_proposal(text: str) -> None:
    assert propose(text) == propose(text)


_REPEATED = ("“", '"A" in bold ', " at the top", "and a, ", "\n", "1. ", "【", "'", ' "', "写着“早安”", "Style: ")


@pytest.mark.parametrize("unit", [*SAMPLES.values(), *_REPEATED])
def test_what_is_long_and_repeats_itself_is_read_to_its_end(unit: str) -> None:
    """A pattern that tries again and again would not come back from these."""
    text = (unit * 20_000)[:20_000]
    assert propose(text) == propose(text)


def test_json_with_a_byte_order_mark_is_read_like_json_without() -> None:
    source = SAMPLES["polaroid.json"]
    assert propose_json(f"\ufeff{source}") == propose_json(source)
