"""Sets text: breaks it into lines, finds the largest size that fits a box, and paints it with soft edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import uharfbuzz as hb
from PIL import Image

from studio.imaging.faces import Voice
from studio.imaging.shaping import Line, clusters, is_rtl, shape

if TYPE_CHECKING:
    from collections.abc import Iterator

Colour = tuple[int, int, int]
LEADING = 1.22
ELLIPSIS = "…"
# Not before an ellipsis.
ENDINGS = " ,;:.、,。"
# A single row may be this much smaller than the largest size before the text is broken.
SOLO = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    voice: Voice = Voice.TEXT
    language: str = ""
    leading: float = LEADING
    tracking: float = 0.0  # ems between letters; only for scripts whose letters stand apart


@dataclass(frozen=True, slots=True)
class Block:
    """Broken lines at a size in pixels."""

    lines: tuple[Line, ...]
    size: float
    style: Style

    @property
    def width(self) -> float:
        return max((breadth(line, self.style) for line in self.lines), default=0.0) * self.size

    @property
    def missing(self) -> frozenset[str]:
        """Characters that no face of ours covers; a box stands for each."""
        return frozenset(character for line in self.lines for character in line.missing)

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * self.style.leading


def breadth(line: Line, style: Style) -> float:
    return line.width + style.tracking * max(0, len(line.glyphs) - 1)


def single(text: str, size: float, style: Style) -> Block:
    return Block((shape(text, style.voice, style.language),), size, style)


def fit(text: str, *, width: float, height: float, style: Style, largest: float, smallest: float) -> Block:
    """As large as the box allows; at the smallest size whatever does not fit is cut with an ellipsis."""
    low, high = smallest, max(smallest, largest)
    alone = width / max(0.1, breadth(shape(text, style.voice, style.language), style))
    if "\n" not in text and alone >= SOLO * high:
        # One somewhat smaller row reads better than a word left over on a second one.
        high = max(low, min(high, alone, height / style.leading))
        return (
            single(text, high, style)
            if high * style.leading <= height + 0.5
            else cut_to(text, width, height, low, style)
        )
    if _fits(block := wrap(text, width=width, size=high, style=style), width, height):
        return block
    for _ in range(12):
        middle = (low + high) / 2
        if _fits(wrap(text, width=width, size=middle, style=style), width, height):
            low = middle
        else:
            high = middle
    return cut_to(text, width, height, low, style)


def cut_to(text: str, width: float, height: float, size: float, style: Style) -> Block:
    return cut(
        text, width=width, size=size, style=style, rows=max(1, int((height + 0.5) / (size * style.leading) + 0.01))
    )


def _fits(block: Block, width: float, height: float) -> bool:
    return block.width <= width + 0.5 and block.height <= height + 0.5


def cut(text: str, *, width: float, size: float, style: Style, rows: int) -> Block:
    """At most so many lines; an ellipsis stands for the rest. Here a word that is too long is broken at last."""
    block = wrap(text, width=width, size=size, style=style)
    if block.width > width + 0.5:
        block = wrap(text, width=width, size=size, style=style, whole=False)
    if len(block.lines) <= rows:
        return block
    rtl = is_rtl(text)
    kept = [line.text for line in block.lines[:rows]]
    kept[-1] = _ended(kept[-1].rstrip(ENDINGS), width / size, style, rtl)
    return Block(tuple(shape(line, style.voice, style.language, rtl) for line in kept), size, style)


def _ended(row: str, width: float, style: Style, rtl: bool) -> str:
    pieces = list(clusters(row))
    room = width - breadth(shape(ELLIPSIS, style.voice, style.language, rtl), style)
    return "".join(pieces[: _most(pieces, room, style)]).rstrip() + ELLIPSIS


def _most(pieces: list[str], width: float, style: Style) -> int:
    """How many of the clusters stand beside each other within ``width``."""
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if breadth(shape("".join(pieces[:middle]), style.voice, style.language), style) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def wrap(text: str, *, width: float, size: float, style: Style, whole: bool = True) -> Block:
    rtl = is_rtl(text)
    lines: list[Line] = []
    for paragraph in text.splitlines() or [""]:
        rows = _rows(paragraph.strip(), width / size, style, whole=whole)
        lines += [shape(row, style.voice, style.language, rtl) for row in rows]
    return Block(tuple(lines), size, style)


def _rows(text: str, width: float, style: Style, *, whole: bool) -> list[str]:
    """Greedy. A word that is too long by itself stays ``whole``: the size gives way, not the word."""
    rows: list[str] = []
    row, wide = "", 0.0
    for word in words(text) if whole else _broken(words(text), width, style):
        bare = breadth(shape(word.rstrip(), style.voice, style.language), style)
        if row and wide + style.tracking + bare > width:
            rows.append(row.rstrip())
            row, wide = "", 0.0
        wide += style.tracking * bool(row) + breadth(shape(word, style.voice, style.language), style)
        row += word
    return [*rows, row.rstrip()] if row.strip() or not rows else rows


def _broken(pieces: list[str], width: float, style: Style) -> Iterator[str]:
    for piece in pieces:
        rest = list(clusters(piece))
        while rest:
            most = max(1, _most(rest, width, style))
            most = len(rest) if not "".join(rest[most:]).strip() else most  # a space may hang over
            yield "".join(rest[:most])
            rest = rest[most:]


# No line starts with these and none ends with those.
CLOSING = frozenset("、。，．・：；？！」』】〕）］｝〉》”’,.!?:;)]}ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々…%")
# Open after a space, close elsewhere.
STRAIGHT = frozenset("\"'")
OPENING = frozenset("「『【〔（［｛〈《“‘([{")


def words(text: str) -> list[str]:
    """Pieces between which a line may break: after spaces and hyphens, and between East Asian characters."""
    pieces: list[str] = []
    glued = True
    for cluster in clusters(text):
        opens = cluster in OPENING or (cluster in STRAIGHT and (not pieces or pieces[-1][-1].isspace()))
        closes = cluster in CLOSING or cluster.isspace() or (cluster in STRAIGHT and not opens)
        apart = bool(pieces) and not glued and not closes
        if not pieces or (apart and (breaks_alone(cluster) or _ends_piece(pieces[-1]))):
            pieces.append(cluster)
        else:
            pieces[-1] += cluster
        glued = opens
    return pieces


def _ends_piece(piece: str) -> bool:
    last = piece[-1]
    return last.isspace() or last in "-–—/" or (breaks_alone(last) and last not in OPENING)


def breaks_alone(cluster: str) -> bool:
    code = ord(cluster[0])
    return 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF or code >= 0x20000


def paint(image: Image.Image, block: Block, left: float, top: float, colour: Colour, *, align: str = "left",
          width: float | None = None, alpha: float = 1.0) -> None:  # fmt: skip
    """Set ``block`` with its upper left at (left, top); ``align`` is within ``width``, or within the block itself."""
    room = block.width if width is None else width
    for number, line in enumerate(block.lines):
        row = block.size * block.style.leading
        baseline = top + number * row + (row - block.size * (line.ascent + line.descent)) / 2 + block.size * line.ascent
        spare = room - breadth(line, block.style) * block.size
        x = left + {"left": 0.0, "centre": spare / 2, "right": spare}[align]
        _stamp(image, line, block, x, baseline, colour, alpha)


def _stamp(
    image: Image.Image, line: Line, block: Block, x: float, baseline: float, colour: Colour, alpha: float
) -> None:
    found = mask(line, block.size, x % 1.0, block.style.tracking)
    if found is None:
        return
    stencil, dx, dy = found
    if alpha < 1.0:
        stencil = stencil.point([round(value * alpha) for value in range(256)])
    image.paste(colour, (int(x // 1) + dx, round(baseline) - dy), stencil)


def mask(line: Line, size: float, shift: float = 0.0, tracking: float = 0.0) -> tuple[Image.Image, int, int] | None:
    """The line as coverage, with the offset of its left edge and the height of its top above the baseline."""
    pen = hb.RasterDraw()
    for number, glyph in enumerate(line.glyphs):
        scale = size / glyph.face.units
        x = (glyph.x + number * tracking) * size + shift
        pen.transform = (scale, 0.0, 0.0, scale, x, glyph.y * size)
        pen.draw_glyph(glyph.face.font, glyph.id)
    drawn = pen.render()
    if drawn is None or not drawn.extents.width or not drawn.extents.height:
        return None
    area = drawn.extents
    picture = Image.frombuffer("L", (area.width, area.height), drawn.buffer, "raw", "L", area.stride, -1)
    return picture, area.x_origin, area.y_origin + area.height
