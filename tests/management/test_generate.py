"""The command line as scripts meet it: real processes, an empty data folder, exit codes and one JSON object."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests import factories
from tests.doubles.provider import Provider
from tests.management.shell import Studio
from tests.prompts.samples import SAMPLES

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="Each of these has an SQLite file of its own.")


def test_one_command_makes_a_picture_on_an_empty_folder(studio: Studio) -> None:
    code, found = studio.json("generate", "-p", "A red cup", "-s", "3:2@1K", "-f", "out/cup.png", "--inline")
    [image] = found["images"]
    content = (studio.folder / "out" / "cup.png").read_bytes()
    assert (code, found["state"], found["error"], found["cost"]) == (0, "done", None, 0.0)
    assert (image["width"], image["height"], image["format"]) == (1536, 1024, "png")
    assert image["path"] == str(studio.folder / "out" / "cup.png")
    assert image["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_prompt_file_is_sent_byte_for_byte(studio: Studio) -> None:
    content = "  \ufeffA sign: “コーヒー”\r\n\r\nليلة e\u0301 👩‍🎨\t \n".encode()
    (studio.folder / "prompt.txt").write_bytes(content)
    with Provider() as provider:
        studio.allow = provider.address
        code, _printed, said = studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        assert code == 0, said
        code, _found = studio.json("generate", "--prompt-file", "prompt.txt", "--connection", "Local", "--inline")
    assert code == 0
    assert provider.submissions[0].fields["prompt"].encode() == content
    assert [text.encode() for (text,) in studio.rows("SELECT text FROM studio_version")] == [content]


def test_every_sample_is_sent_byte_for_byte(studio: Studio) -> None:
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        for name in SAMPLES:
            (studio.folder / name).write_bytes(SAMPLES[name].encode())
            code, found = studio.json("generate", "--prompt-file", name, "--connection", "Local", "--inline")
            assert code == 0, found
    sent = [submission.fields["prompt"] for submission in provider.submissions]
    assert sent == list(SAMPLES.values())
    kinds = dict(studio.rows("SELECT kind, count(*) FROM studio_prompt WHERE id > 5 GROUP BY kind"))
    assert kinds == {"verbatim": 11, "json": 1}


def test_references_are_sent_in_their_order_and_leave_the_prompt_alone(studio: Studio) -> None:
    for name, colour in (("first.png", "#ff0000"), ("second.png", "#0000ff")):
        (studio.folder / name).write_bytes(factories.make_picture(300, 200, colour=colour))
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        code, found = studio.json(
            *("generate", "-p", "Put image 1 on image 2", "-i", "second.png", "-i", "first.png"),
            *("--connection", "Local", "--inline"),
        )
    assert code == 0, found
    assert provider.submissions[0].fields["prompt"] == "Put image 1 on image 2"
    assert len(provider.submissions[0].files) == 2


def test_a_picture_may_be_shown_on_its_way(studio: Studio) -> None:
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        asked = ("generate", "-p", "A cup", "--connection", "Local", "--model", "gpt-image-2", "--inline")
        code, found = studio.json(*asked, "--partials", "2")
        refused, said = studio.json(*asked, "--partials", "4")
    assert (code, len(found["images"])) == (0, 1)
    assert provider.submissions[0].fields["partial_images"] == 2
    assert (refused, said["error"]["code"], len(provider.submissions)) == (65, "refused", 1)


def test_several_takes_are_numbered(started: Studio) -> None:
    code, found = started.json("generate", "-p", "A cup", "-n", "2", "-s", "256x256", "-f", "cup.webp", "--inline")
    assert code == 0
    assert [Path(image["path"]).name for image in found["images"]] == ["cup-1.webp", "cup-2.webp"]
    assert {image["format"] for image in found["images"]} == {"webp"}
    assert len(list(started.folder.glob("cup-*.webp"))) == 2


def test_a_generation_that_is_not_awaited_can_be_asked_for_and_cancelled(started: Studio) -> None:
    code, printed, _said = started.run("generate", "-p", "A cup", "--no-wait")
    number = printed.strip()
    assert (code, number.isdigit()) == (0, True)
    assert started.json("status", number)[0] == 75
    assert started.run("cancel", number)[0] == 0
    code, found = started.json("status", number)
    assert (code, found["state"], found["error"]["code"]) == (75, "cancelled", "cancelled")


def test_ctrl_c_cancels_and_says_try_later(studio: Studio) -> None:
    with Provider() as provider:
        provider.always(delay=300)
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        process = studio.start("generate", "-p", "A cup", "--connection", "Local", "--inline", "--json")
        assert process.stderr and process.stdout
        next(line for line in process.stderr if "Sent" in line)
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=40)
    found = json.loads(printed)
    assert process.returncode == 75
    assert found["state"] in {"cancelled", "unknown"}
    assert "charged" in said


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("--nonsense",), 64, "usage"),
        (("-p", "a", "--wait", "1", "--no-wait"), 64, "usage"),
        (("-p", "a", "-s", "banana"), 64, "usage"),
        (("-p", "a", "--prompt-file", "b"), 64, "usage"),
        (("-p", "a", "-s", "64x9999", "--inline"), 65, "refused"),
        (("-p", " ", "--inline"), 65, "refused"),
        (("--prompt-file", "nowhere.txt"), 65, "file_unreadable"),
        (("-p", "a", "-i", "nowhere.png", "--inline"), 65, "file_unreadable"),
        (("-p", "a", "--connection", "Nobody", "--inline"), 65, "missing"),
        (("-p", "a", "--model", "nothing", "--inline"), 65, "refused"),
        (("-p", "a", "--partials", "-1", "--inline"), 64, "usage"),
        (("-p", "a", "--partials", "1", "--inline"), 65, "refused"),
        (("-p", "a", "-f", "/proc/nowhere/x.png", "--inline"), 77, "out_unwritable"),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(
    started: Studio, arguments: tuple[str, ...], code: int, error: str
) -> None:
    found_code, found = started.json("generate", *arguments)
    assert (found_code, found["error"]["code"], found["state"]) == (code, error, "refused")


@pytest.mark.parametrize(
    "command", [("batch",), ("batch", "x", "--wait", "1", "--no-wait"), ("budget",), ("halt", "--nonsense")]
)
def test_a_wrong_command_line_is_told_as_an_object_too(started: Studio, command: tuple[str, ...]) -> None:
    code, found = started.json(*command)
    assert (code, found["error"]["code"], found["state"]) == (64, "usage", "refused")


def test_a_prompt_that_is_not_utf_8_is_refused(started: Studio) -> None:
    (started.folder / "latin1.txt").write_bytes("Caf\xe9".encode("latin-1"))
    code, found = started.json("generate", "--prompt-file", "latin1.txt", "--inline")
    assert (code, found["error"]["code"]) == (65, "prompt_not_utf8")


def test_a_refusal_by_the_provider_is_bad_input_and_a_bad_key_is_not_allowed(studio: Studio) -> None:
    with Provider(key="right") as provider:
        studio.allow = provider.address
        connect = ("connect", "Local", "--provider", "openai", "--base-url", provider.base_url, "--key-env", "THE_KEY")
        assert studio.run(*connect)[0] == 65
        code, printed, said = studio.run(*connect, THE_KEY="right-not-it")
        assert code == 0 and "right-not-it" not in printed + said
        code, found = studio.json("generate", "-p", "A cup", "--connection", "Local", "--inline")
        assert (code, found["error"]["code"]) == (77, "bad_key")
        # Whose words are whose is seen.
        assert re.search(r"did not accept the key\. “[^”]+” Enter a new key", found["error"]["message"])
        # The connection is paused by that; a new generation says so before anything is sent.
        assert studio.json("generate", "-p", "A cup", "--connection", "Local", "--inline")[0] == 69


def test_placeholders_are_sent_as_written_and_named(studio: Studio) -> None:
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
        code, _printed, said = studio.run("generate", "-p", "A [LANDMARK]", "--connection", "Local", "--inline")
    assert code == 0
    assert "[LANDMARK]" in said
    assert provider.submissions[0].fields["prompt"] == "A [LANDMARK]"


def test_a_provider_that_is_down_is_named_when_the_wait_is_over(studio: Studio) -> None:
    with Provider() as provider:
        studio.allow = provider.address
        studio.run("connect", "Local", "--provider", "openai", "--base-url", provider.base_url)
    arguments = ("generate", "-p", "A cup", "--connection", "Local", "--inline", "--wait", "1", "--json")
    code, printed, said = studio.run(*arguments)
    assert (code, json.loads(printed)["error"]["code"]) == (69, "unreachable")
    assert "Take 1 of 1: Local: The provider could not be reached. Next try in" in said


def test_unknown_generations_are_bad_input(started: Studio) -> None:
    assert started.json("status", "4242")[0] == 65
    assert started.json("cancel", "twelve")[0] == 65
