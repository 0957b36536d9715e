"""A request copied as a command is the request that was sent: the commands are run, and their bytes compared."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from studio.egress.bodies import Body, body_of
from studio.models import Attempt, Connection, Team
from studio.prompts.recipe import Kind, Recipe
from studio.providers import adapter
from studio.providers.values import Account, Call
from studio.services import snippets
from studio.storage import files
from studio.worker.claim import request_of
from tests import factories

PROMPT = """It's "exact": $HOME `id` \\n \\\\ !! %s {x}
コーヒー 🍵 שלום @file ;type=text/html"""
KEY = "sk-secret"
VARIABLES = ("OPENAI_API_KEY", "APIYI_API_KEY", "RUNCOMFY_API_KEY")


@dataclass
class Seen:
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture
def server() -> Iterator[tuple[str, Seen]]:
    """The address of a server on this machine, and the last request that it was sent."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.path, seen.body = self.path, self.rfile.read(length)
            seen.headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/v1", seen
        http.shutdown()
        thread.join()


def attempt_at(
    team: Team,
    address: str,
    *,
    references: int = 0,
    prompt: str = PROMPT,
    labels: tuple[str, ...] = (),
    provider: str = "openai",
    model: str = "gpt-image-2",
) -> Attempt:
    connection = factories.make_connection(team=team, provider=provider, base_url=address, key_ciphertext="sealed")
    labels = labels or ("",) * references
    used = tuple(factories.make_reference(team=team, label=label) for label in labels)
    made = factories.make_prompt(project=factories.make_project(team=team))
    version = factories.make_version(prompt=made, text=prompt, references=used)
    generation = factories.make_generation(
        version=version, connection=connection, model=model, quality="low", format="png"
    )
    return factories.make_attempt(generation=generation)


def sent(attempt: Attempt) -> Call:
    connection = attempt.generation.connection
    account = Account(base_url=connection.base_url, key=KEY)
    call = adapter(connection.provider).submit(request_of(attempt), account, key=str(attempt.provider_key))
    assert isinstance(call, Call)
    return call


def local_names(attempt: Attempt) -> list[str]:
    """The files that the Python snippet reads."""
    (text,) = [snippet.text for snippet in snippets.of(attempt) if snippet.id == "python"]
    return re.findall(r"Path\('([^']*)'\)\.read_bytes", text)


def run(attempt: Attempt, which: str, folder: Path) -> None:
    """As a person would: the text pasted into a shell, the references beside it, the key in the environment."""
    (text,) = [snippet.text for snippet in snippets.of(attempt) if snippet.id == which]
    assert KEY not in text
    used = attempt.generation.version.numbered_references.all()
    for name, numbered in zip(local_names(attempt), used, strict=True):
        shutil.copy(files.path(numbered.reference.cleaned), folder / name)
    environment = {**os.environ, **dict.fromkeys(VARIABLES, KEY)}
    command = [sys.executable, "-c", text] if which == "python" else ["sh", "-c", text]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (folder / "reply.json").read_bytes() == b"{}"


def parts(content_type: str, body: bytes) -> list[tuple[str, str, bytes]]:
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename() or "",
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


@pytest.fixture(params=["curl", "python"])
def which(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    return name


@pytest.mark.django_db
def test_the_command_sends_the_very_bytes_that_were_sent(
    team: Team, server: tuple[str, Seen], which: str, tmp_path: Path
) -> None:
    address, seen = server
    attempt = attempt_at(team, address)
    run(attempt, which, tmp_path)
    call = sent(attempt)
    body = body_of(call)
    assert body is not None
    assert seen.path == "/v1/images/generations"
    assert seen.body == b"".join(piece for piece in body.pieces if isinstance(piece, bytes))
    for name, value in {**call.headers, "Content-Type": body.media_type}.items():
        assert seen.headers[name.lower()] == value


@pytest.mark.django_db
def test_the_command_sends_references_in_their_order(
    team: Team, server: tuple[str, Seen], which: str, tmp_path: Path
) -> None:
    address, seen = server
    attempt = attempt_at(team, address, labels=("Green glass.jpg", "陶器.png"))
    run(attempt, which, tmp_path)
    expected = []
    for part in sent(attempt).form or ():
        value = getattr(part, "value", None)
        content = value.encode() if value is not None else part.path.read_bytes()  # type: ignore[union-attr]
        expected.append((part.name, getattr(part, "filename", ""), content))
    found = parts(seen.headers["content-type"], seen.body)
    assert [(name, filename) for name, filename, _ in found] == [(name, filename) for name, filename, _ in expected]
    assert [content for *_, content in found] == [content for *_, content in expected]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("provider", "model"), [("runcomfy", "openai/gpt-image-2"), ("apiyi", "gpt-image-2-all#chat"), ("openai", "")]
)
def test_the_command_sends_files_within_the_json(
    team: Team, server: tuple[str, Seen], which: str, tmp_path: Path, provider: str, model: str
) -> None:
    address, seen = server
    labels = ("Green glass.jpg", "陶器.png") if model else ()
    attempt = attempt_at(team, address, labels=labels, provider=provider, model=model or "gpt-image-2")
    run(attempt, which, tmp_path)
    body = body_of(sent(attempt))
    assert body is not None
    assert seen.body == asyncio.run(whole(body))
    assert seen.body.count(b"data:image/png;base64,") == len(labels)


