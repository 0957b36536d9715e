"""Names that people give to the sections of a prompt, and to the keys of a JSON prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from studio.prompts.proposal.vocabulary import word_set
from studio.prompts.recipe import Attribute

if TYPE_CHECKING:
    from collections.abc import Mapping

# Names that say no more than the attribute does, and may be dropped once a section is in its place.
_PLAIN = {
    Attribute.SUBJECT: (
        "subject|subjects|main subject|main|product|person|people|character|characters|主体|主體|主题|主題|人物|"
        "产品|產品|对象|商品|被写体|主役"
    ),
    Attribute.SETTING: (
        "setting|scene|environment|location|background|backdrop|场景|場景|环境|環境|背景|地点|地點|空间|場所|舞台|"
        "シーン"
    ),
    Attribute.MOOD: "mood|moods|atmosphere|ambience|emotion|vibe|氛围|氛圍|气氛|情绪|情緒|意境|基调|雰囲気|ムード",
    Attribute.LIGHTING: (
        "lighting|light|lights|illumination|光线|光線|光影|灯光|燈光|光照|照明|布光|光源|光|ライティング"
    ),
    Attribute.COMPOSITION: "composition|framing|构图|構圖|構図|取景",
    Attribute.STYLE: "style|styles|aesthetic|aesthetics|风格|風格|画风|畫風|艺术风格|美学|スタイル|画風|作風|テイスト",
    Attribute.DETAILS: "details|detail|other details|细节|細節|其他|ディテール|詳細|その他",
    Attribute.TEXT: (
        "text|text in the image|in-image text|image text|copy|words|wording|文字|文案|文本|文字内容|テキスト|文字入れ"
    ),
    Attribute.PRESERVE: (
        "keep unchanged|keep|preserve|preservation|must keep|do not change|unchanged|保持|保留|保持不变|不变|維持|"
        "保持するもの|変更しない"
    ),
    Attribute.AVOID: (
        "leave out|avoid|negative|negative prompt|negatives|exclude|exclusions|must not|must avoid|do not include|"
        "不要|避免|负面|負面|负面提示|负面提示词|反向提示词|负向提示词|排除|禁止|避ける|除外|ネガティブ|"
        "ネガティブプロンプト|禁止事項"
    ),
}
# Names that say more: their words stay with the text.
_NARROW = {
    Attribute.SUBJECT: (
        "action|interaction|pose|expression|clothing|outfit|wardrobe|model|figure|hair|makeup|动作|表情|姿势|服装|"
        "服裝|造型|ポーズ|服装"
    ),
    Attribute.SETTING: "place|time and place|weather|season|props|天气|季节|季節|道具|天気",
    Attribute.LIGHTING: "time of day|key light|rim light|shadow|shadows|时间|時間|时间段|時間帯",
    Attribute.COMPOSITION: (
        "camera|camera angle|angle|lens|shot|shot type|perspective|layout|aspect ratio|view|focus|depth of field|"
        "focal length|镜头|鏡頭|视角|視角|机位|景别|景別|画幅|畫幅|角度|拍摄角度|版式|布局|比例|カメラ|アングル|"
        "レンズ|画角|レイアウト"
    ),
    Attribute.STYLE: "medium|art style|visual style|genre|art direction|look|rendering|媒介|艺术形式|画材",
    Attribute.DETAILS: (
        "materials|material|palette|color|colors|colour|colours|color palette|colour palette|finish|texture|"
        "textures|typography|font|fonts|quality|resolution|technical details|technical|notes|effects|色彩|颜色|"
        "顏色|配色|色调|色調|材质|材質|质感|質感|画质|品质|字体|素材|色|質感"
    ),
    Attribute.TEXT: (
        "headline|title|subtitle|caption|slogan|tagline|subheadline|label|sign|button|标题|標題|副标题|标语|口号|"
        "タイトル|見出し|キャッチコピー|サブタイトル"
    ),
}
_MODIFIERS = word_set("overall visual general image picture main art scene desired the")
_BETWEEN = re.compile(r"\s*(?:[&/+,、]|\band\b|\bor\b|和|与|與|及|と|・)\s*")


class Label(NamedTuple):
    attribute: Attribute
    is_plain: bool


def _index(groups: Mapping[Attribute, str], is_plain: bool) -> dict[str, Label]:
    return {name: Label(attribute, is_plain) for attribute, names in groups.items() for name in names.split("|")}


LABELS: Mapping[str, Label] = {**_index(_NARROW, False), **_index(_PLAIN, True)}


def label_of(name: str) -> Label | None:
    """What a section of this name holds; None where the name is none of a section."""
    name = " ".join(name.casefold().split())
    if name in LABELS:
        return LABELS[name]
    kept = " ".join(word for word in name.split() if word not in _MODIFIERS)
    if kept != name and kept in LABELS:
        return LABELS[kept]
    parts = [LABELS.get(part) for part in _BETWEEN.split(name)]
    if len(parts) > 1 and parts[0] is not None and all(parts):
        is_one = len({part.attribute for part in parts if part}) == 1
        return Label(parts[0].attribute, is_one and all(part.is_plain for part in parts if part))
    return None


# Keys of JSON prompts that the sections' names do not know, by one of their words; the last word decides.
_KEY_WORDS = {
    Attribute.SUBJECT: "gesture|object|objects|item|hero|attire|costume|relationship",
    Attribute.SETTING: "surroundings|world|venue",
    Attribute.MOOD: "feeling|tone|emotions",
    Attribute.LIGHTING: "shading",
    Attribute.COMPOSITION: "frame|placement|arrangement|shots|angles|crop|orientation|viewpoint",
    Attribute.STYLE: "styling|mediums|influences|artist|artists",
    Attribute.DETAILS: "colors|imperfections|surface|props",
    Attribute.TEXT: "texts|headlines|titles|captions|lettering|overlay",
    Attribute.PRESERVE: "keeps|preserved|retain|maintain",
    Attribute.AVOID: "avoids|excluded|forbidden|prohibited|unwanted|donts",
}
_KEYS: Mapping[str, Label] = {**_index(_KEY_WORDS, False), **LABELS}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPES_OF_PROMPT = frozenset({"type", "format", "output", "version", "task", "prompt"})


def key_label(key: str) -> Label | None:
    """Like ``label_of`` for a key in snake_case or camelCase: its last known word decides."""
    name = re.sub(r"[_\-.\s]+", " ", _CAMEL.sub(" ", key)).strip().casefold()
    if (found := label_of(name)) is not None:
        return found
    words = name.split()
    if _TYPES_OF_PROMPT & set(words):
        return None
    if any(word.startswith("preserv") for word in words):
        return Label(Attribute.PRESERVE, False)
    labels = [_KEYS[word] for word in words if word in _KEYS]
    if any(label.attribute is Attribute.AVOID for label in labels):
        return Label(Attribute.AVOID, False)
    return Label(labels[-1].attribute, False) if labels else None
