"""A drawing surface with soft edges: flat forms, gradients, glows and shadows, in pixels, the same every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from studio.imaging.pen import Box, Pen, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.imaging.palette import Colour


class Canvas:
    def __init__(self, width: int, height: int, background: Colour, *, light: float = -1.0) -> None:
        self.image = Image.new("RGB", (width, height), background)
        self.width, self.height = width, height
        self.light = light  # where it comes from: -1 left, 1 right
        longest = max(width, height)
        self.finer = 4 if longest <= 1200 else 3 if longest <= 2400 else 2

    def backdrop(self, stops: Sequence[tuple[float, Colour]], *, top: float = 0.0, bottom: float | None = None) -> None:
        """A vertical gradient through ``stops`` (0 to 1), over the whole width."""
        first, last = round(top), round(self.height if bottom is None else bottom)
        if last <= first:
            return
        place = np.linspace(0.0, 1.0, last - first, dtype=np.float32)
        at = [stop for stop, _ in stops]
        channels = [np.interp(place, at, [colour[channel] for _, colour in stops]) for channel in range(3)]
        column = np.stack(channels, axis=-1).round().astype(np.uint8)[:, None, :]
        strip = Image.fromarray(column, "RGB").resize((self.width, last - first), Image.Resampling.NEAREST)
        self.image.paste(strip, (0, first))

    def polygon(
        self, points: Sequence[Point], fill: Colour, *, shade: Colour | None = None, alpha: float = 1.0
    ) -> None:
        self._fill(around(points), lambda pen: pen.polygon(points, 255), fill, shade, alpha)

    def ellipse(self, box: Box, fill: Colour, *, shade: Colour | None = None, alpha: float = 1.0) -> None:
        self._fill(box, lambda pen: pen.ellipse(box, 255), fill, shade, alpha)

    def rounded(
        self, box: Box, radius: float, fill: Colour, *, shade: Colour | None = None, alpha: float = 1.0
    ) -> None:
        self._fill(box, lambda pen: pen.rounded(box, radius, 255), fill, shade, alpha)

    def ring(self, box: Box, thickness: float, fill: Colour) -> None:
        self._fill(box, lambda pen: pen.ring(box, thickness, 255), fill, None, 1.0)

    def line(self, start: Point, end: Point, thickness: float, fill: Colour, *, alpha: float = 1.0) -> None:
        left, top, right, bottom = around((start, end))
        box = (left - thickness, top - thickness, right + thickness, bottom + thickness)
        self._fill(box, lambda pen: pen.line(start, end, thickness, 255), fill, None, alpha)

    def glow(self, centre: Point, radius: float, fill: Colour, alpha: float) -> None:
        """Light that falls off softly from a point."""
        size = max(2, round(radius * 2))
        soft = Image.radial_gradient("L").point(
            [round(alpha * 255 * max(0.0, 1 - value / 127) ** 2.2) for value in range(256)]
        )
        x, y = round(centre[0] - radius), round(centre[1] - radius)
        area = (max(0, x), max(0, y), min(self.width, x + size), min(self.height, y + size))
        if area[2] <= area[0] or area[3] <= area[1]:
            return
        step = 256 / size
        seen = ((area[0] - x) * step, (area[1] - y) * step, (area[2] - x) * step, (area[3] - y) * step)
        stencil = soft.resize((area[2] - area[0], area[3] - area[1]), Image.Resampling.BICUBIC, box=seen)
        self.image.paste(fill, area[:2], stencil)

    def shadow(self, box: Box, blur: float, fill: Colour, alpha: float) -> None:
        """A soft ellipse on the ground."""
        self._blurred(box, blur, fill, lambda pen: pen.ellipse(box, round(255 * alpha)))

    def light_patch(self, points: Sequence[Point], blur: float, fill: Colour, alpha: float) -> None:
        """A patch of window light with soft edges."""
        self._blurred(around(points), blur, fill, lambda pen: pen.polygon(points, round(255 * alpha)))

    def _blurred(self, box: Box, blur: float, fill: Colour, draw: Callable[[Pen], None]) -> None:
        """Drawn small and enlarged: a blur has no detail to lose."""
        pad = blur * 3
        left, top, right, bottom = (round(v) for v in (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad))
        wide, high = right - left, bottom - top
        if wide <= 0 or high <= 0:
            return
        small = max(1.0, max(wide, high) / 320)
        stencil = Image.new("L", (max(1, round(wide / small)), max(1, round(high / small))), 0)
        draw(Pen(stencil, (left, top), (1 / small, 1 / small)))
        stencil = stencil.filter(ImageFilter.GaussianBlur(blur / small))
        self.image.paste(fill, (left, top), stencil.resize((wide, high), Image.Resampling.BICUBIC))

    def _fill(self, box: Box, draw: Callable[[Pen], None], fill: Colour, shade: Colour | None, alpha: float) -> None:
        """Drawn several times finer within the visible part of ``box``, then reduced: edges come out soft."""
        left, top = max(0, int(box[0]) - 1), max(0, int(box[1]) - 1)
        right, bottom = min(self.width, int(box[2]) + 2), min(self.height, int(box[3]) + 2)
        if right <= left or bottom <= top:
            return
        fine = self.finer
        stencil = Image.new("L", ((right - left) * fine, (bottom - top) * fine), 0)
        draw(Pen(stencil, (left, top), (fine, fine)))
        stencil = stencil.reduce(fine)
        if alpha < 1.0:
            stencil = stencil.point([round(value * alpha) for value in range(256)])
        self.image.paste(fill, (left, top), stencil)
        if shade is not None:
            slope = self._slope(box, (left, top, right, bottom))
            self.image.paste(shade, (left, top), ImageChops.multiply(stencil, slope))

    def _slope(self, box: Box, seen: tuple[int, int, int, int]) -> Image.Image:
        """From the lit side (0) to the far side (255) of ``box``, for the part that is seen."""
        wide = max(1.0, box[2] - box[0])
        place = (np.arange(seen[0], seen[2], dtype=np.float32) - box[0]) / wide
        place = place.clip(0, 1) if self.light < 0 else 1 - place.clip(0, 1)
        row = (255 * place**1.4).astype(np.uint8)[None, :]
        return Image.fromarray(row, "L").resize((seen[2] - seen[0], seen[3] - seen[1]), Image.Resampling.NEAREST)

    def grain(self) -> None:
        """The faintest noise, against bands in the gradients. MT19937 gives the same stream in every NumPy."""
        tile = np.random.RandomState(20).randint(-1, 2, (256, 256, 1)).astype(np.int16)
        pixels = np.array(self.image)
        for top in range(0, self.height, 256):
            for left in range(0, self.width, 256):
                part = pixels[top : top + 256, left : left + 256]
                part[:] = (part + tile[: part.shape[0], : part.shape[1]]).clip(0, 255)
        self.image = Image.fromarray(pixels, "RGB")


def around(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
