"""Prompts with the findings that a designer would agree with, in the order in which the checks tell them."""

from __future__ import annotations

import json

from studio.prompts.recipe import Kind, Recipe, ReferenceUse, TextLine
from tests.prompts.samples import SAMPLES

PICTURE = ReferenceUse(sha256="0" * 64)
PRODUCT = ReferenceUse(sha256="1" * 64, role="product")
STYLE = ReferenceUse(sha256="2" * 64, role="style")
SIGN = TextLine(text="OPEN", script="latin", lettering="bold sans", placement="above the door")

IN_SAMPLES = {
    "cat-zh.txt": ["directives-too-few"],
    "fashion-campaign.txt": ["placeholder-unfilled"],
    "landmark-infographic.txt": ["placeholder-unfilled"],
}


def verbatim(body: str, *references: ReferenceUse, preserve: tuple[str, ...] = ()) -> Recipe:
    return Recipe(kind=Kind.VERBATIM, body=body, references=references, preserve=preserve)


def document(parts: dict[str, object]) -> Recipe:
    return Recipe(kind=Kind.JSON, body=json.dumps(parts, ensure_ascii=False))


def scene(**values: object) -> Recipe:
    """A structured prompt that says enough, with something else in it."""
    said: dict[str, object] = {"subject": "A coffee tin", "setting": "An oak table", "lighting": "Soft north window"}
    return Recipe(**{**said, **values})  # type: ignore[arg-type]  # the values differ from test to test


