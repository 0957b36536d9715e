"""The picture formats that the studio takes and makes, by the names that its rows and outputs use."""

from __future__ import annotations

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
# How file names end, without the dot.
EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
