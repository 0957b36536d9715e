"""The studio's settings for a process of its own (a worker under test) in which the slow providers are known."""

from __future__ import annotations

from studio.settings import *  # noqa: F403  (settings are a namespace)
from tests.doubles import slow

slow.add()
