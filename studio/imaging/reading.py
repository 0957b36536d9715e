"""Reads a recipe the way an art director skims a brief: what stands where, how large, and with which words."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.imaging.faces import EAST_ASIAN, Voice
from studio.imaging.shaping import clusters
from studio.prompts.scripts import SCRIPTS

# Opening and closing marks; a straight one is both.
QUOTES = ("“”", "„“", "„”", "「」", "『』", "《》", "«»", "‘’", '""', "＂＂")
QUOTED = re.compile("|".join(f"{q[0]}([^{q}\\n]{{1,200}}){q[1]}" for q in QUOTES))
CLAUSE = re.compile(r"[.;:。；\n]")
CAPTION_CLUSTERS = 240
# Beyond this a line of the picture cannot be told from texture.
LINE_CLUSTERS = 600
CAPTION_KEYS = ("output_goal", "subject", "description", "prompt", "title", "scene")
TEXT_KEYS = frozenset({"text", "headline", "slogan", "tagline", "label_text", "sign_text"})

PLACEMENTS: tuple[tuple[str, str], ...] = (
    ("sign", r"\bsign|plaque|billboard|neon|banner|storefront|awning|看板|招牌|牌匾|木牌|標識|霓虹|ネオン"),
    (
        "label",
        r"\blabel|\bon the (?:bottle|can|tin|mug|box|package|product|cup|jar|bag)|packag|标签|標籤|瓶身|包装|ラベル",
    ),
    ("top left", r"top[- ](?:left|start)|upper[- ]left|左上"),
    ("top right", r"top[- ]right|upper[- ]right|右上"),
    ("bottom left", r"(?:bottom|lower)[- ]left|左下"),
    ("bottom right", r"(?:bottom|lower)[- ]right|右下"),
    ("corner", r"corner|角落|隅"),
    ("bottom", r"\bbottom|lower|footer|beneath|below|下方|底部|下部|最下"),
    ("top", r"\btop\b|upper|above|\bheader|上方|顶部|頂部|上部|最上"),
    ("left", r"\bleft|左"),
    ("right", r"\bright\b|右"),
    ("centre", r"cent(?:re|er)|middle|across|居中|中央|中间|中間|正中|真ん中"),
    ("top", r"headline|title|heading|标题|標題|タイトル|見出し"),
)
SETTINGS: tuple[tuple[str, str], ...] = (
    ("diagram", r"infographic|diagram|blueprint|cross-section|schematic|flow ?chart|信息图|信息圖|图解|図解|示意图"),
    ("page", r"\bui\b|homepage|web ?site|dashboard|app screen|web page|landing page|界面|网页|画面設計"),
    ("street", r"storefront|street|caf[eé]|\bshop|city|alley|facade|building|boutique|街|店|城市|路地|ビル"),
    ("sea", r"\bsea\b|seaside|ocean|coast|beach|shore|lake|lighthouse|harbou?r|river|海|湖|灯塔|浜|港|岸"),
    (
        "hills",
        r"mountain|hill|valley|desert|dune|forest|field|meadow|landscape|countryside|山|谷|沙漠|森|草原|风景|風景",
    ),
    ("table", r"table|desk|counter|shelf|linen|still life|packshot|桌|台面|产品|机の上|テーブル"),
    ("studio", r"studio|sweep|seamless|backdrop|plain background|white background|neutral background|棚|スタジオ"),
    ("room", r"room|indoor|interior|curtain|kitchen|bedroom|sofa|office|\bpc cafe|window|室|屋内|部屋|客厅|窗"),
)
SUBJECTS: tuple[tuple[str, str], ...] = (
    ("tower", r"lighthouse|tower|landmark|skyscraper|灯塔|燈塔|塔"),
    ("cat", r"\bcat\b|kitten|\bdog\b|puppy|\bfox\b|rabbit|猫|貓|狗|犬|ねこ|うさぎ|兔"),
    ("pair", r"couple|two people|boy and girl|girl and (?:a )?boy|\"gender\"|friends|情侣|二人|两个人"),
    (
        "figure",
        r"person|people|\bman\b|woman|\bgirl|\bboy\b|model\b|portrait|selfie|dancer|chef|人物|男|女|少女|模特|人像|人",
    ),
    ("mug", r"\bmug|\bcup\b|teacup|coffee cup|马克杯|杯|カップ|コップ"),
    ("tin", r"\btin\b|\bcan\b|canister|罐|缶"),
    ("bottle", r"bottle|perfume|flask|vase|serum|lotion|瓶|ボトル|product name|product\b"),
    ("box", r"\bbox\b|package|packaging|\bbook\b|carton|盒|箱|本\b"),
    ("house", r"storefront|caf[eé]|\bshop|house|building|facade|cottage|temple|店|房|屋|家|建筑|建物"),
    ("tree", r"\btree|flower|plant|bouquet|树|樹|花|植物|木\b"),
    ("fruit", r"fruit|apple|oranges\b|lemon|\bball\b|planet|bowl|水果|苹果|球|橙子|りんご"),
)
FRAMES: tuple[tuple[str, str], ...] = (
    ("low", r"low[- ]angle|worm|looking up|仰拍|仰视|低角度|ローアングル"),
    ("high", r"high[- ]angle|aerial|bird|top[- ]down|overhead|flat[- ]lay|俯拍|俯视|鸟瞰|航拍|俯瞰"),
    ("close", r"head ?shot|\bbust\b|半身|大头照|close[- ]?up|macro|very close|tight|特写|微距|クローズアップ|アップ"),
    ("wide", r"\bwide|panoram|establishing|vast|全景|广角|遠景|远景|ワイド"),
)
PORTRAIT = r"\bportrait of|\bportrait photo|肖像|人像|ポートレート"
PLACES: tuple[tuple[str, str], ...] = (
    ("left", r"(?:subject|product|figure|placed|positioned|on the|at) [\w ]{0,12}left|left third|左侧|左側|左三分"),
    ("right", r"(?:subject|product|figure|placed|positioned|on the|at) [\w ]{0,12}right|right third|右侧|右側|右三分"),
    ("centre", r"cent(?:re|er)|symmetr|居中|中央|对称|対称"),
    ("thirds", r"rule of thirds|thirds|三分"),
)
LANGUAGES: tuple[tuple[str, str], ...] = (
    ("zh-hans", r"simplified|zh-hans|简体"),
    ("ja", r"japan|\bja\b|kana|tokyo|kyoto|日本|日语|日文|[\u3040-\u30fa\u30fd-\u30ff]"),
    ("ko", r"korea|hangul|\bko\b|seoul|[\uac00-\ud7a3]"),
    ("zh-hant", r"traditional chinese|zh-hant|hant|taiwan|hong kong|繁體|繁体|[們這國學體點麼個說來對為過還後]"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line to be set: its characters, where, and how it speaks."""

    text: str
    place: str = ""
    voice: Voice = Voice.DISPLAY
    language: str = ""
    large: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    caption: str
    lines: tuple[Words, ...]
    everything: str  # casefolded, for colours and light
    setting: str
    subject: str
    frame: str
    place: str
    language: str
    seed: int


