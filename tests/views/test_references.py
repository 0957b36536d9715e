"""References: taken in or refused with a sentence, and shown to the team alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.models import Project, Prompt, Reference, Team
from studio.prompts.recipe import Recipe, ReferenceUse
from tests import factories

pytestmark = pytest.mark.django_db


def picture(name: str = "tin.png", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or factories.make_picture(), "image/png")


def upload(client: Client, team: Team, **fields: object) -> tuple[int, str]:
    answer = client.post(f"/t/{team.slug}/references/", fields)
    return answer.status_code, answer.content.decode()


def test_an_upload_answers_with_its_tile(owner_client: Client, team: Team) -> None:
    status, html = upload(owner_client, team, files=picture(), number="3")
    row = Reference.objects.for_team(team).get()
    assert status == 200
    assert f'name="reference" value="{row.sha256}"' in html
    assert "Role of reference 3" in html


def test_the_same_picture_is_stored_once(owner_client: Client, team: Team) -> None:
    content = factories.make_picture()
    for name in ("one.png", "two.png"):
        assert upload(owner_client, team, files=picture(name, content))[0] == 200
    assert Reference.objects.count() == 1


def test_what_is_no_picture_is_refused_with_a_sentence(owner_client: Client, team: Team) -> None:
    status, words = upload(owner_client, team, files=picture("notes.png", b"plain text"))
    assert status == 422
    assert words.endswith(".")
    assert "<" not in words
    assert upload(owner_client, team)[0] == 422
    assert not Reference.objects.exists()


def test_without_scripts_pictures_come_with_the_form(owner_client: Client, team: Team, project: Project) -> None:
    prompt = factories.make_prompt(project=project)
    files = [picture(), picture("notes.png", b"plain text")]
    fields = {"base_number": "0", "subject": "Typed too", "do": "upload", "files": files}
    answer = owner_client.post(f"/t/{team.slug}/prompts/{prompt.pk}/draft/", fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    stored = Prompt.objects.get().recipe
    assert (stored.subject, len(stored.references)) == ("Typed too", 1)


def test_strangers_and_reviewers_upload_nothing(
    stranger_client: Client, sign_in: object, reviewer: object, team: Team
) -> None:
    assert upload(stranger_client, team, files=picture())[0] == 404
    assert upload(sign_in(reviewer), team, files=picture())[0] == 403  # type: ignore[operator]  # a fixture


def test_files_are_shown_to_the_team_alone(
    owner_client: Client, teammate_client: Client, stranger_client: Client, team: Team
) -> None:
    row = factories.make_reference(team=team)
    address = f"/t/{team.slug}/references/{row.pk}"
    for client in (owner_client, teammate_client):
        answer = client.get(f"{address}/thumb/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"].startswith("private")
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # closes the file
    assert stranger_client.get(f"{address}/thumb/").status_code == 404
    assert owner_client.get(f"{address}/original/").status_code == 404
    assert owner_client.get(f"/t/{team.slug}/references/{factories.make_reference().pk}/thumb/").status_code == 404


def test_a_file_that_is_too_large_is_told_apart_from_none(
    owner_client: Client, team: Team, project: Project, settings: Any
) -> None:
    settings.STUDIO_UPLOAD_MAX_BYTES = 1024 * 1024
    large = b"0" * (3 * 1024 * 1024)
    status, words = upload(owner_client, team, files=picture("vast.png", large))
    assert (status, words) == (422, "This file is larger than 1 MB. Save it smaller and choose it again.")
    prompt = factories.make_prompt(project=project, recipe=Recipe(subject="Kept", avoid=("fog",)))
    fields = {
        "base_number": "0",
        "subject": "Typed",
        "files": picture("vast.png", large),
        "avoid": "fog",
        "do": "upload",
    }
    answer = owner_client.post(f"/t/{team.slug}/prompts/{prompt.pk}/draft/", fields)
    assert answer.status_code == 422
    assert "This file is larger than 1 MB." in answer.content.decode()
    prompt.refresh_from_db()
    assert prompt.recipe == Recipe(subject="Kept", avoid=("fog",))


def test_without_scripts_a_picture_that_is_attached_already_is_told(
    owner_client: Client, team: Team, project: Project
) -> None:
    row = factories.make_reference(team=team)
    content = factories.make_picture()
    owner_client.post(f"/t/{team.slug}/references/", {"files": picture(content=content)})
    same = Reference.objects.exclude(pk=row.pk).get()
    prompt = factories.make_prompt(
        project=project, recipe=Recipe(references=(ReferenceUse(sha256=row.sha256), ReferenceUse(sha256=same.sha256)))
    )
    fields = {
        "base_number": "0",
        "reference": [row.sha256, same.sha256],
        "reference_role": ["", ""],
        "reference_note": ["", ""],
        "do": "upload",
        "files": picture(content=content),
    }
    answer = owner_client.post(f"/t/{team.slug}/prompts/{prompt.pk}/draft/", fields)
    assert "Already attached as image 2." in answer.content.decode()
