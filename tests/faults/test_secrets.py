"""G9: after a whole run of faults, in which providers repeat the key in all they say, it stands nowhere.

Looked for is every window of eight signs of it, in tables, queue, log, pages, commands, exports and files.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection as database
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from studio.models import Attempt
from studio.services import connections
from tests.faults.house import ECHO, KEY, KINDS, House, told_in
from tests.faults.table import FAULTS, status

LINKS = re.compile(r"""(?:href|src|hx-get|data-url)=["']([^"'#]+)""")
FEW = 4
# The beginning of an answer is kept; here its cut goes through the key.
TORN = "x" * (2000 - len(KEY) // 2) + KEY


def faults() -> Iterator[tuple[str, dict[str, object]]]:
    for fault in FAULTS:
        for kind in fault.ends if told_in(str(fault.behaviour)) else ():
            yield kind, fault.behaviour
    for kind in KINDS:
        yield kind, status(500, TORN)
        yield kind, status(200, {"id": KEY, "status": KEY, "request_id": KEY, "data": [], "error": ECHO})
        yield kind, status(200, {"data": [{"b64_json": KEY}, {"url": f"https://{KEY}.example/"}]})
    yield "pictures", {"revised_prompt": ECHO}


def break_everything(house: House) -> None:
    """Each fault meets its own connection, all in one go; then the connections' own tests go wrong."""
    for number, (kind, behaviour) in enumerate(faults()):
        text = f"Fault number {number}."
        house.provider.next(match=text, **behaviour)
        house.ask(kind, text)
    house.run(*house.asked)
    for kind in KINDS:
        for said in (status(401), status(500, TORN), status(200, {"data": ECHO}), status(200, f"<html>{ECHO}")):
            found = house.connect(kind)
            house.provider.next(match="models", **said)
            connections.test(found)
        house.provider.script.clear()


def addresses(page: str, team: str) -> set[str]:
    found = {html.unescape(link).split("#")[0] for link in LINKS.findall(page)}
    return {link for link in found if link.startswith(f"/t/{team}/") and "/start/" not in link}


def crawled(house: House) -> dict[str, str]:
    """Every kind of page of the team that a link leads to, and the fragments and files that they name; of pages that
    differ by a number or a query alone, the first few."""
    pages: dict[str, str] = {}
    alike: Counter[str] = Counter()
    seen: set[str] = set()
    starts = ("", "jobs/", "pulse/", "palette/", "spend/", "spend/calls.csv")
    waiting = {f"/t/{house.team.slug}/{start}" for start in starts}
    while waiting:
        address = min(waiting)  # the same ones each time
        waiting.remove(address)
        alike[kind := re.sub(r"\d+", "1", address.partition("?")[0])] += 1
        seen.add(address)
        if alike[kind] > FEW:
            continue
        response = house.client.get(address, follow=True)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        pages[address] = content.decode("utf-8", "replace") + str(response.headers)
        waiting |= addresses(pages[address], house.team.slug) - seen
    return pages


def tables() -> dict[str, str]:
    found = {}
    with database.cursor() as cursor:
        for name in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(name)}")
            found[name] = "\n".join(str(row) for row in cursor.fetchall())
    return found


def commands() -> dict[str, str]:
    found = {}
    for line in ("connections", "connections --json", "spend --json", "spend --csv", "budget --list", "halt --status"):
        found[line] = said(*line.split())
    for attempt in Attempt.objects.all():
        found[f"status {attempt.generation_id}"] = said("status", str(attempt.generation_id), "--json")
    return found


def said(*line: str) -> str:
    printed, told = StringIO(), StringIO()
    with suppress(SystemExit):
        call_command(*line, stdout=printed, stderr=told)
    return printed.getvalue() + told.getvalue()


def kept(folder: Path) -> dict[str, str]:
    return {str(path): path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()}


def database_files() -> dict[str, str]:
    """What SQLite has on disk, its log included."""
    if database.vendor != "sqlite":
        return {}
    name = Path(str(database.settings_dict["NAME"]))
    return {path.name: path.read_bytes().decode("latin-1") for path in name.parent.glob(f"{name.name}*")}


def test_no_part_of_a_key_is_left_anywhere(house: House, tmp_path: Path) -> None:
    break_everything(house)
    pages, files, printed = crawled(house), kept(tmp_path), commands()
    queued = {str(row.pk): str(SignedPackage.loads(row.payload)) for row in OrmQ.objects.all()}
    places = {
        "tables": tables(),
        "database": database_files(),
        "queue": queued,
        "log": {"": house.log.text},
        "pages": pages,
        "commands": printed,
        "files": files,
    }

    found = {
        place: names for place in places if (names := [name for name in places[place] if told_in(places[place][name])])
    }

    assert found == {}
    check_the_search_looked(house, places)


def check_the_search_looked(house: House, places: dict[str, dict[str, str]]) -> None:
    """A search that finds nothing because there is nothing would prove nothing."""
    assert KEY in "".join(request.header("authorization") for request in house.provider.requests)
    assert len({attempt.state for attempt in Attempt.objects.all()}) >= 3
    assert "Incorrect API key provided: [key]" in places["tables"]["studio_attempt"]
    assert len([name for name in places["files"] if "/evidence/" in name]) > 10
    assert any("[key]" in text for name, text in places["files"].items() if "/evidence/" in name)
    routes = {re.sub(r"\d+", "1", name) for name in places["pages"]}
    team = f"/t/{re.sub(r'[0-9]+', '1', house.team.slug)}/"
    for name in ("", "jobs/", "connections/", "connections/1/", "spend/", "spend/calls.csv", "images/1/", "prompts/1/"):
        assert team + name in routes, name
    assert any("$OPENAI_API_KEY" in page for page in places["pages"].values())
    reports = [json.loads(text) for name, text in places["commands"].items() if name.startswith("status ")]
    assert sum("[key]" in report["error"]["message"] for report in reports if report["error"]) > 10
    assert "ends as failed: unusable_reply." in places["log"][""]
    assert places["queue"]
