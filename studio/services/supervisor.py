"""Runs web and worker as one foreground command: starts both, restarts what dies, and leaves no process behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from studio.worker.process import die_with_parent

if TYPE_CHECKING:
    from types import FrameType

TICK = 0.2  # seconds between two looks at the children
LONGEST_PAUSE = 30.0  # seconds before a child that keeps dying is started again
LIVED_WELL = 60.0  # seconds after which earlier deaths are forgotten
SECOND_PRESS_AFTER = 1.0  # seconds; make and the terminal may both pass on one Ctrl-C
ALL_GO_WITHIN = 5.0  # seconds after a second Ctrl-C

Say = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """A process in a process group of its own, so that Ctrl-C reaches it once, through the supervisor."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    # Seconds for what it leaves behind when it dies, such as a pump with calls that were paid for.
    grace: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0
    # Process groups without their leader, and when what is left of them is ended.
    _left: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        parent = os.getpid()

        def follow() -> None:
            die_with_parent(signal.SIGTERM)
            if os.getppid() != parent:  # it died before we could ask
                os._exit(1)

        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=follow,  # safe here: the supervisor has one thread
        )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def busy(self) -> bool:
        """Whether it or something that it left behind is still at work."""
        self.tidy()
        return self.alive or bool(self._left)

    @property
    def age(self) -> float:
        return time.monotonic() - self.started_at

    def died(self) -> int | None:
        """The exit code of a child that has just ended, told once."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._left[self.process.pid] = time.monotonic() + self.grace
        self.tidy()
        self.process = None
        self.deaths = 1 if self.age > LIVED_WELL else self.deaths + 1
        self.start_at = time.monotonic() + min(LONGEST_PAUSE, 0.25 * 2**self.deaths)
        return code

    def signal(self, number: int) -> None:
        """To the child alone: it ends its own children in its own order."""
        if self.process is not None and self.alive:
            self.process.send_signal(number)

    def tidy(self) -> None:
        """Forget the groups that are gone, and end those whose time is over."""
        for group, until in list(self._left.items()):
            is_over = time.monotonic() >= until
            _reap(group)
            if not _signal_group(group, signal.SIGKILL if is_over else 0) or is_over:
                del self._left[group]

    def kill(self) -> None:
        """End it and whatever it left behind, now."""
        for group in [*self._left, *([self.process.pid] if self.process else [])]:
            _signal_group(group, signal.SIGKILL)


def _reap(group: int) -> None:
    """Orphans become ours where we are the first process of a container; unreaped, they would look alive for ever."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-group, os.WNOHANG) != (0, 0):
            continue


def _signal_group(group: int, number: int) -> bool:
    """Whether there is such a group; 0 only asks."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@dataclass(slots=True)
class Supervisor:
    children: Sequence[Child]
    say: Say
    # Said once, as soon as it is ready.
    is_ready: Callable[[], bool] = lambda: True
    announcement: str = ""
    _presses: int = field(default=0, init=False)
    _pressed_at: float = field(default=0.0, init=False)

    @property
    def stopping(self) -> bool:
        return self._presses > 0

    def run(self) -> None:
        """Until a signal asks to stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
            signal.signal(signal.SIGHUP, self._on_signal)
        try:
            for child in self.children:
                child.start()
            while not self.stopping:
                self._tend()
                self._announce()
                time.sleep(TICK)
            self._stop()
        finally:
            for child in self.children:
                child.kill()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.stopping or now - self._pressed_at > SECOND_PRESS_AFTER:
            self._presses += 1
            self._pressed_at = now

    def _tend(self) -> None:
        for child in self.children:
            child.tidy()
            if (code := child.died()) is not None:
                how = _("signal %d") % -code if code < 0 else _("exit code %d") % code
                self.say(_("The %(name)s ended (%(how)s) and is started again.") % {"name": child.name, "how": how})
            if child.process is None and time.monotonic() >= child.start_at:
                child.start()

    def _announce(self) -> None:
        if self.announcement and self.is_ready():
            self.say(self.announcement)
            self.announcement = ""

    def _stop(self) -> None:
        self.say(_("Stopping. Ctrl-C again stops at once."))
        asked = 0
        while any(child.busy for child in self.children):
            if asked < self._presses:
                asked += 1
                for child in self.children:
                    child.signal(signal.SIGTERM)
            if self._presses > 2 or (self._presses == 2 and time.monotonic() - self._pressed_at > ALL_GO_WITHIN):
                break
            time.sleep(TICK / 4)
        self.say(_("Stopped."))
