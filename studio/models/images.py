"""Pictures that came back: original bytes untouched, and renditions rebuilt from their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from studio.models.choices import one_of

if TYPE_CHECKING:
    from studio.models.teams import Project, Team


class Health(models.TextChoices):
    NEW = "new", _("Not looked at yet")
    SOUND = "sound", _("Sound")
    DAMAGED = "damaged", _("Cannot be opened")


class ImageQuerySet(models.QuerySet["Image"]):
    def for_team(self, team: Team) -> ImageQuerySet:
        return self.filter(team=team)

    def in_project(self, project: Project) -> ImageQuerySet:
        return self.filter(team=project.team_id, project=project)

    def older_than(self, pk: int | None) -> ImageQuerySet:
        """The next page of a wall: keyset on the monotonic id, constant time at any depth."""
        return self if pk is None else self.filter(pk__lt=pk)


class Image(models.Model):
    team = models.ForeignKey("Team", on_delete=models.CASCADE, related_name="images")
    project = models.ForeignKey("Project", on_delete=models.CASCADE, related_name="images")
    attempt = models.ForeignKey("Attempt", on_delete=models.PROTECT, related_name="images")
    # A provider may return more pictures than asked for; they are kept.
    index = models.PositiveSmallIntegerField(default=0)
    original = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    # Dominant colour as #rrggbb, shown before the picture arrives; empty until the renditions are made.
    colour = models.CharField(max_length=7, blank=True)
    health = models.CharField(max_length=8, choices=Health, default=Health.NEW)
    # Tries to make the renditions; a picture that kills its decoder is not decoded for ever.
    looks = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            UniqueConstraint(fields=["attempt", "index"], name="image_once_per_attempt"),
            one_of("health", Health, name="image_health_known"),
            CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="image_has_a_size"),
        ]
        indexes = [
            Index(fields=["project", "-id"], name="image_newest_of_project"),
            Index(fields=["id"], condition=Q(health=Health.NEW), name="image_to_look_at"),
        ]

    def __str__(self) -> str:
        return f"Image {self.pk}"


class Rendition(models.Model):
    """A WebP rebuilt from pixels; ``edge`` is the longest side in pixels."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")
    edge = models.PositiveIntegerField()
    file = models.CharField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [UniqueConstraint(fields=["image", "edge"], name="rendition_once_per_edge")]

    def __str__(self) -> str:
        return f"{self.image} at {self.edge}"