def read(recipe: Mapping[str, Any], prompt: str = "") -> Brief:
    passages = list(_passages(recipe)) or [prompt]
    everything = "\n".join(passages)
    language = _language(everything)
    scene = "\n".join(_without_avoided(recipe)) or everything
    lead = str(recipe.get("subject") or "") or passages[0]
    return Brief(
        caption=_caption(recipe, passages),
        lines=tuple(_lines(recipe, passages, language)),
        everything=scene.casefold(),
        setting=_first(SETTINGS, f"{recipe.get('setting', '')}") or _first(SETTINGS, scene) or "studio",
        subject=_first(SUBJECTS, lead) or _first(SUBJECTS, scene) or "stone",
        frame=_first(FRAMES, scene) or ("close" if re.search(PORTRAIT, lead.casefold()) else ""),
        place=_first(PLACES, str(recipe.get("composition") or scene)),
        language=language,
        seed=int.from_bytes(hashlib.sha256(everything.encode("utf-8", "surrogatepass")).digest()[:6], "big"),
    )


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    """The entry whose words come first in the text: the beginning of a brief says what it is about."""
    text = text.casefold()
    hits = [(match.start(), name) for name, pattern in table if (match := re.search(pattern, text))]
    return min(hits, key=lambda hit: hit[0])[1] if hits else ""


def _language(text: str, default: str = "zh-hans") -> str:
    text = text.casefold()
    return next((name for name, pattern in LANGUAGES if re.search(pattern, text)), default)


def _of_script(key: str) -> str:
    """The language whose Han shapes a named script wants; empty where it makes no difference."""
    spoken = SCRIPTS[key].lang.casefold() if key in SCRIPTS else _language(key, "")
    return spoken if spoken in EAST_ASIAN else ""


