"""Signing in and out, the one-time link, and passwords."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account import app_settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from studio.models import Project, SignInLink, Team, User
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["owner", "owner@example.com"])
def test_a_person_signs_in_by_name_or_by_address(client: Client, owner: User, project: Project, name: str) -> None:
    answer = client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    assert answer["Location"] == "/"
    assert is_signed_in(client)


def test_one_lands_where_one_was_going(client: Client, owner: User, project: Project) -> None:
    wanted = reverse("gallery", args=[project.team.slug, project.slug])
    page = client.get(wanted, follow=True).content.decode()
    assert f'name="next" value="{wanted}"' in page
    answer = client.post(reverse("account_login"), {"login": "owner", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == wanted


def test_one_is_never_sent_to_another_site(client: Client, owner: User) -> None:
    form = {"login": "owner", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), form)["Location"] == "/"


def test_a_wrong_password_is_said_and_the_name_is_kept(client: Client, owner: User) -> None:
    page = client.post(reverse("account_login"), {"login": "owner", "password": "wrong"}).content.decode()
    assert 'class="wrong"' in page
    assert 'value="owner"' in page
    assert not is_signed_in(client)


def test_guessing_is_slowed_down_by_account(client: Client, owner: User) -> None:
    for _ in range(6):
        client.post(reverse("account_login"), {"login": "owner", "password": "wrong"})
    answer = client.post(reverse("account_login"), {"login": "owner", "password": PASSWORD})
    assert not is_signed_in(client)
    page = answer.content.decode()
    assert "Wait five minutes" in page
    assert "prints a new sign-in link" in page
    assert "5/300s/key" in app_settings.RATE_LIMITS["login_failed"]


def test_a_locked_account_opens_with_a_link(client: Client, owner: User) -> None:
    for _ in range(6):
        client.post(reverse("account_login"), {"login": "owner", "password": "wrong"})
    client.post(reverse("sign-in", args=[SignInLink.objects.issue(owner)]))
    assert is_signed_in(client)


def test_a_flood_gets_a_page_that_says_to_wait(client: Client) -> None:
    answers = [client.post(reverse("account_login"), {"login": f"p{n}", "password": "x"}) for n in range(40)]
    assert answers[-1].status_code == 429
    assert "Wait a minute" in answers[-1].content.decode()


def test_behind_a_proxy_each_visitor_has_a_count_of_their_own(
    client: Client, owner: User, project: Project, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def answer(visitor: str, **form: str) -> int:
        # What a visitor claims stands before what the proxy adds.
        headers = {"X-Forwarded-For": f"{next(claims)}, {visitor}"}
        return client.post(reverse("account_login"), form, headers=headers).status_code

    claims = (f"192.0.2.{number}" for number in range(250))
    answers = [answer("198.51.100.7", login=f"p{number}", password="x") for number in range(40)]
    assert answers[-1] == 429
    assert answer("198.51.100.8", login="owner", password=PASSWORD) == 302
    assert is_signed_in(client)


def test_signing_out_takes_a_press_and_not_a_link(owner_client: Client) -> None:
    owner_client.get(reverse("account_logout"))
    assert is_signed_in(owner_client)
    assert owner_client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert not is_signed_in(owner_client)


class TestSignInLink:
    def test_the_button_signs_in_once_and_offers_a_password(self, client: Client) -> None:
        person = factories.make_user("mira")
        person.set_unusable_password()
        person.save()
        address = reverse("sign-in", args=[SignInLink.objects.issue(person)])
        welcome = client.get(address).content.decode()
        assert "Sign in as mira" in welcome
        assert "User name: <bdi>mira</bdi>" in welcome
        assert not is_signed_in(client)
        answer = client.post(address)
        assert answer["Location"] == reverse("account_set_password")
        assert is_signed_in(client)
        offer = client.get(answer["Location"]).content.decode()
        assert "Not now" in offer
        assert 'You sign in as <b dir="auto">mira</b>.' in offer
        assert Client().post(address).status_code == 410

    def test_somebody_with_a_password_goes_straight_to_work(self, client: Client, owner: User) -> None:
        assert client.post(reverse("sign-in", args=[SignInLink.objects.issue(owner)]))["Location"] == "/"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_link_that_opens_nothing_says_so(self, client: Client, owner: User, method: str) -> None:
        late = SignInLink.objects.issue(owner, life=timedelta(seconds=-1))
        for token in (late, "made-up"):
            answer = getattr(client, method)(reverse("sign-in", args=[token]))
            assert answer.status_code == 410
            assert "no longer works" in answer.content.decode()
        assert not is_signed_in(client)

    def test_a_switched_off_account_stays_out(self, client: Client, owner: User) -> None:
        token = SignInLink.objects.issue(owner)
        User.objects.filter(pk=owner.pk).update(is_active=False)
        assert client.post(reverse("sign-in", args=[token])).status_code == 410
        assert not is_signed_in(client)


class TestPassword:
    def test_it_is_set_without_an_old_one(self, sign_in: Callable[[User], Client]) -> None:
        person = factories.make_user("new")
        person.set_unusable_password()
        person.save()
        form = {"password1": "four random words", "password2": "four random words"}
        assert sign_in(person).post(reverse("account_set_password"), form)["Location"] == "/"
        person.refresh_from_db()
        assert person.check_password("four random words")

    def test_it_changes_only_with_the_old_one(self, owner: User, owner_client: Client) -> None:
        form = {"oldpassword": "wrong", "password1": "four random words", "password2": "four random words"}
        assert 'class="wrong"' in owner_client.post(reverse("account_change_password"), form).content.decode()
        answer = owner_client.post(reverse("account_change_password"), form | {"oldpassword": PASSWORD})
        assert answer["Location"] == "/"
        assert is_signed_in(owner_client)

    def test_changing_it_can_be_left_for_settings(self, team: Team, owner_client: Client) -> None:
        page = owner_client.get(reverse("account_change_password")).content.decode()
        assert f'href="{reverse("settings", args=[team.slug])}"' in page
        assert 'You sign in as <b dir="auto">owner</b>.' in page

    def test_a_short_one_is_refused(self, owner_client: Client) -> None:
        form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
        page = owner_client.post(reverse("account_change_password"), form).content.decode()
        assert "at least 10 characters" in page

    def test_a_forgotten_one_is_reset_by_mail(self, client: Client, owner: User, settings: Settings) -> None:
        settings.STUDIO_MAIL = True
        assert reverse("account_reset_password") in client.get(reverse("account_login")).content.decode()
        client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
        (letter,) = mail.outbox
        assert letter.subject.startswith("Prompt Studio: ")
        address = next(word for word in letter.body.split() if "/password/reset/key/" in word)
        form = client.get(address, follow=True)
        assert 'You sign in as <b dir="auto">owner</b>.' in form.content.decode()
        answer = client.post(
            form.request["PATH_INFO"], {"password1": "four random words", "password2": "four random words"}
        )
        assert answer["Location"] == reverse("account_reset_password_from_key_done")
        owner.refresh_from_db()
        assert owner.check_password("four random words")

    def test_without_a_mail_server_no_letter_is_offered_or_sent(
        self, client: Client, owner: User, settings: Settings
    ) -> None:
        settings.STUDIO_MAIL = False
        assert "/password/reset/" not in client.get(reverse("account_login")).content.decode()
        for name in ("account_reset_password", "account_reset_password_done", "account_reset_password_from_key_done"):
            assert client.get(reverse(name)).status_code == 404
        assert client.get(reverse("account_reset_password_from_key", args=["1", "x"])).status_code == 404
        assert client.post(reverse("account_reset_password"), {"email": "owner@example.com"}).status_code == 404
        assert mail.outbox == []

    def test_asking_does_not_tell_who_has_an_account(self, client: Client, owner: User, settings: Settings) -> None:
        settings.STUDIO_MAIL = True
        answers = [
            client.post(reverse("account_reset_password"), {"email": address})["Location"]
            for address in ("owner@example.com", "nobody@example.com")
        ]
        assert answers[0] == answers[1]


class TestSignUp:
    FORM = {"email": "new@example.com", "username": "new", "password1": "four random words"}

    def test_it_is_closed(self, client: Client) -> None:
        assert "by invitation" in client.get(reverse("account_signup")).content.decode()
        client.post(reverse("account_signup"), self.FORM)
        assert not User.objects.filter(username="new").exists()
        assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()

    def test_it_opens_by_setting(self, client: Client, settings: Settings) -> None:
        settings.STUDIO_OPEN_SIGNUP = True
        assert reverse("account_signup") in client.get(reverse("account_login")).content.decode()
        assert client.get(reverse("account_signup")).status_code == 200
        assert client.post(reverse("account_signup"), self.FORM)["Location"] == "/"
        assert User.objects.filter(username="new").exists()
