"""What is refused is refused before anything is stored, and what was begun is never lost to a script."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from studio.management.saving import Target
from studio.management.scripting import Exit, Stop
from studio.services.reports import Report, ReportedError, ReportedImage
from tests import factories
from tests.doubles.provider import Provider
from tests.management.shell import Studio

own_file = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="Each of these has an SQLite file of its own.")


def made(folder: Path, *, takes: int = 1, format: str = "png", error: ReportedError | None = None) -> Report:
    """A report of pictures that lie in the studio."""
    images = []
    for number in range(1, takes + 1):
        path = folder / f"stored-{number}.{format}"
        path.write_bytes(b"picture %d" % number)
        images.append(ReportedImage(str(path), 3, 2, format, "0" * 64))
    return Report("done", 7, tuple(images), 0.04, error)


def refusal(out: str, *, format: str | None = None, takes: int = 1) -> Stop:
    with pytest.raises(Stop) as caught:
        Target(out, format=format).prove(takes)
    return caught.value


ROWS = {"prompt": 0, "version": 0, "reference": 0, "generation": 0}


@own_file
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-p", ""), 65),
        (("-p", " \n"), 65),
        (("-p", "A cup", "-s", "64x9999"), 65),
        (("-p", "A cup", "--model", "nothing"), 65),
        (("-p", "A cup", "-q", "splendid"), 65),
        (("-p", "A cup", "-n", "5000"), 65),
        (("-p", "A cup", "-i", "nowhere.png"), 65),
        (("-p", "A cup", "-i", "first.png", "-s", "64x9999"), 65),
        (("-p", "A cup", "-f", "/proc/cup.png"), 77),
        (("-p", "A cup", "-f", "first.png/cup.png"), 77),
        (("-p", "A cup", "-f", "cup.png", "-o", "webp"), 64),
        (("-p", "A cup", "-f", ""), 64),
    ],
)
def test_a_refused_run_leaves_no_row_behind(started: Studio, arguments: tuple[str, ...], code: int) -> None:
    def rows() -> list[int]:
        return [started.rows(f"SELECT count(*) FROM studio_{name}")[0][0] for name in ROWS]

    (started.folder / "first.png").write_bytes(factories.make_picture())
    before = rows()
    found_code, found = started.json("generate", *arguments, "--inline")
    assert (found_code, found["state"], found["generation"]) == (code, "refused", None)
    assert rows() == before


@own_file
def test_a_paused_connection_leaves_no_row_behind(studio: Studio) -> None:
    with Provider(key="right") as provider:
        studio.allow = provider.address
        connect = ("connect", "Local", "--provider", "openai", "--base-url", provider.base_url, "--key-env", "THE_KEY")
        studio.run(*connect, THE_KEY="wrong-key")
        generate = ("generate", "-p", "A cup", "--connection", "Local", "--inline")
        assert studio.json(*generate)[0] == 77
        assert studio.json(*generate[:2], "Another cup", *generate[3:])[1]["error"]["code"] == "connection_paused"
    assert studio.rows("SELECT count(*) FROM studio_version") == [(1,)]


@own_file
def test_a_picture_that_cannot_be_copied_is_still_told_with_its_number_and_cost(studio: Studio) -> None:
    with Provider() as provider:
        provider.always(delay=1)
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        process = studio.start(
            "generate", "-p", "A cup", "--connection", "Local", "--inline", "--json", "-f", "out/cup.png"
        )
        assert process.stderr
        next(line for line in process.stderr if "Sent" in line)
        (studio.folder / "out" / "cup.png").mkdir()
        printed, said = process.communicate(timeout=40)
    found = json.loads(printed)
    [image] = found["images"]
    assert process.returncode == Exit.NOT_ALLOWED
    assert (found["state"], found["generation"], found["error"]["code"]) == ("done", 1, "out_unwritable")
    assert found["cost"] > 0
    assert Path(image["path"]).is_file()
    assert "kept in the studio" in said
    assert os.listdir(studio.folder / "out") == ["cup.png"]


@own_file
def test_a_refusal_is_told_as_one_plain_sentence(started: Studio) -> None:
    code, printed, said = started.run("generate", "-p", "", "--inline")
    assert (code, printed) == (65, "")
    assert said == "The prompt is empty. Write at least a subject.\n"


def test_what_could_be_copied_is_named_where_it_was_copied_to(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "cup.png"), format=None)
    (tmp_path / "cup-2.png").mkdir()
    found = target.save(made(tmp_path, takes=3))
    names = [Path(image.path).name for image in found.images]
    assert names == ["cup-1.png", "stored-2.png", "cup-3.png"]
    assert found.error is not None
    assert found.error.code == "out_unwritable"


def test_the_code_of_a_take_that_failed_stays(tmp_path: Path) -> None:
    target = Target(str(tmp_path / "cup.png"), format=None)
    (tmp_path / "cup.png").mkdir()
    found = target.save(made(tmp_path, error=ReportedError("refused", "The provider refused it.")))
    assert found.error is not None
    assert found.error.code == "refused"
    assert "kept in the studio" in found.error.message


@pytest.mark.parametrize("takes", [1, 2])
def test_where_nothing_can_be_written_is_known_beforehand(tmp_path: Path, takes: int) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "cup-2.png").mkdir()
    long = "x" * 300
    for out in ("/proc/cup.png", "/dev/null/", f"{tmp_path}/file/cup.png", f"{tmp_path}/{long}.png"):
        assert refusal(out, takes=takes).code == "out_unwritable"
    if takes == 2:
        assert refusal(f"{tmp_path}/cup.png", takes=2).returncode == Exit.NOT_ALLOWED
    assert sorted(os.listdir(tmp_path)) == ["cup-2.png", "file", "folder.png"]


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "link.png").symlink_to("/dev/null")
    for out in ("/dev/null", str(tmp_path / "link.png")):
        assert refusal(out).code == "out_unwritable"


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cup.png").symlink_to(tmp_path / "elsewhere" / "cup.png")
    target = Target(str(tmp_path / "cup.png"), format=None)
    target.prove(1)
    target.save(made(tmp_path))
    assert (tmp_path / "cup.png").is_symlink()
    assert (tmp_path / "elsewhere" / "cup.png").read_bytes() == b"picture 1"


@pytest.mark.parametrize(
    ("out", "format", "word"),
    [
        ("cup.png", "webp", "WEBP"),
        ("cup.JPG", "png", "PNG"),
        ("cup.gif", None, ".gif"),
        ("", None, "empty"),
    ],
)
def test_a_name_that_promises_another_format_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, format: str | None, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    stop = refusal(out, format=format)
    assert (stop.returncode, stop.code) == (Exit.USAGE, "usage")
    assert word in str(stop)


@pytest.mark.parametrize(
    ("out", "asked", "format"),
    [
        ("cup.jpeg", None, "jpeg"),
        ("cup.WEBP", "webp", "webp"),
        ("cup", None, ""),
        ("cup.data", "png", "png"),
        ("cups/", "jpeg", "jpeg"),
        ("cups.png/", "webp", "webp"),
    ],
)
def test_a_name_says_which_format_is_wanted(out: str, asked: str | None, format: str) -> None:
    assert Target(out, format=asked).format == format
