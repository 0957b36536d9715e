"""Looking at a picture that came back: once is enough, twice does no harm, and it ends."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image as Pillow

from studio.imaging import sandbox
from studio.imaging.inspect import BadPicture
from studio.models import Image, Rendition
from studio.models.images import Health
from studio.services import images
from studio.storage import files
from tests import factories
from tests.imaging import corpus

pytestmark = pytest.mark.django_db


def rendition_files() -> set[str]:
    folder = files.root() / "renditions"
    return {str(path.relative_to(files.root())) for path in folder.rglob("*.webp")} if folder.exists() else set()


def test_a_look_makes_both_renditions_and_the_colour() -> None:
    image = factories.make_image(content=corpus.saved(Pillow.new("RGB", (2000, 1500), "#336699"), "PNG"))
    images.look(image.pk)
    image.refresh_from_db()
    assert (image.health, image.colour, image.looks) == (Health.SOUND, "#336699", 1)
    found = {row.edge: (row.width, row.height) for row in image.renditions.all()}
    assert found == {512: (512, 384), 1280: (1280, 960)}
    for row in image.renditions.all():
        assert files.path(row.file).stat().st_size == row.bytes
    assert list(files.parts().iterdir()) == []


def test_a_second_look_does_nothing() -> None:
    image = factories.make_image(content=corpus.saved(corpus.photo(), "PNG"))
    images.look(image.pk)
    before = list(Rendition.objects.values_list("pk", "file"))
    images.look(image.pk)
    image.refresh_from_db()
    assert list(Rendition.objects.values_list("pk", "file")) == before
    assert image.looks == 1


def test_two_looks_at_once_leave_one_set_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    image = factories.make_image(content=corpus.saved(corpus.photo(), "PNG"))
    run, earlier = sandbox.run, rendition_files()

    def overtaken(*args: Any, **kwargs: Any) -> dict[str, Any]:
        monkeypatch.setattr(sandbox, "run", run)
        images.look(image.pk)
        return run(*args, **kwargs)

    monkeypatch.setattr(sandbox, "run", overtaken)
    images.look(image.pk)
    image.refresh_from_db()
    assert image.health == Health.SOUND
    assert set(image.renditions.values_list("file", flat=True)) == rendition_files() - earlier
    assert image.renditions.count() == 2


def test_a_damaged_picture_is_said_to_be_damaged() -> None:
    image = factories.make_image(content=corpus.cut(corpus.saved(corpus.photo(900, 600), "PNG"), 0.5))
    images.look(image.pk)
    image.refresh_from_db()
    assert (image.health, image.renditions.count()) == (Health.DAMAGED, 0)


def test_a_picture_whose_file_is_gone_is_damaged() -> None:
    image = factories.make_image()
    files.remove(image.original)
    images.look(image.pk)
    image.refresh_from_db()
    assert image.health == Health.DAMAGED


def test_a_heavy_picture_is_looked_at_three_times_and_then_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    image = factories.make_image()

    def heavy(*args: Any, **kwargs: Any) -> dict[str, Any]:
        raise BadPicture("too_heavy")

    monkeypatch.setattr(sandbox, "run", heavy)
    for looks, health in ((1, Health.NEW), (2, Health.NEW), (3, Health.DAMAGED), (3, Health.DAMAGED)):
        images.look(image.pk)
        image.refresh_from_db()
        assert (image.looks, image.health) == (looks, health)


def test_a_picture_that_took_its_worker_along_three_times_is_not_opened_again() -> None:
    image = factories.make_image(looks=images.LOOKS)
    images.look(image.pk)
    image.refresh_from_db()
    assert image.health == Health.DAMAGED


def test_a_full_disk_is_not_the_pictures_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    image = factories.make_image()

    def fail(*args: Any, **kwargs: Any) -> dict[str, Any]:
        raise sandbox.SandboxFailed("No space left on device")

    monkeypatch.setattr(sandbox, "run", fail)
    with pytest.raises(sandbox.SandboxFailed):
        images.look(image.pk)
    image.refresh_from_db()
    assert (image.looks, image.health) == (0, Health.NEW)


def test_a_picture_that_was_deleted_meanwhile_is_no_error() -> None:
    image = factories.make_image()
    Image.objects.filter(pk=image.pk).delete()
    images.look(image.pk)
