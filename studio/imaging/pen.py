"""The one pen that every shape is drawn with: a form that has shrunk to nothing is left out and never an error."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from PIL import ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Ink = int | tuple[int, int, int]

# Twice the largest picture at its finest; what Pillow walks through beyond it takes time and is never seen.
FARTHEST = 2.0**15


class Pen:
    """Shapes at ``scale`` times their size from ``origin``, so that what draws them need not know how fine it is.

    An inset can eat its whole box in a small picture. Such a box is inside out: nothing of it is left to draw.
    """

    def __init__(self, image: Image.Image, origin: Point = (0.0, 0.0), scale: Point = (1.0, 1.0)) -> None:
        self.pen = ImageDraw.Draw(image)
        self.origin, self.scale = origin, scale

    def rectangle(self, box: Box, fill: Ink | None = None, outline: Ink | None = None) -> None:
        if corners := self._corners(box):
            self.pen.rectangle(corners, fill, outline)

    def rounded(self, box: Box, radius: float, fill: Ink) -> None:
        if corners := self._corners(box):
            self.pen.rounded_rectangle(corners, max(0.0, radius * self.scale[0]), fill)

    def ellipse(self, box: Box, fill: Ink) -> None:
        if corners := self._corners(box):
            self.pen.ellipse(corners, fill)

    def ring(self, box: Box, thickness: float, fill: Ink) -> None:
        if corners := self._corners(box):
            self.pen.ellipse(corners, outline=fill, width=max(1, round(thickness * self.scale[0])))

    def polygon(self, points: Sequence[Point], fill: Ink) -> None:
        if len(placed := self._placed(points)) > 1:
            self.pen.polygon(placed, fill)

    def line(self, start: Point, end: Point, thickness: float, fill: Ink) -> None:
        if placed := self._placed((start, end)):
            self.pen.line(placed, fill, max(1, round(thickness * self.scale[0])))

    def _corners(self, box: Box) -> list[Point]:
        corners = self._placed(((box[0], box[1]), (box[2], box[3])))
        if corners and corners[0][0] <= corners[1][0] and corners[0][1] <= corners[1][1]:
            return corners
        return []

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        """All of them, or none where one is not a place."""
        (left, top), (across, down) = self.origin, self.scale
        placed = [((x - left) * across, (y - top) * down) for x, y in points]
        if not all(isfinite(x) and isfinite(y) for x, y in placed):
            return []
        return [(_near(x), _near(y)) for x, y in placed]


def _near(value: float) -> float:
    return min(FARTHEST, max(-FARTHEST, value))
