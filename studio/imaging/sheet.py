"""The sheet that the sketch is mounted on: margin, crop marks, thirds, caption, references, and the proof's slug."""

from __future__ import annotations

from math import ceil, gcd
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from studio.imaging.clean import in_srgb, upright
from studio.imaging.faces import Voice
from studio.imaging.inspect import UPLOAD, BadPicture, load, opened
from studio.imaging.lettering import Block, Style, cut, paint, single
from studio.imaging.pen import Pen
from studio.imaging.shaping import is_rtl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.imaging.palette import Palette
    from studio.imaging.reading import Brief

PAPER = (248, 246, 241)
INK = (24, 25, 29)
QUIET = (112, 111, 106)
RULE = (205, 202, 194)
MOST_REFERENCES = 16


class Sheet:
    def __init__(
        self, width: int, height: int, *, brief: Brief, palette: Palette, take: int, references: Sequence[str]
    ) -> None:
        self.image = Image.new("RGB", (width, height), PAPER)
        self.width, self.height = width, height
        self.unit = min(width, height, max(width, height) * 0.6) / 100
        self.missing = 0
        self.brief, self.palette, self.take = brief, palette, take
        self.references = tuple(references)[:MOST_REFERENCES]
        self.margin = round(max(7.0, 3.6 * self.unit))
        self.inner = width - 2 * self.margin
        self.small = max(9.0, 1.85 * self.unit)
        self.thumb, self.columns, self.rows = self._thumbs()
        self.caption = self._caption()
        self.foot = round(self.small * 2.5)
        self.thumbs_high = self.rows * (self.thumb + self.unit) - self.unit if self.rows else 0.0
        self.band = max(self.caption.height, self.thumbs_high)
        slug = self.margin * 0.62 + self.band + self.margin * 0.42 + self.foot + self.margin * 0.5
        self.picture = (self.margin, self.margin, width - self.margin, height - round(slug))

    def mount(self, picture: Image.Image, missing: frozenset[str] = frozenset()) -> None:
        """``missing`` are characters of the picture's own words that none of our faces covers."""
        self.missing = len(missing | self.caption.missing)
        self.image.paste(picture, self.picture[:2])
        self._thirds()
        self._crop_marks()
        self._caption_row()
        self._slug()

    def _caption(self) -> Block:
        size = max(11.0, 2.9 * self.unit)
        width = self.inner - self._references_width()
        style = Style(voice=Voice.SERIF, language=self.brief.language, leading=1.24)
        return cut(self.brief.caption, width=width, size=size, style=style, rows=2)

    def _thumbs(self) -> tuple[int, int, int]:
        """Edge, columns and rows of the references: in one row as long as each can still be told by its number."""
        count = len(self.references)
        if not count:
            return 0, 0, 0
        edge = round(max(self.small * 2.2, min(8.6 * self.unit, self.inner * 0.5 / count)))
        rows = ceil(count / max(1, int(self.inner * 0.55 / (edge + self.unit))))
        return edge, ceil(count / rows), rows

    def _references_width(self) -> float:
        return self.columns * (self.thumb + self.unit) + 3 * self.unit if self.columns else 0.0

    def _thirds(self) -> None:
        """Fine enough to be looked through, strongest where they cross."""
        left, top, right, bottom = self.picture
        wide, high = right - left, bottom - top
        thin = max(1, round(self.unit * 0.1))
        veil = Image.new("L", (wide, high), 0)
        pen = Pen(veil)
        arm = round(1.5 * self.unit)
        for share in (1 / 3, 2 / 3):
            x, y = round(wide * share), round(high * share)
            pen.rectangle((x, 0, x + thin - 1, high), 46)
            pen.rectangle((0, y, wide, y + thin - 1), 46)
        for x in (round(wide / 3), round(wide * 2 / 3)):
            for y in (round(high / 3), round(high * 2 / 3)):
                pen.rectangle((x - arm, y, x + arm, y + thin - 1), 190)
                pen.rectangle((x, y - arm, x + thin - 1, y + arm), 190)
        self.image.paste((255, 255, 255), (left, top), veil)

    def _crop_marks(self) -> None:
        pen = Pen(self.image)
        left, top, right, bottom = self.picture
        long, gap = round(self.margin * 0.46), round(self.margin * 0.2)
        thin = max(1, round(self.unit * 0.1))
        for x, outward in ((left, -1), (right - thin, 1)):
            for y, upward in ((top, -1), (bottom - thin, 1)):
                ends = sorted((y + upward * gap, y + upward * (gap + long)))
                pen.rectangle((x, ends[0], x + thin - 1, ends[1]), QUIET)
                ends = sorted((x + outward * gap, x + outward * (gap + long)))
                pen.rectangle((ends[0], y, ends[1], y + thin - 1), QUIET)

    def _caption_row(self) -> None:
        top = self.picture[3] + self.margin * 0.62
        rtl = is_rtl(self.brief.caption)
        width = self.inner - self._references_width()
        paint(
            self.image, self.caption, self.margin, top + (self.band - self.caption.height) / 2, INK,
            align="right" if rtl else "left", width=width,
        )  # fmt: skip
        step = self.thumb + self.unit
        left, top = self.width - self.margin - self.columns * step + self.unit, top + (self.band - self.thumbs_high) / 2
        for index, path in enumerate(self.references):
            row, column = divmod(index, self.columns)
            self._reference(path, index + 1, round(left + column * step), round(top + row * step))

    def _reference(self, path: str, number: int, left: int, top: int) -> None:
        edge = self.thumb
        self.image.paste(_thumb(path, edge), (left, top))
        pen = Pen(self.image)
        size = max(9.0, min(self.small, edge * 0.34))
        label = single(str(number), size, Style(voice=Voice.DISPLAY))
        badge = round(max(size * 1.5, label.width + size * 0.8))
        pen.rectangle((left, top, left + badge - 1, top + round(size * 1.5) - 1), INK)
        paint(self.image, label, left + (badge - label.width) / 2, top + (round(size * 1.5) - label.height) / 2, PAPER)
        pen.rectangle((left, top, left + edge - 1, top + edge - 1), outline=RULE)

    def _slug(self) -> None:
        pen = Pen(self.image)
        top = self.height - round(self.margin * 0.5) - self.foot
        thin = max(1, round(self.unit * 0.1))
        pen.rectangle((self.margin, top, self.width - self.margin - 1, top + thin - 1), RULE)
        row = top + (self.foot - self.small * 1.2) / 2 + thin
        name = single("Layout proof", self.small, Style(voice=Voice.DISPLAY, leading=1.2))
        paint(self.image, name, self.margin, row, INK)
        facts = single(self._facts(name.width), self.small, Style(leading=1.2))
        right = self.width - self.margin
        paint(self.image, facts, right - facts.width, row, QUIET)
        self._swatches(self.margin + name.width + self.small, right - facts.width - self.small, row)

    def _facts(self, taken: float) -> str:
        """As much as there is room for, the size first."""
        shape = gcd(self.width, self.height)
        ratio = f"{self.width // shape}:{self.height // shape}"
        size = f"{self.width} × {self.height}"
        boxes, brief = self._boxes()
        room = self.inner - taken - 2 * self.small
        choices = (
            (boxes, f"{size} px", ratio if len(ratio) <= 5 else "", f"Take {self.take}"),
            (brief, f"{size} px", f"Take {self.take}"),
            (brief, size, f"{self.take}"),
            (brief, size),
        )
        texts = ["   ".join(filter(None, parts)) for parts in choices]
        return next((text for text in texts if single(text, self.small, Style()).width <= room), texts[-1])

    def _boxes(self) -> tuple[str, str]:
        """Owned up to, at length and in brief: the boxes are ours, and no model would draw them."""
        if not self.missing:
            return "", ""
        noun, verb = ("character", "has") if self.missing == 1 else ("characters", "have")
        return f"{self.missing} {noun} {verb} no face here", f"{self.missing} □ no face"

    def _swatches(self, left: float, right: float, top: float) -> None:
        edge = round(self.small * 0.95)
        gap = round(edge * 0.28)
        count = len(self.palette.swatches)
        if right - left < count * (edge + gap):
            return
        pen = Pen(self.image)
        y = round(top + self.small * 0.14)
        for number, value in enumerate(self.palette.swatches):
            x = round(left) + number * (edge + gap)
            pen.rectangle((x, y, x + edge - 1, y + edge - 1), value, RULE)


def _thumb(path: str, edge: int) -> Image.Image:
    """A square of the reference; a grey one where it cannot be opened, so that a proof is drawn all the same."""
    try:
        with opened(path, caps=UPLOAD) as image:
            image.draft("RGB", (edge * 2, edge * 2))
            load(image)
            return ImageOps.fit(upright(in_srgb(image)).convert("RGB"), (edge, edge), Image.Resampling.LANCZOS)
    except (BadPicture, OSError, MemoryError):
        return Image.new("RGB", (edge, edge), RULE)
