"""Finds the numbers by which a prompt names its references: "image 2", "the second photo", 图二, 参考画像1."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from studio.prompts.lint.folding import has_other_letters, pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_CJK = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}
_CIRCLED = {numeral: number for number, numeral in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)}
_WORDS = {
    word: number
    for number, names in enumerate(
        ("first|one", "second|two", "third|three", "fourth|four", "fifth|five", "sixth|six", "seventh|eighth"), start=1
    )
    for word in names.split("|")
}
_NUMBER = r"\d{1,2}(?![\d:：/.]*\d|[\w%])"
_EN = pattern(
    r"\b(?<!gpt )(?<!gpt-)(?:images?|pictures?|photos?|references?|refs?)(?: image| picture"
    rf"| photo)? ?#?(?P<numbers>{_NUMBER}(?:(?:, (?:and )?| and | & | to |-|–){_NUMBER})*)(?! ?(?:of|/) ?\d)"
    r"|\b(?:image|picture|photo|reference|ref) (?P<word>one|two|three|four|five|six)\b(?! (?:of|more))|\b(?:the|my"
    r"|your) (?P<ordinal>first|second|third|fourth|fifth|sixth) (?:(?:reference|attached|uploaded"
    r"|provided)(?: (?:image|picture|photo))?|image|picture|photo)\b"
)
_CJK_NUMBER = r"\d{1,2}|[一二三四五六七八九十]|[①-⑩]"
_ZH = pattern(
    r"(?:参考图片?|参考照片|附件图?片?|图片|图像"
    rf"|(?<![地构草插拼意导蓝截配贴视略线原底])图)\s*(?P<numbers>{_CJK_NUMBER})(?![\d:：a-z格宫组款套层份分倍比x×%％.]"
    r"|[张种个幅样致起些直般定维次半侧边旁流体方部切号线度])"
    r"|第(?P<ordinal>\d{1,2}|[一二三四五六七八九十])[张幅](?:参考)?(?:图片?|照片)"
)
_JA = pattern(
    r"(?:参考画像|参照画像|添付画像|添付写真|参考写真|画像|写真|イメージ"
    rf"|参考)\s*(?P<numbers>{_CJK_NUMBER})(?![\d:：a-z×x.%％]|[枚つ個点種番人部般方列層面])"
    r"|(?P<ordinal>\d{1,2}|[一二三四五六七八九十])枚目(?:の(?:参考)?(?:画像|写真|参考)|(?=[のをはに]))"
)
# The commonest words of some other languages.
_OTHER = pattern(
    r"\b(?:bild|foto|imagen|imagem|immagine|afbeelding|obraz\w{0,2}|görsel|resim|gambar|zdjęci\w|ảnh|hình"
    r"|kuva)\s?(?P<latin>\d{1,2})(?![\d:%])"
    r"|(?P<before>\d{1,2})\. (?:görsel|resim|fotoğraf)|(?:изображени\w|картинк\w|фото|снимк\w"
    r"|рисун\w{1,3})\s?(?P<cyrillic>\d{1,2})(?![\d:%])|(?:이미지|사진|그림|참고)\s?(?P<hangul>\d{1,2})(?![\d:%장개])"
    r"|(?:الصورة|صورة)\s?(?P<arabic>\d{1,2})|(?:ภาพ|รูป)(?:ที่)?\s?(?P<thai>\d{1,2})|εικόνα\w?\s?(?P<greek>\d{1,2})"
    r"|תמונה\s?(?P<hebrew>\d{1,2})|चित्र\s?(?P<hindi>\d{1,2})"
)


@lru_cache(maxsize=256)  # several rules ask, and a check reads the same passages again to try out its fixes
def mentions(plain: str) -> tuple[tuple[int, int, int], ...]:
    """Numbers by which a folded text names references, each with the place of the mention."""
    return tuple(_mentions(plain))


def _mentions(plain: str) -> Iterator[tuple[int, int, int]]:
    for match in _EN.finditer(plain):
        if word := match["word"] or match["ordinal"]:
            yield _WORDS[word], match.start(), match.end()
        for number in re.findall(r"\d+", match["numbers"] or ""):
            yield int(number), match.start(), match.end()
    for language in (_ZH, _JA) if has_other_letters(plain) else ():
        for match in language.finditer(plain):
            numeral = match["numbers"] or match["ordinal"]
            yield _CJK.get(numeral) or _CIRCLED.get(numeral) or int(numeral), match.start(), match.end()
    for match in _OTHER.finditer(plain):
        yield int(match[match.lastgroup or 0]), match.start(), match.end()
