"""Rules about references: each has a number and a purpose, and what the prompt names is attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.lint.editing import POINTS_AT_ONE, is_edit
from studio.prompts.lint.findings import Fix, Focus, Rule, Spot
from studio.prompts.lint.folding import pattern
from studio.prompts.lint.mentioning import mentions
from studio.prompts.lint.vocabulary import PANELS
from studio.prompts.recipe import Attribute, Kind, Recipe, ReferenceUse
from studio.prompts.roles import ROLES
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Reading

_UNNUMBERED = pattern(
    r"\b(?:the|this|my) (?:(?:reference|attached|uploaded|provided|source|inspiration) (?:image|picture|photo|shot)"
    r"|reference)\b(?! ?#?\d)|\b(?:referenzbild|image de référence|photo de référence|imagen de referencia"
    r"|foto de referencia|immagine di riferimento|imagem de referência|referans görsel\w*)\b(?! ?\d)"
    r"|референс\w*(?! ?\d)|참고 (?:이미지|사진)(?! ?\d)|الصورة المرجعية|(?:参考图(?:片)?|附图|上传的(?:图片?|照片)"
    r"|参考照片)(?!\s*[\d一二三四五六七八九十①-⑩])|\b(?:the|that) (?:other|second|latter) (?:reference "
    r"|attached |uploaded )?"
    r"(?:image|picture|photo|reference)\b(?! ?#?\d)|\banother (?:attached|uploaded|reference) (?:image|picture"
    r"|photo)\b"
    r"|\b(?:one|either) of the (?:references|attached (?:images|photos|pictures))\b|(?:另外?一?"
    r"|那)[张幅]的?(?:参考|附件)?"
    r"(?:图(?![案书])|照片)|(?:もう一枚|もう片方|別|他方)の(?:参考|添付)?(?:画像|写真)|(?:参考画像"
    r"|添付(?:した)?(?:画像|写真)|参照画像"
    r"|参考写真)(?!\s*[\d一二三四五六七八九十①-⑩])"
)
# Before the words: several of them are meant.
_ALL_OF_THEM = pattern(
    r"(?:[两三四几多各所有些这每]+[张幅个份]?|所有的?|全部的?|すべての|全ての|両方の|[2-9２-９二三]枚の"
    r"|それぞれの|各)$"
)

# Around a reference of which nothing is said: "Image 2.", "See also image 2."
_BEFORE_A_NAME = pattern(
    r"(?:^|[.。;；!！\n\x00(（])\s*(?:(?:also|and|see|use|cf\.?|plus|with|attached:?|参考|参见|参照|见|用|使用"
    r"|另有|还有|以及|加上)"
    r"[ :：]*){0,3}$"
)
_AFTER_A_NAME = pattern(r"(?: too| as well| also|也|を?参照|も)?\s*(?:$|[.。;；!！\n\x00)）])")
# "..., see image 1." says no more, unless it is about what is ours or the same.
_BEFORE_A_HINT = pattern(
    r"(?:[,，、]|\band|\bplease|\balso)\s*(?:also |please |and )*(?:see(?: also)?|cf\.?|refer to|look at"
    r"|(?:take|have) a look at"
    r"|check|compare|参考|参见|参照|请?看|见|详见|另见)\s*$"
)
_AFTER_A_HINT = pattern(
    r"(?: too| as well| also|也|を?参照|も)?\s*(?:$|[.。;；!！\n\x00)）]|[,，、](?!\s*(?:for|but|only|and|take|use|keep"
    r"|copy|match|same|和|以及|与|取|用|只|保持|按)))"
)
# In Japanese the verb stands behind: 、画像1を参照。
_BEFORE_A_HINT_JA = pattern(r"(?:^|[、。,\n\x00])\s*$")
_AFTER_A_HINT_JA = pattern(r"(?:を|も)(?:参照|参考に|見て)(?:して|のこと|ください|下さい)*\s*(?:$|[。、,\n\x00])")
_IS_OURS = pattern(
    r"\b(?:our|my|this|these|same|exact|exactly|identical)\b[^.;\n]*$|(?:我们?的|这[款个只张件]|同款|该|一样|相同)[^。；\n]*$"
)
# What can only be a picture that somebody attached. The verb alone is none: "a label attached to the bag".
_PICTURE_EN = (
    r"(?:images?|pictures?|photos?|photographs?|portrait|selfie|screenshot|sketch|drawing|logo|reference|mock-?up"
    r"|poster|flyer|banner|file|floor plan|moodboard)"
)
_ATTACHED = pattern(
    rf"\b(?:attached|uploaded|enclosed) (?:[\w-]+ ){{0,2}}?{_PICTURE_EN}\b|\b{_PICTURE_EN} (?:(?:that "
    rf"|which )?(?:i|we)(?:['’]ve| have)?"
    r" (?:just )?(?:attached|uploaded)|(?:is |are )?attached\b(?! to))|\b(?:in|see|from|as per) the attachment\b"
    r"|附件(?:里|中|上)?的?(?:这|那)?[张幅]?(?:图|照片|海报|参考|草图|截图|logo|banner|设计|产品|人|商品|模特)"
    r"|(?:见|参考|根据|按照?)附[件图]|附图"
    r"|(?:我)?(?:上传|所附|随附|附上)的?(?:这|那|参考)?[张幅]?(?:图|照片|自拍|草图)|添付(?:した|の"
    r"|された)?(?:画像|写真|ロゴ|ファイル|チラシ|図|参考)"
    r"|(?:angehängt|beigefügt)\w* (?:bild|foto|datei)|(?:image|photo) (?:ci-)?jointe|(?:imagen|foto) adjunta"
    r"|첨부(?:한|된)? ?(?:이미지|사진)"
    r"|прикреплённ\w+ (?:фото|изображен)"
)


def without_role(reading: Reading) -> Iterator[Spot]:
    """In fields, a picture that nothing explains; in somebody's own text, one that is named and no more:"
    " "Image 2."."""
    recipe = reading.recipe
    for index, use in enumerate(recipe.references):
        if use.role in ROLES or use.note.strip():
            continue
        is_mentioned = index + 1 in reading.mentioned
        is_named_alone = is_mentioned and all(_is_named_alone(plain, index + 1) for plain in reading.plain)
        if is_named_alone or (not is_mentioned and recipe.kind is Kind.STRUCTURED):
            yield _about_reference(index, _("Set role"))


