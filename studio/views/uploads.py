"""Uploads are capped before they reach the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_FILES = 16
CUT = "studio.upload_cut"


def was_cut(request: HttpRequest) -> bool:
    """Whether a file was too large, once the form was read. It and the fields behind it are missing then."""
    return CUT in request.META


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Refuses a request by its declared length, and a file that grows past the cap while it arrives.

    Django has no cap of its own for uploaded files: an anonymous request could fill the disk before the view said no.
    """

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > settings.STUDIO_UPLOAD_MAX_BYTES * MAX_FILES:
            raise RequestDataTooBig("This upload is larger than the studio accepts.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.STUDIO_UPLOAD_MAX_BYTES:
            if self.request is not None:
                self.request.META[CUT] = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)
