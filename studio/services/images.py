"""Looks at a picture that came back: proves that it can be opened, and makes what browsers get of it."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from studio.imaging import sandbox
from studio.imaging.inspect import BadPicture
from studio.imaging.renditions import EDGES
from studio.models import Image, Rendition
from studio.models.images import Health
from studio.storage import files

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

# A picture that was too heavy, or took its worker with it, gets so many looks in all.
LOOKS = 3


def look(image_id: int) -> None:
    """Renditions, colour and health of one picture. Does nothing the second time; two at once do no harm."""
    image = Image.objects.filter(pk=image_id, health=Health.NEW).first()
    if image is None:
        return
    # Counted before the decoder starts: what kills this process has had its look.
    if not _unseen(image).filter(looks__lt=LOOKS).update(looks=F("looks") + 1):
        _unseen(image).filter(looks__gte=LOOKS).update(health=Health.DAMAGED)
        return
    source = files.path(image.original)
    if not source.exists():
        log.error("Image %s has no file.", image.pk)
        _damaged(image)
        return
    _decode(image, source)


def _unseen(image: Image) -> Any:
    return Image.objects.filter(pk=image.pk, health=Health.NEW)


def _damaged(image: Image) -> None:
    _unseen(image).update(health=Health.DAMAGED)


def _decode(image: Image, source: Path) -> None:
    folder, token = files.parts(), secrets.token_hex(16)
    parts = {edge: folder / f"{token}-{edge}.part" for edge in EDGES}
    try:
        found = sandbox.run("renditions", source=source, targets=parts)
        _keep(image, found, parts)
    except BadPicture as bad:
        # Too heavy may be the machine's shortness of breath; everything else stays as it is.
        if bad.code != "too_heavy" or not _unseen(image).filter(looks__lt=LOOKS).exists():
            _damaged(image)
    except sandbox.SandboxFailed:
        # Not the picture's fault, so the look is given back.
        _unseen(image).filter(looks__gte=1).update(looks=F("looks") - 1)
        raise
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _keep(image: Image, found: dict[str, Any], parts: dict[int, Path]) -> None:
    for made in found["made"]:
        _keep_one(image, made, parts[made["edge"]])
    _unseen(image).update(health=Health.SOUND, colour=found["colour"])


def _keep_one(image: Image, made: dict[str, Any], part: Path) -> None:
    """The file, then its row. Where another look was first, or the picture is gone, the file goes again."""
    name = files.new_name("renditions", "webp")
    files.keep(part, name)
    values = {"file": name, "width": made["width"], "height": made["height"], "bytes": made["bytes"]}
    created = False
    try:
        with transaction.atomic():
            _row, created = Rendition.objects.get_or_create(image=image, edge=made["edge"], defaults=values)
    finally:
        if not created:
            files.remove(name)
