"""Prompts as people really write them, byte for byte, for the tests of every prompt module."""

from __future__ import annotations

from pathlib import Path

SAMPLES: dict[str, str] = {
    path.name: path.read_bytes().decode() for path in sorted((Path(__file__).parent / "samples").iterdir())
}
