"""Submitting: what the pages and the command line rely on."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from studio.models import Attempt, Connection, Generation, Project, Prompt, User, Version
from studio.models.generations import State
from studio.prompts.recipe import Recipe
from studio.providers.output import Output
from studio.services import generations
from studio.services.generations import Conflict, Refused
from tests import factories

OUTPUT = Output(model="proof", ratio="3:2", tier="1K")


@pytest.fixture
def version(project: Project) -> Version:
    return factories.make_version(prompt=factories.make_prompt(project=project))


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often it rang."""
    rung: list[int] = []
    monkeypatch.setattr("studio.queue.ring", lambda: rung.append(1))
    return rung


def submit(
    project: Project,
    version: Version,
    connection: Connection,
    output: Output = OUTPUT,
    token: uuid.UUID | None = None,
    user: User | None = None,
) -> Generation:
    return generations.submit(
        project=project,
        user=user,
        version=version,
        connection=connection,
        output=output,
        client_token=token or uuid.uuid4(),
    )


def test_submit_writes_what_will_be_sent(
    project: Project, version: Version, connection: Connection, owner: User
) -> None:
    made = submit(project, version, connection, replace(OUTPUT, takes=3), user=owner)

    assert (made.size, made.width, made.height, made.ratio, made.tier) == ("1536x1024", 1536, 1024, "3:2", "1K")
    assert (made.model, made.format, made.quality, made.estimate_each) == ("proof", "png", "", 0)
    assert made.created_by == owner
    assert {attempt.created_by for attempt in made.attempts.all()} == {owner}
    assert list(made.attempts.order_by("take").values_list("take", "number", "state")) == [
        (1, 1, "queued"),
        (2, 1, "queued"),
        (3, 1, "queued"),
    ]


def test_the_bell_rings_once_the_rows_are_there(
    project: Project,
    version: Version,
    connection: Connection,
    bell: list[int],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        submit(project, version, connection)
        assert bell == []
    assert bell == [1]


def test_the_same_form_sent_twice_is_one_generation(project: Project, version: Version, connection: Connection) -> None:
    token = uuid.uuid4()

    first = submit(project, version, connection, token=token)
    connection.pause("A key is wrong.")  # even then the answer to the same question is the same

    assert submit(project, version, connection, token=token) == first
    assert Attempt.objects.count() == 1


def test_the_same_token_for_something_else_is_a_conflict(
    project: Project, version: Version, connection: Connection
) -> None:
    token = uuid.uuid4()
    submit(project, version, connection, token=token)

    with pytest.raises(Conflict) as caught:
        submit(project, version, connection, replace(OUTPUT, takes=2), token=token)
    assert "Reload" in caught.value.message


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_submits_of_one_token_are_one_generation(
    project: Project, version: Version, connection: Connection
) -> None:
    token, found, start = uuid.uuid4(), [], threading.Barrier(10)

    def press() -> None:
        start.wait()
        try:
            found.append(submit(project, version, connection, token=token).pk)
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 10
    assert len(set(found)) == 1
    assert Generation.objects.count() == Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (replace(OUTPUT, model="other"), "does not offer the model “other”. Choose one of these: proof."),
        (replace(OUTPUT, quality="superb"), "has no quality to choose. Leave it out."),
        (replace(OUTPUT, format="tiff"), "does not make TIFF files"),
        (replace(OUTPUT, takes=11), "Choose from 1 to 10 takes"),
        (replace(OUTPUT, takes=0), "Choose from 1 to 10 takes"),
        (replace(OUTPUT, ratio="", tier="", width=4000, height=4000), "edges from 256 to 3840"),
    ],
)
def test_what_the_model_cannot_do_is_refused_in_words(
    project: Project, version: Version, connection: Connection, output: Output, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        submit(project, version, connection, output)
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" \n", "The prompt is empty"),
        ("x" * 100_001, "The prompt has 100001 characters"),
        ("A view of [LANDMARK] at dawn", r"Fill in “\[LANDMARK\]” first"),
    ],
)
def test_a_prompt_that_cannot_be_sent_is_refused(
    project: Project, connection: Connection, text: str, words: str
) -> None:
    version = factories.make_version(
        prompt=factories.make_prompt(project=project), text=text, recipe=Recipe(subject=text)
    )

    with pytest.raises(Refused, match=words):
        submit(project, version, connection)


def test_too_many_references_are_refused(project: Project, connection: Connection) -> None:
    references = tuple(factories.make_reference(team=project.team) for _ in range(17))
    version = factories.make_version(prompt=factories.make_prompt(project=project), references=references)

    with pytest.raises(Refused, match="takes at most 16 references, and this prompt has 17"):
        submit(project, version, connection)


def begin(prompt: Prompt, connection: Connection, recipe: Recipe, **changes: Any) -> Generation:
    values: dict[str, Any] = {"output": OUTPUT, "client_token": uuid.uuid4(), "user": None, **changes}
    return generations.begin(prompt=prompt, connection=connection, recipe=recipe, **values)


def test_what_is_refused_leaves_no_version_behind(project: Project, connection: Connection) -> None:
    prompt = factories.make_prompt(project=project)
    for recipe, output in ((Recipe(subject="[LANDMARK]"), OUTPUT), (Recipe(subject="A cup"), replace(OUTPUT, takes=0))):
        with pytest.raises(Refused):
            begin(prompt, connection, recipe, output=output)
    assert not Version.objects.exists()


def test_a_conflict_leaves_no_version_behind(project: Project, connection: Connection) -> None:
    prompt, token = factories.make_prompt(project=project), uuid.uuid4()
    made = begin(prompt, connection, Recipe(subject="A cup"), client_token=token)
    assert begin(prompt, connection, Recipe(subject="A cup"), client_token=token) == made
    with pytest.raises(Conflict):
        begin(prompt, connection, Recipe(subject="A glass"), client_token=token)
    assert [version.text for version in Version.objects.all()] == ["A cup"]


@pytest.mark.django_db(transaction=True)
def test_parallel_presses_of_one_form_are_one_version_and_one_generation(
    project: Project, connection: Connection
) -> None:
    prompt, token, start = factories.make_prompt(project=project), uuid.uuid4(), threading.Barrier(6)
    found: list[int] = []

    def press() -> None:
        start.wait()
        try:
            found.append(begin(prompt, connection, Recipe(subject="A cup"), client_token=token).pk)
        finally:
            database.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(found), len(set(found))) == (6, 1)
    assert Version.objects.count() == Generation.objects.count() == 1


def test_each_attempt_knows_where_it_is_sent(project: Project, version: Version) -> None:
    account = factories.make_connection(team=project.team, provider="openai")
    output = replace(OUTPUT, model="gpt-image-2", ratio="1:1")
    attempt = submit(project, version, account, output).attempts.get()
    Connection.objects.filter(pk=account.pk).update(base_url="https://b.example/v1")
    Attempt.objects.filter(pk=attempt.pk).update(state=State.FAILED, finished_at=timezone.now())

    again = generations.retry(attempt=attempt, user=None)
    attempt.refresh_from_db()
    assert (attempt.base_url, again.base_url) == ("https://api.openai.com/v1", "https://b.example/v1")


def test_a_paused_connection_refuses(project: Project, version: Version, connection: Connection) -> None:
    connection.pause("No credit left.")
    connection.refresh_from_db()

    with pytest.raises(Refused, match="paused"):
        submit(project, version, connection)


def test_another_teams_connection_refuses(project: Project, version: Version) -> None:
    with pytest.raises(Refused, match="another team"):
        submit(project, version, factories.make_connection())
