"""The studio's settings for the processes that a crash test kills: on the database of the test that started them."""

from __future__ import annotations

import os

from tests.doubles.slow_settings import *  # noqa: F403  (settings are a namespace)

DATABASES["default"]["NAME"] = os.environ["CRASH_DATABASE"]  # noqa: F405
