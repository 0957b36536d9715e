"""Prompts as people write them, each with the findings that an experienced designer would agree with.

One TOML file per genre. ``expected`` lists rule ids, and an empty list says that the prompt is fine. ``near`` lists the
rules that the prompt only looks like breaking. ``limits`` says what the chosen model takes and what is asked of it, by
the names of the fields of ``studio.prompts.lint.Limits``; what it leaves out is without limit.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from studio.prompts.recipe import Kind, Recipe

_ABOUT = frozenset({"id", "language", "split", "limits", "expected", "near"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    id: str
    language: str
    split: str  # "tuning" or "held-out"
    recipe: Recipe
    limits: dict[str, Any] = field(default_factory=dict)
    expected: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def entries() -> tuple[dict[str, Any], ...]:
    """The entries as they are written, of every kind. Raises tomllib.TOMLDecodeError."""
    paths = sorted(Path(__file__).parent.glob("*.toml"))
    return tuple(entry for path in paths for entry in tomllib.loads(path.read_text("utf-8"))["prompt"])


def load() -> tuple[Labelled, ...]:
    """Every prompt of a kind that recipes know. Raises ValueError or TypeError where an entry is not a recipe."""
    kinds = set(Kind)
    return tuple(_labelled(entry) for entry in entries() if entry["kind"] in kinds)


def _labelled(entry: dict[str, Any]) -> Labelled:
    data = {name: value for name, value in entry.items() if name not in _ABOUT}
    if "references" in data:
        data["references"] = [
            {"sha256": sha256(f"{entry['id']} {number}".encode()).hexdigest(), **use}
            for number, use in enumerate(data["references"], start=1)
        ]
    return Labelled(
        id=entry["id"],
        language=entry["language"],
        split=entry["split"],
        recipe=Recipe.from_json(data),
        limits={name: tuple(it) if isinstance(it, list) else it for name, it in entry.get("limits", {}).items()},
        expected=tuple(entry["expected"]),
        near=tuple(entry.get("near", ())),
    )
