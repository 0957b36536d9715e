"""Unfinished pictures of one attempt: rebuilt from their pixels beside the call, shown, and gone when it ends.

Nothing waits for them and nothing depends on them: one that is broken, late or too many is dropped without a word to
anybody but the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from studio import providers
from studio.imaging import sandbox
from studio.imaging.inspect import RESULT, BadPicture, inspect
from studio.models import Attempt
from studio.providers.protocols import Streams
from studio.storage import files
from studio.worker import receive

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from studio.providers.events import Event
    from studio.providers.values import Picture
    from studio.worker.floor import Floor
    from studio.worker.hold import Hold

log = logging.getLogger(__name__)

SHELF = "partials"
# What a tile shows at most; the provider's own bytes go to no browser.
EDGE = 512


@dataclass(slots=True)
class Partials:
    hold: Hold
    floor: Floor
    most: int  # as many as were asked for
    _count: int = field(default=0, init=False)
    _waiting: Picture | None = field(default=None, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    _names: list[str] = field(default_factory=list, init=False)

    async def take(self, event: Event) -> None:
        """Returns at once. Its files are ours; a newer picture takes the place of one that still waits."""
        picture = self._read(event)
        for path in event.paths:
            if picture is None or picture.spilled is None or picture.spilled.path != path:
                path.unlink(missing_ok=True)
        if picture is None:
            return
        self._drop_waiting()
        self._count += 1
        self._waiting = picture
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """The answer is there, or will not come: no more is shown."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._drop_waiting()

    def clear(self) -> None:
        """The attempt has ended, and its row names none of them any more."""
        for name in self._names:
            with contextlib.suppress(OSError):  # then the sweep does it
                files.remove(name)
        self._names.clear()

    def _read(self, event: Event) -> Picture | None:
        adapter = providers.adapter(self.hold.claimed.provider)
        if not isinstance(adapter, Streams) or self._count >= self.most:
            return None
        return adapter.read_event(event)

    def _drop_waiting(self) -> None:
        if self._waiting is not None and self._waiting.spilled is not None:
            self._waiting.spilled.path.unlink(missing_ok=True)
        self._waiting = None

    async def _work(self) -> None:
        while (picture := self._waiting) is not None:
            self._waiting = None
            try:
                await self._show(picture, self._count)
            except (BadPicture, sandbox.SandboxFailed, OSError) as error:
                log.warning("An unfinished picture of attempt %s is not shown: %s", self.hold.claimed.pk, error)
            except Exception:  # the picture itself is on its way, and nothing here may stop it
                log.exception("An unfinished picture of attempt %s is not shown.", self.hold.claimed.pk)

    async def _show(self, picture: Picture, number: int) -> None:
        source = picture.spilled.path if picture.spilled else receive.part()
        target = receive.part()
        try:
            if picture.spilled is None:
                await self._to_its_end(partial(source.write_bytes, picture.data or b""))
            await self._to_its_end(partial(inspect, source, caps=RESULT))
            await sandbox.run_async("renditions", source=source, targets={EDGE: target})
            name = files.new_name(SHELF, "webp")
            self._names.append(name)
            await self._to_its_end(partial(files.keep, target, name))
        finally:
            source.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
        shown = await self.hold.show_partial(name, number)
        # Those before it where it is shown now; itself where somebody has decided about this attempt meanwhile.
        for old in self._names[:-1] if shown else [name]:
            files.remove(old)
            self._names.remove(old)

    async def _to_its_end(self, work: Callable[[], object]) -> None:
        """In a thread, which goes on when its task is stopped: what it writes must be there before it is removed."""
        done = asyncio.ensure_future(self.floor.thread(work))
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait([done])
            raise


def clear_left(before: datetime) -> int:
    """What a worker that was killed left behind: nothing that goes on names it."""
    found = list((files.root() / SHELF).glob("*/*"))
    if not found:
        return 0
    wanted = set(Attempt.objects.open().exclude(partial="").values_list("partial", flat=True))
    count = 0
    for path in found:
        if f"{SHELF}/{path.parent.name}/{path.name}" in wanted:
            continue
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                count += 1
    return count
