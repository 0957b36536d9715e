"""People and the one-time links that let them in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.models.choices import one_of


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.SYSTEM)
    single_keys = models.BooleanField(
        default=True, help_text=_("Single-key shortcuts, such as F for favourite; WCAG 2.1.4 asks for a switch.")
    )

    class Meta(AbstractUser.Meta):
        constraints = [one_of("theme", Theme, name="user_theme_known")]

    @property
    def initials(self) -> str:
        words = (self.get_full_name() or self.get_username()).split()
        return "".join(word[0] for word in words[:2]).upper()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def issue(self, user: User, *, life: timedelta = timedelta(hours=24)) -> str:
        """A new link's token. Only its hash is stored, so the token cannot be shown again."""
        token = secrets.token_urlsafe(32)
        self.create(user=user, digest=_digest(token), expires_at=timezone.now() + life)
        return token

    def open(self, token: str) -> SignInLink | None:
        """The link for this token if it still opens something; it is not used up by looking."""
        unused = self.filter(digest=_digest(token), used_at=None, expires_at__gt=timezone.now())
        return unused.select_related("user").first()


class SignInLink(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    def use(self) -> bool:
        """Whether this call was the one that used the link up."""
        changed = SignInLink.objects.filter(pk=self.pk, used_at=None).update(used_at=timezone.now())
        return changed == 1
