"""Typed makers of rows for tests. Each makes what it needs when it is not given; append, do not reorder."""

from __future__ import annotations

import hashlib
import io
import itertools
import uuid
from typing import Any

from django.utils import timezone
from PIL import Image as Pillow

from studio.models import (
    Attempt,
    Connection,
    Generation,
    Image,
    LedgerEntry,
    Membership,
    Project,
    Prompt,
    Reference,
    Rendition,
    Team,
    User,
    Version,
    VersionReference,
)
from studio.models.generations import ENDED, HELD, State
from studio.models.images import Health
from studio.models.money import Entry
from studio.models.teams import Role
from studio.prompts.recipe import Recipe
from studio.providers import catalogue
from studio.services import connections
from studio.storage import files

_numbers = itertools.count(1)

RECIPE = Recipe(subject="A coffee tin", setting="on a linen cloth", mood=("calm",))


def make_user(username: str = "", **fields: Any) -> User:
    username = username or f"person{next(_numbers)}"
    return User.objects.create_user(username, f"{username}@example.com", "correct horse battery", **fields)


def make_team(*, owner: User | None = None, name: str = "") -> Team:
    number = next(_numbers)
    team = Team.objects.create(name=name or f"Team {number}", slug=f"team-{number}")
    Membership.objects.create(team=team, user=owner or make_user(), role=Role.OWNER)
    return team


def make_member(team: Team, role: Role = Role.EDITOR, *, username: str = "") -> User:
    user = make_user(username)
    Membership.objects.create(team=team, user=user, role=role)
    return user


def make_project(*, team: Team | None = None, name: str = "") -> Project:
    number = next(_numbers)
    return Project.objects.create(team=team or make_team(), name=name or f"Project {number}", slug=f"project-{number}")


def make_prompt(*, project: Project | None = None, recipe: Recipe = RECIPE, title: str = "Coffee tin") -> Prompt:
    return Prompt.objects.create(
        project=project or make_project(), title=title, kind=recipe.kind.value, draft={"recipe": recipe.to_json()}
    )


def make_version(
    *, prompt: Prompt | None = None, recipe: Recipe = RECIPE, text: str = "", references: tuple[Reference, ...] = ()
) -> Version:
    prompt = prompt or make_prompt(recipe=recipe)
    newest = prompt.versions.first()
    version = Version.objects.create(
        prompt=prompt,
        number=newest.number + 1 if newest else 1,
        recipe_data=recipe.to_json(),
        text=text or recipe.body or f"{recipe.subject}, {recipe.setting}",
    )
    for number, reference in enumerate(references, start=1):
        VersionReference.objects.create(version=version, reference=reference, number=number)
    return version


def make_connection(*, team: Team | None = None, provider: str = "proof", name: str = "", **fields: Any) -> Connection:
    """Where the provider asks for a key it has one, which nothing opens; ``key_ciphertext=""`` leaves it out."""
    name = name or ("Layout proof" if provider == "proof" else f"Connection {next(_numbers)}")
    known = catalogue.providers().get(provider)
    if known and known.key_required(fields.get("base_url", "")):
        fields = {"key_ciphertext": "sealed"} | fields
    return Connection.objects.create(team=team or make_team(), provider=provider, name=name, **fields)


def make_generation(
    *,
    version: Version | None = None,
    connection: Connection | None = None,
    user: User | None = None,
    takes: int = 1,
    **fields: Any,
) -> Generation:
    """A generation without attempts; all of one team."""
    version = version or make_version()
    team = version.prompt.project.team
    connection = connection or team.connections.first() or make_connection(team=team)
    values: dict[str, Any] = {
        "model": "proof",
        "ratio": "1:1",
        "tier": "1K",
        "size": "1024x1024",
        "width": 1024,
        "height": 1024,
        "format": "png",
        "request_hash": "0" * 64,
    }
    return Generation.objects.create(
        team=team,
        project=version.prompt.project,
        version=version,
        connection=connection,
        created_by=user,
        takes=takes,
        **(values | fields),
    )


def make_attempt(
    *, generation: Generation | None = None, take: int = 1, state: State = State.QUEUED, **fields: Any
) -> Attempt:
    """An attempt in any state, with the times and owners that its constraints ask for."""
    now, generation = timezone.now(), generation or make_generation()
    values: dict[str, Any] = {"changed_at": now, "base_url": connections.address(generation.connection)}
    if state in HELD:
        values["owner"] = uuid.uuid4()
    if state not in {State.QUEUED, State.LEASED, State.FAILED, State.CANCELLED}:
        values["submitted_at"] = now
    if state in ENDED:
        values["finished_at"] = now
    if state == State.RUNNING:
        values["remote_id"] = f"job-{next(_numbers)}"
    return Attempt.objects.create(generation=generation, take=take, state=state, **(values | fields))


