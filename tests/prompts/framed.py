"""Long prompts as people write them, with their frame in front, and what a designer would make of each."""

from __future__ import annotations

from typing import Any

from studio.prompts.recipe import TextLine

# The important fields of each.
FRAMED: dict[str, tuple[str, dict[str, Any]]] = {
    "the fisherman": (
        "A cinematic, ultra detailed wide shot of a weathered fisherman in a yellow raincoat, standing at "
        "the end of a wooden pier in a Norwegian harbour at dawn, holding a lantern in his left hand. Fog "
        "over the water, boats behind him. The boat's bow "
        'reads "HAVØRN" in white block letters, a small sign '
        'says "FRESH FISH" above the door. Soft diffused light, muted blue tones, melancholic mood. '
        "Documentary photography in the style of National Geographic, 35mm lens, shallow depth of field. "
        "Aspect ratio 16:9, no people in the background",
        {
            "subject": "a weathered fisherman in a yellow raincoat, holding a lantern in his left hand",
            "setting": "standing at the end of a wooden pier in a Norwegian harbour. "
            "Fog over the water, boats behind him.",
            "mood": ("melancholic mood",),
            "lighting": "at dawn. Soft diffused light",
            "composition": "ultra detailed wide shot, 35mm lens, shallow depth of field. Aspect ratio 16:9",
            "style": ("cinematic", "Documentary photography in the style of National Geographic"),
            "details": "muted blue tones",
            "text": (
                TextLine(text="HAVØRN", script="latin", lettering="white block letters", placement="on the boat's bow"),
                TextLine(text="FRESH FISH", script="latin", placement="on a small sign, above the door"),
            ),
            "avoid": ("people in the background",),
        },
    ),
    "the water town": (
        "一张电影感的超广角照片，拍的是一位撑着油纸伞的年轻女子，身穿淡青色旗袍，走在石板桥上。清晨的江南水乡，"
        "薄雾笼罩，白墙黑瓦。店铺招牌上写着“茶”字，红色楷体，门口挂着灯笼写着“福”。柔和的晨光，氛围宁静。"
        "浅景深，35mm镜头。不要出现现代建筑和游客，保持人物面部自然。",
        {
            "subject": "一位撑着油纸伞的年轻女子，身穿淡青色旗袍",
            "setting": "走在石板桥上，清晨的江南水乡，薄雾笼罩，白墙黑瓦。",
            "mood": ("宁静",),
            "lighting": "柔和的晨光",
            "composition": "超广角照片，浅景深，35mm镜头。",
            "style": ("电影感",),
            "text": (
                TextLine(text="茶", script="chinese-simplified", lettering="红色楷体", placement="店铺招牌上"),
                TextLine(text="福", script="chinese-simplified", placement="门口挂着灯笼"),
            ),
            "preserve": ("人物面部自然",),
            "avoid": ("现代建筑和游客",),
        },
    ),
    "the panda": (
        "一幅国潮风格的插画，画面中是一只戴着斗笠的熊猫，坐在竹林里喝茶，表情憨厚。店铺招牌写着“熊猫茶馆”字样，"
        "背景是成都老街，暖色调，灯笼的光。避免水印、文字错误。",
        {
            "subject": "一只戴着斗笠的熊猫，喝茶，表情憨厚",
            "setting": "坐在竹林里，背景是成都老街",
            "lighting": "灯笼的光",
            "style": ("国潮风格的插画",),
            "details": "暖色调",
            "text": (TextLine(text="熊猫茶馆", script="chinese-simplified", placement="店铺招牌"),),
            "avoid": ("水印", "文字错误"),
        },
    ),
    "the fisherman in Japanese": (
        "映画のような広角写真。年老いた漁師が黄色い雨合羽を着て、港の桟橋に立っている。"
        "左手にランタンを持っている。船首には白い太字で「第八海神丸」と書かれている。夜明けの柔らかい光、"
        "静かな雰囲気、浅い被写界深度。背景に人物なし。",
        {
            "subject": "年老いた漁師が黄色い雨合羽を着て、左手にランタンを持っている。",
            "setting": "港の桟橋に立っている",
            "mood": ("静かな雰囲気",),
            "lighting": "夜明けの柔らかい光",
            "composition": "広角写真、浅い被写界深度",
            "style": ("映画のような",),
            "text": (TextLine(text="第八海神丸", script="japanese", lettering="白い太字", placement="船首には"),),
            "avoid": ("背景に人物",),
        },
    ),
    "the courier": (
        "A moody, rain-soaked neon portrait of a young courier leaning against a red motorcycle in a narrow "
        "alley in Shinjuku at night, wearing a translucent poncho. A vertical neon sign above her reads "
        "“ラーメン” in pink katakana. Reflections on the wet "
        "asphalt. Shot on 85mm, f/1.8. Keep her face visible, no text besides the sign, no watermark.",
        {
            "subject": "a young courier leaning against a red motorcycle, wearing a translucent poncho",
            "setting": "in a narrow alley in Shinjuku",
            "mood": ("moody",),
            "lighting": "at night. Reflections on the wet asphalt.",
            "composition": "Shot on 85mm, f/1.8.",
            "style": ("rain-soaked neon portrait",),
            "text": (
                TextLine(
                    text="ラーメン",
                    script="japanese-kana",
                    lettering="pink katakana",
                    placement="on a vertical neon sign above her",
                ),
            ),
            "preserve": ("her face visible",),
            "avoid": ("text besides the sign", "watermark"),
        },
    ),
    "the perfume": (
        "An elegant, minimalist product photograph of a frosted glass perfume bottle on a slab of white "
        'marble beside dried pampas grass, with a small label that says "NUIT 07" in thin gold serif. Soft '
        "side light from the left, long shadows. Warm, calm mood. Centered composition, plenty of negative "
        "space at the top. No hands, no reflections of the camera.",
        {
            "subject": "a frosted glass perfume bottle",
            "setting": "on a slab of white marble beside dried pampas grass",
            "mood": ("elegant", "Warm", "calm mood"),
            "lighting": "Soft side light from the left, long shadows.",
            "composition": "Centered composition, plenty of negative space at the top.",
            "style": ("minimalist product photograph",),
            "text": (
                TextLine(text="NUIT 07", script="latin", lettering="thin gold serif", placement="on a small label"),
            ),
            "avoid": ("hands", "reflections of the camera"),
        },
    ),
    "the fox": (
        "A whimsical, hand-painted storybook illustration showing a small fox with a red scarf, reading a "
        "giant book under an oak tree in an autumn forest. Golden afternoon light through the leaves. The "
        'cover of the book reads "ONCE MORE". In the style of Beatrix Potter, soft watercolor textures. '
        "Avoid: people, buildings.",
        {
            "subject": "a small fox with a red scarf, reading a giant book under an oak tree",
            "setting": "in an autumn forest",
            "mood": ("whimsical",),
            "lighting": "Golden afternoon light through the leaves.",
            "style": ("hand-painted storybook illustration", "In the style of Beatrix Potter"),
            "details": "soft watercolor textures",
            "text": (TextLine(text="ONCE MORE", script="latin", placement="on the cover of the book"),),
            "avoid": ("people", "buildings"),
        },
    ),
    "the noodles": (
        "一张高清写实的美食摄影照片，一碗热气腾腾的兰州牛肉面放在木桌上，旁边有一碟辣椒油。"
        "碗上印着“老马家”三个红色大字。傍晚的面馆，暖黄色的灯光从左侧照来。俯拍视角，画幅4:3。不要出现筷子。",
        {
            "subject": "一碗热气腾腾的兰州牛肉面",
            "setting": "放在木桌上，傍晚的面馆",
            "lighting": "暖黄色的灯光从左侧照来",
            "composition": "俯拍视角，画幅4:3。",
            "style": ("高清写实的美食摄影照片",),
            "details": "旁边有一碟辣椒油",
            "text": (TextLine(text="老马家", script="chinese-simplified", lettering="三个红色大字", placement="碗上"),),
            "avoid": ("筷子",),
        },
    ),
    "the lane in Kyoto": (
        "シネマティックで高精細なポートレート写真。赤い着物を着た若い女性が、"
        "雪の降る京都の路地で和傘をさして立っている。のれんに「そば」と白い筆文字で書かれている。"
        "夕方の柔らかい光、85mmレンズ、静かで切ない雰囲気。文字の追加なし、透かしなし。",
        {
            "subject": "赤い着物を着た若い女性、和傘をさして立っている",
            "setting": "雪の降る京都の路地で",
            "mood": ("静かで切ない雰囲気",),
            "lighting": "夕方の柔らかい光",
            "composition": "85mmレンズ",
            "style": ("シネマティック", "ポートレート写真"),
            "details": "高精細",
            "text": (TextLine(text="そば", script="japanese-kana", lettering="白い筆文字", placement="のれんに"),),
            "avoid": ("文字の追加", "透かし"),
        },
    ),
    "the cat in a tea room": (
        "レトロなポスターイラスト。一匹の白い猫が、窓辺で紅茶を飲んでいる。"
        "上部に「喫茶ねこ」と丸ゴシック体で書かれている。昭和レトロな色合い、暖かい照明。"
        "余白を広く取った縦長の構図。人物なし。",
        {
            "subject": "一匹の白い猫",
            "setting": "窓辺で紅茶を飲んでいる",
            "lighting": "暖かい照明",
            "composition": "余白を広く取った縦長の構図。",
            "style": ("レトロなポスターイラスト",),
            "details": "昭和レトロな色合い",
            "text": (TextLine(text="喫茶ねこ", script="japanese", lettering="丸ゴシック体", placement="上部に"),),
            "avoid": ("人物",),
        },
    ),
    "the pianist": (
        "Ultra-realistic, high-contrast black and white close-up of an elderly jazz pianist's hands on a "
        "worn keyboard, cigarette smoke curling above, in a dim Harlem club in the 1950s. A poster behind "
        'him says "LATE SET 11 PM". Grainy film look, hard rim light. Do not change or distort the hands. '
        "Aspect ratio 4:5.",
        {
            "subject": "an elderly jazz pianist's hands on a worn keyboard",
            "setting": "in a dim Harlem club in the 1950s",
            "lighting": "hard rim light",
            "composition": "high-contrast black and white close-up. Aspect ratio 4:5.",
            "style": ("Ultra-realistic", "Grainy film look"),
            "details": "cigarette smoke curling above",
            "text": (TextLine(text="LATE SET 11 PM", script="latin", placement="on a poster behind him"),),
            "preserve": ("the hands",),
        },
    ),
}
