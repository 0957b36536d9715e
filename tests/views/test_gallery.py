"""The wall of a project: what it shows to whom, in which order, at which cost."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studio.models import Attempt, Generation, Image, Project
from studio.models.generations import State
from studio.models.images import Health
from studio.views.tiles import ratio_class
from tests import factories
from tools import ratios

HTMX = {"HX-Request": "true"}


def wall(project: Project, **query: object) -> str:
    address = reverse("gallery", kwargs={"team": project.team.slug, "project": project.slug})
    return address + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


@pytest.fixture
def generation(project: Project) -> Generation:
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    return factories.make_generation(version=factories.make_version(prompt=prompt), takes=100)


def hang(generation: Generation, count: int, *, first: int = 1) -> list[Image]:
    """So many pictures of takes from ``first`` on, oldest first."""
    attempts = [
        factories.make_attempt(
            generation=generation, take=take, state=State.DONE, changed_at=timezone.now() - timedelta(hours=1)
        )
        for take in range(first, first + count)
    ]
    return [factories.make_seen_image(attempt=attempt) for attempt in attempts]


def shown(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="image-(\d+)"', page)]


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_pictures_hang_newest_first_and_48_at_a_time(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    images = [image.pk for image in reversed(hang(generation, 50))]
    page = get(owner_client, wall(project))
    assert shown(page) == images[:48]
    more = get(owner_client, wall(project, before=images[47]), **HTMX)
    assert shown(more) == images[48:]
    assert "<html" not in more
    assert "Load more" not in more


def test_load_more_is_a_link_that_works_without_javascript(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    images = [image.pk for image in reversed(hang(generation, 49))]
    link = re.search(r'<a class="btn line" href="(\?before=\d+)"', get(owner_client, wall(project)))
    assert link
    page = get(owner_client, wall(project) + link[1])
    assert shown(page) == images[48:]
    assert "<html" in page


def test_a_mistyped_position_is_the_first_page(owner_client: Client, project: Project, generation: Generation) -> None:
    hang(generation, 1)
    assert len(shown(get(owner_client, wall(project, before="x")))) == 1
    assert len(shown(get(owner_client, wall(project, before="9" * 30)))) == 1


def test_a_wall_costs_the_same_queries_whatever_hangs_on_it(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    get(owner_client, wall(project))  # remembers the project in the session
    counts = []
    for _, more in ((5, 5), (48, 43)):
        hang(generation, more, first=Attempt.objects.count() + 1)
        with CaptureQueriesContext(
            database,
        ) as queries:
            get(owner_client, wall(project))
        counts.append(len(queries))
        ours = [
            query["sql"] for query in queries if re.search(r'FROM "studio_(image|attempt|rendition)"', query["sql"])
        ]
        # The frame counts what runs, for the pill in the top bar.
        assert (
            len([sql for sql in ours if not sql.startswith('SELECT COUNT(*) AS "__count" FROM "studio_attempt"')]) <= 3
        )
    assert counts[0] == counts[1]


def test_more_of_the_wall_costs_one_query_of_its_own(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    newest = hang(generation, 50)[-1]
    with CaptureQueriesContext(database) as queries:
        get(owner_client, wall(project, before=newest.pk), **HTMX)
    assert len([query for query in queries if "studio_image" in query["sql"] or "studio_attempt" in query["sql"]]) == 1


def test_every_tile_has_its_shape_before_its_picture(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    hang(generation, 1)
    page = get(owner_client, wall(project))
    assert '<li class="tile r-150"' in page
    assert 'width="1536" height="1024" loading="lazy"' in page
    assert 'fill="#336699"' in page
    assert "style=" not in page


def test_every_language_has_its_own_tiles(owner_client: Client, project: Project, generation: Generation) -> None:
    hang(generation, 1)
    address = wall(project)
    for language, words in (("en", "Open Coffee tin, v1, take 1"), ("zh-hans", "打开 Coffee tin，v1，第 1 张")) * 2:
        assert f'aria-label="{words}"' in get(owner_client, address, **{"Accept-Language": language})


def test_the_frame_of_a_wall_counts_what_runs_in_this_team_alone(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    factories.make_attempt(generation=generation, take=1)
    factories.make_attempt(generation=generation, take=2, state=State.RUNNING)
    factories.make_attempt(generation=generation, take=3, state=State.DONE)
    factories.make_attempt()
    assert '<b class="num">1</b> running, <b class="num">1</b> waiting' in get(owner_client, wall(project))


def test_the_shape_classes_cover_every_shape_and_are_up_to_date() -> None:
    sheet = ratios.TARGET.read_text()
    assert sheet == ratios.sheet()
    for width in range(1, 4000, 7):
        name = ratio_class(width, 1000)
        assert f".{name}{{" in sheet
        assert abs(int(name[2:]) / 100 - max(0.33, min(3.0, width / 1000))) <= 0.0101
    assert (ratio_class(1024, 1024), ratio_class(1536, 1024), ratio_class(None, None)) == ("r-100", "r-150", "r-100")


def test_a_picture_is_named_by_its_prompt_and_never_by_the_whole_of_it(owner_client: Client, project: Project) -> None:
    title = 'Tin "A" <b> & שלום'
    prompt = factories.make_prompt(project=project, title=title)
    version = factories.make_version(prompt=prompt, text="the whole prompt")
    hang(factories.make_generation(version=version), 1)
    page = get(owner_client, wall(project))
    (alt,) = re.findall(r'alt="([^"]*)"', page)
    assert unescape(alt) == title
    assert "the whole prompt" not in page
    assert "<b> &" not in page


def test_what_is_being_made_hangs_on_top(owner_client: Client, project: Project, generation: Generation) -> None:
    hang(generation, 2)
    factories.make_attempt(generation=generation, take=90, state=State.QUEUED)
    factories.make_attempt(generation=generation, take=91, state=State.RUNNING, percent=62)
    page = get(owner_client, wall(project))
    assert page.index("tile-") < page.index('id="image-')
    assert "Waiting" in page
    assert '<progress value="62"' in page


def test_percent_is_shown_only_where_the_provider_gave_it(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    factories.make_attempt(generation=generation, state=State.SUBMITTING)
    page = get(owner_client, wall(project))
    assert "<progress" not in page
    assert "<ps-elapsed" in page


def test_a_picture_nobody_has_looked_at_shows_its_shape(
    owner_client: Client, project: Project, generation: Generation
) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.DONE)
    factories.make_image(attempt=attempt, width=300, height=100)
    page = get(owner_client, wall(project))
    assert 'class="tile pend preparing r-300"' in page
    assert "<img" not in page


def test_a_damaged_picture_says_so(owner_client: Client, project: Project, generation: Generation) -> None:
    attempt = factories.make_attempt(generation=generation, state=State.DONE)
    factories.make_image(attempt=attempt, health=Health.DAMAGED)
    assert "Cannot be opened" in get(owner_client, wall(project))


def test_an_empty_wall_says_what_to_do(owner_client: Client, project: Project) -> None:
    assert "No pictures in this project yet" in get(owner_client, wall(project))


def test_a_wall_shows_its_project_alone(owner_client: Client, project: Project, generation: Generation) -> None:
    other = factories.make_prompt(project=factories.make_project(team=project.team))
    foreign = factories.make_generation(version=factories.make_version(prompt=other))
    hang(foreign, 1)
    factories.make_attempt(generation=foreign, take=2)
    hang(factories.make_generation(), 1)
    page = get(owner_client, wall(project))
    assert shown(page) == []
    assert "tile pend" not in page


def test_the_way_back_leads_to_the_picture_however_deep(
    owner_client: Client, project: Project, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.views.gallery.PAGE", 4)
    monkeypatch.setattr("studio.views.gallery.NEAR", 2)
    monkeypatch.setattr("studio.views.gallery.DEEPEST", 8)
    images = [image.pk for image in reversed(hang(generation, 20))]
    assert shown(get(owner_client, wall(project, at=images[6]))) == images[:9]
    deep = get(owner_client, wall(project, at=images[15]))
    assert images[15] in shown(deep)
    assert len(shown(deep)) == 4
    assert "Newest" in deep


def test_a_stranger_finds_no_wall(stranger_client: Client, client: Client, project: Project) -> None:
    assert stranger_client.get(wall(project)).status_code == 404
    assert stranger_client.get(wall(project, before=9), headers=HTMX).status_code == 404
    assert client.get(wall(project)).status_code == 302


def test_a_reviewer_sees_pictures_and_no_button_that_spends(
    project: Project, generation: Generation, reviewer: object, sign_in: object
) -> None:
    factories.make_attempt(generation=generation, state=State.FAILED)
    factories.make_attempt(generation=generation, take=2)
    page = get(sign_in(reviewer), wall(project))  # type: ignore[operator]
    assert "Waiting" in page
    assert "Cancel" not in page
