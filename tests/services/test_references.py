"""Uploads become references: once per team and content, rebuilt, with a harmless label; or they are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries, Settings

from studio.imaging import sandbox
from studio.models import Reference
from studio.services import references
from studio.storage import files
from tests import factories
from tests.imaging import corpus

pytestmark = pytest.mark.django_db


def upload(content: bytes, name: str = "mug.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def stored_files() -> set[str]:
    return {str(path.relative_to(files.root())) for path in files.root().rglob("*") if path.is_file()}


def test_an_upload_is_kept_untouched_and_shown_only_rebuilt() -> None:
    content = corpus.tagged()
    user = factories.make_user()
    row = references.store(team=factories.make_team(owner=user), user=user, upload=upload(content, "holiday.svg"))
    assert files.path(row.original).read_bytes() == content
    assert row.original.endswith(".jpg")
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert (row.width, row.height, row.bytes, row.cleaned_format) == (96, 64, len(content), "jpeg")
    assert row.cleaned_bytes == files.path(row.cleaned).stat().st_size
    for derived in (row.cleaned, row.thumb):
        assert b"SECRET" not in files.path(derived).read_bytes()
        assert b"<script" not in files.path(derived).read_bytes()
    assert row.colour.startswith("#")
    assert (row.label, row.created_by) == ("holiday.svg", user)
    assert list(files.parts().iterdir()) == []


def test_the_same_picture_is_stored_once_per_team() -> None:
    content = corpus.saved(corpus.photo(), "PNG")
    ours, theirs = factories.make_team(), factories.make_team()
    first = references.store(team=ours, user=None, upload=upload(content))
    again = references.store(team=ours, user=None, upload=upload(content, "other name.png"))
    elsewhere = references.store(team=theirs, user=None, upload=upload(content))
    assert first == again
    assert first != elsewhere
    assert not {first.original, first.cleaned, first.thumb} & {elsewhere.original, elsewhere.cleaned, elsewhere.thumb}


def test_whoever_loses_the_race_gets_the_other_row_and_leaves_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    team, content = factories.make_team(), corpus.saved(corpus.photo(), "PNG")
    run = sandbox.run
    before: set[str] = set()

    def slow(*args: object, **kwargs: object) -> dict[str, object]:
        monkeypatch.setattr(sandbox, "run", run)
        references.store(team=team, user=None, upload=upload(content))
        before.update(stored_files())
        return run(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(sandbox, "run", slow)
    row = references.store(team=team, user=None, upload=upload(content))
    assert Reference.objects.get() == row
    assert {name for name in stored_files() if not name.startswith("parts/")} == {
        name for name in before if not name.startswith("parts/")
    }


@pytest.mark.parametrize("name", ["nothing", "svg", "jpeg cut in half", "animated webp", "44 megapixels", "too long"])
def test_a_bad_file_is_refused_with_one_sentence_and_leaves_nothing(name: str) -> None:
    before = stored_files()
    make, _code = corpus.REFUSED[name]
    with pytest.raises(references.Refused) as refusal:
        references.store(team=factories.make_team(), user=None, upload=upload(make()))
    assert str(refusal.value).endswith(".")
    assert "%" not in refusal.value.message
    assert stored_files() == before
    assert not Reference.objects.exists()


def test_a_file_above_the_cap_is_refused_while_it_arrives(settings: Settings) -> None:
    settings.STUDIO_UPLOAD_MAX_BYTES = 1024 * 1024
    noise = Pillow.effect_noise((1200, 1200), 90)
    with pytest.raises(references.Refused, match="larger than 1 MB"):
        references.store(team=factories.make_team(), user=None, upload=upload(corpus.saved(noise, "PNG")))


def test_a_broken_sandbox_is_not_blamed_on_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> dict[str, object]:
        raise sandbox.SandboxFailed("No space left on device")

    monkeypatch.setattr(sandbox, "run", fail)
    with pytest.raises(references.Refused, match="Try again"):
        references.store(team=factories.make_team(), user=None, upload=upload(corpus.saved(corpus.photo(), "PNG")))


def test_a_file_of_this_machine_is_stored_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "café.png"
    path.write_bytes(corpus.saved(corpus.photo(), "PNG"))
    row = references.store_path(team=factories.make_team(), user=None, path=path)
    assert row.label == "café.png"
    with pytest.raises(FileNotFoundError):
        references.store_path(team=row.team, user=None, path=tmp_path / "missing.png")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_decoded_inside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = sandbox.run, []

    def watched(*args: object, **kwargs: object) -> dict[str, object]:
        seen.append(connection.in_atomic_block)
        return run(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(sandbox, "run", watched)
    references.store(team=factories.make_team(), user=None, upload=upload(corpus.saved(corpus.photo(), "PNG")))
    assert seen == [False]


def test_a_known_picture_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    team, content = factories.make_team(), corpus.saved(corpus.photo(), "PNG")
    references.store(team=team, user=None, upload=upload(content))
    with django_assert_num_queries(1):
        references.store(team=team, user=None, upload=upload(content))


@given(st.text(max_size=400))
def test_a_label_holds_nothing_that_steers_the_page(name: str) -> None:
    label = references.cleaned(name)
    assert len(label) <= 120
    assert not set(label) & (references.TURNING | set("/\\\x00\r\n\t"))
    assert label == references.cleaned(label)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\pictures\\mug.png", "mug.png"),
        ("a\x00b\u202egnp.exe", "abgnp.exe"),
        ("e\u0301te\u0301.png", "été.png"),
        ("猫" * 300, "猫" * 120),
        ("", ""),
    ],
)
def test_labels_of_awkward_names(name: str, label: str) -> None:
    assert references.cleaned(name) == label
