"""The connections pages: what is shown, what is kept, and what never comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from studio.models import Connection, Team, User
from studio.models.teams import Role
from studio.providers import failures
from studio.services import breaker, budgets, connections, halts
from studio.views import offers
from tests import factories
from tests.doubles.provider import Provider

pytestmark = pytest.mark.django_db

KEY = "sk-a-long-secret-key-4F2A"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def kept(team: Team, owner: User) -> Connection:
    return connections.save(team=team, user=owner, name="Client account", provider="openai", key=KEY)


def address(name: str, team: Team, connection: Connection | None = None) -> str:
    return reverse(f"connection-{name}", args=[team.slug, *([connection.pk] if connection else [])])


def adding(team: Team) -> str:
    return f"{address('create', team)}?provider=openai"


def test_the_list_shows_the_last_four_characters_of_a_key_alone(
    owner_client: Client, team: Team, kept: Connection
) -> None:
    page = owner_client.get(address("list", team)).content.decode()
    assert "4F2A" in page
    assert "secret" not in page
    assert kept.key_ciphertext not in page


def test_only_owners_see_what_changes_a_connection(
    team: Team, kept: Connection, owner_client: Client, sign_in: Callable[[User], Client]
) -> None:
    editor = sign_in(factories.make_member(team, Role.EDITOR)).get(address("list", team)).content.decode()
    assert kept.name in editor
    assert address("test", team, kept) not in editor
    assert address("create", team) not in editor
    assert address("test", team, kept) in owner_client.get(address("list", team)).content.decode()


def test_first_the_provider_is_chosen(owner_client: Client, team: Team) -> None:
    page = owner_client.get(address("create", team)).content.decode()
    assert 'href="?provider=openai"' in page
    assert 'href="?provider=proof"' in page


def test_only_what_the_provider_has_is_asked_for(owner_client: Client, team: Team) -> None:
    assert 'name="key"' in owner_client.get(adding(team)).content.decode()
    proof = owner_client.get(f"{address('create', team)}?provider=proof").content.decode()
    assert 'name="name"' in proof
    assert 'name="key"' not in proof
    assert 'name="base_url"' not in proof


def test_a_connection_is_added_with_its_key_encrypted(owner_client: Client, team: Team) -> None:
    form = {"name": "Studio key", "base_url": "", "key": KEY, "concurrency": "4"}
    answer = owner_client.post(adding(team), form, follow=True)
    assert "Studio key is saved." in answer.content.decode()
    row = Connection.objects.get(name="Studio key")
    assert (row.key_last4, row.concurrency) == ("4F2A", 4)
    assert KEY not in row.key_ciphertext
    assert connections.account(row).key == KEY


def test_mistakes_are_named_at_their_fields_and_only_the_key_is_typed_again(owner_client: Client, team: Team) -> None:
    form = {"name": "Gateway", "base_url": "http://127.0.0.1:9/v1", "key": KEY, "concurrency": "0"}
    answer = owner_client.post(adding(team), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_concurrency_error"' in page
    assert 'value="Gateway"' in page
    assert 'value="http://127.0.0.1:9/v1"' in page
    assert KEY not in page
    answer = owner_client.post(adding(team), form | {"concurrency": "1"})
    assert answer.status_code == 422
    assert 'id="id_base_url_error"' in answer.content.decode()
    assert not Connection.objects.filter(name="Gateway").exists()


def test_a_name_is_used_once_in_a_team(owner_client: Client, team: Team, kept: Connection) -> None:
    form = {"name": kept.name, "base_url": "", "key": KEY, "concurrency": "1"}
    answer = owner_client.post(adding(team), form)
    assert answer.status_code == 422
    assert "already has a connection of that name" in answer.content.decode()


def test_an_empty_key_keeps_the_one_that_is_stored(owner_client: Client, team: Team, kept: Connection) -> None:
    form = {"name": "Renamed", "base_url": "", "key": "", "concurrency": "2"}
    owner_client.post(address("edit", team, kept), form)
    kept.refresh_from_db()
    assert kept.name == "Renamed"
    assert connections.account(kept).key == KEY


def test_another_server_never_gets_the_old_key(
    owner_client: Client, team: Team, kept: Connection, settings: Settings
) -> None:
    settings.STUDIO_EGRESS_ALLOW = ("127.0.0.1:9",)
    form = {"name": kept.name, "base_url": "http://127.0.0.1:9/v1", "key": "", "concurrency": "2"}
    owner_client.post(address("edit", team, kept), form)
    kept.refresh_from_db()
    assert kept.base_url == "http://127.0.0.1:9/v1"
    assert connections.account(kept).key == ""


def test_a_short_key_is_not_told_at_all(owner_client: Client, team: Team, owner: User) -> None:
    row = connections.save(team=team, user=owner, name="Local", provider="openai", key="abc")
    form = owner_client.get(address("edit", team, row)).content.decode()
    assert "Leave it empty to keep the key. If you change" in form
    page = owner_client.get(address("list", team)).content.decode()
    assert "With a key" in page
    assert "••••" not in page


def test_a_form_never_holds_the_key(owner_client: Client, team: Team, kept: Connection) -> None:
    page = owner_client.get(address("edit", team, kept)).content.decode()
    assert "ends in 4F2A. If you change the address to another server, the key is erased." in page
    assert "secret" not in page


def test_a_test_answers_with_the_row_and_the_providers_words(
    owner_client: Client, team: Team, provider: Provider, settings: Settings
) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    local = factories.make_connection(team=team, provider="openai", base_url=provider.base_url)
    answer = owner_client.post(address("test", team, local), headers=HTMX)
    page = answer.content.decode()
    assert f'id="connection-{local.pk}"' in page
    assert "Works, tested just now" in page
    assert "<html" not in page


def test_what_is_built_in_is_ready_and_has_no_test(owner_client: Client, team: Team) -> None:
    proof = factories.make_connection(team=team)
    page = owner_client.get(address("list", team)).content.decode()
    assert "Ready" in page
    assert "Not tested" not in page
    assert address("test", team, proof) not in page


def test_one_that_was_never_used_can_be_deleted(owner_client: Client, team: Team, kept: Connection) -> None:
    assert address("delete", team, kept) in owner_client.get(address("list", team)).content.decode()
    page = owner_client.post(address("delete", team, kept), follow=True).content.decode()
    assert "Client account is deleted." in page
    assert not Connection.objects.filter(pk=kept.pk).exists()


def test_one_with_a_history_stays_and_offers_a_pause(owner_client: Client, team: Team) -> None:
    version = factories.make_version(prompt=factories.make_prompt(project=factories.make_project(team=team)))
    used = factories.make_generation(version=version).connection
    for page in (
        owner_client.get(address("list", team)).content.decode(),
        owner_client.post(address("resume", team, used), headers=HTMX).content.decode(),
    ):
        assert "name it, so it stays" in page
        assert address("pause", team, used) in page
        assert address("delete", team, used) not in page
    page = owner_client.post(address("delete", team, used), follow=True).content.decode()
    assert "so it stays. Pause it instead." in page
    assert Connection.objects.filter(pk=used.pk).exists()


def test_a_refused_key_is_told_in_the_providers_own_words(owner_client: Client, team: Team, kept: Connection) -> None:
    words = "Incorrect API key provided: <b>sk-…4F2A</b>"
    Connection.objects.filter(pk=kept.pk).update(tested_at=kept.created_at, test_message=words)
    page = owner_client.get(address("list", team)).content.decode()
    assert "Incorrect API key provided: &lt;b&gt;" in page


def test_pausing_says_why_and_resuming_forgets_it(owner_client: Client, team: Team, kept: Connection) -> None:
    page = owner_client.post(address("pause", team, kept), {"reason": "Invoice is late"}, headers=HTMX).content.decode()
    assert "Invoice is late" in page
    assert address("resume", team, kept) in page
    page = owner_client.post(address("resume", team, kept), headers=HTMX).content.decode()
    assert "Invoice is late" not in page
    assert address("pause", team, kept) in page


@pytest.mark.parametrize("verb", ["test", "pause", "resume", "delete"])
def test_every_verb_works_without_a_script(owner_client: Client, team: Team, verb: str) -> None:
    proof = factories.make_connection(team=team)
    assert owner_client.post(address(verb, team, proof))["Location"] == address("list", team)


# What providers and budgets say of money


def test_a_row_tells_what_the_provider_told(owner_client: Client, team: Team) -> None:
    factories.make_connection(team=team, provider="runbase", balance=12_340_000, failed_in_a_row=3)
    factories.make_connection(team=team, provider="runcomfy", found_prices={"openai/gpt-image-2": 30_000})
    page = owner_client.get(address("list", team)).content.decode()
    assert "$12.34 left, as told by the provider" in page
    assert "At most 20 requests in 10 s for each key, progress checks included" in page
    assert "3 calls in a row came to nothing; after 5 it pauses itself." in page
    assert "openai/gpt-image-2: $0.03 a picture" in page


def test_a_row_tells_how_its_own_budget_stands(owner_client: Client, team: Team) -> None:
    row = factories.make_connection(team=team, provider="openai")
    budgets.save(team=team, user=None, limit=10_000_000, connection=row)
    assert "$0.00 of $10.00 used this month" in owner_client.get(address("list", team)).content.decode()
    # And when the row comes alone, in answer to a button.
    answer = owner_client.post(address("pause", team, row), headers=HTMX)
    assert "$0.00 of $10.00 used this month" in answer.content.decode()


def test_a_pause_by_the_breaker_says_why_and_what_to_do(owner_client: Client, team: Team) -> None:
    row = factories.make_connection(team=team, provider="openai", failed_in_a_row=breaker.LIMIT - 1)
    breaker.failed(row.pk, failures.BUSY)
    page = owner_client.get(address("list", team)).content.decode()
    assert "Five calls in a row came to nothing, so no more are sent. Check it, then resume." in page
    assert "pauses itself" not in page


def test_each_provider_is_offered_with_what_it_does(owner_client: Client, team: Team) -> None:
    page = owner_client.get(address("create", team)).content.decode()
    said = {offer.id: offer.about for offer in offers.offers()}
    assert all(about in page for about in said.values())
    assert said["runbase"] == (
        "Text to image, edits with up to 4 references, sizes up to 4K, needs a public address for references"
    )
    assert said["openai"].endswith("unfinished pictures on the way, or a server of your own")
    assert "public address" not in said["runcomfy"]  # which takes them in the call too


def test_an_erased_key_is_said_after_saving_and_on_the_card(
    owner_client: Client, team: Team, kept: Connection, settings: Settings
) -> None:
    settings.STUDIO_EGRESS_ALLOW = ("127.0.0.1:9",)
    form = {"name": kept.name, "base_url": "http://127.0.0.1:9/v1", "key": "", "concurrency": "2"}
    page = owner_client.post(address("edit", team, kept), form, follow=True).content.decode()
    erased = "The key was erased, because the address moved to another host. Paste it again."
    assert page.count(erased) == 2
    assert f"Client account is saved. {erased}" in page
    page = owner_client.post(address("edit", team, kept), form | {"key": KEY}, follow=True).content.decode()
    assert "erased" not in page


def test_a_paused_card_tells_its_last_test_as_past_and_beneath(
    owner_client: Client, team: Team, provider: Provider, settings: Settings
) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    local = factories.make_connection(team=team, provider="openai", base_url=provider.base_url)
    connections.test(local)
    connections.pause(connection=local, reason="Invoice is late")
    page = owner_client.get(address("list", team)).content.decode()
    assert "Works" not in page
    assert page.index("Paused") < page.index("Invoice is late") < page.index("Last tested just now: Connected.")


def test_a_reason_without_a_full_stop_gets_one_in_the_banner(owner_client: Client, team: Team) -> None:
    halts.stop(team=team, user=None, reason="Moving house")
    assert "Moving house.</span>" in owner_client.get(address("list", team)).content.decode()
    halts.resume(team=team)
    halts.stop(team=team, user=None, reason="Why not?")
    assert "Why not?</span>" in owner_client.get(address("list", team)).content.decode()
