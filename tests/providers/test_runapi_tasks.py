"""RunAPI: every task is asked for where it was made, however its id is told and whoever asks after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.providers import adapter, jobs
from studio.providers.values import Account, Failure, ImageRequest, ReferenceFile, RemoteJob, Reply

RUNAPI = adapter("runapi")
ACCOUNT = Account(base_url="", key="k")
REFERENCE = ReferenceFile(
    path=Path("x"), media_type="image/png", bytes=1, width=1, height=1, url="https://file.runapi.ai/temp/x.png"
)
TEXT = ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024")
EDIT = ImageRequest(model="gpt-image-2", prompt="x", size="1024x1024", references=(REFERENCE,))
BASE = "https://runapi.ai/api/v1"
TASKS = {"text_to_image": TEXT, "edit_image": EDIT}
# What a provider may call a task, and what would lead elsewhere if it were not taken as one step.
IDS = st.one_of(
    st.sampled_from(["/../x", "edit_image/..", "a/../b?c#d", "text_to_image/", "//", "/tasks/."]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=180),
)


def read(request: ImageRequest, status: int, body: Any, headers: dict[str, str] | None = None) -> Any:
    return RUNAPI.read(Reply(status=status, headers=headers or {}, body=body), request)


def place(kept: str) -> str:
    """Where a task is asked for by nothing but what was kept of it."""
    call = RUNAPI.check(RemoteJob(id=kept), ACCOUNT)
    assert (call.method, call.headers, call.json) == ("GET", {"Authorization": "Bearer k"}, None)
    return call.url.removeprefix(BASE)


@pytest.mark.parametrize("action", TASKS)
def test_a_task_is_asked_for_below_the_path_that_made_it(action: str) -> None:
    job = read(TASKS[action], 200, {"id": "7f9c-1", "status": "pending"})
    assert place(job.id) == f"/gpt_image_2/{action}/7f9c-1"
    assert RUNAPI.cancel(job, ACCOUNT) is None


def test_a_task_without_references_is_kept_by_its_bare_id() -> None:
    assert read(TEXT, 200, {"id": "task_1", "status": "pending"}).id == "task_1"
    assert read(EDIT, 200, {"id": "task_1", "status": "pending"}).id == "edit_image/task_1"


@given(task=IDS, action=st.sampled_from(sorted(TASKS)))
def test_whatever_signs_an_id_has_it_is_one_step_below_its_own_path(task: str, action: str) -> None:
    job = read(TASKS[action], 200, {"id": task, "status": "pending"})
    if isinstance(job, Failure):
        assert not task.strip(". ")
        return
    head, _slash, last = place(job.id).rpartition("/")
    assert (head, unquote(last)) == (f"/gpt_image_2/{action}", task)
    assert len(job.id) <= 200


def test_an_id_that_a_row_has_no_room_for_is_none() -> None:
    assert isinstance(read(TEXT, 200, {"id": "x" * 200, "status": "pending"}), RemoteJob)
    assert read(EDIT, 200, {"id": "x" * 200, "status": "pending"}).unclear


@pytest.mark.parametrize("action", TASKS)
def test_the_id_is_also_read_from_the_header(action: str) -> None:
    headers = {"x-runapi-task-id": "t-1"}
    answers: list[tuple[int, Any]] = [(202, {"status": "pending"}), (200, None), (200, {"id": "another"})]
    # A task that has an id exists, whatever became of the answer, and to ask for it is free.
    answers += [(status, {"error": "x"}) for status in (408, 409, 500, 502, 503, 504)]
    for status, body in answers:
        assert place(read(TASKS[action], status, body, headers).id) == f"/gpt_image_2/{action}/t-1"
    assert isinstance(read(TASKS[action], 422, {"error": "x"}, headers), Failure)


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/api/v1/gpt_image_2/edit_image/t-1", "/gpt_image_2/edit_image/t-1"),
        ("https://runapi.ai/api/v1/gpt_image_2/text_to_image/t-1", "/gpt_image_2/text_to_image/t-1"),
        ("/api/v1/tasks/t-1", "/tasks/t-1"),
        ("/api/v1/tasks/a%20b?x=1#y", "/tasks/a%20b"),
        # The key goes to no other host.
        ("https://evil.example/api/v1/tasks/t-1", "/tasks/t-1"),
    ],
)
def test_the_address_of_a_task_may_stand_in_its_header(location: str, asked: str) -> None:
    assert place(read(EDIT, 202, None, {"location": location}).id) == asked
    assert place(read(TEXT, 502, None, {"location": location}).id) == asked


@pytest.mark.parametrize(
    "location",
    ["", "/", "/login", "https://[", "/api/v1/", "/api/v1/../x", "/api/v1/tasks/%2e%2e", "/api/v1/tasks/a%2Fb",
     "/api/v1/tasks//x", f"/api/v1/{'x' * 300}", "/api/v1/tasks/é"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_none(location: str) -> None:
    assert read(TEXT, 202, None, {"location": location}).unclear


@given(kept=IDS.filter(jobs.id_of))
def test_what_is_kept_never_leads_out_of_the_interface(kept: str) -> None:
    call = RUNAPI.check(RemoteJob(id=kept), ACCOUNT)
    assert call.url.startswith(f"{BASE}/")
    assert not {"?", "#", " "} & set(call.url)
    assert not {".", "..", ""} & set(call.url.removeprefix(f"{BASE}/").split("/"))
