"""How fast a provider may be asked, counted for each of its keys by every process together."""

from __future__ import annotations

from django.db import models


class Throttle(models.Model):
    """One key at one provider. ``free_at`` is when its next request may leave if nobody asks before."""

    # Of origin and key: two connections with the same key share it, and nobody reads the key from it.
    digest = models.CharField(max_length=64, unique=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Throttle {self.pk}"