CORPUS: list[tuple[Recipe, list[str]]] = [
    *[(verbatim(text), IN_SAMPLES.get(name, [])) for name, text in SAMPLES.items()],
    *[(Recipe(subject=text), IN_SAMPLES.get(name, [])) for name, text in SAMPLES.items()],
    # Nothing to complain about.
    (scene(), []),
    (scene(text=(SIGN,), avoid=("other text", "hands")), []),
    (scene(references=(STYLE,)), []),
    (scene(references=(PRODUCT,), preserve=("label layout",)), []),
    (scene(references=(ReferenceUse(sha256="3" * 64, note="take the light from here"),)), []),
    (verbatim("Put the tin from image 1 on the table from image 2, keep the label unchanged", PICTURE, PICTURE), []),
    (verbatim("把图1的杯子放到图2的桌面上，保持杯子不变，柔和自然光", PICTURE, PICTURE), []),
    (verbatim("A neon sign at night, the sign reads “ОТКРЫТО” in Russian Cyrillic, wet street"), []),
    (verbatim("Афиша концерта, крупно “МУЗЫКА”, in the street, neon light"), []),
    (verbatim("海报，标题写着“秋日新品”，暖色背景，俯拍"), []),
    (verbatim("No people, no text, a quiet street at dusk, 16:9, image 4:3 crop"), []),
    (verbatim('A 12" vinyl record beside a 7" one on a wooden desk, soft daylight'), []),
    (verbatim("Turn day into night, keep everything else unchanged"), []),
    (verbatim("Before and after: the same room by day and by night, wide shot"), []),
    (verbatim("A night market under a bright noon sky, wide angle, photograph"), []),
    (verbatim("A woman reading a book beside a poster in a sunny kitchen, photograph"), []),
    (verbatim("A picture with high contrast and moving shadows on a wall, the mood shifts the viewer"), []),
    (verbatim("Move the headline to the top left, keep the rest unchanged"), []),
    (verbatim("把标题移动到右上角，其他保持不变"), []),
    (verbatim("A black and white cat on a colourful rug in a bright kitchen"), []),
    (verbatim("【风格】写实\n【主体】一只猫坐在窗边\n【光线】清晨"), []),
    # What cannot be sent.
    (Recipe(), ["prompt-empty"]),
    (Recipe(subject=" \n"), ["prompt-empty"]),
    (verbatim(""), ["prompt-empty"]),
    (scene(subject="A poster for {event} and {{ date }}"), ["placeholder-unfilled", "placeholder-unfilled"]),
    (verbatim("一张【城市】的夜景海报，霓虹灯"), ["placeholder-unfilled"]),
    (scene(text=(TextLine(text="[PRICE]", lettering="bold", placement="top"),)), ["placeholder-unfilled"]),
    (scene(text=(TextLine(text="【秋日特惠】", script="chinese-simplified", lettering="宋体", placement="top"),)), []),
    # Text in the picture.
    (verbatim("A poster that reads “OPEN STUDIO”, no text, on a brick wall, daylight"), ["text-forbidden"]),
    (verbatim("海报上写着“开业大吉”，画面不要出现文字，暖光，街边"), ["text-forbidden"]),
    (scene(text=(SIGN,), avoid=("text", "hands")), ["text-forbidden"]),
    (scene(text=(SIGN,), avoid=("any text", "other text")), ["text-forbidden"]),
    (verbatim("A café at dusk, the sign reads coffee, wet street"), ["words-unquoted"]),
    (verbatim("A café at dusk, the sign above the door says Good Morning in gold, wet street"), ["words-unquoted"]),
    (verbatim("A café at dusk, the sign reads コーヒー, wet street"), ["words-unquoted"]),
    (verbatim("街边咖啡馆，招牌上写着北光咖啡，黄昏"), ["words-unquoted"]),
    (scene(subject="A poster titled Autumn Launch"), ["words-unquoted"]),
    (verbatim("A label with “" + "very long words " * 25 + "” on a tin, on a table, soft light"), ["text-long"]),
    (verbatim("A café at dusk, the sign reads “コーヒー”, wet street"), ["script-unnamed"]),
    (verbatim("A tea house at dusk, a banner with “山水”, wet street"), ["script-unnamed"]),
    (
        scene(text=(TextLine(text="コーヒー", lettering="bold", placement="on the band"),)),
        ["script-unnamed"],
    ),
    (
        scene(text=(TextLine(text="コーヒー", script="korean", lettering="bold", placement="on the band"),)),
        ["script-wrong"],
    ),
    (scene(text=(SIGN, TextLine(text="24/7"))), ["line-without-placement", "line-without-lettering"]),
    (scene(text=(TextLine(placement="somewhere"),)), []),
    # References and edits.
    (scene(references=(PICTURE,)), ["reference-without-role"]),
    (verbatim("A tin on a table in soft light", PICTURE), ["reference-unmentioned"]),
    (verbatim("The person in this photo as an astronaut, in a studio, oil painting", PICTURE), []),
    (verbatim("The tin from image 1 in the light of image 3", PICTURE, STYLE), ["reference-not-attached"]),
    (verbatim("The tin from images 1, 2 and 3 on a table, soft light", PICTURE, STYLE), ["reference-not-attached"]),
    (verbatim("参考图二的风格，画一只猫坐在窗边，清晨"), ["reference-not-attached"]),
    (
        verbatim("Image 1 and image 2 side by side, like the reference photo", PICTURE, PICTURE),
        ["reference-unnumbered"],
    ),
    (scene(references=(PRODUCT,)), ["edit-without-preservation"]),
    (
        verbatim("Replace the background with a beach at noon", PICTURE),
        ["edit-without-preservation"],
    ),
    (verbatim("把背景换成海边的日落"), ["edit-without-preservation"]),
    (verbatim("Reposition the headline, keep the rest unchanged"), ["move-without-direction"]),
    (verbatim("移动标题，其他保持不变"), ["move-without-direction"]),
    # Meaning.
    (verbatim("A close-up of a lighthouse by the sea, aerial view, dusk"), ["contradiction"]),
    (verbatim("海边灯塔的特写，航拍，黄昏"), ["contradiction"]),
    (verbatim("A harbour at noon under a midnight sky, in a small town"), ["contradiction"]),
    (scene(composition="symmetrical", details="an asymmetrical label"), ["contradiction"]),
    (scene(style=("black-and-white",), details="vivid colours"), ["contradiction"]),
    (scene(composition="对称构图", details="不对称的标签"), ["contradiction"]),
    (scene(composition="low angle", details="seen from a high angle, no crowd, deserted"), ["contradiction"]),
    (scene(style=("ukiyo-e", "watercolour", "cinematic", "minimalist")), ["styles-too-many"]),
    (verbatim("A fox in ukiyo-e, watercolor and pixel art style, in the snow, soft light"), ["styles-too-many"]),
    (verbatim("一只狐狸，浮世绘，水彩，赛博朋克，雪地背景"), ["styles-too-many"]),
    (scene(mood=("calm", "minimal"), style=("editorial still life", "minimal")), ["said-twice"]),
    (scene(mood=("calm", "Minimal"), style=("minimal interior",)), ["said-twice"]),
    (scene(mood=("安静", "极简"), style=("极简",)), ["said-twice"]),
    (scene(mood=("calm", "bright", "calm ")), ["chip-twice"]),
    (scene(subject="A cup with steam rising", avoid=("steam",)), ["left-out-but-wanted"]),
    (scene(preserve=("label",), avoid=("Label",)), ["left-out-but-wanted"]),
    (scene(subject="A cup, no steam", avoid=("steam",)), []),
    (scene(mood=("calm|", "|"), style=("still life|",), avoid=("|", "hands|")), []),
    (Recipe(subject="A red bicycle"), ["directives-too-few"]),
    (Recipe(subject="A red bicycle", setting="A pier"), ["directives-too-few"]),
    (Recipe(subject="A red bicycle", setting="A pier", mood=("calm",)), []),
    # JSON: the names say what is not wanted, what stays, and what is to be drawn.
    (document({"scene": "a fox in the snow, soft light", "avoid": ["watercolour", "cubism", "pixel art"]}), []),
    (
        document({"poster": {"headline": "RUN"}, "light": "fog", "framing": "low angle", "avoid": ["text"]}),
        ["text-forbidden"],
    ),
    (document({"task": "replace the sky with a sunset", "keep": ["the house"]}), []),
    (document({"task": "replace the sky with a sunset"}), ["edit-without-preservation"]),
    (document({"画面": "云雾中的茶山，清晨", "主标题": "春山可望", "禁止": ["任何文字"]}), ["text-forbidden"]),
]

