"""Uploaded pictures, stored once per content hash and team."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

if TYPE_CHECKING:
    from studio.models.teams import Team


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def for_team(self, team: Team) -> ReferenceQuerySet:
        return self.filter(team=team)


class Reference(models.Model):
    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="references")
    # Of the bytes as uploaded; the recipe names references by it.
    sha256 = models.CharField(max_length=64)
    label = models.CharField(max_length=120, blank=True)
    # All file names are relative to the storage and random; none is ever served by its path.
    original = models.CharField(max_length=120)
    # Rebuilt from pixels: upright, sRGB, no metadata. This is what providers and browsers get.
    cleaned = models.CharField(max_length=120)
    cleaned_format = models.CharField(max_length=8)
    cleaned_bytes = models.PositiveBigIntegerField()
    thumb = models.CharField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    colour = models.CharField(max_length=7)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            UniqueConstraint(fields=["team", "sha256"], name="reference_once_per_team"),
            CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="reference_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.label or self.sha256[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReference:
    """A reference as an attempt sends it: which file, how it goes, and until when it can be had there."""

    name: str  # of the file, relative to the storage
    format: str
    width: int
    height: int
    bytes: int
    road: str
    url: str = ""  # at the provider, where it was uploaded; a signed link is never written down
    until: float = 0.0  # seconds since 1970: of a signed link; of an upload, for another call

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values)