def _is_named_alone(plain: str, number: int) -> bool:
    """Whether a text names a picture only in sentences without another word. True where it does not name it."""
    return all(_is_bare(plain, start, end) for each, start, end in mentions(plain) if each == number)


def _is_bare(plain: str, start: int, end: int) -> bool:
    before = plain[max(0, start - 40) : start]
    if _BEFORE_A_NAME.search(before) and _AFTER_A_NAME.match(plain, end):
        return True
    is_hint = _BEFORE_A_HINT.search(before) is not None and _AFTER_A_HINT.match(plain, end) is not None
    is_hint = is_hint or (_BEFORE_A_HINT_JA.search(before) and _AFTER_A_HINT_JA.match(plain, end)) is not None
    return is_hint and not _IS_OURS.search(before)


def unmentioned(reading: Reading) -> Iterator[Spot]:
    """In somebody's own text, a picture that neither the text nor a role explains. A single one needs no number."""
    recipe = reading.recipe
    is_single = len(recipe.references) == 1
    if is_single and (is_edit(reading) or POINTS_AT_ONE.occurs(reading.whole)):
        return
    for index, use in enumerate(recipe.references):
        is_explained = bool(use.note.strip()) or index + 1 in reading.mentioned
        if use.role not in ROLES and not is_explained and recipe.kind is not Kind.STRUCTURED:
            yield _about_reference(index, _("Set role"))


def _about_reference(index: int, label: str) -> Spot:
    return Spot(
        attribute=Attribute.REFERENCES,
        index=index,
        field="role",
        params={"number": index + 1},
        fix=Fix(label=label, focus=Focus(attribute=Attribute.REFERENCES, index=index, field="role")),
    )


