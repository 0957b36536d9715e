"""Sets the text lines into the picture: each where the brief puts it, large, and with contrast enough to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from studio.imaging.faces import Voice
from studio.imaging.lettering import Block, Style, breadth, fit, paint
from studio.imaging.palette import Colour, Palette, contrast, mix
from studio.imaging.reading import Words
from studio.imaging.subjects import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.imaging.canvas import Canvas
    from studio.imaging.pen import Box
    from studio.imaging.reading import Brief

INK: Colour = (20, 21, 26)
PAPER: Colour = (250, 248, 243)
READABLE = 3.0  # WCAG for large lettering; nothing here is set small

# Shares of the picture: left, top, right, bottom, and how lines are set within.
ZONES: Mapping[str, tuple[float, float, float, float, str]] = {
    "top": (0.07, 0.055, 0.93, 0.30, "centre"),
    "centre": (0.08, 0.32, 0.92, 0.68, "centre"),
    "bottom": (0.07, 0.72, 0.93, 0.945, "centre"),
    "left": (0.055, 0.30, 0.42, 0.70, "left"),
    "right": (0.58, 0.30, 0.945, 0.70, "right"),
    "top left": (0.055, 0.055, 0.46, 0.25, "left"),
    "top right": (0.54, 0.055, 0.945, 0.25, "right"),
    "bottom left": (0.055, 0.75, 0.46, 0.945, "left"),
    "bottom right": (0.54, 0.75, 0.945, 0.945, "right"),
    "corner": (0.055, 0.055, 0.46, 0.25, "left"),
    "sign": (0.22, 0.08, 0.78, 0.30, "centre"),
    "label": (0.32, 0.56, 0.68, 0.74, "centre"),
}
LEADING = 1.16
ROW = 0.075  # of the picture, for each line of a list
LIST = 3  # lines in one place that make it a list
CROWDED = 0.3  # less than this share of a zone is no place for words
PLATES = frozenset({"sign", "label"})
SHARES = {"left": 0.0, "centre": 0.5, "right": 1.0}
CORNERS = ("top left", "top right", "bottom left", "bottom right", "corner")
ORDER = ("sign", "label", *CORNERS, "left", "right", "top", "bottom", "centre")


def place(canvas: Canvas, brief: Brief, palette: Palette, spot: Box | None) -> frozenset[str]:
    """Lines that share a place share its zone, one under another. Small zones are filled first; wide ones give way.

    Returns the characters that no face of ours covers, for the sheet to own up to.
    """
    zones: dict[str, list[Words]] = {}
    for words in brief.lines:
        zones.setdefault(words.place or "top", []).append(words)
    taken: list[Box] = []
    missing: frozenset[str] = frozenset()
    for name in sorted(zones, key=ORDER.index):
        box, align = _zone(canvas, name, spot)
        if name in PLATES:
            _plate(canvas, name, box, palette)
        else:
            box = _free(_grown(box, name, len(zones[name]), canvas), taken, canvas)
        blocks = _stacked(zones[name], box, canvas, inset=0.12 if name in PLATES else 0.0)
        used = _set(canvas, blocks, box, align, name)
        taken.append(box if name in PLATES else used)
        missing = missing.union(*(block.missing for block in blocks))
    return missing


def _grown(box: Box, name: str, count: int, canvas: Canvas) -> Box:
    """A list needs more room than a headline: the zone grows away from its edge, up to the whole height."""
    least, most = 0.055 * canvas.height, 0.945 * canvas.height
    need = min(most - least, count * ROW * min(canvas.height, canvas.width * 1.2))
    if need <= box[3] - box[1]:
        return box
    top = {"top": box[1], "bottom": box[3] - need}.get(name.split(" ")[0], (box[1] + box[3] - need) / 2)
    top = max(least, min(top, most - need))
    return box[0], top, box[2], top + need


def _free(box: Box, taken: list[Box], canvas: Canvas) -> Box:
    """What the others leave of the zone; where that is next to nothing, what they leave of the whole picture."""
    rest = _clear_of(box, taken, canvas)
    if _area(rest) >= CROWDED * _area(box):
        return rest
    whole = (0.055 * canvas.width, 0.055 * canvas.height, 0.945 * canvas.width, 0.945 * canvas.height)
    return max(rest, _clear_of(whole, taken, canvas), key=_area)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _clear_of(box: Box, taken: list[Box], canvas: Canvas) -> Box:
    """What remains of ``box`` beside everything that stands there already: always the largest remaining side."""
    gap = min(canvas.width, canvas.height) * 0.02
    for other in taken:
        left, top, right, bottom = other[0] - gap, other[1] - gap, other[2] + gap, other[3] + gap
        if box[0] >= right or box[2] <= left or box[1] >= bottom or box[3] <= top:
            continue
        sides = (
            (box[0], box[1], box[2], min(box[3], top)),
            (box[0], max(box[1], bottom), box[2], box[3]),
            (box[0], box[1], min(box[2], left), box[3]),
            (max(box[0], right), box[1], box[2], box[3]),
        )
        box = max(sides, key=_area)
    return box


def _zone(canvas: Canvas, name: str, spot: Box | None) -> tuple[Box, str]:
    left, top, right, bottom, align = ZONES[name]
    box = (left * canvas.width, top * canvas.height, right * canvas.width, bottom * canvas.height)
    if name in PLATES and spot is not None:
        box = _within(canvas, spot, box)
    return box, align


def _within(canvas: Canvas, spot: Box, usual: Box) -> Box:
    """The subject's own label, as long as it lies in the picture and is large enough to read."""
    left, top = max(0.03 * canvas.width, spot[0]), max(0.03 * canvas.height, spot[1])
    right, bottom = min(0.97 * canvas.width, spot[2]), min(0.97 * canvas.height, spot[3])
    small = right - left < canvas.width * 0.09 or bottom - top < canvas.height * 0.05
    return usual if small else (left, top, right, bottom)


