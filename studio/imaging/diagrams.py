"""Backdrops that are themselves drawings: a page in outline and a technical diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.imaging.palette import Palette, luminance, mix
from studio.imaging.subjects import DARK, LIGHT

if TYPE_CHECKING:
    from studio.imaging.canvas import Canvas
    from studio.imaging.pen import Box


def page(canvas: Canvas, palette: Palette, seed: int, *, mirrored: bool, headed: bool) -> None:
    """Bars for words, panels for pictures; where the brief has a headline of its own, it stands alone at the top."""
    w, h = canvas.width, canvas.height
    canvas.backdrop([(0, palette.high), (1, mix(palette.high, palette.low, 0.4))])
    unit = min(w, h) / 100
    rail = 0.17 * w if w > h * 0.8 else 0.0
    start, end = (0.0, w - rail) if mirrored else (rail, float(w))
    head = 0.26 * h if headed else 0.0
    if rail:
        _rail(canvas, palette, ((0.0 if not mirrored else w - rail), head, rail), unit)
    _cards(canvas, palette, seed, (start + 4 * unit, head + (4 if headed else 14) * unit, end - unit, float(h)), unit)
    if headed:
        return
    bar = mix(palette.low, palette.ground, 0.55)
    canvas.rounded((start + 4 * unit, 4 * unit, start + (end - start) * 0.5, 8.5 * unit), 2.2 * unit, bar)
    canvas.ellipse((end - 9 * unit, 3.8 * unit, end - 4 * unit, 8.8 * unit), palette.accent)


def _cards(canvas: Canvas, palette: Palette, seed: int, area: Box, unit: float) -> None:
    wide, high = area[2] - area[0], area[3] - area[1]
    columns = max(1, round(wide / high * 2.2))
    rows = max(2, round(columns * high / wide * 0.9))
    step_x, step_y = wide / columns, high / rows
    bar, panel = mix(palette.low, palette.ground, 0.55), mix(palette.low, palette.ground, 0.2)
    for index in range(rows * columns):
        x, y = area[0] + index % columns * step_x, area[1] + index // columns * step_y
        tone = palette.mass if (seed >> index % 40) % 4 == 0 else panel
        card = (x, y, x + step_x - 3 * unit, y + step_y - 9.5 * unit)
        canvas.rounded(card, 1.4 * unit, mix(tone, LIGHT, 0.1), shade=tone)
        for number, length in enumerate((0.86, 0.54)):
            top = y + step_y - 7.6 * unit + number * 2.9 * unit
            line = (x, top, x + (step_x - 3 * unit) * length, top + 1.6 * unit)
            canvas.rounded(line, 0.8 * unit, bar, alpha=1 - 0.35 * number)


def _rail(canvas: Canvas, palette: Palette, place: tuple[float, float, float], unit: float) -> None:
    left, head, wide = place
    canvas.rounded((left, head, left + wide, canvas.height), 0, mix(palette.high, palette.low, 0.75))
    for number, share in enumerate((0.62, 0.48, 0.7, 0.4, 0.56, 0.66, 0.44)):
        top = head + (5 + number * 7.5) * unit
        tone = palette.accent if number == 0 else mix(palette.low, palette.ground, 0.6)
        canvas.ellipse((left + 3 * unit, top, left + 6 * unit, top + 3 * unit), tone)
        bar = (left + 8 * unit, top + 0.7 * unit, left + 8 * unit + (wide - 11 * unit) * share, top + 2.3 * unit)
        canvas.rounded(bar, 0.8 * unit, tone)


class Diagram:
    """A cut-away in the large part, charts and a flow in the small one, joined by leaders."""

    def __init__(self, canvas: Canvas, palette: Palette, seed: int, *, mirrored: bool) -> None:
        self.canvas, self.palette, self.seed, self.mirrored = canvas, palette, seed, mirrored
        self.unit = min(canvas.width, canvas.height) / 100
        dark = luminance(palette.high) < 0.3
        self.stroke = mix(palette.accent, palette.high, 0.12) if dark else mix(palette.mass, DARK, 0.35)
        self.faint = mix(self.stroke, palette.high, 0.78)
        self.fill = mix(palette.high, LIGHT if dark else palette.mass, 0.14)
        self.thin = max(1.0, self.unit * 0.16)

    def draw(self) -> None:
        canvas, w, h = self.canvas, self.canvas.width, self.canvas.height
        canvas.backdrop([(0, self.palette.high), (1, mix(self.palette.high, self.palette.low, 0.6))])
        self._grid()
        if w >= h:
            large, small = (0.05, 0.30, 0.60, 0.94), (0.66, 0.30, 0.95, 0.94)
        else:
            large, small = (0.07, 0.24, 0.93, 0.64), (0.07, 0.69, 0.93, 0.96)
        if self.mirrored and w >= h:
            large, small = ((1 - area[2], area[1], 1 - area[0], area[3]) for area in (large, small))
        self._cutaway(self._scaled(large))
        self._charts(self._scaled(small))

    def _scaled(self, area: Box) -> Box:
        w, h = self.canvas.width, self.canvas.height
        return area[0] * w, area[1] * h, area[2] * w, area[3] * h

    def _grid(self) -> None:
        step = self.unit * 5
        tone = mix(self.faint, self.palette.high, 0.5)
        for number in range(1, int(self.canvas.width / step) + 1):
            self.canvas.line((number * step, 0), (number * step, self.canvas.height), self.thin * 0.5, tone)
        for number in range(1, int(self.canvas.height / step) + 1):
            self.canvas.line((0, number * step), (self.canvas.width, number * step), self.thin * 0.5, tone)

    def _cutaway(self, area: Box) -> None:
        """Nested rings with a quarter taken out, and leaders to bars that stand for the labels."""
        x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
        full = min(area[2] - area[0], area[3] - area[1]) * 0.44
        for number, share in enumerate((1.0, 0.76, 0.5, 0.24)):
            r = full * share
            tone = (self.fill, self.palette.mass, mix(self.palette.mass, self.fill, 0.5), self.palette.accent)[number]
            self.canvas.ellipse((x - r, y - r, x + r, y + r), tone, shade=mix(tone, self.palette.low, 0.4))
            self.canvas.ring((x - r, y - r, x + r, y + r), self.thin, self.stroke)
        for side, up, share in ((-1, -0.8, 0.9), (-1, 0.1, 0.62), (-1, 0.85, 0.9), (1, -0.55, 0.38), (1, 0.35, 0.86)):
            self._leader((x, y), full, side, up, share, area)
        self.canvas.line((x - full * 1.12, y), (x + full * 1.12, y), self.thin * 0.7, self.stroke, alpha=0.6)
        self.canvas.line((x, y - full * 1.12), (x, y + full * 1.12), self.thin * 0.7, self.stroke, alpha=0.6)

    def _leader(self, middle: tuple[float, float], full: float, side: int, up: float, share: float, area: Box) -> None:
        u, y = self.unit, middle[1] + up * full
        start = (middle[0] + side * full * share * 0.7, middle[1] + up * full * share * 0.7)
        edge = area[0] if side < 0 else area[2]
        end = (edge - side * u * 11, y)
        self.canvas.line(start, end, self.thin, self.stroke)
        self.canvas.ellipse(
            (start[0] - u * 0.6, start[1] - u * 0.6, start[0] + u * 0.6, start[1] + u * 0.6), self.stroke
        )
        for row, length in enumerate((10.0, 6.5)):
            ends = sorted((end[0] + side * u, end[0] + side * (u + length * u)))
            top = y - u + row * 2.2 * u
            self.canvas.rounded((ends[0], top, ends[1], top + 1.2 * u), u * 0.6, self.stroke, alpha=0.85 - 0.4 * row)

    def _charts(self, area: Box) -> None:
        high = (area[3] - area[1]) * 0.5
        bars = (area[0], area[1], area[2], area[1] + high * 0.86)
        count = 7
        step = (bars[2] - bars[0]) / count
        for number in range(count):
            share = 0.3 + 0.7 * ((self.seed >> number * 3) % 8) / 7
            left, top = bars[0] + number * step, bars[3] - (bars[3] - bars[1]) * share
            tone = self.palette.accent if number == self.seed % count else self.palette.mass
            self.canvas.rounded((left, top, left + step * 0.62, bars[3]), self.unit * 0.3, tone)
        self.canvas.line((bars[0], bars[3]), (bars[2], bars[3]), self.thin, self.stroke)
        self._flow((area[0], area[1] + high * 1.12, area[2], area[3]))

    def _flow(self, area: Box) -> None:
        """Three steps and the arrows between them."""
        step = (area[2] - area[0]) / 3
        tall = min(area[3] - area[1], step * 0.8)
        middle = (area[1] + area[3]) / 2
        for number in range(3):
            left = area[0] + number * step
            box = (left, middle - tall / 2, left + step * 0.7, middle + tall / 2)
            self.canvas.rounded(box, self.unit, self.stroke)
            inner = (box[0] + self.thin, box[1] + self.thin, box[2] - self.thin, box[3] - self.thin)
            self.canvas.rounded(inner, self.unit, self.fill)
            if number < 2:
                tip, u = left + step * 0.95, self.unit
                self.canvas.line((left + step * 0.74, middle), (tip, middle), self.thin, self.stroke)
                self.canvas.polygon(
                    [(tip - u, middle - u * 0.8), (tip + u * 0.4, middle), (tip - u, middle + u * 0.8)], self.stroke
                )