def not_attached(reading: Reading) -> Iterator[Spot]:
    attached = len(reading.recipe.references)
    if not attached:
        yield from _said_to_be_attached(reading)
    # "Image 1" of a storyboard is a part of the picture to be made.
    if not attached and PANELS.occurs(reading.whole):
        return
    for passage in reading.wanted:
        named: set[int] = set()
        for number, start, end in mentions(passage.plain):
            if number not in named and not 1 <= number <= attached:
                named.add(number)
                yield Spot(
                    attribute=passage.attribute,
                    index=passage.index,
                    start=start,
                    end=end,
                    params={"number": number},
                    fix=Fix(label=_("Add a reference"), focus=Focus(attribute=Attribute.REFERENCES)),
                )


def _said_to_be_attached(reading: Reading) -> Iterator[Spot]:
    for passage in reading.wanted:
        match = _ATTACHED.search(passage.plain)
        if match and not any(number == 1 for number, _start, _end in mentions(passage.plain)):
            yield Spot(
                attribute=passage.attribute,
                index=passage.index,
                start=match.start(),
                end=match.end(),
                params={"number": 1},
                fix=Fix(label=_("Add a reference"), focus=Focus(attribute=Attribute.REFERENCES)),
            )
            return


def unnumbered(reading: Reading) -> Iterator[Spot]:
    if len(reading.recipe.references) < 2:
        return
    for passage in reading.wanted:
        if match := _first_unnumbered(passage.plain):
            yield Spot(
                attribute=passage.attribute,
                index=passage.index,
                start=match.start(),
                end=match.end(),
                params={"phrase": passage.text[match.start() : match.end()]},
                fix=Fix(label=_("Add its number"), focus=Focus(attribute=passage.attribute, index=passage.index)),
            )


def _first_unnumbered(plain: str) -> re.Match[str] | None:
    found = (match for match in _UNNUMBERED.finditer(plain))
    return next((match for match in found if not _ALL_OF_THEM.search(plain[: match.start()][-6:])), None)


_PICTURE = ReferenceUse(sha256="0" * 64)

RULES = (
    Rule(
        id="reference-without-role",
        severity="warning",
        title=_("Reference without a role"),
        message=_("Reference %(number)s has no role."),
        reason=_("The model cannot tell what to take from it."),
        remedy=_("Choose a role, or write a note."),
        example=Recipe(subject="A coffee tin", references=(_PICTURE,)),
        find=without_role,
    ),
    Rule(
        id="reference-unmentioned",
        severity="warning",
        title=_("Reference never mentioned"),
        message=_("Reference %(number)s is attached, but the prompt never mentions it."),
        reason=_("The model cannot tell what to take from it."),
        remedy=_("Name it by its number in the prompt, or choose a role."),
        example=Recipe(kind=Kind.VERBATIM, body="A coffee tin on an oak table", references=(_PICTURE,)),
        find=unmentioned,
        languages=("en", "zh", "ja"),
    ),
    Rule(
        id="reference-not-attached",
        severity="warning",
        title=_("Reference mentioned but not attached"),
        message=_("Image %(number)s is mentioned, but not attached."),
        reason=_("The model would look for a picture that is not there."),
        remedy=_("Attach it, or correct its number."),
        example=Recipe(
            kind=Kind.VERBATIM, body="The tin from image 1 on the table from image 2", references=(_PICTURE,)
        ),
        find=not_attached,
        languages=("en", "zh", "ja"),
    ),
    Rule(
        id="reference-unnumbered",
        severity="note",
        title=_("Reference without its number"),
        message=_("“%(phrase)s” does not say which."),
        reason=_("Several references are attached; each has a number."),
        remedy=_("Write its number, such as “image 1”."),
        example=Recipe(
            kind=Kind.VERBATIM,
            body="Image 1 in the light of image 2, in the style of the reference image",
            references=(_PICTURE, _PICTURE),
        ),
        find=unnumbered,
        languages=("en", "zh", "ja"),
    ),
)
