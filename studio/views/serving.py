"""Hands stored files out: a range, a 304 or the whole, never through memory, and never as anything a browser would run.

Django's FileResponse knows no ranges; without nginx or S3 in front this is the only way a large download resumes.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 64 * 1024
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
# The address names one row whose bytes never change; access is still checked whenever the server is asked.
FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


def file_response(
    request: HttpRequest, path: Path, *, etag: str, media_type: str, cache: str, download_as: str = ""
) -> HttpResponseBase:
    """The caller has checked that the person may see it. Raises FileNotFoundError."""
    quoted = f'"{etag}"'
    response: HttpResponseBase | None = _unchanged(request, quoted)
    if response is None:
        file = path.open("rb")
        response = _part(request, file, path.stat().st_size, quoted) or FileResponse(file)
        if response.status_code == 416:
            file.close()
    for name, value in (SAFE | {"ETag": quoted, "Cache-Control": cache}).items():
        response[name] = value
    if response.status_code != 304:
        response["Content-Type"] = media_type
        response["Content-Disposition"] = content_disposition_header(bool(download_as), download_as) or "inline"
    return response


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 for a browser that has it, before anything is read."""
    answer = get_conditional_response(request, etag=etag, last_modified=None, response=HttpResponse())
    return answer if answer is not None and answer.status_code in {304, 412} else None


def _part(request: HttpRequest, file: IO[bytes], size: int, etag: str) -> HttpResponseBase | None:
    """206 or 416 for one range; None where the whole is due: no range, several, or one of an older file."""
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end or start >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    file.seek(start)
    length = end - start + 1
    headers = {"Content-Range": f"bytes {start}-{end}/{size}", "Content-Length": str(length)}
    return StreamingHttpResponse(_Slice(file, length), status=206, headers=headers)


class _Slice:
    """``length`` bytes of an open file in small pieces; closed with the response."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.file, self.left = file, length

    def __iter__(self) -> Iterator[bytes]:
        while self.left > 0 and (piece := self.file.read(min(CHUNK, self.left))):
            self.left -= len(piece)
            yield piece

    def close(self) -> None:
        self.file.close()
