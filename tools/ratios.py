"""Writes the ratio classes of the justified wall: a strict CSP forbids the inline style that would carry a ratio."""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "static" / "studio" / "css" / "ratios.css"


def sheet() -> str:
    """One class per hundredth ratio that ``studio.views.tiles.ratio_class`` may pick."""
    rules = "".join(f".r-{hundredths:03d}{{--r:{hundredths / 100:g}}}\n" for hundredths in (33, *range(34, 301, 2)))
    return f"/* Written by tools/ratios.py. */\n@layer screens {{\n{rules}}}\n"


if __name__ == "__main__":
    TARGET.write_text(sheet(), encoding="utf-8")
