"""Rules about what the chosen model rejects, ignores or bills for without making it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.prompts.counts import characters
from studio.prompts.lint.findings import Edit, Fix, Focus, Limits, Rule, Spot
from studio.prompts.lint.folding import pattern
from studio.prompts.lint.lexicon import is_negated
from studio.prompts.recipe import Attribute, Kind, Recipe, ReferenceUse
from studio.prompts.words import gettext_noop as _

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from studio.prompts.lint.reading import Passage, Reading

# What can be swapped for another background, each with the words that take its place.
_BACKGROUNDS = (
    (
        pattern(
            r"\b(?:(?:fully |completely )?transparent (?:png )?(?:background|backdrop|bg)|background (?:is "
            r"|should be "
            r"|must be )?(?:fully |completely )?transparent)\b"
        ),
        "plain white background",
    ),
    (pattern(r"透明(?:的)?(?:背景|底)|背景(?:是|为|要|保持|全)?透明(?!度)|透底"), "纯白背景"),
    (pattern(r"(?:背景(?:は|を|が)?)(?:透過|透明)|透過背景|透明(?:な|の)背景"), "白い背景"),
)
# What only a person can put into other words.
_SEE_THROUGH = pattern(
    r"\b(?:transparent (?:png|webp|cut-?out|canvas|layer|sticker png)|png with (?:transparency|an? alpha)|with (?:a "
    r"|an )?(?:transparency|alpha (?:channel|transparency|mask)))\b"
    # The commonest words of some other languages.
    r"|transparente[rnms]? (?:hintergrund|bild)|freigestellt auf transparent|(?:fond|arrière-plan) transparent"
    r"|fondo transparente|sfondo trasparente|fundo transparente|прозрачн\w+ фон|투명한? 배경|배경[은이을]? 투명"
    r"|şeffaf arka plan|خلفية شفافة|διαφαν\w+ φόντο|przezroczyst\w+ tł|transparante achtergrond|พื้นหลังโปร่งใส"
    r"|nền trong suốt|latar (?:belakang )?transparan|\balpha channel\b|透明(?:通道|图层|贴纸底)|透明\s*(?:png|webp)"
    r"|(?:png|webp)\s*透明|免抠(?:图|素材|png)|透過\s*(?:png|画像|処理)|アルファチャンネル"
)
# In JSON, the name says that it is about the background.
_BACKGROUND_NAME = pattern(r".*(?:background|backdrop|bg|背景|底色).*")
_SEE_THROUGH_ALONE = pattern(
    r"\s*(?:(?:fully |completely )?transparent|transparency|none|alpha|透明|透過|全透明|透明底)\s*"
)
# Behind the words.
_NOT_NEEDED = pattern(
    r"\s*(?:(?:is|are|was)(?: not|n['’]t)|not|never) |\s*(?:就|都|也)?(?:不[要用需行对]|不必|没必要|免了)|(?:は"
    r"|では|も)?(?:不要"
    r"|必要な|いらな|しな|にしな|使わな|ではな|じゃな)"
)


def transparent(reading: Reading) -> Iterator[Spot]:
    if reading.limits.transparent_background is not False:
        return
    for passage in reading.wanted:
        swaps = [
            (match, words)
            for background, words in _BACKGROUNDS
            for match in background.finditer(passage.plain)
            if not _is_unwanted(passage.plain, match)
        ]
        others = [match for match in _SEE_THROUGH.finditer(passage.plain) if not _is_unwanted(passage.plain, match)]
        if reading.is_named(passage, _BACKGROUND_NAME):
            others += [match for match in [_SEE_THROUGH_ALONE.fullmatch(passage.plain)] if match]
        if not swaps and not others:
            continue
        first = min([*(match for match, _words in swaps), *others], key=lambda match: match.start())
        yield Spot(
            attribute=passage.attribute,
            index=passage.index,
            start=first.start(),
            end=first.end(),
            params={"phrase": passage.text[first.start() : first.end()]},
            fix=_another_background(reading, passage, [] if others else swaps),
        )


def _is_unwanted(plain: str, match: re.Match[str]) -> bool:
    return is_negated(plain, match.start(), match.end()) or _NOT_NEEDED.match(plain, match.end()) is not None


def _another_background(reading: Reading, passage: Passage, swaps: list[tuple[re.Match[str], str]]) -> Fix:
    label = _("Ask for plain white")
    if not swaps:
        return Fix(label=label, focus=Focus(attribute=passage.attribute, index=passage.index))
    text, before = passage.text, len(passage.text)
    for match, words in sorted(swaps, key=lambda swap: swap[0].start(), reverse=True):
        if match.end() <= before:  # the same words may be read as Chinese and as Japanese
            text, before = f"{text[: match.start()]}{words}{text[match.end() :]}", match.start()
    edit = Edit(attribute=passage.attribute, value=passage.value_with(reading.recipe, text))
    return Fix(label=label, edit=edit)


def too_long(reading: Reading) -> Iterator[Spot]:
    limit, length = reading.limits.max_characters, characters(reading.rendered.text)
    if limit is None or length <= limit:
        return
    longest = max(
        (span for span in reading.rendered.spans if span.index is None), key=lambda span: span.end - span.start
    )
    yield Spot(
        attribute=longest.attribute,
        params={"length": length, "limit": limit},
        fix=Fix(label=_("Shorten"), focus=Focus(attribute=longest.attribute)),
    )


def too_many_references(reading: Reading) -> Iterator[Spot]:
    limit, number = reading.limits.max_references, len(reading.recipe.references)
    if limit is None or number <= limit:
        return
    yield Spot(
        attribute=Attribute.REFERENCES,
        index=limit,
        params={"number": number, "limit": limit},
        fix=Fix(label=_("Choose"), focus=Focus(attribute=Attribute.REFERENCES, index=limit)),
    )


def many_references(reading: Reading) -> Iterator[Spot]:
    usual, number = reading.limits.many_references, len(reading.recipe.references)
    most = reading.limits.max_references
    if usual is None or number <= usual or (most is not None and number > most):
        return
    yield Spot(
        attribute=Attribute.REFERENCES,
        index=usual,
        params={"number": number, "usual": usual},
        fix=Fix(label=_("Choose"), focus=Focus(attribute=Attribute.REFERENCES, index=usual)),
    )


def takes_ignored(reading: Reading) -> Iterator[Spot]:
    if reading.limits.takes_ignored and reading.limits.takes > 1:
        yield _beside_the_prompt(reading, "takes", _("Ask for one"), {"takes": reading.limits.takes})


def quality_not_accepted(reading: Reading) -> Iterator[Spot]:
    quality, known = reading.limits.quality, reading.limits.qualities
    if quality and known is not None and quality not in known:
        yield _beside_the_prompt(reading, "quality", _("Choose"), {"quality": quality})


def _beside_the_prompt(reading: Reading, field: str, label: str, params: dict[str, str | int]) -> Spot:
    """What was chosen for the run has no place in the prompt, so it is told at the prompt's first attribute."""
    attribute = reading.recipe.attributes[0]
    fix = Fix(label=label, focus=Focus(attribute=attribute, field=field))
    return Spot(attribute=attribute, field=field, params=params, fix=fix)


