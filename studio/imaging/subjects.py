"""The subject as a mass: a plain form with the right weight and outline, never a drawing of the thing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.imaging.palette import Colour, Palette, mix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from studio.imaging.canvas import Canvas
    from studio.imaging.pen import Box

DARK: Colour = (18, 18, 24)
LIGHT: Colour = (255, 252, 246)


@dataclass(frozen=True, slots=True)
class Mass:
    """Where it stands: the middle of its foot, its height, and where a label would be on it."""

    x: float
    foot: float
    height: float
    palette: Palette

    @property
    def lit(self) -> Colour:
        return mix(self.palette.mass, LIGHT, 0.12)

    @property
    def far(self) -> Colour:
        return mix(self.palette.mass, DARK, 0.38)

    def box(self, wide: float, low: float, high: float, *, at: float = 0.0) -> Box:
        """In heights: ``wide`` across, from ``low`` to ``high`` above the foot, ``at`` to the side."""
        middle = self.x + at * self.height
        half = wide * self.height / 2
        return middle - half, self.foot - high * self.height, middle + half, self.foot - low * self.height


def _grounded(canvas: Canvas, mass: Mass, wide: float) -> None:
    """Contact and cast shadow, away from the light."""
    near, away = (share * -canvas.light * mass.height for share in (min(0.10, 0.5 * wide), min(0.34, 0.9 * wide)))
    dark = mix(mass.palette.ground, DARK, 0.75)
    left, _, right, foot = mass.box(wide, 0, 0)
    canvas.shadow(
        (left + min(near, away), foot - mass.height * 0.035, right + max(near, away), foot + mass.height * 0.045),
        mass.height * 0.045, dark, 0.34,
    )  # fmt: skip
    canvas.shadow((left, foot - mass.height * 0.016, right, foot + mass.height * 0.02), mass.height * 0.014, dark, 0.55)


def bottle(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.34)
    h = mass.height
    canvas.rounded(mass.box(0.15, 0.70, 0.90), h * 0.03, mass.lit, shade=mass.far)
    canvas.rounded(mass.box(0.36, 0.0, 0.78), h * 0.10, mass.lit, shade=mass.far)
    canvas.rounded(
        mass.box(0.19, 0.86, 1.0),
        h * 0.018,
        mix(mass.palette.accent, LIGHT, 0.06),
        shade=mix(mass.palette.accent, DARK, 0.45),
    )
    _highlight(canvas, mass, 0.36, 0.05, 0.70)
    return mass.box(0.30, 0.20, 0.54)


def tin(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.6)
    h = mass.height
    canvas.rounded(mass.box(0.62, 0.0, 0.86), h * 0.03, mass.lit, shade=mass.far)
    lid = mix(mass.palette.accent, mass.lit, 0.2)
    canvas.rounded(mass.box(0.66, 0.84, 1.0), h * 0.03, lid, shade=mix(lid, DARK, 0.42))
    _highlight(canvas, mass, 0.62, 0.04, 0.80)
    return mass.box(0.52, 0.22, 0.66)


def mug(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.9)
    h = mass.height
    side = canvas.light * -0.50
    canvas.ring(mass.box(0.46, 0.22, 0.78, at=side), h * 0.085, mix(mass.lit, mass.far, 0.55))
    canvas.rounded(mass.box(0.86, 0.0, 0.96), h * 0.12, mass.lit, shade=mass.far)
    canvas.ellipse(mass.box(0.86, 0.88, 1.02), mix(mass.lit, LIGHT, 0.25))
    canvas.ellipse(mass.box(0.78, 0.90, 1.0), mix(mass.far, DARK, 0.25), alpha=0.75)
    return mass.box(0.66, 0.24, 0.68)


def box(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.7)
    left, top, right, foot = mass.box(0.72, 0.0, 1.0)
    depth = 0.14 * mass.height * -canvas.light
    edge = right if depth > 0 else left
    canvas.polygon(
        [(edge, top), (edge + depth, top - abs(depth) * 0.4), (edge + depth, foot - abs(depth) * 0.4), (edge, foot)],
        mass.far,
    )
    lid = mix(mass.lit, LIGHT, 0.18)
    canvas.polygon(
        [(left, top), (left + depth, top - abs(depth) * 0.4), (right + depth, top - abs(depth) * 0.4), (right, top)],
        lid,
    )
    canvas.rounded((left, top, right, foot), 1, mass.lit, shade=mix(mass.lit, mass.far, 0.4))
    return mass.box(0.58, 0.30, 0.72)


def figure(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.34)
    _person(canvas, mass, 0.0, 1.0, mass.lit, mass.far)
    return mass.box(0.22, 0.46, 0.64)


def pair(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.7)
    second = mix(mass.palette.accent, mass.palette.mass, 0.35)
    _person(canvas, mass, -0.20, 0.94, second, mix(second, DARK, 0.38))
    _person(canvas, mass, 0.20, 1.0, mass.lit, mass.far)
    return mass.box(0.22, 0.46, 0.64)


# Half widths of the body by height, from the neck down to the hem; the legs are drawn by themselves.
BODY = ((0.030, 0.870), (0.036, 0.845), (0.085, 0.822), (0.128, 0.790), (0.142, 0.720), (0.140, 0.620),
        (0.136, 0.540), (0.137, 0.460), (0.138, 0.390), (0.134, 0.352), (0.110, 0.345))  # fmt: skip


def _person(canvas: Canvas, mass: Mass, at: float, tall: float, lit: Colour, far: Colour) -> None:
    """A standing figure as a tailor's dummy has it: head, shoulders, a coat and two legs."""
    x, foot, h = mass.x + at * mass.height, mass.foot, mass.height * tall
    for leg, tone in ((-canvas.light, far), (canvas.light, mix(lit, far, 0.55))):
        middle = x + leg * 0.054 * h
        canvas.rounded((middle - 0.046 * h, foot - 0.42 * h, middle + 0.046 * h, foot), 0.03 * h, tone)
    right = [(x + half * h, foot - up * h) for half, up in BODY]
    left = [(x - half * h, foot - up * h) for half, up in reversed(BODY)]
    canvas.polygon(curved([*right, *left]), lit, shade=far)
    skin = mix(lit, LIGHT, 0.4)
    canvas.ellipse((x - 0.058 * h, foot - h, x + 0.058 * h, foot - 0.852 * h), skin, shade=mix(skin, far, 0.6))


