"""A prompt is one line of work; its versions are immutable recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from studio.models.choices import one_of
from studio.prompts.recipe import Recipe

if TYPE_CHECKING:
    from studio.models.teams import Team


class Kind(models.TextChoices):
    STRUCTURED = "structured", _("In parts")
    VERBATIM = "verbatim", _("Text")
    JSON = "json", _("JSON")


class PromptQuerySet(models.QuerySet["Prompt"]):
    def for_team(self, team: Team) -> PromptQuerySet:
        return self.filter(project__team=team)


class Prompt(models.Model):
    project = models.ForeignKey("Project", on_delete=models.CASCADE, related_name="prompts")
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.STRUCTURED)
    # What is being written now: {"recipe": Recipe.to_json(), "output": Output.to_json(), …}, see the service's CONTENT.
    draft = models.JSONField(default=dict)
    # Counts the saves, so that a second tab notices that it is behind instead of overwriting.
    draft_number = models.PositiveIntegerField(default=0)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    # Checks that somebody does not want to hear of in this prompt: {rule id: why}.
    ignored = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [one_of("kind", Kind, name="prompt_kind_known")]

    def __str__(self) -> str:
        return self.title

    @property
    def recipe(self) -> Recipe:
        return Recipe.from_json(self.draft.get("recipe", {"kind": self.kind}))


class Immutable(RuntimeError):
    """A version was about to be changed; make a child instead."""


class VersionQuerySet(models.QuerySet["Version"]):
    def for_team(self, team: Team) -> VersionQuerySet:
        return self.filter(prompt__project__team=team)


class Version(models.Model):
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    # The one place in which it differs from its parent, such as "setting" or "body/light/mood"; empty on a root.
    changed = models.TextField(blank=True)
    recipe_data = models.JSONField()
    # The rendered prompt, exactly as sent: what was sent must stay readable when rendering rules change.
    text = models.TextField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            UniqueConstraint(fields=["prompt", "number"], name="version_number_once_per_prompt"),
            CheckConstraint(
                condition=Q(parent=None, changed="") | (Q(parent__isnull=False) & ~Q(changed="")),
                name="version_child_names_its_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Immutable(f"Version {self.pk} is immutable.")
        super().save(*args, **kwargs)

    @property
    def recipe(self) -> Recipe:
        return Recipe.from_json(self.recipe_data)


class VersionReference(models.Model):
    """Which stored picture stands behind number n of a version's references; its role is in the recipe."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="numbered_references")
    reference = models.ForeignKey("Reference", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            UniqueConstraint(fields=["version", "number"], name="reference_number_once_per_version"),
            CheckConstraint(condition=Q(number__gte=1), name="reference_numbers_start_at_one"),
        ]