def _passages(recipe: Mapping[str, Any]) -> Iterator[str]:
    """The words of the brief, most telling first; a JSON prompt gives its values without its syntax."""
    if body := str(recipe.get("body") or ""):
        yield from _leaves(body)
    for name in ("subject", "setting", "lighting", "composition", "details"):
        if value := recipe.get(name):
            yield str(value)
    for name in ("mood", "style", "preserve"):
        yield from (str(value) for value in recipe.get(name) or ())


def _without_avoided(recipe: Mapping[str, Any]) -> Iterator[str]:
    for passage in _passages(recipe):
        yield re.sub(r"\b(?:no|without|avoid)\b[^,.;\n]*|[不没無]要?[^，。,\n]*", " ", passage, flags=re.IGNORECASE)


def _leaves(body: str) -> Iterator[str]:
    values = _parsed(body)
    if values is None:
        yield body
        return
    named = dict(_walk(values))
    for key in CAPTION_KEYS:
        if key in named:
            yield named[key]
    yield from (text for _, text in _walk(values))


def _parsed(body: str) -> Any:
    if not body.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _walk(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Depth first, without recursion: a body may be nested deeper than Python's stack."""
    waiting = [(key, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, Mapping):
            waiting += [(str(inner), value[inner]) for inner in reversed(value)]
        elif isinstance(value, list):
            waiting += [(name, inner) for inner in reversed(value)]


def _caption(recipe: Mapping[str, Any], passages: list[str]) -> str:
    return shortened(" ".join(str(recipe.get("subject") or passages[0]).split()), CAPTION_CLUSTERS)


def shortened(text: str, most: int) -> str:
    pieces = itertools.islice(clusters(text[: 8 * most]), most)  # marks without end may be heaped on one letter
    kept = "".join(pieces)
    return text if kept == text else kept.rstrip() + "…"


def _lines(recipe: Mapping[str, Any], passages: list[str], language: str) -> Iterator[Words]:
    for line in recipe.get("text") or ():
        if text := str(line.get("text") or "").strip():
            lettering, script = str(line.get("lettering") or ""), str(line.get("script") or "")
            yield Words(
                text=shortened(text, LINE_CLUSTERS),
                place=_first_in_order(PLACEMENTS, str(line.get("placement") or "")),
                voice=_voice(lettering),
                large=_large(lettering),
                language=_of_script(script) or _language(f"{lettering} {text}", language),
            )
    if recipe.get("body"):
        yield from _quoted(recipe, passages, language)


def _quoted(recipe: Mapping[str, Any], passages: list[str], language: str) -> Iterator[Words]:
    seen: set[str] = set()
    values = _parsed(str(recipe["body"]))
    marked = [text for key, text in _walk(values) if key in TEXT_KEYS] if values is not None else []
    found = [(text, "") for text in marked]
    found += [
        (next(filter(None, hit.groups())), _around(text, hit)) for text in passages for hit in QUOTED.finditer(text)
    ]
    for text, around in found:
        text = text.strip()
        if text and text not in seen:
            seen.add(text)
            place = _first_in_order(PLACEMENTS, around)
            spoken = _language(f"{text} {around}", language)
            text = shortened(text, LINE_CLUSTERS)
            yield Words(text=text, place=place, voice=_voice(around), large=_large(around), language=spoken)


def _around(text: str, hit: re.Match[str]) -> str:
    """The clause that the quotation stands in: it says where the words go and how they look."""
    before = CLAUSE.split(text[max(0, hit.start() - 90) : hit.start()])[-1]
    after = CLAUSE.split(text[hit.end() : hit.end() + 90])[0]
    return f"{before} {after}"


def _first_in_order(table: tuple[tuple[str, str], ...], text: str) -> str:
    """The first entry of the table that matches anywhere: a sign stays a sign, wherever it hangs."""
    text = text.casefold()
    return next((name for name, pattern in table if re.search(pattern, text)), "")


def _large(lettering: str) -> bool:
    return bool(re.search(r"large|huge|\bbig|giant|oversized|headline|大字|巨大|大きな", lettering.casefold()))


def _voice(lettering: str) -> Voice:
    lettering = re.sub(r"sans[- ]?serif", "", lettering.casefold())
    serif = re.search(r"serif|didone|bodoni|garamond|times|classic|elegant|roman|宋|明朝|衬线", lettering)
    return Voice.SERIF if serif else Voice.DISPLAY