def curved(points: list[tuple[float, float]], steps: int = 8) -> list[tuple[float, float]]:
    """A closed Catmull-Rom curve through the points."""
    found = []
    count = len(points)
    for i in range(count):
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = (points[(i + k - 1) % count] for k in range(4))
        for step in range(steps):
            t = step / steps
            a, b, c, d = -t + 2 * t * t - t**3, 2 - 5 * t * t + 3 * t**3, t + 4 * t * t - 3 * t**3, -t * t + t**3
            found.append(((a * x0 + b * x1 + c * x2 + d * x3) / 2, (a * y0 + b * y1 + c * y2 + d * y3) / 2))
    return found


def cat(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.62)
    side = -canvas.light
    tail = mass.box(0.52, 0.02, 0.42, at=0.30 * side)
    canvas.ring(tail, mass.height * 0.075, mix(mass.lit, mass.far, 0.6))
    canvas.ellipse(mass.box(0.60, -0.01, 0.70), mass.lit, shade=mass.far)
    for ear in (-1, 1):
        points = [(-0.17, 0.80), (-0.135, 1.0), (-0.01, 0.92)]
        canvas.polygon(
            [(mass.x - ear * dx * mass.height, mass.foot - dy * mass.height) for dx, dy in points],
            mass.lit if ear == canvas.light else mix(mass.lit, mass.far, 0.5),
        )
    canvas.ellipse(mass.box(0.42, 0.56, 0.95), mix(mass.lit, LIGHT, 0.06), shade=mix(mass.lit, mass.far, 0.7))
    return mass.box(0.34, 0.14, 0.40)


def tower(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.2)
    x, foot, h = mass.x, mass.foot, mass.height
    lamp = mix(mass.palette.accent, LIGHT, 0.45)
    canvas.glow((x, foot - 0.90 * h), h * 0.55, lamp, 0.5)
    shaft = [(-0.105, 0.0), (-0.062, 0.83), (0.062, 0.83), (0.105, 0.0)]
    canvas.polygon([(x + dx * h, foot - dy * h) for dx, dy in shaft], mix(mass.lit, LIGHT, 0.3), shade=mass.far)
    for low, wide in ((0.20, 0.178), (0.52, 0.142)):
        band = mass.box(wide, low, low + 0.13)
        inset = 0.006 * h
        canvas.polygon(
            [(band[0], band[3]), (band[0] + inset, band[1]), (band[2] - inset, band[1]), (band[2], band[3])],
            mass.palette.accent, shade=mix(mass.palette.accent, DARK, 0.5),
        )  # fmt: skip
    canvas.rounded(mass.box(0.17, 0.82, 0.845), 1, mass.far)
    canvas.rounded(mass.box(0.078, 0.845, 0.945), 1, lamp)
    canvas.polygon(
        [(x - 0.06 * h, foot - 0.945 * h), (x, foot - h), (x + 0.06 * h, foot - 0.945 * h)], mix(mass.far, DARK, 0.3)
    )
    return mass.box(0.13, 0.36, 0.50)


