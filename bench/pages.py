"""How long the server works for the pages that are opened most, beside a bare answer of the same process."""

from __future__ import annotations

import gzip
import io
import random
import re
import tempfile
import uuid
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pillow

from bench.row import Row, milliseconds
from studio.imaging import renditions
from studio.models import Attempt, Image, Project, Prompt, Rendition, User
from studio.models.generations import State
from studio.models.images import Health
from studio.prompts.recipe import Kind, Recipe
from studio.services import prompts, start
from tests import factories

TITLE = "Pages and pictures"
CARDS = 48
MOST_TIMES = 25
LINES = (
    ("AQUA+", "latin"),
    ("コーヒー", "japanese"),
    ("高山乌龙", "chinese-simplified"),
    ("ليلة", "arabic"),
    ("차", "korean"),
)
WORDS = ("matte", "ceramic", "warm linen", "soft window light", "calm", "narrow street", "copper edge", "morning fog")


def rows() -> list[Row]:
    start.prepare()
    start.collect_static()
    user = User.objects.get()
    project = Project.objects.get()
    browser = Browser(user)
    return [*compose(browser, project), *wall(browser, project), *rendition()]


class Browser:
    """Requests straight into Django's handler, as a web server hands them over; nothing else is measured."""

    def __init__(self, user: User) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies = SimpleCookie({"studio-session": session.session_key, "studio-csrf": "c" * 32})
        self.cookies = cookies.output(header="", sep=";").strip()
        self.handler = WSGIHandler()

    def send(
        self, path: str, form: list[tuple[str, str]] | None = None, *, signed_in: bool = True, htmx: bool = False
    ) -> bytes:
        address, _mark, query = path.partition("?")
        body = urlencode(form or []).encode()
        answer: dict[str, Any] = {}
        environ = {
            "REQUEST_METHOD": "POST" if form else "GET",
            "PATH_INFO": address,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies if signed_in else "",
            "HTTP_X_CSRFTOKEN": "c" * 32,
            "HTTP_HX_REQUEST": "true",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }
        if not form and not htmx:
            del environ["HTTP_HX_REQUEST"]
        reply = self.handler(environ, lambda status, headers: answer.update(status=status))
        content = b"".join(reply)
        reply.close()
        if not str(answer["status"]).startswith("200"):
            raise RuntimeError(f"{path} answered {answer['status']}.")
        return content


def compose(browser: Browser, project: Project) -> list[Row]:
    """An update while somebody types: saved, rendered, checked, priced."""
    prompt = Prompt.objects.filter(project=project).latest("id")
    path = f"/t/{project.team.slug}/prompts/{prompt.pk}/draft/"
    tab, count = uuid.uuid4().hex, 0

    def update() -> bytes:
        nonlocal count
        count += 1
        prompt.refresh_from_db()
        return browser.send(path, form(prompt, project, count, tab))

    spent = milliseconds(update, times=30)
    length = len(long_text(0))
    what = f"Compose update, prompt of {length:,} characters and five text lines in five scripts: server"
    return [Row(what=what, result=f"{spent:.1f} ms", goal="under 50 ms", met=spent < 50), document(browser, project)]


def document(browser: Browser, project: Project) -> Row:
    """A JSON prompt as large as is taken, while somebody types into its text."""
    light = '{ "type": "on-camera flash", "quality": "consistent, frontal", "count": 3, "on": true }'
    source = f'{{ "lights": [ {", ".join([light] * 2200)} ] }}'
    prompt = prompts.create(project=project, user=None, title="Large", recipe=Recipe(kind=Kind.JSON, body=source))
    path = f"/t/{project.team.slug}/prompts/{prompt.pk}/draft/"
    count = 0

    def update() -> bytes:
        nonlocal count
        count += 1
        prompt.refresh_from_db()
        plain = [("base_number", str(prompt.draft_number)), ("tab", "one"), ("count", str(count)), ("view", "source")]
        return browser.send(path, [*plain, ("body", source + " " * (count % 2))])

    spent = milliseconds(update, times=9)
    prompt.delete()
    what = f"Compose update, JSON prompt of {len(source) // 1000} KB: server"
    return Row(what=what, result=f"{spent:.0f} ms", goal="under 300 ms", met=spent < 300)


def long_text(turn: int) -> str:
    words = random.Random(turn)
    return " ".join(words.choice(WORDS) for _ in range(700))[:4000]


def form(prompt: Prompt, project: Project, turn: int, tab: str) -> list[tuple[str, str]]:
    text = long_text(turn)
    fields = [
        ("title", "Long"),
        ("base_number", str(prompt.draft_number)),
        ("token", str(uuid.uuid4())),
        ("tab", tab),
        ("count", str(turn)),
        ("subject", text[:1500]),
        ("setting", text[1500:2500]),
        ("lighting", text[2500:3000]),
        ("composition", text[3000:3500]),
        ("details", text[3500:]),
        ("mood", "calm"),
        ("style", "editorial photograph"),
        ("avoid", "clutter"),
        ("connection", f"{project.team.connections.get(provider='proof').pk}:proof"),
        ("ratio", "3:2"),
        ("tier", "1K"),
        ("takes", "2"),
        ("format", "png"),
    ]
    for line, script in LINES:
        fields += [
            ("line_text", line),
            ("line_script", script),
            ("line_placement", "centre"),
            ("line_lettering", "bold"),
        ]
    return fields


