"""What a person chose to make of a recipe: connection, model, size, quality, takes, format."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One size intent: a ratio with a tier, or exact pixels (then ``ratio`` is empty)."""

    connection: int | None = None  # row id
    model: str = ""
    ratio: str = "1:1"
    tier: str = "1K"
    width: int | None = None
    height: int | None = None
    quality: str = ""
    format: str = ""
    compression: int | None = None
    takes: int = 1
    partials: int = 0  # unfinished pictures to see while it is made, where the model sends them

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Output:
        """Unknown keys are ignored, so that an older draft stays readable."""
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})