def house(canvas: Canvas, mass: Mass) -> Box:
    """A shop front: a lit window and door under an awning, and a board for the sign."""
    _grounded(canvas, mass, 1.1)
    wall = mix(mass.palette.mass, DARK, 0.08)
    glow = mix(mass.palette.accent, LIGHT, 0.3)
    canvas.rounded(mass.box(1.24, 0.0, 1.0), 1, mix(wall, LIGHT, 0.05), shade=mix(wall, DARK, 0.35))
    canvas.glow((mass.x, mass.foot - 0.28 * mass.height), mass.height * 0.72, glow, 0.42)
    canvas.rounded(mass.box(0.60, 0.12, 0.52, at=-0.20), 1, glow, shade=mix(glow, mass.palette.accent, 0.75))
    canvas.rounded(
        mass.box(0.26, 0.0, 0.52, at=0.36), 1, mix(glow, wall, 0.35), shade=mix(mass.palette.accent, wall, 0.4)
    )
    for bar in (-0.40, -0.20, 0.0):
        canvas.rounded(mass.box(0.012, 0.12, 0.52, at=bar), 0, mix(wall, DARK, 0.4))
    left, top, right, foot = mass.box(1.16, 0.52, 0.60)
    lean = mass.height * 0.05
    canvas.polygon(
        [(left, top), (right, top), (right + lean, foot), (left - lean, foot)],
        mix(mass.palette.accent, DARK, 0.25), shade=mix(mass.palette.accent, DARK, 0.6),
    )  # fmt: skip
    return mass.box(0.96, 0.66, 0.90)


def tree(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.5)
    canvas.rounded(mass.box(0.06, 0.0, 0.5), 1, mix(mass.palette.ground, DARK, 0.55))
    for at, low, high in ((-0.17, 0.34, 0.74), (0.17, 0.36, 0.78), (0.0, 0.46, 1.0)):
        canvas.ellipse(mass.box(high - low + 0.04, low, high, at=at), mass.lit, shade=mass.far)
    return mass.box(0.4, 0.5, 0.8)


def fruit(canvas: Canvas, mass: Mass) -> Box:
    _grounded(canvas, mass, 0.7)
    canvas.ellipse(mass.box(0.96, 0.0, 0.96), mass.lit, shade=mass.far)
    canvas.glow(
        (mass.x + canvas.light * 0.18 * mass.height, mass.foot - 0.66 * mass.height), mass.height * 0.3, LIGHT, 0.35
    )
    return mass.box(0.62, 0.30, 0.66)


def stone(canvas: Canvas, mass: Mass) -> Box:
    """Nothing that we know the outline of: a plinth with a sphere, the art school's stand-in."""
    _grounded(canvas, mass, 0.66)
    canvas.rounded(mass.box(0.66, 0.0, 0.42), 1, mix(mass.lit, LIGHT, 0.25), shade=mix(mass.far, mass.lit, 0.3))
    canvas.ellipse(mass.box(0.54, 0.42, 0.96), mass.lit, shade=mass.far)
    return mass.box(0.56, 0.08, 0.34)


def _highlight(canvas: Canvas, mass: Mass, wide: float, low: float, high: float) -> None:
    """The rim of light along the lit side."""
    left, top, right, foot = mass.box(0.02, low + 0.06, high - 0.04, at=canvas.light * (wide / 2 - 0.06))
    corners = [(left, top), (right, top), (right, foot), (left, foot)]
    canvas.light_patch(corners, mass.height * 0.012, LIGHT, 0.42)


FORMS: Mapping[str, Callable[[Canvas, Mass], Box]] = {
    "bottle": bottle,
    "tin": tin,
    "mug": mug,
    "box": box,
    "figure": figure,
    "pair": pair,
    "cat": cat,
    "tower": tower,
    "house": house,
    "tree": tree,
    "fruit": fruit,
    "stone": stone,
}
# Width of a form in its own heights, so that it is never drawn wider than the picture.
WIDTHS: Mapping[str, float] = {
    "house": 1.34,
    "mug": 1.3,
    "pair": 0.8,
    "box": 1.0,
    "tin": 0.7,
    "fruit": 1.0,
    "tower": 0.55,
}
# Share of the picture's height at the usual distance.
HEIGHTS: Mapping[str, float] = {
    "bottle": 0.66, "tin": 0.56, "mug": 0.40, "box": 0.50, "figure": 0.72, "pair": 0.70, "cat": 0.52,
    "tower": 0.64, "house": 0.66, "tree": 0.60, "fruit": 0.38, "stone": 0.50,
}  # fmt: skip
