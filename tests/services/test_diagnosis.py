"""A connection's test that fails: what is wrong, the server's words in quotes, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from studio.models import Connection, Team
from studio.providers import failures
from studio.services import connections
from tests.doubles.provider import Provider

KEY = "canary-4f1d09aa7b"
pytestmark = pytest.mark.django_db


def at(provider: Provider, team: Team, settings: Settings, **fields: Any) -> Connection:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    values: dict[str, Any] = {"name": "A", "provider": "openai", "base_url": provider.base_url, "key": KEY}
    return connections.save(team=team, user=None, **(values | fields))


def stored(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def test_a_refused_key_is_told_in_the_providers_own_words_and_pauses_nothing(
    provider: Provider, team: Team, settings: Settings
) -> None:
    row = at(provider, team, settings)
    words = f"Incorrect API key provided: {KEY} <b>x</b>"
    provider.next(match="models", status=401, body={"error": {"message": words}})
    result = connections.test(row)
    assert (result.passed, result.code) == (False, failures.BAD_KEY)
    after = stored(row)
    assert after.test_message.splitlines() == [
        "The provider did not accept the key.",
        "The server answered:",
        "“Incorrect API key provided: [key] <b>x</b>”.",
        "Edit the connection and paste the key again.",
    ]
    assert after.paused_at is None


@pytest.mark.parametrize("words", ["Not found.", "Invalid URL (GET /models)", ""])
def test_a_wrong_path_is_told_with_the_providers_own_address(
    provider: Provider, team: Team, settings: Settings, words: str
) -> None:
    row = at(provider, team, settings)
    provider.next(match="models", status=404, body={"error": {"message": words}})
    result = connections.test(row)
    assert result.code == failures.ADDRESS_WRONG
    said = stored(row).test_message.splitlines()
    assert said[0] == "There is no images API at this address."
    assert said[-2:] == ["The address may need its path. The provider's own is:", "https://api.openai.com/v1"]
    assert any(line.startswith(f"“{words}”") for line in said) == bool(words)


def test_long_words_of_a_provider_leave_room_for_the_next_step(
    provider: Provider, team: Team, settings: Settings
) -> None:
    row = at(provider, team, settings)
    provider.next(match="models", status=401, body={"error": {"message": "No. " * 200}})
    said = connections.test(row).message
    assert stored(row).test_message == said
    assert said.endswith("…”\nEdit the connection and paste the key again.")


def test_a_key_that_is_refused_where_there_is_none_is_asked_for(
    provider: Provider, team: Team, settings: Settings
) -> None:
    provider.key = KEY
    row = at(provider, team, settings, key="")
    assert connections.test(row).message.endswith("The connection has no key: edit it and paste one.")


def test_a_free_test_that_broke_sends_nobody_to_look_for_a_charge(
    provider: Provider, team: Team, settings: Settings
) -> None:
    row = at(provider, team, settings)
    provider.next(match="models", status=500, body={"error": {"message": "Broken."}})
    assert "Nothing was charged. Test it again in a few minutes." in connections.test(row).message


def test_a_server_that_is_not_there_is_told_with_a_next_step(team: Team, settings: Settings) -> None:
    with Provider() as gone:
        row = at(gone, team, settings)
    result = connections.test(row)
    assert (result.passed, result.code) == (False, failures.UNREACHABLE)
    assert result.message.startswith("The provider could not be reached.")
    assert result.message.endswith("Check the connection's address, then try again.")