# Short ones, by the one finding that each has.
FURTHER: dict[str, tuple[str, ...]] = {
    "": (
        "A woman reading a newspaper on a sunny terrace, editorial photo, 50mm",
        "Night market stall under paper lanterns, steam, close-up of dumplings, documentary photo",
        "Black-and-white tiled kitchen floor, colourful plates on the shelf, morning light",
        "A sign-maker painting letters in his workshop, warm lamp, medium shot, no readable text",
        "雪夜里的便利店，暖光从玻璃透出，远景，安静，胶片",
        "无人机航拍的梯田，清晨薄雾，层次丰富，写实摄影",
        "移动的云层，延时摄影效果，草原，逆光",
        "静かな図書館、窓からの午後の光、本棚の奥行き、広角、写真",
        "A crowded subway at rush hour, one calm man reading, soft tungsten light, candid",
        "Split composition: left half day, right half night, same house, illustration",
        "Interior seen through the window at night, neon outside, rain drops, cinematic",
        "An astronaut riding a horse on a beach at sunset, oil painting, impasto",
        "A glass jar with a transparent lid on a wooden table, side light, macro",
        "菜单设计，标题“今日特惠”，三栏排版，米色背景，手绘插图，不要多余文字",
        "Poster with the headline “RUN”, bold condensed sans, no other text, runner in fog, low angle",
        "A chalkboard that reads “Soup of the day” in white chalk, café wall, daylight",
        "夕暮れの駅のホーム、電車を待つ高校生、逆光、映画のような雰囲気",
        "A tarot card reading session by candlelight, overhead view, velvet table",
        "Old harbour in fog, muted colours, no people, no boats, wide shot, quiet",
        "A mother with her sleeping baby, soft window light, close-up, quiet, film",
        "Aerial view of a beach at noon, turquoise water, umbrellas in a grid, photograph",
        "Studio product shot of a matte black bottle with a glossy gold logo, side light",
        "Portrait of a dancer with motion blur, long exposure, black background, one red light",
        "Museum hall with paintings of storms on the walls, calm visitors, soft skylight, wide",
        "A lighthouse at dusk, keeper's lamp glowing, sea fog, 35mm, muted colours",
        "Two-panel comic: panel 1 a sunny day, panel 2 a stormy night, same cat, ink",
        "Children's book cover with the title “Moon Soup”, gouache, warm palette, moon over a kitchen",
        "极简风格的客厅，一幅色彩鲜艳的画，落地窗，下午阳光",
        "夜晚的书房，台灯暖光，书桌上写着半页的信，俯拍，安静",
        "白底产品图，黑色耳机，45度角，柔和阴影",
    ),
    "contradiction": (
        "Macro detail of a bee's wing, whole valley seen by satellite, golden haze, photograph",
        "An abandoned mall, not a soul in sight, throngs of shoppers on every escalator, flash photo",
        "Cozy cabin in a raging blizzard under a cloudless blue sky, wide shot, film",
        "Portrait in monochrome with neon pink and electric blue colors everywhere, studio",
        "Perfectly symmetrical facade, asymmetrical composition, noon, 35mm photograph",
        "Studio portrait, eyes closed, staring straight into the lens, soft light, 85mm",
        "Product shot on seamless white background, black background, rim light, centered",
        "The street is packed with festival-goers and completely empty, dusk, telephoto",
        "Extremely minimal poster, every inch crammed with ornaments, risograph, A3",
        "Hard direct sunlight with harsh shadows, soft diffused lighting, villa terrace, editorial",
        "Shot from ground level looking up, top-down flat lay of the same sneakers on concrete",
        "清晨日出时分的海滩，夕阳西下，情侣剪影，长焦",
        "平视视角的书桌，正上方俯拍，暖光，木质纹理",
        "荒无一人的古镇街道，游客摩肩接踵，雨后石板路，纪实摄影",
        "盛夏海边，鹅毛大雪，穿泳衣的女孩，写实摄影",
        "画面采用浅景深，背景虚化，同时全画面前后都要清晰，人像，公园",
        "黑白胶片照片，色彩绚丽的花海，女孩背影，广角",
        "真夜中の街、真昼の太陽、広角、映画的",
        "クローズアップ、全身、和服の女性、竹林",
        "ローアングルで見上げ、真上からの俯瞰、ビル街、曇り空",
        "Bird's-eye shot of downtown, tight crop on a single eyelash, overcast, photo",
        "Busy Shibuya crossing full of commuters, not one person visible, rain, neon",
        "A winter garden buried in snow on the hottest day of July, realistic, wide angle",
        "Front view of a runner from the back, stadium, dusk, 200mm",
        "Low-key dramatic lighting, high-key white studio, perfume bottle, 100mm macro",
        "Vertical phone wallpaper, 16:9 horizontal, mountain lake at dawn, painterly",
        "Everything tack sharp from foreground to infinity with dreamy bokeh background, forest path",
        "A silent empty library crowded with noisy students, warm lamps, medium shot",
        "Calm mirror-smooth lake with huge breaking waves, alpine light, landscape photo",
        "Windowless indoor studio set, outdoors on a mountain ridge, portrait, 50mm",
    ),
    "directives-too-few": (
        "a cat",
        "一只狗",
        "猫の絵を描いて",
        "A logo for my bakery",
    ),
    "script-unnamed": (
        "A Seoul cafe window with “카페” in white paint, rainy street, evening, photo",
        "Bakery box, gold foil “パン屋”, kraft paper, soft light, top-down",
    ),
    "styles-too-many": (
        "A castle in baroque, cubist, pixel art and art nouveau style, at dusk, wide shot",
        "一座桥，水墨，赛博朋克，波普艺术，黄昏",
    ),
    "text-forbidden": (
        'Cafe logo with the words "Moon Beans", vintage, please do not include any text or letters',
        "生日贺卡，中央写着“生日快乐”，卡通气球，不要有任何文字，粉色",
        "咖啡店招牌“北光”，黄昏街景，画面无文字无水印，电影感",
        "店の看板に「珈琲」と書かれている、夕方の路地、画像に文字は入れないでください",
        "ポスター、見出し「夏祭り」、文字なし、花火、浴衣の女性",
        'Album cover, artist name "LUNA VALE" in thin type, blue haze, strictly no lettering',
        "Shop sign reads “BREAD”, morning street, image must not contain any words",
        "茶叶包装，正面印“明前龙井”，画面禁止出现任何文字，绿色",
        "ロゴに「空」の文字、テキストは一切なし、青い背景",
    ),
    "words-unquoted": (
        "A tote bag that says Eat More Plants, kitchen counter, daylight, photo",
        "Birthday cake with the words Happy Birthday Leo in blue icing, party table, warm light",
        "Storefront with a neon sign reading Open Late, rainy night, reflections",
        "A book titled The Quiet Sea on a nightstand, lamp light, shallow depth of field",
        "T恤胸前印着我爱加班四个字，白色背景，平铺拍摄，柔光",
        "奶茶杯上写着今天也要开心，桌面，自然光，特写",
        "海报标题是夏日限定，冰淇淋，蓝色背景，扁平插画",
        "黒板に本日のおすすめと書かれている、カフェの店内、朝の光",
        "Tシャツに猫命とプリントされている、白い背景、正面、やわらかい光",
        "Vintage enamel plaque that says Beware of the Cat, brick wall, daylight",
        "Protest banner reading Save Our River held by students, street, documentary photo",
        "Magazine cover titled Slow Living, linen texture, morning light, still life",
        "木牌上刻着悦来客栈，古街，灯笼，夜景",
        "横幅上写着欢迎新同学，校园门口，阳光，人物合影",
        "のれんに営業中と書かれたラーメン屋、夜、路地、湯気",
    ),
}
CORPUS += [(verbatim(body), [rule] if rule else []) for rule, bodies in FURTHER.items() for body in bodies]
