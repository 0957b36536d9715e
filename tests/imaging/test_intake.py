"""Every file of the hostile corpus is taken or refused as its row says, and nothing takes the studio along."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from studio.imaging import sandbox
from studio.imaging.inspect import MESSAGES, RESULT, UPLOAD, BadPicture, inspect
from tests.imaging import corpus

# security.md asks for 400 MiB for a child; its address space counts every mapped library as well.
TIGHT = sandbox.Limits(memory=640 * sandbox.MIB, cpu=10, seconds=30)
NEVER = (
    b"<script",
    b"SECRET",
    b"Exif",
    b"eXIf",
    b"xmpmeta",
    b"ICC_PROFILE",
    b"iCCP",
    b"tEXt",
    b"iTXt",
    b"EXIF",
    b"XMP ",
)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def taken_in(folder: Path, content: bytes) -> tuple[dict[str, object], Path, Path]:
    source, clean, thumb = written(folder, content), folder / "clean", folder / "thumb"
    return sandbox.run("reference", limits=TIGHT, source=source, clean=clean, thumb=thumb, edge=512), clean, thumb


@pytest.mark.parametrize("name", corpus.TAKEN)
def test_a_good_picture_is_rebuilt_without_anything_but_its_pixels(tmp_path: Path, name: str) -> None:
    _made, clean, thumb = taken_in(tmp_path, corpus.TAKEN[name]())
    for derived in (clean, thumb):
        content = derived.read_bytes()
        assert [word for word in NEVER if word in content] == []
        with Image.open(derived, formats=("PNG", "JPEG", "WEBP")) as image:
            image.load()
            assert image.mode in ("RGB", "RGBA")
            assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(image.info)
    with Image.open(thumb) as image:
        assert image.format == "WEBP"
        assert max(image.size) <= 512


@pytest.mark.parametrize("name", corpus.REFUSED)
def test_a_bad_file_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    make, code = corpus.REFUSED[name]
    with pytest.raises(BadPicture) as refusal:
        taken_in(tmp_path, make())
    assert refusal.value.code == code
    assert str(refusal.value) == MESSAGES[code] % refusal.value.params if refusal.value.params else MESSAGES[code]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    expected = corpus.scene()
    if orientation in turns:
        expected = expected.transpose(turns[orientation])
    _made, clean, _thumb = taken_in(tmp_path, corpus.turned(orientation))
    with Image.open(clean) as image:
        assert image.size == expected.size
        assert ImageChops.difference(image.convert("RGB"), expected).getbbox() is None


def test_display_p3_is_converted_to_srgb(tmp_path: Path) -> None:
    orange_in_p3 = Image.new("RGB", (16, 16), (234, 130, 60))
    content = corpus.saved(orange_in_p3, "PNG", icc_profile=corpus.display_p3())
    _made, clean, _thumb = taken_in(tmp_path, content)
    with Image.open(clean) as image:
        found = image.convert("RGB").getpixel((8, 8))
    # Worked out by hand from the two spaces' matrices.
    assert isinstance(found, tuple)
    assert all(abs(got - want) <= 3 for got, want in zip(found, (250, 123, 34), strict=True)), found


def test_sixteen_bit_grey_keeps_its_tones(tmp_path: Path) -> None:
    _made, clean, _thumb = taken_in(tmp_path, corpus.grey_deep())
    with Image.open(clean) as image:
        tones = [image.convert("L").getpixel((x, 0)) for x in range(64)]
    assert tones == [x * 4 for x in range(64)]


def test_transparency_survives_and_full_opacity_is_dropped(tmp_path: Path) -> None:
    glass = Image.new("RGBA", (8, 8), (10, 20, 30, 128))
    _made, clean, _thumb = taken_in(tmp_path, corpus.saved(glass, "WEBP", lossless=True))
    with Image.open(clean) as image:
        assert (image.format, image.mode, image.getpixel((4, 4))) == ("PNG", "RGBA", (10, 20, 30, 128))
    _made, clean, _thumb = taken_in(tmp_path, corpus.saved(Image.new("RGBA", (8, 8), "navy"), "PNG"))
    with Image.open(clean) as image:
        assert image.mode == "RGB"


def test_a_picture_keeps_its_kind_of_file(tmp_path: Path) -> None:
    kinds = {"JPEG": "jpeg", "PNG": "png", "WEBP": "png"}
    for given, kept in kinds.items():
        made, _clean, _thumb = taken_in(tmp_path, corpus.saved(corpus.photo(), given))
        facts = made["clean"]
        assert isinstance(facts, dict)
        assert facts["format"] == kept


def test_the_header_tells_the_facts_whatever_the_name_says(tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    path.write_bytes(corpus.saved(corpus.photo(120, 90), "WEBP"))
    facts = inspect(path)
    assert (facts.format, facts.media_type, facts.width, facts.height) == ("webp", "image/webp", 120, 90)
    assert facts.bytes == path.stat().st_size


def test_results_may_be_larger_than_uploads(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.png(7000, 7000))
    with pytest.raises(BadPicture):
        inspect(path, caps=UPLOAD)
    assert inspect(path, caps=RESULT).width == 7000


def test_a_child_that_needs_too_much_memory_is_refused_and_we_live(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.png(6000, 6000, colour=6, channels=4))
    limits = sandbox.Limits(memory=220 * sandbox.MIB)
    with pytest.raises(BadPicture) as refusal:
        sandbox.run("clean", limits=limits, source=path, target=tmp_path / "clean")
    assert refusal.value.code == "too_heavy"


def test_a_child_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.png(6000, 6000))
    with pytest.raises(BadPicture) as refusal:
        sandbox.run("clean", limits=sandbox.Limits(seconds=0.01), source=path, target=tmp_path / "clean")
    assert refusal.value.code == "too_heavy"


def test_a_file_that_grows_too_large_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.saved(corpus.photo(600, 400), "PNG"))
    with pytest.raises(BadPicture) as refusal:
        sandbox.run("clean", limits=sandbox.Limits(file=1000), source=path, target=tmp_path / "clean")
    assert refusal.value.code == "too_heavy"


def test_what_is_not_the_pictures_fault_is_no_refusal(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.saved(corpus.photo(), "PNG"))
    with pytest.raises(sandbox.SandboxFailed):
        sandbox.run("clean", source=path, target=tmp_path / "no such folder" / "clean")


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_KEYS", "secret")
    assert "STUDIO_KEYS" not in sandbox._environment()


def test_an_event_loop_gets_the_same_answers(tmp_path: Path) -> None:
    good = written(tmp_path, corpus.saved(corpus.photo(), "PNG"))
    bad = tmp_path / "bad"
    bad.write_bytes(b"")

    async def both() -> list[object]:
        return await asyncio.gather(
            sandbox.run_async("inspect", path=good), sandbox.run_async("inspect", path=bad), return_exceptions=True
        )

    first, second = asyncio.run(both())
    assert first == sandbox.run("inspect", path=good)
    assert isinstance(second, BadPicture)
    assert second.code == "empty"


def test_a_cancelled_caller_takes_its_child_along(tmp_path: Path) -> None:
    path = written(tmp_path, corpus.png(6000, 6000))

    async def leave() -> None:
        task = asyncio.create_task(sandbox.run_async("clean", source=path, target=tmp_path / "clean"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
