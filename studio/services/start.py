"""Getting a studio ready: tables, static files, and on an empty database an owner, a team and prompts to try."""

from __future__ import annotations

import fcntl
import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from studio.models import Project, Prompt, SignInLink, User
from studio.models.teams import Role
from studio.providers.output import Output
from studio.services.samples import SAMPLES
from studio.services.teams import create_project, create_team

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = "owner"


def prepare() -> None:
    """Bring the tables up to date and make the first team. Safe to call at every start, and by several at once."""
    with _alone():
        call_command("migrate", verbosity=0, interactive=False)
        if "DatabaseCache" in settings.CACHES["default"]["BACKEND"]:
            call_command("createcachetable", verbosity=0)
        first_start()


@transaction.atomic
def first_start() -> bool:
    """Whether this call made the owner, the team and the first project; a studio with people is left alone."""
    if User.objects.exists():
        return False
    owner = User(username=OWNER, first_name=_("Owner"))
    owner.set_unusable_password()
    owner.save()
    team = create_team(name=_("Studio"), owner=owner)
    project = create_project(team=team, name=_("First project"))
    _add_samples(project, owner)
    return True


def sign_in_path() -> str | None:
    """The path of a fresh one-time link for the first owner. It replaces the links that were not used."""
    owner = User.objects.filter(is_active=True, memberships__role=Role.OWNER).order_by("pk").first()
    if owner is None:
        return None
    SignInLink.objects.filter(user=owner, used_at=None).delete()
    return reverse("sign-in", args=[SignInLink.objects.issue(owner)])


def collect_static() -> bool:
    """Whether the static files had to be collected; unchanged files cost a few milliseconds."""
    root = Path(settings.STATIC_ROOT)
    mark = root.with_name(f"{root.name}-collected")
    found = _static_fingerprint()
    if (root / "staticfiles.json").exists() and mark.exists() and mark.read_text() == found:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(found)
    return True


def _static_fingerprint() -> str:
    """Changes when any static file is added, removed or edited."""
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in sorted(finder.list([]), key=lambda entry: entry[0]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _add_samples(project: Project, owner: User) -> None:
    """Drafts to look at and run, on the layout proof; the newest stands first, so they are made from the last."""
    connection = project.team.connections.get()
    for sample in reversed(SAMPLES):
        output = Output(connection=connection.pk, model="proof", ratio=sample.ratio, format="png")
        Prompt.objects.create(
            project=project,
            title=sample.title,
            kind=sample.recipe.kind.value,
            draft={"recipe": sample.recipe.to_json(), "output": output.to_json()},
            created_by=owner,
        )


@contextmanager
def _alone() -> Iterator[None]:
    """One start at a time on this folder: two migrations side by side would trip over each other."""
    folder = Path(settings.STUDIO_DATA)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
