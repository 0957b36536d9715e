"""References that a provider is only told the address of: it looks at what is there before it takes work on."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.doubles.contract import check_file
from tests.doubles.wire import Part

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

SECONDS = 5.0


def fetched(provider: Provider, url: object, *, most: int) -> Part | None:
    """The picture at an address of this machine, its own files included; None where there is none that a provider
    could use. Raises Refusal for what is no picture."""
    place = urlsplit(url) if isinstance(url, str) else None
    if place is None or place.scheme not in {"http", "https"} or place.hostname not in {"127.0.0.1", "localhost"}:
        return None
    found = provider.files.get(place.path.removeprefix("/files/")) if place.netloc == provider.address else _got(url)
    if found is None or len(found[0]) > most:
        return None
    check_file(found[1], found[0])
    return Part(name="", filename=place.path.rpartition("/")[2], media_type=found[1], content=found[0])


def _got(url: object) -> tuple[bytes, str] | None:
    try:
        with urllib.request.urlopen(str(url), timeout=SECONDS) as answer:
            return answer.read(), answer.headers.get_content_type()
    except (urllib.error.URLError, OSError, ValueError):
        return None
