"""The one application, which is also the project."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Prompt Studio"

    def ready(self) -> None:
        import_module("studio.checks")  # they register themselves