RULES = (
    Rule(
        id="prompt-too-long",
        severity="error",
        title=_("Prompt too long for the model"),
        message=_("The prompt has %(length)s characters; this model takes %(limit)s."),
        reason=_("The provider would refuse it."),
        remedy=_("Shorten the longest part, or choose a model that takes more."),
        example=Recipe(subject="A very, very long story"),
        limits=Limits(max_characters=10),
        find=too_long,
    ),
    Rule(
        id="references-too-many",
        severity="error",
        title=_("Too many references for the model"),
        message=_("%(number)s references are attached; this model takes %(limit)s."),
        reason=_("The provider would refuse them."),
        remedy=_("Remove some, or choose a model that takes more."),
        example=Recipe(subject="A tin", references=(ReferenceUse(sha256="0" * 64, role="style"),)),
        limits=Limits(max_references=0),
        find=too_many_references,
    ),
    Rule(
        id="references-many",
        severity="warning",
        title=_("More references than the model is sure of"),
        message=_("%(number)s references are attached; above %(usual)s this model fails more often."),
        reason=_("A call that fails late may be billed all the same."),
        remedy=_("Keep those that matter most."),
        example=Recipe(
            subject="A tin",
            setting="An oak table",
            lighting="Morning sun",
            references=tuple(ReferenceUse(sha256=digit * 64, role="style") for digit in "01"),
        ),
        limits=Limits(many_references=1),
        find=many_references,
    ),
    Rule(
        id="quality-not-accepted",
        severity="error",
        title=_("Quality that the model does not know"),
        message=_("This model does not know the quality “%(quality)s”."),
        reason=_("The provider would refuse it."),
        remedy=_("Choose one of the model's own qualities."),
        example=Recipe(subject="A tin", setting="An oak table", lighting="Morning sun"),
        limits=Limits(qualities=("low", "high"), quality="ultra"),
        find=quality_not_accepted,
    ),
    Rule(
        id="takes-ignored",
        severity="warning",
        title=_("Takes that are billed but not made"),
        message=_("%(takes)s takes are asked for; this model makes one."),
        reason=_("Each one asked for is billed all the same."),
        remedy=_("Ask for one take, and run it again for more."),
        example=Recipe(subject="A tin", setting="An oak table", lighting="Morning sun"),
        limits=Limits(takes=4, takes_ignored=True),
        find=takes_ignored,
    ),
    Rule(
        id="transparent-background",
        severity="warning",
        title=_("Transparent background"),
        message=_("“%(phrase)s” is asked for; this model cannot make it."),
        reason=_("It would paint a checkerboard or a plain ground instead."),
        remedy=_("Ask for a plain white background and cut the subject out later."),
        example=Recipe(kind=Kind.VERBATIM, body="A fox sticker on a transparent background, soft light"),
        limits=Limits(transparent_background=False),
        find=transparent,
        languages=("en", "zh", "ja"),
        one_click=True,
    ),
)