def wall(browser: Browser, project: Project) -> list[Row]:
    """The goal is for the cards, and its measure the answer to a stranger: what Django costs before anybody is known.
    The frame around them, with the person, the team and what is running, is told beside it."""
    make_pictures(project)
    path = f"/t/{project.team.slug}/p/{project.slug}/gallery/"
    next_page = f"{path}?before={Image.objects.latest('id').pk}"
    content, cards = browser.send(path), browser.send(next_page, htmx=True)
    if min(content.count(b"<img"), cards.count(b"<img")) < CARDS:
        raise RuntimeError("The wall shows too few pictures.")
    bare = milliseconds(lambda: browser.send("/healthz", signed_in=False), times=300)
    known = milliseconds(lambda: browser.send("/healthz"), times=300)
    more = milliseconds(lambda: browser.send(next_page, htmx=True), times=60)
    whole = milliseconds(lambda: browser.send(path), times=60)
    own, all_of_them = queries(browser, path)
    Attempt.objects.update(changed_at=timezone.now())
    busy = milliseconds(lambda: browser.send(path), times=60)
    own_of_cards, all_of_cards = queries(browser, next_page, htmx=True)
    size = len(gzip.compress(content)) / 1000
    return [
        Row(what="A bare answer to a stranger, through all middleware", result=f"{bare:.2f} ms"),
        Row(what="A bare answer to somebody signed in", result=f"{known:.2f} ms"),
        against(f"The next {CARDS} pictures of a wall, a fragment: server", more, bare, known),
        Row(
            what=f"A whole page with the frame and {CARDS} pictures, nothing being made: server",
            result=beside(whole, bare, known),
        ),
        Row(what=f"The same page while {CARDS} takes have just come in: server", result=f"{busy:.1f} ms"),
        Row(
            what="Queries of the fragment for pictures and attempts; all, with those of the door",
            result=f"{own_of_cards}; {all_of_cards}",
            goal="at most 3 of its own",
            met=own_of_cards <= 3,
        ),
        Row(
            what="Queries of the whole page for pictures and attempts; all, with those of the door and the frame",
            result=f"{own}; {all_of_them}",
            goal="at most 3 of its own",
            met=own <= 3,
        ),
        Row(what="HTML of the whole page, compressed", result=f"{size:.1f} KB", goal="at most 15 KB", met=size <= 15),
    ]


def against(what: str, spent: float, bare: float, known: float) -> Row:
    """Beside both bare answers; the stricter one decides."""
    times = spent / bare
    return Row(
        what=what,
        result=beside(spent, bare, known),
        goal=f"at most {MOST_TIMES} times a stranger's",
        met=times <= MOST_TIMES,
        note="" if times <= MOST_TIMES else f"{what.removesuffix(': server')}: missed by {times / MOST_TIMES - 1:.0%}.",
    )


def beside(spent: float, bare: float, known: float) -> str:
    return (
        f"{spent:.1f} ms, {spent / bare:.0f} times a stranger's bare answer ({spent / known:.1f} times a signed-in one)"
    )


def queries(browser: Browser, path: str, *, htmx: bool = False) -> tuple[int, int]:
    """Those of the page itself for pictures and attempts, and all. The frame's count of takes to decide is no part of
    the page; the number of running ones comes from the page's own."""
    with CaptureQueriesContext(connection) as seen:
        browser.send(path, htmx=htmx)
    statements = [query["sql"] for query in seen.captured_queries]
    own = [
        sql
        for sql in statements
        if re.search(r'FROM "studio_(image|attempt)"', sql) and not sql.startswith('SELECT COUNT(*) AS "__count"')
    ]
    return len(own), len(statements)


def make_pictures(project: Project) -> None:
    version = factories.make_version(prompt=Prompt.objects.filter(project=project).latest("id"))
    generation = factories.make_generation(version=version, takes=CARDS + 2)
    content = factories.make_picture()
    rested = timezone.now() - timedelta(hours=1)
    for take in range(1, CARDS + 3):
        attempt = factories.make_attempt(generation=generation, take=take, state=State.DONE, changed_at=rested)
        image = factories.make_image(attempt=attempt, content=content, colour="#336699", health=Health.SOUND)
        for edge in renditions.EDGES:
            Rendition.objects.create(image=image, edge=edge, file="none", width=96, height=64, bytes=1000)


def rendition() -> list[Row]:
    """A 4K picture with grain, as a model returns it: the decoding alone, and everything."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source.png", Path(folder) / "512.webp"
        source.write_bytes(grainy(3840, 2160))

        def decode() -> None:
            with Pillow.open(source) as image:
                image.load()

        bare = milliseconds(decode, times=9)
        spent = milliseconds(lambda: renditions.make(source, {512: target}), times=9)
    return [
        Row(what="Decoding a 3840 x 2160 PNG with Pillow", result=f"{bare:.0f} ms"),
        Row(
            what="Its 512 px rendition, decoding and dominant colour included",
            result=f"{spent:.0f} ms, {spent / bare:.2f} times the decoding",
            goal="at most 1.25 times",
            met=spent <= 1.25 * bare,
        ),
    ]


def grainy(width: int, height: int) -> bytes:
    """Smooth shapes with the noise of a photograph, which is what makes a PNG large."""
    noise = numpy.random.default_rng(7).normal(0, 6, (height, width, 3))
    across, down = numpy.linspace(0, 6, width), numpy.linspace(0, 4, height)
    shape = 128 + 60 * numpy.sin(across)[None, :, None] + 50 * numpy.cos(down)[:, None, None]
    pixels = numpy.clip(shape + noise, 0, 255).astype(numpy.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
