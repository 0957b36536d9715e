"""A first start leaves a studio in which somebody can make a picture; a second one changes nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from studio.models import Prompt, SignInLink, Team, User
from studio.models.teams import Role
from studio.prompts.scripts import SCRIPTS
from studio.providers.output import Output
from studio.services import start
from studio.services.samples import SAMPLES
from tests import factories


@pytest.mark.django_db
def test_a_first_start_makes_an_owner_with_a_team_a_project_and_prompts() -> None:
    assert start.first_start() is True
    owner = User.objects.get()
    team = Team.objects.of(owner).get()
    assert team.memberships.get().role == Role.OWNER
    assert not owner.has_usable_password()
    assert [connection.provider for connection in team.connections.all()] == ["proof"]
    assert [prompt.title for prompt in Prompt.objects.for_team(team)] == [sample.title for sample in SAMPLES]


@pytest.mark.django_db
def test_sample_drafts_read_back_as_they_were_written() -> None:
    start.first_start()
    for prompt, sample in zip(Prompt.objects.all(), SAMPLES, strict=True):
        assert prompt.recipe == sample.recipe
        assert Output.from_json(prompt.draft["output"]).ratio == sample.ratio


@pytest.mark.django_db
def test_a_studio_with_people_is_left_alone() -> None:
    factories.make_team()
    assert start.first_start() is False
    assert not Prompt.objects.exists()


def test_every_sample_line_names_a_known_script() -> None:
    assert {line.script for sample in SAMPLES for line in sample.recipe.text} <= set(SCRIPTS)


@pytest.mark.django_db
def test_a_new_sign_in_link_replaces_the_one_that_was_not_used() -> None:
    start.first_start()
    first, second = start.sign_in_path(), start.sign_in_path()
    assert first and second and first != second
    assert SignInLink.objects.open(first.split("/")[2]) is None
    assert SignInLink.objects.open(second.split("/")[2]) is not None


@pytest.mark.django_db
def test_nobody_to_sign_in_means_no_link() -> None:
    assert start.sign_in_path() is None


def test_static_files_are_collected_again_only_when_one_changed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    style = tmp_path / "source" / "x.css"
    style.write_text("a{}")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    assert start.collect_static() is True
    assert start.collect_static() is False
    style.write_text("a{color:red}")
    os.utime(style, (time.time(), time.time() + 5))
    assert start.collect_static() is True
    assert "red" in (tmp_path / "static" / "x.css").read_text()