def make_picture(width: int = 96, height: int = 64, *, format: str = "PNG", colour: str = "#336699") -> bytes:
    """The bytes of a real picture."""
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(buffer, format)
    return buffer.getvalue()


def make_image(*, attempt: Attempt | None = None, content: bytes = b"", index: int = 0, **fields: Any) -> Image:
    """A picture that came back, with its file."""
    attempt = attempt or make_attempt(state=State.DONE)
    content = content or make_picture()
    name = files.new_name("images", "png")
    with files.writing(name) as file:
        file.write(content)
    values: dict[str, Any] = {
        "team": attempt.generation.team,
        "project": attempt.generation.project,
        "original": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": "png",
        "width": 96,
        "height": 64,
        "bytes": len(content),
    }
    return Image.objects.create(attempt=attempt, index=index, **(values | fields))


def make_partial(colour: str = "#8c3b2a") -> str:
    """The file of an unfinished picture, for ``Attempt.partial``."""
    name = files.new_name("partials", "webp")
    with files.writing(name) as file:
        file.write(make_picture(format="WEBP", colour=colour))
    return name


def make_reference(*, team: Team | None = None, content: bytes = b"", label: str = "") -> Reference:
    """A stored reference whose three files are the same picture."""
    content = content or make_picture(colour=f"#{next(_numbers) % 0xFFFFFF:06x}")
    names = [files.new_name("references", "png") for _ in range(3)]
    for name in names:
        with files.writing(name) as file:
            file.write(content)
    original, clean, thumb = names
    return Reference.objects.create(
        team=team or make_team(),
        sha256=hashlib.sha256(content).hexdigest(),
        label=label,
        original=original,
        cleaned=clean,
        cleaned_format="png",
        cleaned_bytes=len(content),
        thumb=thumb,
        width=96,
        height=64,
        bytes=len(content),
        colour="#336699",
    )


def make_rendition(
    image: Image, edge: int = 512, *, width: int = 96, height: int = 64, content: bytes = b""
) -> Rendition:
    """A rendition with its file."""
    content = content or make_picture(width, height, format="WEBP")
    name = files.new_name("renditions", "webp")
    with files.writing(name) as file:
        file.write(content)
    return Rendition.objects.create(image=image, edge=edge, file=name, width=width, height=height, bytes=len(content))


def make_seen_image(*, attempt: Attempt | None = None, width: int = 1536, height: int = 1024, **fields: Any) -> Image:
    """A picture that was looked at: sound, with its colour and both renditions."""
    values: dict[str, Any] = {"width": width, "height": height, "health": Health.SOUND, "colour": "#336699"}
    image = make_image(attempt=attempt, **(values | fields))
    for edge in (512, 1280):
        scale = min(1.0, edge / max(width, height))
        make_rendition(image, edge, width=round(width * scale), height=round(height * scale), content=b"RIFF webp")
    return image


def make_entries(
    amount: int,
    *,
    kind: Entry = Entry.SETTLED,
    attempt: Attempt | None = None,
    person: User | None = None,
    **fields: Any,
) -> LedgerEntry:
    """What the ledger holds of an attempt that is reserved, or that has ended with ``kind``; the last of its
    entries. ``day`` is today unless it is given."""
    if attempt is None:
        attempt = make_attempt(state=State.QUEUED if kind == Entry.RESERVED else State.DONE)
    generation = attempt.generation
    whose: dict[str, Any] = {
        "attempt": attempt,
        "day": timezone.localdate(),
        "team": generation.team,
        "project": generation.project,
        "connection": generation.connection,
        "person": person,
    }
    entry = LedgerEntry.objects.create(kind=Entry.RESERVED, amount=amount, **(whose | fields))
    if kind != Entry.RESERVED:
        entry = LedgerEntry.objects.create(kind=Entry.RELEASED, amount=-amount, **(whose | fields))
    if kind not in {Entry.RESERVED, Entry.RELEASED}:
        entry = LedgerEntry.objects.create(kind=kind, amount=amount, **(whose | fields))
    return entry