def _plate(canvas: Canvas, name: str, box: Box, palette: Palette) -> None:
    """A label is paper, a sign is a board."""
    edge = min(box[2] - box[0], box[3] - box[1])
    if name == "label":
        paper = mix(PAPER, palette.high, 0.1)
        canvas.rounded(box, edge * 0.03, paper, shade=mix(paper, palette.mass, 0.22))
        return
    wood = mix(palette.accent, DARK, 0.72)
    blur = edge * 0.05
    canvas.light_patch(
        [(box[0], box[1]), (box[2], box[1]), (box[2], box[3] + blur), (box[0], box[3] + blur)], blur, DARK, 0.45
    )
    canvas.rounded(box, edge * 0.06, wood)
    inner = edge * 0.055
    canvas.rounded(
        (box[0] + inner, box[1] + inner, box[2] - inner, box[3] - inner), edge * 0.03, mix(wood, LIGHT, 0.16)
    )
    thin = inner + max(1.0, edge * 0.012)
    canvas.rounded((box[0] + thin, box[1] + thin, box[2] - thin, box[3] - thin), edge * 0.025, wood)


def _stacked(lines: list[Words], box: Box, canvas: Canvas, *, inset: float) -> list[Block]:
    pad = inset * min(box[2] - box[0], box[3] - box[1])
    wide, high = max(1.0, box[2] - box[0] - 2 * pad), max(1.0, box[3] - box[1] - 2 * pad)
    smallest = max(8.0, min(canvas.width, canvas.height) * 0.016)
    lines = _at_most(lines, int(high / (smallest * LEADING)))

    def fitted(words: Words, largest: float) -> Block:
        style = Style(voice=words.voice, language=words.language, leading=LEADING)
        return fit(words.text, width=wide, height=high / len(lines), style=style, largest=largest, smallest=smallest)

    usual = min(canvas.height, canvas.width * 1.2)
    blocks = [fitted(words, usual * (0.2 if words.large or inset else 0.13)) for words in lines]
    if len(blocks) < LIST:
        return blocks
    # The entries of a list have one size; a single long one does not make the others small.
    sizes = sorted(block.size for block, words in zip(blocks, lines, strict=True) if not words.large)
    common = max(sizes[0], 0.6 * sizes[len(sizes) // 2]) if sizes else 0.0
    return [block if words.large else fitted(words, common) for block, words in zip(blocks, lines, strict=True)]


def _at_most(lines: list[Words], rows: int) -> list[Words]:
    if len(lines) <= max(1, rows):
        return lines
    kept = lines[: max(0, rows - 1)]
    return [*kept, Words(text=f"+ {len(lines) - len(kept)} lines", voice=Voice.TEXT)]


def _set(canvas: Canvas, blocks: list[Block], box: Box, align: str, name: str) -> Box:
    """Returns the room that the words took."""
    total = sum(block.height for block in blocks)
    spare = max(0.0, box[3] - box[1] - total)
    gap = min(0.3 * min(block.size for block in blocks), spare / max(1, len(blocks) - 1))
    total += gap * (len(blocks) - 1)
    spare = max(0.0, box[3] - box[1] - total)
    top = first = box[1] + {"top": 0.0, "bottom": spare}.get(name.split(" ")[0], spare / 2)
    wide = max(block.width for block in blocks)
    start = box[0] + SHARES[align] * (box[2] - box[0] - wide)
    used = (start, first, start + wide, first + total)
    colour = _of_list(canvas, used, blocks[0].size) if len(blocks) >= LIST and name not in PLATES else None
    for block in blocks:
        left = box[0] + SHARES[align] * (box[2] - box[0] - block.width)
        paint(canvas.image, block, left, top, colour or _legible(canvas, block, left, top, align), align=align)
        top += block.height + gap
    return used


def _of_list(canvas: Canvas, used: Box, size: float) -> Colour:
    """One colour for all of a list; a panel of paper where none reads throughout."""
    best = _readable(canvas, used)
    if best is None:
        pad = size * 0.5
        canvas.rounded((used[0] - pad, used[1] - pad, used[2] + pad, used[3] + pad), 0, PAPER)
    return best or INK


def _legible(canvas: Canvas, block: Block, left: float, top: float, align: str) -> Colour:
    """Ink or paper, whichever reads against the worst spot under the words; a strip of paper where neither does."""
    best = _readable(canvas, (left, top, left + block.width, top + block.height))
    if best is None:
        _strips(canvas, block, left, top, align)
    return best or INK


def _readable(canvas: Canvas, box: Box) -> Colour | None:
    left, top = round(max(0, box[0])), round(max(0, box[1]))
    right, bottom = round(min(canvas.width, box[2])), round(min(canvas.height, box[3]))
    if right <= left or bottom <= top:
        return INK
    under = _tones(canvas.image.crop((left, top, right, bottom)))
    worst = {colour: min(contrast(colour, tone) for tone in under) for colour in (INK, PAPER)}
    best = INK if worst[INK] >= worst[PAPER] else PAPER
    return best if worst[best] >= READABLE else None


def _tones(part: Image.Image) -> list[Colour]:
    small = part.resize((16, 6), Image.Resampling.BOX)
    data = small.tobytes()
    return [(data[i], data[i + 1], data[i + 2]) for i in range(0, len(data), 3)]


def _strips(canvas: Canvas, block: Block, left: float, top: float, align: str) -> None:
    """One strip of paper behind each row, cut close, as a layout artist pastes type on a busy picture."""
    row = block.size * block.style.leading
    pad = block.size * 0.22
    for number, line in enumerate(block.lines):
        wide = breadth(line, block.style) * block.size
        start = left + SHARES[align] * (block.width - wide)
        y = top + number * row
        canvas.rounded((start - pad, y, start + wide + pad, y + row + 0.5), 0, PAPER)
