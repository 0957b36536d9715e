"""Connections, keys, halts and budgets from the command line; no command ever shows a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError
from pytest_django import Settings

from studio.models import Budget, Connection, Halt, Team
from studio.models.generations import State
from studio.models.money import Entry
from studio.services import connections, vault
from tests import factories
from tests.doubles.provider import Provider
from tests.management.batching import run

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "sk-canary-4f1d09aa7b"


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings, team: Team) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)
    for name in ("OPENAI_API_KEY", "RUNCOMFY_TOKEN", "RUNCOMFY_API_TOKEN", "RUNCOMFY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings.STUDIO_DATA = tmp_path


def test_a_key_is_read_from_the_variable_that_the_providers_own_tools_use(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = ("connect", "Comfy", "--provider", "runcomfy", "--json")
    refused = run(*connect)
    assert (refused.code, "RUNCOMFY_API_TOKEN" in refused.said) == (65, True)
    monkeypatch.setenv("RUNCOMFY_API_TOKEN", KEY)
    monkeypatch.setenv("RUNCOMFY_API_KEY", "sk-another-one-00000")
    ran = run(*connect)
    assert (ran.code, "RUNCOMFY_API_TOKEN" in ran.said, KEY in ran.said + ran.printed) == (0, True, False)
    assert vault.unseal(Connection.objects.get(name="Comfy")) == KEY


def test_a_stored_key_is_not_replaced_by_the_environment(monkeypatch: pytest.MonkeyPatch, team: Team) -> None:
    connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-another-one-00000")
    ran = run("connect", "A", "--concurrency", "3")
    row = Connection.objects.get(name="A")
    assert (ran.code, row.concurrency, vault.unseal(row)) == (0, 3, KEY)


def test_a_key_of_the_environment_never_goes_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert run("connect", "Mine", "--provider", "openai", "--base-url", "https://images.example/v1").code == 0
    assert vault.unseal(Connection.objects.get(name="Mine")) == ""


def test_a_connection_is_paused_and_resumed_without_naming_its_provider(team: Team) -> None:
    connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    assert run("connect", "A", "--pause", "Over budget").code == 0
    [row] = run("connections", "--json").json["connections"]
    assert (row["state"], row["reason"], row["key_last4"]) == ("paused", "Over budget", KEY[-4:])
    assert row["models"] == ["gpt-image-2"]
    assert run("connect", "A", "--resume", "--json").json["paused"] is False
    assert run("connect", "New", "--resume").code == 64


@pytest.mark.parametrize(("key", "status", "code"), [("right-key-00000", 200, 0), ("wrong-key-00000", 200, 77)])
def test_a_test_tells_by_its_exit_code(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str, status: int, code: int
) -> None:
    monkeypatch.setenv("THE_KEY", key)
    with Provider(key="right-key-00000") as provider:
        settings.STUDIO_EGRESS_ALLOW = (provider.address,)
        connect = ("connect", "A", "--provider", "openai", "--base-url", provider.base_url, "--key-env", "THE_KEY")
        ran = run(*connect, "--test", "--json")
    assert (ran.code, ran.json["test"]["passed"]) == (code, code == 0)
    assert key not in ran.printed + ran.said


def test_a_server_that_is_not_there_fails_the_test(settings: Settings, provider: Provider) -> None:
    with Provider() as gone:
        settings.STUDIO_EGRESS_ALLOW = (gone.address,)
    ran = run("connect", "A", "--provider", "openai", "--base-url", gone.base_url, "--test", "--json")
    assert (ran.code, ran.json["test"]["code"]) == (69, "unreachable")


def test_the_list_holds_no_secret(team: Team) -> None:
    connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    Connection.objects.update(balance=12_340_000)
    ran = run("connections")
    assert "$12.34" in ran.printed
    found = run("connections", "--json")
    assert found.json["connections"][0]["balance"] == 12.34
    row = Connection.objects.get()
    for secret in (KEY, row.key_ciphertext):
        assert secret not in ran.printed + found.printed


def test_keys_are_rotated_and_the_old_key_can_go(team: Team, settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.STUDIO_KEYS = (old,)
    for name in ("A", "B"):
        connections.save(team=team, user=None, name=name, provider="openai", key=f"{KEY}-{name}")
    settings.STUDIO_KEYS = (new, old)
    assert run("rotate-keys", "--json").json == {"rotated": 2, "unreadable": 0, "error": None}
    settings.STUDIO_KEYS = (new,)
    assert [vault.unseal(row) for row in Connection.objects.order_by("pk")] == [f"{KEY}-A", f"{KEY}-B"]
    assert run("rotate-keys").code == 0  # and again, after it was broken off


def test_keys_that_cannot_be_opened_are_counted_and_stay(team: Team, settings: Settings) -> None:
    lost, kept = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.STUDIO_KEYS = (lost,)
    unreadable = connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    settings.STUDIO_KEYS = (kept,)
    connections.save(team=team, user=None, name="B", provider="openai", key=KEY)
    ran = run("rotate-keys", "--json")
    assert (ran.code, ran.json["rotated"], ran.json["unreadable"]) == (77, 1, 1)
    assert "1 of 2 stored keys" in ran.json["error"]["message"]
    assert Connection.objects.get(name="A").key_ciphertext == unreadable.key_ciphertext


def test_what_is_no_key_is_said(team: Team, settings: Settings) -> None:
    connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    settings.STUDIO_KEYS = ("nonsense",)
    ran = run("rotate-keys")
    assert (ran.code, "STUDIO_KEYS" in ran.said) == (77, True)


def test_a_key_that_is_entered_while_keys_are_rotated_stays(
    team: Team, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    reseal = vault.reseal

    def meanwhile(connection: Connection) -> str:
        connections.save(team=team, user=None, name="A", provider="openai", key="sk-newer-00000000", connection=row)
        return reseal(connection)

    monkeypatch.setattr(vault, "reseal", meanwhile)
    assert run("rotate-keys").code == 0
    assert vault.unseal(Connection.objects.get()) == "sk-newer-00000000"


def test_the_operator_stops_and_resumes_all_calls(team: Team, provider: Provider, settings: Settings) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    factories.make_connection(team=team, provider="openai", base_url=provider.base_url, name="Local")
    factories.make_project(team=team)
    assert run("halt", "--reason", "Moving house", "--json").json["by"] == "operator"
    generate = ("generate", "-p", "A cup", "--connection", "Local", "--inline", "--json")
    ran = run(*generate)
    assert (ran.code, ran.json["error"]["code"]) == (75, "halted")
    assert not provider.submissions
    assert run("halt", "--status", "--json").json["reason"] == "Moving house"
    assert run("halt", "--resume", "--json").json["halted"] is False
    assert run(*generate).code == 0


def test_one_team_is_stopped_and_the_other_is_not(team: Team, other_team: Team) -> None:
    assert run("halt", "--team", team.slug, "--json").json["by"] == "team"
    assert [halt.team for halt in Halt.objects.all()] == [team]
    assert run("halt", "--team", other_team.slug, "--status", "--json").json["halted"] is False
    assert run("halt", "--team", "nobody").code == 65


def test_teams_that_still_stand_are_named_when_the_operator_asks_or_resumes(team: Team, other_team: Team) -> None:
    run("halt", "--team", team.slug)
    run("halt")
    for how in ("--status", "--resume", "--status"):
        ran = run("halt", how)
        assert f"Stopped teams: {team.slug}. " in ran.printed
        assert "Calls are sent.\n" not in ran.printed
    assert run("halt", "--status", "--json").json["teams"] == [team.slug]
    run("halt", "--team", team.slug, "--resume")
    assert run("halt", "--status").printed == "Calls are sent.\n"


def test_a_test_alone_changes_nothing_and_says_so(
    team: Team, provider: Provider, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    provider.key = "right-key-00000"
    connections.save(
        team=team, user=None, name="A", provider="openai", base_url=provider.base_url, key="wrong-key-00000"
    )
    ran = run("connect", "A", "--test")
    assert (ran.code, "Changed" in ran.printed) == (77, False)
    assert ran.printed.startswith("The provider did not accept the key. The server answered: “")
    assert "test failed" in run("connections").printed
    monkeypatch.setenv("THE_KEY", "right-key-00000")
    ran = run("connect", "A", "--key-env", "THE_KEY", "--test")
    assert ran.printed.splitlines()[0] == "Changed the connection “A”."
    assert "ready" in run("connections").printed


def test_a_move_to_another_host_says_that_the_key_is_gone(team: Team) -> None:
    connections.save(team=team, user=None, name="A", provider="openai", key=KEY)
    ran = run("connect", "A", "--base-url", "https://images.example/v1")
    assert (ran.code, "The key was erased" in ran.said) == (0, True)
    assert "key erased" in run("connections").printed
    assert (
        "The key was erased" not in run("connect", "A", "--base-url", "https://images.example/v1", "--resume").printed
    )


def test_what_does_not_exist_is_answered_with_what_does(team: Team) -> None:
    ran = run("connect", "A", "--provider", "opnai")
    assert (ran.code, "There are: " in ran.said, "openai" in ran.said) == (65, True, True)


def test_a_number_out_of_range_is_answered_with_the_real_one(team: Team) -> None:
    with pytest.raises(CommandError, match="from 1 to 200"):
        run("connect", "A", "--provider", "proof", "--concurrency", "0")
    ran = run("connect", "A", "--provider", "proof", "--concurrency", "201")
    assert (ran.code, "between 1 and 200" in ran.said) == (65, True)
    factories.make_connection(team=team)
    with pytest.raises(CommandError, match="from 1 to 10"):
        run("generate", "-p", "A cup", "--takes", "0")
    ran = run("generate", "-p", "A cup", "--takes", "11")
    assert (ran.code, "from 1 to 10" in ran.said) == (65, True)


def test_budgets_are_set_listed_and_removed(team: Team) -> None:
    project = factories.make_project(team=team)
    assert run("budget", "--limit", "50").code == 0
    assert run("budget", "--project", project.slug, "--limit", "7.50", "--period", "total").code == 0
    assert run("budget", "--person", "owner", "--limit", "3").code == 0
    found = run("budget", "--list", "--json").json["budgets"]
    assert [(row["of"], row["name"], row["limit"], row["period"], row["state"]) for row in found] == [
        ("team", None, 50.0, "month", "open"),
        ("project", project.slug, 7.5, "total", "open"),
        ("person", "owner", 3.0, "month", "open"),
    ]
    assert run("budget", "--project", project.slug, "--remove").code == 0
    assert Budget.objects.count() == 2
    assert run("budget", "--project", project.slug, "--remove").code == 65
    assert run("budget", "--person", "stranger", "--limit", "3").code == 65


def test_the_list_of_budgets_tells_period_and_warning(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    run("budget", "--limit", "50")
    run("budget", "--person", "owner", "--limit", "0", "--period", "total")
    stopped = "used in all (100 %). Stopped: paid calls are refused."
    listed = run("budget", "--list").printed.splitlines()
    assert (listed[0].endswith("$0.00 of $50.00 used this month (0 %)."), stopped in listed[1]) == (True, True)
    monkeypatch.setattr("studio.services.budgets.WARNED_FROM", 0)
    assert "Warned: at 100 % paid calls are refused." in run("budget", "--list").printed


@pytest.mark.parametrize("limit", ["", "-1", "NaN", "sNaN", "Infinity", "1e999999999", "0.001", "five"])
def test_what_is_no_amount_is_a_wrong_command_line(limit: str) -> None:
    with pytest.raises(CommandError, match="is no amount in dollars"):
        run("budget", f"--limit={limit}")
    assert not Budget.objects.exists()


def test_what_is_held_for_unknown_outcomes_is_told_apart(team: Team) -> None:
    attempt = factories.make_attempt(state=State.UNKNOWN)
    factories.make_entries(120_000, kind=Entry.RESERVED, attempt=attempt)
    slug = attempt.generation.team.slug
    said = run("spend", "--team", slug).printed
    assert "On its way: $0.00." in said
    assert "$0.12 held for 1 unknown outcome." in said
    assert run("spend", "--team", slug, "--json").json["held"] == pytest.approx(0.12)


def test_a_budget_refuses_and_what_was_spent_is_told(team: Team, provider: Provider, settings: Settings) -> None:
    settings.STUDIO_EGRESS_ALLOW = (provider.address,)
    factories.make_connection(team=team, provider="openai", base_url=provider.base_url, name="Local")
    project = factories.make_project(team=team)
    generate = ("generate", "--connection", "Local", "--inline", "--json")
    made = run(*generate, "-p", "A cup").json
    run("budget", "--limit", "0.10")
    ran = run(*generate, "-p", "Another cup")
    assert (ran.code, ran.json["error"]["code"], ran.json["generation"]) == (77, "budget", None)
    assert len(provider.submissions) == 1
    found = run("spend", "--json").json
    assert found["spent"] == pytest.approx(made["cost"])
    assert (found["coming"], found["held"]) == (0, 0)
    assert found["connections"]["Local"]["calls"] == found["projects"][project.slug]["calls"] == 1
    assert len(run("spend", "--csv").printed.splitlines()) == 2
    plain = run("spend").printed.splitlines()
    assert [line for line in plain if line.endswith(":")] == ["By project:", "By person:", "By connection:"]
    assert plain[plain.index("By connection:") + 1].startswith("  Local: $")
