"""Sketches the picture itself: backdrop, ground, light and the subject's mass, as the brief places them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.imaging.diagrams import Diagram, page
from studio.imaging.palette import Palette, luminance, mix
from studio.imaging.subjects import DARK, FORMS, HEIGHTS, LIGHT, WIDTHS, Mass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.imaging.canvas import Canvas
    from studio.imaging.pen import Box
    from studio.imaging.reading import Brief

SUN = (255, 205, 132)  # however cool the accent is
# What each take changes: mirrored, size of the subject, height of the horizon.
TAKES = ((False, 1.0, 0.0), (True, 0.84, 0.05), (False, 1.14, -0.05), (True, 1.04, 0.08))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The brief with this take's choices made."""

    brief: Brief
    palette: Palette
    horizon: float  # share of the height, from the top
    scale: float
    mirrored: bool

    @property
    def side(self) -> int:
        return -1 if self.mirrored else 1

    def across(self, share: float) -> float:
        return 1 - share if self.mirrored else share


# A drawn page has no subject in front of it, and a landscape needs none.
DRAWN = frozenset({"page", "diagram"})
PEOPLE = frozenset({"figure", "pair"})
LANDSCAPES = frozenset({"sea", "hills"})
HORIZONS = {"low": 0.80, "high": 0.30, "close": 0.70, "wide": 0.58}
SCALES = {"low": 1.18, "high": 0.84, "close": 1.42, "wide": 0.62}


