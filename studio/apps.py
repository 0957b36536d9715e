"""The one application, which is also the project."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from studio import providers
from studio.providers import catalogue


class StudioConfig(AppConfig):
    name = "studio"
    verbose_name = "Prompt Studio"
    # What is wrong with the operator's own catalogue files: the checks tell it, and nothing is served with them.
    catalogue_faults: tuple[str, ...] = ()

    def ready(self) -> None:
        import_module("studio.checks")  # they register themselves
        if settings.STUDIO_CATALOGUE:
            self.catalogue_faults = tuple(_read(Path(settings.STUDIO_CATALOGUE)))


def _read(folder: Path) -> list[str]:
    faults = catalogue.add_folder(folder)
    # A provider that nobody can speak to would be offered and then fail.
    strangers = [each for each in catalogue.providers() if each not in providers.ADAPTERS]
    known = ", ".join(sorted(providers.ADAPTERS))
    return faults + [f"id {each!r} is none that the studio has an adapter for; it has {known}." for each in strangers]
