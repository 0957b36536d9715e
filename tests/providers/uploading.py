"""References on disk, and their way into a provider's storage, without a socket."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from studio.providers import adapter
from studio.providers.protocols import Uploads
from studio.providers.values import UPLOAD_STEPS, Account, Call, Failure, ReferenceFile
from tests.doubles.behaviour import MEDIA_TYPES, picture
from tests.doubles.provider import Provider
from tests.providers.sending import answer_of

UPLOADS = cast("Uploads", adapter("runapi"))


def drawn(folder: Path, number: int, kind: str = "png") -> ReferenceFile:
    """A reference like no other."""
    path = folder / f"{number}.{kind}"
    path.write_bytes(picture(16 + number, 16, "2f6f5e", kind))
    size = path.stat().st_size
    return ReferenceFile(path=path, media_type=MEDIA_TYPES[kind], bytes=size, width=16 + number, height=16)


def upload(provider: Provider, account: Account, reference: ReferenceFile) -> tuple[str | Failure, list[Call]]:
    """What came of it, and the calls that it took."""
    calls = [UPLOADS.upload(reference, account)]
    for _step in range(UPLOAD_STEPS):
        outcome = UPLOADS.read_upload(answer_of(provider, calls[-1]), calls[-1], reference, account)
        if not isinstance(outcome, Call):
            return outcome, calls
        calls.append(outcome)
    raise AssertionError("It took more steps than it may.")


def uploaded(provider: Provider, account: Account, *references: ReferenceFile) -> tuple[ReferenceFile, ...]:
    found = [upload(provider, account, reference)[0] for reference in references]
    return tuple(replace(each, url=str(url)) for each, url in zip(references, found, strict=True))
