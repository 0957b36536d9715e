"""A picture's page and its files: who gets them, in which parts, under which headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Image, Team, User
from studio.models.generations import State
from studio.models.images import Health
from studio.models.teams import Membership
from studio.storage import files
from studio.views.images import file_name
from tests import factories


@pytest.fixture
def image(team: Team) -> Image:
    project = factories.make_project(team=team)
    prompt = factories.make_prompt(project=project, title="Coffee tin")
    generation = factories.make_generation(version=factories.make_version(prompt=prompt), takes=4)
    attempt = factories.make_attempt(generation=generation, take=3, state=State.DONE)
    return factories.make_seen_image(attempt=attempt, content=factories.make_picture(640, 400))


def address(image: Image, name: str, **more: object) -> str:
    return reverse(name, kwargs={"team": image.team.slug, "image": image.pk, **more})


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name]


def fetch(client: Client, url: str, *, method: str = "GET", **headers: str) -> Answer:
    """The answer, read to its end; the client closes it there. Closing it here would end the test's transaction."""
    response = client.generic(method, url, headers=headers)
    body = b"".join(response) if response.streaming else response.content
    return Answer(response.status_code, response.headers, body)


def every_file(image: Image) -> list[str]:
    return [address(image, "image-original"), address(image, "image-rendition", edge=512)]


def test_the_original_comes_back_untouched_as_a_download(owner_client: Client, image: Image) -> None:
    response = fetch(owner_client, address(image, "image-original"))
    assert response.body == files.path(image.original).read_bytes()
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == f'attachment; filename="Coffee-tin-v1-3-{image.pk}.png"'
    assert response["Content-Length"] == str(image.bytes)


def test_files_can_do_nothing_in_a_browser_but_be_seen(owner_client: Client, image: Image) -> None:
    for url in every_file(image):
        response = fetch(owner_client, url)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "private" in response["Cache-Control"]


def test_a_rendition_is_kept_by_the_browser_for_ever(owner_client: Client, image: Image) -> None:
    response = fetch(owner_client, address(image, "image-rendition", edge=512))
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_browser_that_has_the_file_is_sent_nothing(owner_client: Client, image: Image) -> None:
    for url in every_file(image):
        etag = fetch(owner_client, url)["ETag"]
        response = fetch(owner_client, url, **{"If-None-Match": etag})
        assert (response.status, response.body) == (304, b"")
        assert response["ETag"] == etag
        assert fetch(owner_client, url, **{"If-None-Match": '"another"'}).status == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=5-9", 5, 10), ("bytes=-4", -4, None), ("bytes=7-", 7, None)],
)
def test_a_range_is_answered_with_that_part(
    owner_client: Client, image: Image, asked: str, start: int, end: int | None
) -> None:
    content = files.path(image.original).read_bytes()
    response = fetch(owner_client, address(image, "image-original"), Range=asked)
    assert response.status == 206
    assert response.body == content[start:end]
    assert int(response["Content-Length"]) == len(content[start:end])
    assert response["Content-Range"].endswith(f"/{len(content)}")


def test_a_range_past_the_end_is_refused(owner_client: Client, image: Image) -> None:
    response = fetch(owner_client, address(image, "image-original"), Range="bytes=999999999-")
    assert response.status == 416
    assert response["Content-Range"] == f"bytes */{image.bytes}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=0-1", "bytes=-", "bytes=x-y"])
def test_a_range_that_is_not_one_gives_the_whole(owner_client: Client, image: Image, asked: str) -> None:
    response = fetch(owner_client, address(image, "image-original"), Range=asked)
    assert response.status == 200
    assert len(response.body) == image.bytes


def test_a_download_of_another_file_is_not_continued(owner_client: Client, image: Image) -> None:
    headers = {"Range": "bytes=5-9", "If-Range": '"what it was before"'}
    assert fetch(owner_client, address(image, "image-original"), **headers).status == 200


def test_head_tells_without_sending(owner_client: Client, image: Image) -> None:
    response = fetch(owner_client, address(image, "image-original"), method="HEAD")
    assert response.status == 200
    assert response["Content-Length"] == str(image.bytes)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-5"}, {"If-None-Match": "*"}])
def test_a_stranger_learns_nothing_of_any_file(
    stranger_client: Client, image: Image, method: str, headers: dict[str, str]
) -> None:
    for url in [*every_file(image), address(image, "image-detail")]:
        assert getattr(stranger_client, method)(url, headers=headers).status_code == 404


def test_another_teams_image_is_not_found_under_ones_own_team(
    stranger_client: Client, other_team: Team, image: Image
) -> None:
    for name, more in (("image-detail", {}), ("image-original", {}), ("image-rendition", {"edge": 512})):
        url = reverse(name, kwargs={"team": other_team.slug, "image": image.pk, **more})
        assert stranger_client.get(url).status_code == 404


