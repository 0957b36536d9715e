"""A file that a picture is decoded into while it arrives; made only when there is one."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from studio.egress.errors import NotStored

if TYPE_CHECKING:
    from pathlib import Path


class Part:
    """A new file in ``folder``, which is the caller's. Raises NotStored where the disk does not take it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{secrets.token_hex(16)}.part"
        try:
            self._file = self.path.open("xb", buffering=0)
        except OSError:
            raise NotStored from None

    def write(self, content: bytes) -> None:
        view = memoryview(content)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            raise NotStored from None

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)
