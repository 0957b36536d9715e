"""RunAPI's storage for references: one form where it takes one, else three steps: prepare, put the bytes, confirm; and
where it knows neither, one call with the bytes within its JSON.

The form is what the older of its clients send, and one call; the newer ones go the three steps. Each answer is read
beside the call that it answers, which says which step it was.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from studio.providers import jobs
from studio.providers.values import Call, DataURL, FileBody, FormField, FormFile

if TYPE_CHECKING:
    from studio.providers.values import Account, ReferenceFile, Reply

FILES = "api/v1/files"
# Seconds: the largest reference over a slow line.
DEADLINE = 300.0
# That there is no such route, or that it takes another kind of body.
ANOTHER_WAY = frozenset({400, 404, 405, 415, 422})
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MAX_URL, MAX_HEADERS = 2000, 20
# Said by the call itself, or never to be said to a storage: the key stays here.
OURS = frozenset({"authorization", "connection", "content-length", "content-type", "cookie", "host"})
OURS_TOO = frozenset({"transfer-encoding", "expect", "te", "upgrade"})


def form(base: str, headers: Mapping[str, str], reference: ReferenceFile) -> Call:
    name = _name(reference)
    file = FormFile(name="file", filename=name, media_type=reference.media_type, path=reference.path)
    parts = (file, FormField(name="file_name", value=name))
    url = f"{base}/{FILES}"
    return Call(method="POST", url=url, headers=headers, form=parts, deadline=DEADLINE, max_bytes=jobs.MAX_BYTES)


def next_step(base: str, account: Account, reply: Reply, call: Call, reference: ReferenceFile) -> str | Call | None:
    """The file's address, or the next call, or None where the answer leads nowhere. Raises OSError where the file
    cannot be read."""
    announced = call.json is not None and "filename" in call.json
    if reply.status in ANOTHER_WAY:
        if call.form is not None:
            return jobs.submission(f"{base}/{FILES}/prepare", account, _announcement(reference))
        return _within(base, account, reference) if announced else None
    if not jobs.is_answer(reply):
        return None
    body = jobs.body_of(reply)
    if call.file is not None:
        return jobs.submission(f"{base}/{FILES}/confirm", account, {"signed_id": call.memo})
    return _put(body, reference) if announced else _address(body.get("url")) or None


def _name(reference: ReferenceFile) -> str:
    """The provider knows files by their addresses; whose picture it is, the name does not say."""
    return f"reference.{EXTENSIONS.get(reference.media_type, 'png')}"


def _announcement(reference: ReferenceFile) -> dict[str, Any]:
    with reference.path.open("rb") as file:
        md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        length = file.tell()
    return {
        "filename": _name(reference),
        "byte_size": length,
        "checksum": base64.b64encode(md5.digest()).decode(),
        "content_type": reference.media_type,
    }


def _within(base: str, account: Account, reference: ReferenceFile) -> Call:
    content = DataURL(path=reference.path, media_type=reference.media_type, bare=True)
    fields = {"source": {"type": "base64", "data": content}, "file_name": _name(reference)}
    return replace(jobs.submission(f"{base}/{FILES}", account, fields), deadline=DEADLINE)


def _put(body: Mapping[str, Any], reference: ReferenceFile) -> Call | None:
    """To wherever the provider's storage is, with what it signed, and without the key."""
    url, signed_id = _address(body.get("upload_url")), body.get("signed_id")
    if not url or not isinstance(signed_id, str) or not signed_id:
        return None
    every = _headers(body.get("headers"))
    declared = next((value for name, value in every.items() if name.lower() == "content-type"), reference.media_type)
    headers = {name: value for name, value in every.items() if name.lower() not in OURS | OURS_TOO}
    return Call(
        method="PUT",
        url=url,
        headers=headers,
        file=FileBody(path=reference.path, media_type=declared),
        memo=signed_id,
        deadline=DEADLINE,
        max_bytes=jobs.MAX_BYTES,
    )


def _headers(given: Any) -> dict[str, str]:
    if not isinstance(given, Mapping) or len(given) > MAX_HEADERS:
        return {}
    return {name: value for name, value in given.items() if _is_header(name, value)}


def _is_header(name: Any, value: Any) -> bool:
    texts = isinstance(name, str) and isinstance(value, str) and bool(name)
    return texts and all(text.isascii() and text.isprintable() for text in (name, value))


def _address(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_URL or not value.isprintable() or " " in value:
        return ""
    return value if value.startswith(("https://", "http://")) else ""
