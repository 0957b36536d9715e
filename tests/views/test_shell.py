"""The frame around every page: what it shows, what it costs, and what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.models import Project, Team, User
from studio.models.generations import State
from studio.models.teams import Role
from studio.views.palette import Row
from studio.views.shell import shell
from studio.views.tally import Tally
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(owner_client: Client, team: Team, project: Project) -> Callable[[], str]:
    return lambda: owner_client.get(reverse("connection-list", args=[team.slug])).content.decode()


def test_the_frame_names_team_and_project(page: Callable[[], str], team: Team, project: Project) -> None:
    assert team.name in page()
    assert project.name in page()


def test_the_rail_leads_to_every_place_that_exists(page: Callable[[], str], team: Team, project: Project) -> None:
    found = page()
    for name in ("compose", "gallery"):
        assert f'href="{reverse(name, args=[team.slug, project.slug])}"' in found
    for name in ("job-list", "connection-list", "settings"):
        assert f'href="{reverse(name, args=[team.slug])}"' in found


def test_names_are_shown_as_text_whatever_they_hold(page: Callable[[], str], project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(name='<script>alert("x")</script> 北光 إطلاق')
    assert "<script>alert" not in page()
    assert "北光 إطلاق" in page()


def test_what_runs_is_counted_and_an_idle_studio_shows_no_count(page: Callable[[], str], project: Project) -> None:
    assert 'id="jobs-pill"' in page()
    generation = factories.make_generation(
        version=factories.make_version(prompt=factories.make_prompt(project=project))
    )
    factories.make_attempt(generation=generation, take=1)
    factories.make_attempt(generation=generation, take=2, state=State.DONE)
    assert '<b class="num">1</b> waiting' in page()
    factories.make_attempt(generation=generation, take=3, state=State.RUNNING)
    assert '<b class="num">1</b> running, <b class="num">1</b> waiting' in page()


def test_another_teams_jobs_are_not_counted(page: Callable[[], str], other_team: Team) -> None:
    prompt = factories.make_prompt(project=factories.make_project(team=other_team))
    factories.make_attempt(generation=factories.make_generation(version=factories.make_version(prompt=prompt)))
    assert '<b class="num">0</b> running' in page()


def test_what_waits_for_a_decision_is_counted_in_the_navigation(
    page: Callable[[], str], project: Project, owner: User, teammate: User
) -> None:
    version = factories.make_version(prompt=factories.make_prompt(project=project))
    mine = factories.make_generation(version=version, user=owner, takes=3)
    theirs = factories.make_generation(version=version, user=teammate)
    assert re.search(r'id="decide-pill"[^>]*hidden', page())
    for take in (1, 2, 3):
        factories.make_attempt(generation=mine, take=take, state=State.UNKNOWN)
    factories.make_attempt(generation=theirs, state=State.UNKNOWN)
    factories.make_attempt(generation=mine, take=3, number=2)  # decided
    shown = page()
    assert "2 to decide</span></a>" in shown
    assert not re.search(r'id="decide-pill"[^>]*hidden', shown)
    assert '<span class="vh">jobs to decide: </span>2</b>' in shown


def test_the_frame_costs_the_same_in_a_large_team(
    owner_client: Client,
    team: Team,
    project: Project,
    owner: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    address = reverse("connection-list", args=[team.slug])
    for _ in range(20):
        factories.make_project(team=team)
        factories.make_team(owner=owner)
    # Session, person, membership with team; then teams, projects, the counts, budget and halt; then the page's own.
    with django_assert_max_num_queries(12):
        owner_client.get(address)


def test_nothing_is_read_until_a_template_asks(
    rf: RequestFactory, owner: User, team: Team, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user, request.session = owner, {}
    with django_assert_num_queries(0):
        context = shell(request)
    with django_assert_num_queries(4):
        frame = context["shell"]
        assert (frame.team, frame.project, frame.teams, frame.running) == (team, project, [team], Tally())


def test_nothing_is_read_for_anonymous_people(
    rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        assert shell(request)["shell"] is None


def test_home_is_the_prompt_board_of_the_project_last_worked_in(
    owner_client: Client, team: Team, project: Project
) -> None:
    later = factories.make_project(team=team, name="Zebra")
    owner_client.get(reverse("gallery", args=[team.slug, later.slug]))
    assert owner_client.get("/")["Location"] == reverse("compose", args=[team.slug, later.slug])


def test_home_forgets_a_project_of_a_team_that_one_left(
    owner: User, owner_client: Client, team: Team, project: Project
) -> None:
    owner_client.get(reverse("gallery", args=[team.slug, project.slug]))
    mine = factories.make_project(team=factories.make_team(owner=owner))
    owner.memberships.filter(team=team).delete()
    assert owner_client.get("/")["Location"] == reverse("compose", args=[mine.team.slug, mine.slug])


def test_the_first_page_does_not_lead_into_an_empty_team(owner: User, owner_client: Client, project: Project) -> None:
    for name in ("A first team", "Zero"):
        factories.make_team(name=name, owner=owner)
    assert owner_client.get("/")["Location"] == reverse("compose", args=[project.team.slug, project.slug])


def test_home_without_a_team_says_what_to_do(sign_in: Callable[[User], Client]) -> None:
    answer = sign_in(factories.make_user()).get("/")
    assert answer.status_code == 200
    assert "Ask the owner of a team" in answer.content.decode()


def test_home_without_a_project_goes_to_the_settings(owner_client: Client, team: Team) -> None:
    assert owner_client.get("/")["Location"] == reverse("settings", args=[team.slug])


class TestPalette:
    def test_it_finds_prompts_projects_and_pages_of_this_team_alone(
        self, owner_client: Client, team: Team, project: Project, other_team: Team
    ) -> None:
        factories.make_prompt(project=project, title="Window light")
        factories.make_prompt(
            project=factories.make_project(team=other_team, name="Light secrets"), title="Light years"
        )
        found = owner_client.get(reverse("palette", args=[team.slug]), {"q": "light"}).content.decode()
        assert "Window <mark>light</mark>" in found
        assert "years" not in found
        assert "secrets" not in found

    def test_all_words_must_be_found_in_any_order(self, owner_client: Client, team: Team, project: Project) -> None:
        factories.make_prompt(project=project, title="Festival of light")
        address = reverse("palette", args=[team.slug])
        assert "Festival" in _text(owner_client.get(address, {"q": "light fest"}).content.decode())
        assert "Festival" not in _text(owner_client.get(address, {"q": "light fist"}).content.decode())

    def test_it_finds_what_is_written_in_any_script(self, owner_client: Client, team: Team, project: Project) -> None:
        factories.make_prompt(project=project, title="北光珈琲のポスター")
        found = owner_client.get(reverse("palette", args=[team.slug]), {"q": "珈琲"}).content.decode()
        assert "北光<mark>珈琲</mark>のポスター" in found

    def test_viewers_are_offered_no_verb_that_they_may_not_use(
        self, team: Team, project: Project, sign_in: Callable[[User], Client]
    ) -> None:
        viewer = sign_in(factories.make_member(team, Role.VIEWER))
        found = viewer.get(reverse("palette", args=[team.slug])).content.decode()
        assert "New prompt" not in found
        assert "Add a connection" not in found

    def test_nothing_found_is_said(self, owner_client: Client, team: Team) -> None:
        found = owner_client.get(reverse("palette", args=[team.slug]), {"q": "zzzz"}).content.decode()
        assert "Nothing is called that." in found

    @pytest.mark.parametrize("words", [("(",), ("a", "ab"), ("\\",), ("é",)])
    def test_marking_keeps_every_character_of_the_label(self, words: tuple[str, ...]) -> None:
        label = "Café (abc) a\\b"
        assert "".join(text for text, _ in Row(label=label, icon="x", words=words).pieces) == label


class TestErrors:
    def test_a_missing_page_says_so_and_leads_home(self, owner_client: Client) -> None:
        answer = owner_client.get("/t/nowhere/")
        assert answer.status_code == 404
        assert "Nothing is here" in answer.content.decode()
        assert 'href="/"' in answer.content.decode()

    def test_an_error_page_keeps_the_persons_theme(self, owner: User, owner_client: Client) -> None:
        User.objects.filter(pk=owner.pk).update(theme="dark")
        assert 'data-theme="dark"' in owner_client.get("/t/nowhere/").content.decode()

    def test_htmx_gets_a_sentence_beside_the_page_and_not_a_page_inside_it(self, owner_client: Client) -> None:
        answer = owner_client.get("/t/nowhere/", headers={"HX-Request": "true"})
        assert answer.status_code == 404
        assert answer["HX-Retarget"] == "#toasts"
        assert answer["HX-Reswap"] == "beforeend"
        assert "<html" not in answer.content.decode()

    def test_a_broken_page_needs_no_database(self, rf: RequestFactory) -> None:
        from studio.views.errors import server_error

        answer = server_error(rf.get("/"))  # no session, no person, no context processor
        assert answer.status_code == 500
        assert "Something broke on our side" in answer.content.decode()

    def test_members_without_the_role_are_told_why(
        self, team: Team, teammate: User, sign_in: Callable[[User], Client]
    ) -> None:
        answer = sign_in(teammate).get(reverse("connection-create", args=[team.slug]))
        assert answer.status_code == 403
        assert "Ask an owner of the team." in answer.content.decode()


def _text(html: str) -> str:
    return html.replace("<mark>", "").replace("</mark>", "")