def view(brief: Brief, palette: Palette, take: int) -> View:
    mirrored, scale, shift = TAKES[(take - 1) % len(TAKES)]
    return View(
        brief=brief,
        palette=palette,
        horizon=min(0.86, max(0.2, HORIZONS.get(brief.frame, 0.64) + shift)),
        scale=SCALES.get(brief.frame, 1.0) * scale * (1 + 0.04 * (((take - 1) // len(TAKES)) % 4)),
        mirrored=mirrored,
    )


def sketch(canvas: Canvas, scene: View) -> Box | None:
    """Draw everything but words. Returns where a label or a sign would be on the subject."""
    BACKDROPS[scene.brief.setting](canvas, scene)
    subject = scene.brief.subject
    if scene.brief.setting in DRAWN or (scene.brief.setting in LANDSCAPES and subject == "stone"):
        return None
    if scene.brief.setting == "street" and subject == "stone":
        subject = "house"
    return FORMS[subject](canvas, _mass(canvas, scene, subject))


def _mass(canvas: Canvas, scene: View, subject: str) -> Mass:
    close, headed = scene.brief.frame == "close", any(words.place in ("", "top") for words in scene.brief.lines)
    tall = HEIGHTS[subject] * scene.scale * canvas.height * (1.7 if close and subject in PEOPLE else 1.0)
    # At a third it may run a little out of the picture, but not lose its sign.
    room = min(0.86, 2.3 * min(_place(scene), 1 - _place(scene)))
    widest = room * canvas.width / (0.36 if close and subject == "figure" else WIDTHS.get(subject, 0.5))
    height = min(tall, widest)
    foot = canvas.height * min(0.97, scene.horizon + (1 - scene.horizon) * _depth(scene, subject))
    if close and subject in PEOPLE:
        # Head and shoulders: the picture's edge cuts the figure.
        foot = max(canvas.height * 1.02, canvas.height * (0.27 if headed else 0.11) + height)
    elif close:
        foot = canvas.height * 1.02
    else:
        height = min(height, foot - canvas.height * (0.27 if headed else 0.04))
    return Mass(x=_place(scene) * canvas.width, foot=foot, height=height, palette=scene.palette)


def _depth(scene: View, subject: str) -> float:
    if subject in ("tower", "house", "tree") and scene.brief.setting in ("sea", "hills", "street"):
        return 0.30 if scene.brief.setting != "street" else 0.50
    return 0.52


def _place(scene: View) -> float:
    fixed = {"left": 1 / 3, "right": 2 / 3, "centre": 0.5}
    if scene.brief.place in fixed:
        return fixed[scene.brief.place]
    if scene.brief.place == "thirds" or scene.brief.setting in ("sea", "hills"):
        return scene.across(2 / 3 if scene.brief.seed % 2 else 1 / 3)
    return scene.across((0.5, 0.46, 0.56)[scene.brief.seed % 3])


def _studio(canvas: Canvas, scene: View) -> None:
    """A seamless sweep: wall and floor are one."""
    p, h = scene.palette, scene.horizon
    canvas.backdrop(
        [(0, p.high), (h - 0.12, p.low), (h + 0.06, mix(p.low, p.ground, 0.55)), (1, mix(p.ground, p.low, 0.45))]
    )
    spot = (canvas.width * (0.5 + 0.24 * canvas.light), canvas.height * 0.28)
    canvas.glow(spot, max(canvas.width, canvas.height) * 0.55, mix(p.high, LIGHT, 0.6), 0.5)
    _window_light(canvas, scene)


def _table(canvas: Canvas, scene: View) -> None:
    p, edge = scene.palette, scene.horizon * canvas.height
    canvas.backdrop([(0, p.high), (1, p.low)], bottom=edge)
    _window_light(canvas, scene)
    canvas.backdrop([(0, mix(p.ground, LIGHT, 0.14)), (0.2, p.ground), (1, mix(p.ground, DARK, 0.16))], top=edge)
    canvas.line(
        (0, edge), (canvas.width, edge), max(1.0, canvas.height * 0.0016), mix(p.ground, LIGHT, 0.45), alpha=0.7
    )


def _room(canvas: Canvas, scene: View) -> None:
    p, edge = scene.palette, min(0.84, scene.horizon + 0.12) * canvas.height
    canvas.backdrop([(0, p.high), (1, p.low)], bottom=edge)
    if re.search(r"curtain|drape|帘|簾|カーテン", scene.brief.everything):
        _curtain(canvas, scene, edge)
    else:
        _window(canvas, scene, edge)
    canvas.backdrop([(0, mix(p.ground, DARK, 0.12)), (1, mix(p.ground, LIGHT, 0.10))], top=edge)
    canvas.line((0, edge), (canvas.width, edge), max(1.0, canvas.height * 0.003), mix(p.low, LIGHT, 0.35), alpha=0.8)
    _window_light(canvas, scene)


def _curtain(canvas: Canvas, scene: View, edge: float) -> None:
    step = canvas.width / 13
    for fold in range(14):
        left = fold * step - (scene.brief.seed % 7) * step / 9
        area = (left, -10.0, left + step * 1.02, edge)
        canvas.rounded(area, 0, mix(scene.palette.high, LIGHT, 0.66), shade=mix(scene.palette.low, LIGHT, 0.28))


def _window(canvas: Canvas, scene: View, edge: float) -> None:
    wide = min(canvas.width * 0.26, edge * 0.62)
    middle = canvas.width * scene.across(0.2)
    frame = (middle - wide / 2, edge * 0.14, middle + wide / 2, edge * 0.78)
    canvas.glow((middle, edge * 0.45), wide * 1.6, LIGHT, 0.4)
    canvas.rounded(frame, 1, mix(scene.palette.high, LIGHT, 0.72), shade=mix(scene.palette.high, LIGHT, 0.4))
    bar = mix(scene.palette.low, scene.palette.ground, 0.4)
    thick = max(1.0, wide * 0.022)
    canvas.line((middle, frame[1]), (middle, frame[3]), thick, bar)
    canvas.line((frame[0], edge * 0.42), (frame[2], edge * 0.42), thick, bar)
    canvas.line((frame[0] - thick * 2, frame[3]), (frame[2] + thick * 2, frame[3]), thick * 2, bar)


def _window_light(canvas: Canvas, scene: View) -> None:
    """The slanted patches that a window throws, where the brief speaks of one."""
    if not re.search(r"window|daylight|自然光|窗|窓|sunlit|morning light", scene.brief.everything):
        return
    w, h, side = canvas.width, canvas.height, -canvas.light
    glow = mix(scene.palette.high, LIGHT, 0.75)
    strength = 0.10 + 0.32 * luminance(scene.palette.high)
    start = 0.5 + 0.04 * side
    for pane in (0, 1):
        left = start + side * (0.02 + pane * 0.19)
        points = [(left, 0.06), (left + side * 0.16, 0.0), (left + side * 0.36, 0.62), (left + side * 0.20, 0.70)]
        canvas.light_patch([(x * w, y * h) for x, y in points], min(w, h) * 0.012, glow, strength)


def _sea(canvas: Canvas, scene: View) -> None:
    p, edge = scene.palette, scene.horizon * canvas.height
    canvas.backdrop([(0, p.high), (0.72, mix(p.high, p.low, 0.7)), (1, mix(p.low, LIGHT, 0.08))], bottom=edge)
    x = scene.across(1 / 3 if scene.brief.seed % 2 else 2 / 3) * canvas.width
    sun = min(canvas.width, canvas.height) * 0.062
    y = edge - sun * 1.5
    shine = mix(p.accent, SUN, 0.6)
    canvas.glow((x, y), sun * 7.5, mix(shine, LIGHT, 0.2), 0.55)
    canvas.ellipse((x - sun, y - sun, x + sun, y + sun), mix(shine, LIGHT, 0.5))
    canvas.backdrop([(0, mix(p.low, p.high, 0.45)), (0.5, mix(p.high, p.ground, 0.5)), (1, p.ground)], top=edge)
    rest = canvas.height - edge
    for number in range(11):
        down = edge + rest * (0.02 + 0.055 * number + 0.004 * number * number) * 0.8
        wide = sun * (0.7 + 0.34 * number) * (0.72 if number % 3 == 1 else 1.0)
        off = sun * 0.3 * ((scene.brief.seed >> number) % 3 - 1)
        thick = max(1.0, rest * (0.006 + 0.0012 * number))
        box = (x + off - wide, down, x + off + wide, down + thick)
        canvas.rounded(box, thick / 2, mix(shine, LIGHT, 0.35), alpha=max(0.12, 0.62 - 0.05 * number))
    _shore(canvas, scene, edge)


def _shore(canvas: Canvas, scene: View, edge: float) -> None:
    """Dark land on the subject's side, for it to stand on."""
    w, h = canvas.width, canvas.height
    outline = [(0.0, 0.16), (0.20, 0.12), (0.42, 0.22), (0.58, 0.44), (0.74, 0.62), (1.0, 0.80), (1.0, 1.1), (0.0, 1.1)]
    flip = _place(scene) > 0.5
    points = [((1 - x if flip else x) * w, edge + (h - edge) * y) for x, y in outline]
    canvas.polygon(points, mix(scene.palette.ground, DARK, 0.25))


def _hills(canvas: Canvas, scene: View) -> None:
    p, edge = scene.palette, scene.horizon * canvas.height
    canvas.backdrop([(0, p.high), (1, mix(p.low, LIGHT, 0.15))])
    sun = min(canvas.width, canvas.height) * 0.055
    spot = (scene.across(0.68) * canvas.width, edge * 0.46)
    shine = mix(p.accent, SUN, 0.6)
    canvas.glow(spot, sun * 7, mix(shine, LIGHT, 0.4), 0.5)
    canvas.ellipse((spot[0] - sun, spot[1] - sun, spot[0] + sun, spot[1] + sun), mix(shine, LIGHT, 0.55))
    for layer in range(4):
        share = (layer + 1) / 4
        base = edge - canvas.height * 0.10 + canvas.height * 0.115 * layer
        swell = canvas.height * (0.10 - 0.012 * layer)
        bits = scene.brief.seed >> (layer * 5)
        heights = [((bits >> (2 * knot)) % 4) / 3 for knot in range(9)]
        points = [(canvas.width * k / 8, base - swell * v) for k, v in enumerate(_smooth(heights))]
        smooth = _curve(points)
        canvas.polygon(
            [*smooth, (canvas.width, canvas.height + 2), (0, canvas.height + 2)], mix(p.low, p.ground, share)
        )


def _smooth(values: list[float]) -> list[float]:
    padded = [values[0], *values, values[-1]]
    return [(a + 2 * b + c) / 4 for a, b, c in zip(padded, padded[1:], padded[2:], strict=False)]


def _curve(points: list[tuple[float, float]], steps: int = 12) -> list[tuple[float, float]]:
    """Through all points, with level tangents between them."""
    found = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for step in range(steps):
            t = step / steps
            found.append((x0 + (x1 - x0) * t, y0 + (y1 - y0) * t * t * (3 - 2 * t)))
    return [*found, points[-1]]


def _street(canvas: Canvas, scene: View) -> None:
    p, w = scene.palette, canvas.width
    edge = min(0.82, scene.horizon + 0.14) * canvas.height
    canvas.backdrop([(0, p.high), (1, p.low)], bottom=edge)
    wall = mix(p.mass, p.high, 0.5)
    for index, (left, right, top) in enumerate(
        ((-0.02, 0.17, 0.10), (0.17, 0.30, 0.30), (0.72, 0.84, 0.24), (0.84, 1.02, 0.04))
    ):
        tone = mix(wall, p.low, 0.18 if index in (1, 2) else 0.0)
        area = (min(scene.across(left), scene.across(right)) * w, canvas.height * top,
                max(scene.across(left), scene.across(right)) * w, edge)  # fmt: skip
        canvas.rounded(area, 0, tone, shade=mix(tone, DARK, 0.22))
        _lit_windows(canvas, scene, area, index)
    canvas.backdrop([(0, mix(p.ground, p.low, 0.22)), (1, mix(p.ground, DARK, 0.35))], top=edge)
    canvas.glow((_place(scene) * w, edge + (canvas.height - edge) * 0.2), w * 0.34, p.accent, 0.28)


def _lit_windows(canvas: Canvas, scene: View, area: Box, index: int) -> None:
    wide, high = (area[2] - area[0]) / 5, (area[3] - area[1]) / 9
    for column in (1, 3):
        for row in (1, 3, 5):
            if (scene.brief.seed >> (index * 6 + row + column)) % 3 == 0:
                left, top = area[0] + wide * column - wide * 0.1, area[1] + high * row
                canvas.rounded(
                    (left, top, left + wide * 1.1, top + high), 1, mix(scene.palette.accent, LIGHT, 0.25), alpha=0.75
                )


def _page(canvas: Canvas, scene: View) -> None:
    headed = any(words.place in ("", "top") for words in scene.brief.lines)
    page(canvas, scene.palette, scene.brief.seed, mirrored=scene.mirrored, headed=headed)


def _diagram(canvas: Canvas, scene: View) -> None:
    Diagram(canvas, scene.palette, scene.brief.seed, mirrored=scene.mirrored).draw()


BACKDROPS: Mapping[str, Callable[[Canvas, View], None]] = {
    "studio": _studio,
    "table": _table,
    "room": _room,
    "sea": _sea,
    "hills": _hills,
    "street": _street,
    "page": _page,
    "diagram": _diagram,
}
