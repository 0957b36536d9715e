"""The settings page: theme, shortcuts, language, and who is in the team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Team, User
from studio.models.teams import Role
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {"theme": "dark", "single_keys": "on", "language": "en"}


@pytest.fixture
def address(team: Team) -> str:
    return reverse("settings", args=[team.slug])


def test_the_theme_is_in_the_first_byte_of_the_page(owner: User, owner_client: Client, address: str) -> None:
    owner_client.post(address, FORM)
    assert '<html lang="en" data-theme="dark">' in owner_client.get(address).content.decode()


def test_single_key_shortcuts_can_be_switched_off(owner_client: Client, address: str) -> None:
    assert '<ps-keys data-single="on">' in owner_client.get(address).content.decode()
    owner_client.post(address, {name: value for name, value in FORM.items() if name != "single_keys"})
    assert '<ps-keys data-single="off">' in owner_client.get(address).content.decode()


def test_the_language_holds_on_the_sign_in_page_too(owner_client: Client, address: str) -> None:
    owner_client.post(address, FORM | {"language": "zh-hans"})
    assert '<html lang="zh-hans"' in owner_client.get(address).content.decode()
    owner_client.post(reverse("account_logout"))
    assert '<html lang="zh-hans"' in owner_client.get(reverse("account_login")).content.decode()


def test_languages_are_named_in_their_own_words(owner_client: Client, address: str) -> None:
    page = owner_client.get(address).content.decode()
    assert "English" in page
    assert "简体中文" in page


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"language": "xx"}])
def test_what_is_not_offered_is_not_saved(
    owner: User, owner_client: Client, address: str, wrong: dict[str, str]
) -> None:
    assert owner_client.post(address, FORM | wrong).status_code == 422
    owner.refresh_from_db()
    assert owner.theme == "system"


def test_the_name_to_sign_in_with_is_shown(owner_client: Client, address: str) -> None:
    assert "<bdi>owner</bdi></p>" in owner_client.get(address).content.decode()


def test_saving_is_said(owner_client: Client, address: str) -> None:
    assert "Settings saved." in owner_client.post(address, FORM, follow=True).content.decode()


def test_the_members_are_listed_with_their_roles(owner_client: Client, team: Team, address: str) -> None:
    factories.make_member(team, Role.REVIEWER, username="rosa")
    page = owner_client.get(address).content.decode()
    assert "rosa" in page
    assert "Reviewer" in page


def test_a_viewer_sets_their_own_preferences(team: Team, address: str, sign_in: Callable[[User], Client]) -> None:
    viewer = factories.make_member(team, Role.VIEWER)
    assert sign_in(viewer).post(address, FORM).status_code == 302
    viewer.refresh_from_db()
    assert viewer.theme == "dark"


class TestThemeSwitch:
    def test_the_script_gets_no_page(self, owner: User, owner_client: Client) -> None:
        answer = owner_client.post(reverse("theme"), {"theme": "light"}, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 204
        owner.refresh_from_db()
        assert owner.theme == "light"

    def test_without_a_script_one_stays_on_the_page(self, owner_client: Client, address: str) -> None:
        assert owner_client.post(reverse("theme"), {"theme": "light", "next": address})["Location"] == address

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_one_is_never_sent_to_another_site(self, owner_client: Client, elsewhere: str) -> None:
        assert owner_client.post(reverse("theme"), {"theme": "light", "next": elsewhere})["Location"] == "/"

    def test_an_unknown_theme_is_refused(self, owner_client: Client) -> None:
        assert owner_client.post(reverse("theme"), {"theme": "pink"}).status_code == 400
