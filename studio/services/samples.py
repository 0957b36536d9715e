"""The prompts that a first project starts with: each shows something the studio is good at."""

from __future__ import annotations

from dataclasses import dataclass

from studio.prompts.recipe import Recipe, TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    title: str
    ratio: str
    recipe: Recipe


SAMPLES = (
    Sample(
        title="Coffee tin, hero shot",
        ratio="3:2",
        recipe=Recipe(
            subject="A matte white coffee tin with a single dark green band",
            setting="on a folded linen cloth beside a north-facing window",
            mood=("calm", "unhurried"),
            lighting="soft window light from the left, one gentle shadow to the right",
            composition="tin on the left third, eye level, generous empty space to the right",
            style=("editorial still life photograph",),
            details="visible paper grain on the label, brushed steel lid, warm greys and one green",
            text=(
                TextLine(
                    text="NORTHLIGHT",
                    script="latin",
                    lettering="clean sans-serif capitals, widely spaced",
                    placement="centred on the tin's green band",
                ),
            ),
            avoid=("other objects", "steam"),
        ),
    ),
    Sample(
        title="Tokyo café at dusk",
        ratio="3:2",
        recipe=Recipe(
            subject="A narrow café storefront with a wooden sliding door",
            setting="in a quiet Tokyo side street, wet paving after rain",
            mood=("welcoming",),
            lighting="blue dusk outside, warm glow from inside",
            composition="straight on, door on the right third, shallow depth of field",
            style=("35 mm colour photograph",),
            details="cedar boards, a paper lantern, two potted ferns",
            text=(
                TextLine(
                    text="コーヒー",
                    script="japanese",
                    lettering="bold brush-drawn kana",
                    placement="on the wooden plaque above the door",
                ),
            ),
        ),
    ),
    Sample(
        title="Tea label in two scripts",
        ratio="1:1",
        recipe=Recipe(
            subject="A square paper label for loose-leaf oolong tea",
            setting="flat on pale stone",
            mood=("quiet", "precise"),
            lighting="even daylight without reflections",
            composition="label fills the frame, seen from directly above",
            style=("letterpress print",),
            details="deckled edge, blind-embossed mountain outline, ink black and vermilion",
            text=(
                TextLine(
                    text="高山乌龙",
                    script="chinese-simplified",
                    lettering="large Song-style characters",
                    placement="vertical column at the centre",
                ),
                TextLine(
                    text="High Mountain Oolong",
                    script="latin",
                    lettering="small old-style serif",
                    placement="one line along the bottom edge",
                ),
            ),
        ),
    ),
    Sample(
        title="Courtyard poster in Arabic",
        ratio="2:3",
        recipe=Recipe(
            subject="A poster for an evening of music in a courtyard",
            setting="a tiled courtyard with one lemon tree and an oud leaning on a bench",
            mood=("festive", "warm"),
            lighting="strings of small lamps under a deep blue sky",
            composition="tree in the lower half, upper third left empty for the headline",
            style=("flat gouache illustration",),
            details="turquoise and ochre tiles, visible brush strokes",
            text=(
                TextLine(
                    text="ليلة الموسيقى",
                    script="arabic",
                    lettering="flowing Naskh headline",
                    placement="across the upper third",
                ),
                TextLine(
                    text="Friday, 8 pm",
                    script="latin",
                    lettering="light sans-serif",
                    placement="small, bottom right",
                ),
            ),
        ),
    ),
    Sample(
        title="Bridge, annotated",
        ratio="16:9",
        recipe=Recipe(
            subject="A stone arch bridge with hand-drawn engineering notes over the photograph",
            setting="over a shallow river between low wooded banks",
            mood=("curious",),
            lighting="bright overcast morning",
            composition="side view of the whole span, sky kept clear for notes",
            style=("blueprint drawing in white chalk over a photograph",),
            details="load-flow arrows, one cross-section, dimension lines",
            text=(
                TextLine(
                    text="SPAN 42 m",
                    script="latin",
                    lettering="hand-lettered capitals",
                    placement="above the middle arch",
                ),
            ),
            preserve=("the real bridge stays visible behind the notes",),
        ),
    ),
)
