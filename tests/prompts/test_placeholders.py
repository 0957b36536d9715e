from __future__ import annotations

import pytest

from studio.prompts.placeholders import find
from tests.prompts.samples import SAMPLES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a poster of [LANDMARK] at dawn", ["LANDMARK"]),
        ("holding a large [product name]", ["product name"]),
        ("“[LANDMARK]” in a box, [LANDMARK] behind", ["LANDMARK", "LANDMARK"]),
        ("a {animal} beside {{ other animal }}", ["animal", "other animal"]),
        ("{{name}}", ["name"]),
        ("【产品名】的海报", ["产品名"]),
        ("一张[城市]的夜景", ["城市"]),
        ("[brand's tagline]", ["brand's tagline"]),
        ("[BRAND/PRODUCT] beside {{user.name}}", ["BRAND/PRODUCT", "user.name"]),
        ("“For [NAME]” and {date}", ["NAME", "date"]),
        ("[PRODUCT NAME]\non a table", ["PRODUCT NAME"]),
        ('{"subject": "a {animal}", "sizes": [1, 2]}', ["animal"]),
        ("a greeting from {sender}, let {name} shine", ["sender", "name"]),
        ("【背景】的前面站着一只猫", ["背景"]),
        ("一张{节日}贺卡，中央一只[生肖]剪纸", ["节日", "生肖"]),
        ("【お店の名前】のロゴ", ["お店の名前"]),
    ],
)
def test_what_is_to_be_filled_in_is_found(text: str, names: list[str]) -> None:
    found = find(text)
    assert [placeholder.name for placeholder in found] == names
    assert all(placeholder.name in text[placeholder.start : placeholder.end] for placeholder in found)


@pytest.mark.parametrize(
    "text",
    [
        "a square [1:1] picture",
        "[0, 1]",
        "[1]",
        '{ "style": "candid", "tags": [ "blur" ] }',
        "{}",
        "[]",
        "[see the guide](page)",
        "as he said [sic]",
        "like [image 1] and [图2]",
        "[red:blue:0.5]",
        r"\frac{a}{b}",
        "x_{i}",
        "items[INDEX]",
        "[a longer remark that somebody wrote in passing]",
        "【风格】：写实",
        "【风格】写实\n【主体】一只猫",
        "【风格】\n写实",
        "【主体】一只猫 【光线】清晨 【构图】俯拍",
        "【注意】不要文字",
        "1、【人物】少女\n2、【场景】石桥",
        "海报标题“【限时】秋日新品”，暖色",
        "书名《【典藏版】山海经》，竖排",
        "[Style]: watercolour\n[Subject]: a fox",
        "[Verse]\nla la\n[Chorus]\nla",
        "[the docs][guide] and [guide]: https://example.com",
        "as told [see below], said [emphasis added]",
        "a login form with a [Sign in] button",
        "press [Enter] to start, 点击[提交]",
        "a [ ] and an [x] and a [X] box",
        "matrix [i] and rows[n]",
        "the code `{name}` on a screen",
        "```js\nfunction greet() { return {name} }\n```",
        "<h1>{title}</h1>",
        "import {useState} from 'react'",
        "items.map(x => {name})",
        "`${total}` and #{count}",
        r"\begin{bmatrix} a \end{bmatrix}, \text{area}",
        "$$ {n} $$",
        "{16:9}",
        "[2.35:1]",
        "{x | x > 0} and [1 0; 0 1]",
        '{"tags": [true, false, null], "list": ["a", "b"]}',
        "like [参考图1] and [画像2]",
        "the [uploaded image] as 【上传图片】 and [参考图片]",
        "外形基于【🐼】表情",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert find(text) == ()


def test_the_samples_hold_the_placeholders_that_their_authors_left() -> None:
    found = {name: {placeholder.name for placeholder in find(text)} for name, text in SAMPLES.items() if find(text)}
    assert found == {"fashion-campaign.txt": {"product name"}, "landmark-infographic.txt": {"LANDMARK"}}
