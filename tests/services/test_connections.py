"""Connections: saved with their key encrypted, erased when the host moves, tested for free, told in sentences."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Connection, Team, User
from studio.providers import catalogue, failures
from studio.providers.values import TestResult
from studio.services import connections
from studio.services.connections import Invalid
from tests import factories
from tests.doubles.provider import Provider

KEY = "canary-4f1d09aa7b"
pytestmark = pytest.mark.django_db


def save(team: Team, connection: Connection | None = None, **fields: Any) -> Connection:
    values: dict[str, Any] = {"name": "Studio account", "provider": "openai", "base_url": "", "key": KEY}
    return connections.save(team=team, user=None, connection=connection, **(values | fields))


def stored(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def test_a_key_is_stored_encrypted_and_comes_back_for_a_call(team: Team, owner: User) -> None:
    row = stored(connections.save(team=team, user=owner, name="A", provider="openai", base_url="", key=f" {KEY}\n"))
    assert KEY not in repr(vars(row))
    assert (row.key_last4, row.base_url, row.created_by) == ("aa7b", "", owner)
    account = connections.account(row)
    assert (account.key, account.base_url) == (KEY, "https://api.openai.com/v1")
    assert KEY not in repr(account)


def test_one_that_was_never_used_is_deleted_with_its_key(team: Team) -> None:
    row = save(team)
    assert connections.delete(connection=row)
    assert not Connection.objects.exists()


def test_one_that_a_generation_names_stays(team: Team) -> None:
    row = factories.make_generation().connection
    assert not connections.delete(connection=row)
    assert stored(row) == row
    assert list(Connection.objects.used()) == [row]


def test_a_short_key_does_not_tell_itself_by_its_end(team: Team) -> None:
    assert save(team, key="abc").key_last4 == "…"


def test_an_empty_key_keeps_the_stored_one(team: Team) -> None:
    row = save(team)
    save(team, row, key="", name="Renamed", concurrency=3)
    assert (stored(row).name, stored(row).concurrency, connections.account(stored(row)).key) == ("Renamed", 3, KEY)


@pytest.mark.parametrize(
    "moved",
    [
        "https://other.example/v1",
        "https://a.example.other/v1",
        "https://b.example/v1",
        "http://a.example:80/v1",
        "https://a.example:8443/v1",
        "https://A.EXAMPLE.:443/v1",
        "",
    ],
)
def test_another_host_port_or_scheme_erases_the_key(moved: str, team: Team, settings: Settings) -> None:
    settings.STUDIO_EGRESS_ALLOW = ("a.example:80", "a.example:8443")
    row = save(team, base_url="https://a.example/v1")
    Connection.objects.filter(pk=row.pk).update(test_passed=True, found_models=["x"])
    row = stored(row)
    if not moved:
        with pytest.raises(Invalid) as fault:
            save(team, row, base_url=moved, key="")
        assert list(fault.value.errors) == ["key"]
        return
    save(team, row, base_url=moved, key="")
    after = stored(row)
    assert (after.key_ciphertext, after.key_last4, after.test_passed, after.found_models) == ("", "", False, [])
    assert connections.account(after).key == ""


@pytest.mark.parametrize("same", ["https://a.example/v1/", "https://a.example/other", "https://A.example:443/v1"])
def test_another_path_or_spelling_of_the_same_host_keeps_the_key(same: str, team: Team) -> None:
    row = save(team, base_url="https://a.example/v1")
    save(team, row, base_url=same, key="")
    assert connections.account(stored(row)).key == KEY


def test_a_new_key_may_come_with_a_new_host(team: Team) -> None:
    row = save(team, base_url="https://a.example/v1")
    save(team, row, base_url="https://b.example/v1", key="another-key-entirely")
    assert connections.account(stored(row)).key == "another-key-entirely"


def test_the_default_address_is_kept_empty_so_that_it_follows_the_catalogue(team: Team) -> None:
    assert save(team, base_url="https://api.openai.com/v1/").base_url == ""


def test_a_local_server_needs_no_key(team: Team, settings: Settings) -> None:
    settings.STUDIO_EGRESS_ALLOW = ("127.0.0.1:1234",)
    row = save(team, base_url="http://127.0.0.1:1234/v1", key="")
    assert connections.account(row).base_url == "http://127.0.0.1:1234/v1"


def test_the_layout_proof_needs_nothing(team: Team) -> None:
    row = save(team, provider="proof", key="", name="Proof")
    assert connections.account(row).base_url == ""


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": ""}, "name", "Give it a name"),
        ({"name": "x" * 81}, "name", "80 characters"),
        ({"provider": "nobody"}, "provider", "There are: "),
        ({"key": ""}, "key", "needs a key"),
        ({"key": "two words"}, "key", "no spaces"),
        ({"key": "schlüssel"}, "key", "plain letters"),
        ({"key": "line\nbreak"}, "key", "plain letters"),
        ({"concurrency": 0}, "concurrency", "between 1 and 200"),
        ({"concurrency": 201}, "concurrency", "between 1 and 200"),
        ({"base_url": "api.example/v1"}, "base_url", "https://example.com/v1"),
        ({"base_url": "https://user:pw@api.example/v1"}, "base_url", "without a name, a password"),
        ({"base_url": "https://api.example/v1?key=x"}, "base_url", "not a web address"),
        ({"base_url": "http://api.example/v1"}, "base_url", "STUDIO_EGRESS_ALLOW"),
        ({"base_url": "http://192.168.1.5:7860"}, "base_url", "STUDIO_EGRESS_ALLOW"),
        ({"base_url": "https://10.0.0.5/v1"}, "base_url", "private network"),
        ({"base_url": "https://api.example:8443/v1"}, "base_url", "STUDIO_EGRESS_ALLOW"),
        ({"provider": "proof", "base_url": "https://api.example/v1"}, "base_url", "one address only"),
    ],
)
def test_a_mistake_is_told_at_its_field(fields: dict[str, Any], field: str, words: str, team: Team) -> None:
    with pytest.raises(Invalid) as fault:
        save(team, **fields)
    assert list(fault.value.errors) == [field]
    assert words in fault.value.errors[field]
    assert not Connection.objects.exists()
    assert KEY not in str(fault.value)


def test_a_name_is_given_once_per_team(team: Team, other_team: Team) -> None:
    row = save(team)
    save(other_team)
    save(team, row)
    with pytest.raises(Invalid) as fault:
        save(team)
    assert list(fault.value.errors) == ["name"]


def test_a_connection_keeps_its_provider(team: Team) -> None:
    with pytest.raises(Invalid):
        save(team, save(team), provider="proof")


def at(provider: Provider, team: Team, settings: Settings, **fields: Any) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    return save(team, base_url=provider.base_url, **fields)


def test_a_test_that_passes_names_the_models(provider: Provider, team: Team, settings: Settings) -> None:
    provider.key = KEY
    row = at(provider, team, settings)
    result = connections.test(row)
    assert result.passed
    after = stored(row)
    assert (after.test_passed, after.found_models) == (True, ["gpt-image-2", "gpt-image-2-mini"])
    assert after.tested_at is not None
    assert after.test_message == "Connected. The server answered and named its models."
    assert provider.billed.total() == 0


def test_a_key_that_was_erased_is_told_until_another_one_comes(team: Team) -> None:
    row = save(team, base_url="https://a.example/v1")
    row = save(team, row, base_url="https://b.example/v1", key="")
    assert connections.key_was_erased(stored(row))
    row = save(team, row, base_url="https://b.example/v1", key="", name="Renamed")
    row = save(team, row, base_url="https://c.example/v1", key="")
    assert connections.key_was_erased(stored(row))
    save(team, row, base_url="https://c.example/v1", key="another-key-1234")
    assert not connections.key_was_erased(stored(row))


def test_where_there_was_no_key_none_is_said_to_be_erased(team: Team) -> None:
    row = save(team, base_url="https://a.example/v1", key="")
    row = save(team, row, base_url="https://b.example/v1", key="")
    assert stored(row).test_message == ""


def test_a_provider_that_does_not_exist_is_answered_with_those_that_do(team: Team) -> None:
    with pytest.raises(Invalid, match=r"no provider “opnai”\. There are: .*openai, "):
        connections.save(team=team, user=None, name="A", provider="opnai")


def test_a_listing_that_is_taken_back_stops_the_next_call(provider: Provider, team: Team, settings: Settings) -> None:
    row = at(provider, team, settings)
    settings.STUDIO_EGRESS_ALLOW = ()
    assert connections.test(row).code == failures.HTTP_NOT_ALLOWED
    assert provider.requests == []


def test_saving_leaves_a_pause_alone_that_began_or_ended_meanwhile(team: Team) -> None:
    row = save(team)
    opened = stored(row)
    connections.pause(connection=row, reason="No credit.")
    save(team, opened, key="", name="Renamed")
    assert (stored(row).name, stored(row).paused_reason) == ("Renamed", "No credit.")
    opened = stored(row)
    connections.resume(connection=row)
    save(team, opened, key="")
    assert (stored(row).paused_at, stored(row).paused_reason) == (None, "")


def test_a_key_that_came_meanwhile_does_not_go_to_the_address_of_an_older_form(team: Team) -> None:
    opened = save(team, base_url="https://a.example/v1")
    save(team, stored(opened), base_url="https://b.example/v1", key="a-key-for-b-alone")
    save(team, opened, base_url="https://a.example/v1", key="")
    after = stored(opened)
    assert (after.base_url, after.key_ciphertext) == ("https://a.example/v1", "")


def test_what_was_deleted_meanwhile_is_not_made_again(team: Team) -> None:
    row = save(team)
    Connection.objects.filter(pk=row.pk).delete()
    with pytest.raises(Invalid, match="deleted"):
        save(team, row, key="")
    assert not Connection.objects.exists()


@pytest.mark.parametrize("change", [{"key": "another-key-entirely"}, {"base_url": "https://b.example/v1"}])
def test_what_a_test_found_is_not_said_of_another_address_or_key(
    change: dict[str, str], provider: Provider, team: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = at(provider, team, settings)
    opened, ask = stored(row), connections._tested

    def meanwhile(asked: Connection) -> TestResult:
        result = ask(asked)
        save(team, row, **({"base_url": provider.base_url} | change))
        return result

    monkeypatch.setattr(connections, "_tested", meanwhile)
    assert connections.test(opened).passed
    after = stored(row)
    assert (after.tested_at, after.test_passed, after.found_models) == (None, False, [])


def test_the_layout_proof_passes_without_a_network(team: Team) -> None:
    row = factories.make_connection(team=team)
    assert connections.test(row).passed
    assert stored(row).test_message == "Ready. The layout proof needs no account."


def test_a_provider_that_has_left_the_catalogue_is_told(team: Team) -> None:
    row = factories.make_connection(team=team, provider="bygone")
    assert not connections.test(row).passed
    assert catalogue.providers().get("bygone") is None


def test_pausing_keeps_the_first_reason_and_resuming_clears_it(connection: Connection) -> None:
    assert connections.pause(connection=connection, reason="No credit.")
    assert not connections.pause(connection=connection, reason="Another.")
    assert stored(connection).paused_reason == "No credit."
    assert connections.resume(connection=connection)
    assert not connections.resume(connection=connection)
    assert stored(connection).paused_reason == ""
