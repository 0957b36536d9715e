"""RunAPI's storage for references, strict: by a form, by three steps or within JSON, each file at an own address.

The same file sent twice has two addresses, so a submission that is repeated with a new upload is another submission.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.doubles.behaviour import Behaviour
from tests.doubles.contract import Refusal, check_file
from tests.doubles.wire import Recorded

if TYPE_CHECKING:
    from tests.doubles.provider import Provider

FILES, STORAGE = "/api/v1/files", "/storage/"
ANNOUNCED = {"filename", "byte_size", "checksum", "content_type"}
SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass
class Announced:
    fields: dict[str, Any]
    content: bytes | None = None


class Files:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.forms = self.steps = True  # whether a file is taken in a form, and in three steps
        self.most = 20_000_000  # bytes of a file
        self.uploads = 0  # finished ones; free
        self.answers: list[Behaviour] = []  # to what is uploaded, one for each call
        self._announced: dict[str, Announced] = {}
        self._numbers = itertools.count(1)

    def answer(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        if self.answers:
            behaviour = self.answers.pop(0)
            if behaviour.body is not None or behaviour.status >= 400 or behaviour.fault:
                return behaviour.body, behaviour
        match request.method, path:
            case "POST", "/api/v1/files":
                carried = self._form(request) if request.parts else self._within(request.json)
                return carried, Behaviour()
            case "POST", "/api/v1/files/prepare" if self.steps:
                return self._prepare(request.json), Behaviour()
            case "POST", "/api/v1/files/confirm":
                return self._confirm(request.json), Behaviour()
        raise _refused(404, "Not found.")

    def put(self, request: Recorded, path: str) -> tuple[Any, Behaviour]:
        """At the storage itself, where no key belongs."""
        announced = self._announced.get(path.removeprefix(STORAGE))
        if announced is None or request.method != "PUT":
            raise Refusal(404, "NoSuchKey")
        if request.header("authorization"):
            raise Refusal(400, "Only one auth mechanism is allowed.")
        fields = announced.fields
        signed = {"content-type": fields["content_type"], "content-md5": fields["checksum"]}
        if any(request.header(name) != value for name, value in signed.items()):
            raise Refusal(403, "SignatureDoesNotMatch")
        if _md5(request.body) != fields["checksum"] or len(request.body) != fields["byte_size"]:
            raise Refusal(400, "BadDigest")
        announced.content = request.body
        return {}, Behaviour()

    def _form(self, request: Recorded) -> dict[str, Any]:
        if not self.forms:
            raise _refused(415, "Use /files/prepare.")
        if [part.name for part in request.parts] != ["file", "file_name"] or not request.parts[0].filename:
            raise _refused(422, "Exactly one source is required: file or source.")
        file, name = request.parts
        return self._stored(file.content, file.media_type, name.content.decode())

    def _within(self, fields: Any) -> dict[str, Any]:
        source = fields.get("source") if isinstance(fields, dict) else None
        if not source or fields.keys() != {"source", "file_name"} or source.keys() != {"type", "data"}:
            raise _refused(422, "Exactly one source is required: file or source.")
        media_type = next(kind for kind, suffix in SUFFIX.items() if fields["file_name"].endswith(suffix))
        return self._stored(base64.b64decode(source["data"], validate=True), media_type, fields["file_name"])

    def _prepare(self, fields: Any) -> dict[str, Any]:
        if not isinstance(fields, dict) or fields.keys() != ANNOUNCED or not isinstance(fields["byte_size"], int):
            raise _refused(422, "A file is prepared by its name, size, checksum and type.")
        if fields["byte_size"] > self.most:
            raise _refused(413, "The file is too large.")
        signed_id = f"signed-{next(self._numbers)}"
        self._announced[signed_id] = Announced(fields)
        headers = {"Content-Type": fields["content_type"], "Content-MD5": fields["checksum"]}
        url = f"{self.provider.url('runapi')}{STORAGE}{signed_id}?signature=abc"
        return {"signed_id": signed_id, "upload_url": url, "headers": headers}

    def _confirm(self, fields: Any) -> dict[str, Any]:
        known = self._announced.get(str(fields.get("signed_id"))) if isinstance(fields, dict) else None
        if known is None or known.content is None or fields.keys() != {"signed_id"}:
            raise _refused(422, "No such upload.")
        return self._stored(known.content, known.fields["content_type"], known.fields["filename"])

    def _stored(self, content: bytes, media_type: str, name: str) -> dict[str, Any]:
        if len(content) > self.most:
            raise _refused(413, "The file is too large.")
        try:
            check_file(media_type, content)
        except Refusal:
            raise _refused(415, "Unsupported file.") from None
        self.uploads += 1
        stored = f"upload-{next(self._numbers)}.{SUFFIX[media_type]}"
        self.provider.files[stored] = (content, media_type)
        return {
            "file_name": name,
            "url": f"http://{self.provider.address}/files/{stored}",
            "size_bytes": len(content),
            "mime_type": media_type,
            "created_at": "2026-06-08T10:30:00Z",
            "expires_at": "2026-06-08T11:30:00Z",
        }


def _md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _refused(status: int, message: str) -> Refusal:
    refusal = Refusal(status, message)
    refusal.body = {"error": message, "code": "invalid_file"}
    return refusal
