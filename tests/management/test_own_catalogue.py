"""The operator's own catalogue files: a model is data alone, and a wrong file stops the start by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.providers import catalogue
from tests.doubles.provider import Provider
from tests.management.shell import Studio

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="Each of these has an SQLite file of its own.")

SHIPPED = (catalogue.FOLDER / "openai.toml").read_text(encoding="utf-8")
MADE_UP = """
[[models]]
id = "made-up-9"
label = "Made up 9"
qualities = ["splendid", "plain"]
formats = ["webp"]
max_references = 0
max_prompt = 12
max_takes = 3

[models.sizes]
multiple = 64
max_edge = 1024
max_ratio = 2
tiers = ["1K"]

[models.price]
kind = "flat"
confidence = "exact"
dollars_each = 0.125

[models.latency]
usual = 5
"""


def own(studio: Studio, content: str) -> dict[str, str]:
    folder = studio.folder / "catalogue"
    folder.mkdir()
    (folder / "mine.toml").write_text(content, encoding="utf-8")
    return {"STUDIO_CATALOGUE": str(folder)}


def test_a_made_up_model_is_checked_priced_and_asked_for_by_data_alone(studio: Studio) -> None:
    with Provider() as provider:
        studio.allow = provider.address
        environment = own(studio, SHIPPED + MADE_UP)
        connect = ("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        assert studio.run(*connect, **environment)[0] == 0
        ours = ("--connection", "Local", "--model", "made-up-9")
        generate = ("generate", *ours, "--inline")
        code, _printed, said = studio.run(*generate, "-p", "A prompt too long", **environment)
        assert (code, "Made up 9" in said) == (65, True)
        (studio.folder / "list.json").write_text('[{"prompt": "A cup", "takes": 2}]')
        code, _printed, said = studio.run("batch", "list.json", *ours, "--dry-run", **environment)
        assert (code, "$0.25" in said) == (0, True)
        studio.run(*generate, "-p", "A cup", **environment)
    fields = provider.requests[-1].json
    assert (fields["model"], fields["quality"], fields["output_format"]) == ("made-up-9", "splendid", "webp")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SHIPPED.replace("max_takes = 10", 'max_takes = "ten"', 1), ("mine.toml", "max_takes")),
        (SHIPPED + "\nsurprise = 1", ("mine.toml", "surprise")),
        ("id = ", ("mine.toml",)),
        (SHIPPED.replace('id = "openai"', 'id = "nobody"', 1), ("nobody", "adapter")),
    ],
)
def test_a_wrong_file_stops_the_start_by_name(studio: Studio, content: str, words: tuple[str, ...]) -> None:
    environment = own(studio, content)
    code, _printed, said = studio.run("generate", "-p", "A cup", "--inline", **environment)
    assert code == 70
    assert "STUDIO_CATALOGUE" in said
    assert all(word in said for word in words)
    assert "Traceback" not in said


def test_a_server_does_not_start_with_a_folder_that_is_none(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "STUDIO_DATA": str(tmp_path),
        "STUDIO_CATALOGUE": str(tmp_path / "nowhere"),
    }
    command = [sys.executable, "-c", "import studio.wsgi"]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "nowhere is no folder" in done.stderr) == (1, True)
