"""Halts: what they stop, whose they are, and that they lose nothing."""

from __future__ import annotations

from studio.models import Attempt, Connection, Halt, Team, User
from studio.services import halts
from tests import factories


def queued(connection: Connection) -> Attempt:
    project = factories.make_project(team=connection.team)
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    return factories.make_attempt(generation=factories.make_generation(version=version, connection=connection))


def paid(team: Team) -> Connection:
    return factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1")


def due() -> set[int]:
    return set(Attempt.objects.due().values_list("pk", flat=True))


def test_a_teams_halt_stops_its_own_calls_and_no_drawing(
    team: Team, other_team: Team, connection: Connection, owner: User
) -> None:
    ours, theirs, proof = queued(paid(team)), queued(paid(other_team)), queued(connection)
    assert due() == {ours.pk, theirs.pk, proof.pk}

    assert halts.stop(team=team, user=owner, reason="Too dear")
    assert due() == {theirs.pk, proof.pk}

    assert halts.resume(team=team)
    assert due() == {ours.pk, theirs.pk, proof.pk}


def test_the_operators_halt_stops_all_and_a_team_cannot_end_it(team: Team, other_team: Team) -> None:
    ours, theirs = queued(paid(team)), queued(paid(other_team))
    halts.stop(team=None, user=None)

    assert due() == set()
    assert not halts.resume(team=team)
    assert due() == set()
    assert halts.resume(team=None)
    assert due() == {ours.pk, theirs.pk}


def test_the_first_reason_stays(team: Team) -> None:
    assert halts.stop(team=team, user=None, reason="First")
    assert not halts.stop(team=team, user=None, reason="Second")
    assert halts.stop(team=None, user=None)
    assert not halts.stop(team=None, user=None)

    assert Halt.objects.get(team=team).reason == "First"


def test_the_operators_word_is_told_first(team: Team, other_team: Team) -> None:
    assert halts.standing(team=team) is None
    halts.stop(team=team, user=None)
    assert halts.standing(team=team) == Halt.objects.get(team=team)
    assert halts.standing(team=other_team) is None
    assert halts.standing(team=None) is None

    halts.stop(team=None, user=None)

    assert halts.standing(team=team) == halts.standing(team=None) == Halt.objects.get(team=None)