async def whole(body: Body) -> bytes:
    return b"".join([piece async for piece in body.stream()])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("green.jpg", "1-green.png"),
        ("Logo, final (2).PNG", "1-logo-final-2.png"),
        ("$(rm -rf ~);'x'.png", "1-rm-rf-x.png"),
        ("../../etc/passwd", "1-passwd.png"),
        ("陶器.png", "1-image.png"),
        ("", "1-image.png"),
        ("x" * 120, f"1-{'x' * 40}.png"),
    ],
)
def test_a_references_file_is_named_after_its_number_and_label(team: Team, label: str, name: str) -> None:
    attempt = attempt_at(team, "http://127.0.0.1:9/v1", labels=(label,))
    assert local_names(attempt) == [name]
    (curl,) = [snippet.text for snippet in snippets.of(attempt) if snippet.id == "curl"]
    assert f"=@{name};filename=" in curl


@pytest.mark.django_db
def test_what_was_sent_does_not_move_with_the_connection(team: Team) -> None:
    attempt = attempt_at(team, "http://127.0.0.1:9/v1")
    Connection.objects.update(base_url="https://b.example/v1")
    for snippet in snippets.of(Attempt.objects.get(pk=attempt.pk)):
        assert "http://127.0.0.1:9/v1/images/generations" in snippet.text
        assert "b.example" not in snippet.text


@pytest.mark.django_db
def test_a_reference_whose_file_is_gone_leaves_no_command(team: Team) -> None:
    attempt = attempt_at(team, "http://127.0.0.1:9/v1", references=1)
    files.path(attempt.generation.version.numbered_references.get().reference.cleaned).unlink()
    assert snippets.of(attempt) == ()
    assert "a reference is gone" in snippets.why_none(attempt)


@pytest.mark.django_db
def test_a_layout_proof_of_a_structured_prompt_has_no_command_that_would_draw_another(team: Team) -> None:
    prompt = factories.make_prompt(project=factories.make_project(team=team))
    generation = factories.make_generation(version=factories.make_version(prompt=prompt))
    attempt = factories.make_attempt(generation=generation)
    assert snippets.of(attempt) == ()
    assert "no command makes the same picture" in snippets.why_none(attempt)


@pytest.mark.django_db
def test_a_key_that_is_not_needed_is_not_asked_for(team: Team) -> None:
    attempt = attempt_at(team, "http://127.0.0.1:9/v1")
    Connection.objects.update(key_ciphertext="")
    attempt = Attempt.objects.get(pk=attempt.pk)
    for snippet in snippets.of(attempt):
        assert not any(variable in snippet.text for variable in VARIABLES)
        assert "Authorization" not in snippet.text


@pytest.mark.django_db
@pytest.mark.parametrize("prompt", [PROMPT, "-i dashes first", "'"])
def test_a_layout_proof_is_the_studios_own_command(team: Team, tmp_path: Path, prompt: str) -> None:
    connection = factories.make_connection(team=team, name="Tim's proof")
    version = factories.make_version(
        prompt=factories.make_prompt(project=factories.make_project(team=team)),
        text=prompt,
        recipe=Recipe(kind=Kind.VERBATIM, body=prompt),
    )
    generation = factories.make_generation(version=version, connection=connection, takes=3)
    attempt = factories.make_attempt(generation=generation)
    (snippet,) = snippets.of(attempt)
    text = snippet.text.replace("python manage.py generate", f"{sys.executable} -c 'import sys; print(sys.argv[1:])'")
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True)
    said = [f"-p{prompt}"] if prompt.startswith("-") else ["-p", prompt]
    expected = ["--connection", connection.name, "--model", "proof", "-s", "1024x1024", "-o", "png", "-n", "3", *said]
    assert done.stdout == f"{expected}\n"
