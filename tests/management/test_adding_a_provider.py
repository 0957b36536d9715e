"""The provider of docs/adding-a-provider.md makes a picture and an edit, with what stands on that page alone."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow
from pytest_django import Settings

from studio import providers
from studio.models import Attempt, LedgerEntry, Team
from studio.models.money import Entry
from studio.providers import catalogue
from tests import factories
from tests.management.batching import run

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "adding-a-provider.md"
KEY = "atelier-canary-0000"
FIELDS = {"model", "prompt", "format", "size", "quality", "compression", "references"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class Double(ThreadingHTTPServer):
    """Atelier's contract, strict: it refuses what a real one would refuse, and counts by key."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.taken: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, int] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Double

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        references = fields.get("references", [])
        if self.headers["Authorization"] != f"Bearer {KEY}":
            return self.answer(401, {"message": "Wrong key."})
        if self.path != "/v1/pictures" or not set(fields) <= FIELDS or len(references) > 3:
            return self.answer(400, {"message": f"Not accepted: {sorted(fields)}"})
        if not re.fullmatch(r"\d+x\d+", fields["size"]) or fields["quality"] not in {"standard", "fine"}:
            return self.answer(400, {"message": "Wrong size or quality."})
        for each in references:
            assert base64.b64decode(each.removeprefix("data:image/png;base64,"), validate=True)
        self.server.taken[self.headers["Idempotency-Key"]] = fields
        return self.answer(202, {"id": self.headers["Idempotency-Key"]})

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        if self.path == "/v1/account":
            return self.answer(200, {"balance": 4.5})
        if self.path.startswith("/files/"):
            assert "Authorization" not in self.headers
            width, height = map(int, self.server.taken[name]["size"].split("x"))
            return self.answer(200, factories.make_picture(width, height))
        self.server.asked[name] = self.server.asked.get(name, 0) + 1
        if self.server.asked[name] == 1:
            return self.answer(200, {"state": "working"})
        link = f"http://{self.server.address}/files/{name}"
        return self.answer(200, {"state": "finished", "url": link, "dollars": 0.031})

    def answer(self, status: int, content: Any) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "image/png" if isinstance(content, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def atelier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, team: Team) -> Iterator[Double]:
    """The page's adapter and facts, known for one test, and a connection to the double."""
    monkeypatch.setattr(providers, "ADAPTERS", dict(providers.ADAPTERS))
    monkeypatch.setattr(catalogue, "_added", {})
    monkeypatch.setattr("studio.queue.ring", lambda: None)
    monkeypatch.setenv("ATELIER_API_KEY", KEY)
    source, facts = tmp_path / "atelier.py", tmp_path / "atelier.toml"
    source.write_text(blocks("python")[0], encoding="utf-8")
    facts.write_text(blocks("toml")[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("atelier", source)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "POLL_AFTER", 0.05)
    providers.register(module.Atelier())
    catalogue.add(facts)
    factories.make_project(team=team)
    with Double() as double:
        thread = threading.Thread(target=double.serve_forever, args=(0.01,))
        thread.start()
        settings.STUDIO_EGRESS_ALLOW = (double.address,)
        connect = ("connect", "Atelier", "--provider", "atelier", "--base-url", f"http://{double.address}/v1")
        tested = run(*connect, "--key-env", "ATELIER_API_KEY", "--test")
        assert tested.code == 0, tested.said
        yield double
        double.shutdown()
        thread.join()


def test_a_picture_is_made_and_accounted_for(atelier: Double, team: Team) -> None:
    ran = run("generate", "-p", "A brush", "-s", "3:2@1K", "--connection", "Atelier", "--inline", "--json")
    assert (ran.code, ran.json["state"], ran.json["cost"]) == (0, "done", 0.031), ran.said
    [image] = ran.json["images"]
    assert (image["width"], image["height"]) == (1248, 832)
    attempt = Attempt.objects.get()
    fields = {"model": "brush-2", "prompt": "A brush", "format": "png", "size": "1248x832", "quality": "standard"}
    assert atelier.taken == {str(attempt.provider_key): fields}
    settled = LedgerEntry.objects.get(kind=Entry.SETTLED)
    assert (settled.amount, settled.estimated) == (31_000, False)
    [row] = run("connections", "--json").json["connections"]
    assert row["balance"] == 4.5


def test_an_edit_sends_its_references_in_their_order(atelier: Double, tmp_path: Path, team: Team) -> None:
    arguments = []
    for colour in ("#ff0000", "#0000ff", "#00ff00"):
        name = tmp_path / f"{colour[1:]}.png"
        name.write_bytes(factories.make_picture(64, 48, colour=colour))
        arguments += ["-i", str(name)]
    edit = ("generate", "-p", "Put image 1 on image 2", "--connection", "Atelier", "--inline", "--json")
    ran = run(*edit, *arguments)
    assert (ran.code, ran.json["state"]) == (0, "done"), ran.said
    [fields] = atelier.taken.values()
    sent = [Pillow.open(io.BytesIO(base64.b64decode(each.partition(",")[2]))) for each in fields["references"]]
    assert [picture.convert("RGB").getpixel((5, 5)) for picture in sent] == [(255, 0, 0), (0, 0, 255), (0, 255, 0)]
    too_many = run(*edit, *arguments, *arguments[:2])
    assert (too_many.code, len(atelier.taken)) == (65, 1)


def test_the_price_on_the_page_is_the_estimate(atelier: Double, tmp_path: Path, team: Team) -> None:
    (tmp_path / "list.json").write_text('["A brush", {"prompt": "A brush", "size": "1:1@2K", "takes": 2}]')
    ran = run("batch", str(tmp_path / "list.json"), "--connection", "Atelier", "--dry-run", "--json")
    assert [row["estimate"] for row in ran.json["rows"]] == [0.03, 0.10]


def test_the_registry_line_is_as_the_registry_is_written() -> None:
    imported, line = blocks("python")[1].split("\n\n")
    source = Path(str(providers.__file__)).read_text(encoding="utf-8")
    assert imported == "from studio.providers.atelier import Atelier"
    assert line.strip().startswith(head := "ADAPTERS: dict[str, Adapter] = {each.id: each for each in (")
    assert head in source
