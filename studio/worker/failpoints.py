"""Places where a test kills this process, to prove what a crash there leaves behind."""

from __future__ import annotations

import os

# In the order of an attempt's life; a test asserts that each is reached by at least one kind of provider.
NAMES = (
    "claimed",  # leased, nothing sent
    "marked",  # submitting is on disk, the request has not left
    "answered",  # the provider took a job, its id is not yet saved
    "job-saved",  # the job's id is on disk
    "headers",  # downloading is on disk, the body has not arrived
    "received",  # the whole picture is in a part file, and noted if it was paid for
    "kept",  # the picture has its final name, no row knows it
    "settling",  # inside the transaction that ends the attempt
    "done",  # after it
)

_chosen = os.environ.get("STUDIO_FAILPOINT", "")


def choose(name: str) -> None:
    global _chosen
    _chosen = name


def reach(name: str) -> None:
    """Die here, as by kill -9, when this is the chosen place."""
    if _chosen and name == _chosen:
        os._exit(137)