def test_a_removed_member_gets_nothing_from_then_on(teammate_client: Client, teammate: User, image: Image) -> None:
    urls = every_file(image)
    assert [fetch(teammate_client, url).status for url in urls] == [200, 200]
    Membership.objects.filter(user=teammate).delete()
    assert [fetch(teammate_client, url).status for url in urls] == [404, 404]


def test_somebody_signed_out_is_sent_to_the_sign_in_page(client: Client, image: Image) -> None:
    for url in every_file(image):
        assert client.get(url).status_code == 302


def test_a_rendition_that_is_not_made_is_not_replaced_by_the_original(owner_client: Client, image: Image) -> None:
    assert fetch(owner_client, address(image, "image-rendition", edge=99)).status == 404
    rendition = image.renditions.get(edge=512)
    files.remove(rendition.file)
    assert fetch(owner_client, address(image, "image-rendition", edge=512)).status == 404


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("a\r\nSet-Cookie: x=1", "a-Set-Cookie-x-1"),
        ("‮gnp.exe", "gnp-exe"),
        ("海辺の灯台", "海辺の灯台"),
        ("…", "image"),
    ],
)
def test_the_download_is_named_after_the_prompt_and_harmless(
    owner_client: Client, image: Image, title: str, name: str
) -> None:
    prompt = image.attempt.generation.version.prompt
    prompt.title = title
    prompt.save()
    assert file_name(Image.objects.get(pk=image.pk)) == f"{name}-v1-3-{image.pk}.png"
    assert "\n" not in fetch(owner_client, address(image, "image-original"))["Content-Disposition"]


def test_files_leave_in_small_pieces(owner_client: Client, image: Image) -> None:
    for headers in ({}, {"Range": "bytes=1-"}):
        response = owner_client.get(address(image, "image-original"), headers=headers)
        assert response.streaming
        assert b"".join(response)


def test_the_page_shows_what_was_sent_byte_for_byte(owner_client: Client, team: Team) -> None:
    text = '  A sign: "コーヒー" <b>&amp; שלום\n\n'
    generation = factories.make_generation(
        version=factories.make_version(
            prompt=factories.make_prompt(project=factories.make_project(team=team)), text=text
        )
    )
    image = factories.make_seen_image(attempt=factories.make_attempt(generation=generation, state=State.DONE))
    page = owner_client.get(address(image, "image-detail")).content.decode()
    shown = page.partition('dir="auto" data-copy>')[2].partition("</div>")[0]
    assert shown == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def test_the_page_says_where_the_picture_is_not_what_was_asked_for(owner_client: Client, image: Image) -> None:
    page = owner_client.get(address(image, "image-detail")).content.decode()
    assert "asked for 1024 × 1024" in page
    assert "1536 × 1024" in page


def test_the_page_of_a_damaged_picture_says_so_and_still_offers_it(owner_client: Client, team: Team) -> None:
    attempt = factories.make_attempt(
        generation=factories.make_generation(
            version=factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
        ),
        state=State.DONE,
    )
    image = factories.make_image(attempt=attempt, health=Health.DAMAGED, content=b"not a picture")
    page = owner_client.get(address(image, "image-detail")).content.decode()
    assert "This picture cannot be opened" in page
    assert address(image, "image-original") in page


def test_the_page_leads_to_its_neighbours_in_the_project_alone(owner_client: Client, image: Image, team: Team) -> None:
    attempt = factories.make_attempt(generation=image.attempt.generation, state=State.DONE)
    newer = factories.make_seen_image(attempt=attempt)
    factories.make_seen_image()
    page = owner_client.get(address(image, "image-detail")).content.decode()
    assert f'id="newer" rel="prev" href="{address(newer, "image-detail")}"' in page
    assert 'id="older"' not in page


def test_the_command_offers_the_files_that_it_reads(owner_client: Client, team: Team) -> None:
    reference = factories.make_reference(team=team, label="Old tin.png")
    prompt = factories.make_prompt(project=factories.make_project(team=team))
    generation = factories.make_generation(
        version=factories.make_version(prompt=prompt, text="A tin", references=(reference,)),
        connection=factories.make_connection(team=team, provider="openai", base_url="http://127.0.0.1:9/v1"),
        model="gpt-image-2",
    )
    image = factories.make_image(attempt=factories.make_attempt(generation=generation, state=State.DONE))
    page = owner_client.get(address(image, "image-detail")).content.decode()
    href = reverse("reference-file", kwargs={"team": team.slug, "reference": reference.pk, "variant": "clean"})
    assert f'<a href="{href}" download="1-old-tin.png"' in page
    assert "=@1-old-tin.png;" in page
    assert fetch(owner_client, href).body == files.path(reference.cleaned).read_bytes()


def test_where_there_is_no_command_the_page_says_why(owner_client: Client, image: Image) -> None:
    page = owner_client.get(address(image, "image-detail")).content.decode()
    assert "no command makes the same picture" in page
