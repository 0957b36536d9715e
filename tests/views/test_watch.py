"""The address of the pulse: the cursor in it survives its journey, and what is no cursor of ours starts afresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from studio.models import Team
from studio.views.watch import Cursor
from tests import factories


@pytest.mark.parametrize("cursor", ["", "x y", "!!", "1.2", "zzzzzzzzzzz", "1." + "aQ1." * 999])
def test_a_cursor_that_is_none_starts_afresh(owner_client: Client, team: Team, cursor: str) -> None:
    project = factories.make_project(team=team)
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    factories.make_attempt(generation=factories.make_generation(version=version))
    asked = {"c": cursor, "on": "wall", "of": project.pk}
    response = owner_client.get(reverse("pulse", kwargs={"team": team.slug}), asked, headers={"HX-Request": "true"})
    answer = response.content.decode()
    assert response.status_code == 200
    assert "every 4000ms" in answer
    assert 'hx-target="#wall"' not in answer


@given(
    marks=st.dictionaries(st.integers(1, 2**40), st.from_regex(r"[QRIUE][0-9a-z]{1,4}", fullmatch=True), max_size=30),
    seen=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 1, 1)),
)
def test_a_cursor_survives_its_journey(marks: dict[int, str], seen: datetime) -> None:
    cursor = Cursor(seen.replace(tzinfo=UTC), marks)
    again = Cursor.read(str(cursor))
    assert again is not None
    assert again.marks == marks
    assert abs(again.seen - cursor.seen) < timedelta(milliseconds=1)


def test_a_stranger_gets_no_pulse(stranger_client: Client, team: Team) -> None:
    assert (
        stranger_client.get(reverse("pulse", kwargs={"team": team.slug}), headers={"HX-Request": "true"}).status_code
        == 404
    )


def test_an_address_of_the_pulse_typed_by_hand_leads_to_the_jobs(owner_client: Client, team: Team) -> None:
    response = owner_client.get(reverse("pulse", kwargs={"team": team.slug}))
    assert response.status_code == 302
