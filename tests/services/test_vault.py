"""Keys at rest: bound to their row, readable with any of our keys, and never with none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection as database
from pytest_django import Settings

from studio.models import Connection, Team
from studio.services import connections, vault
from studio.services.vault import Unreadable

KEY = "canary-4f1d09aa7b"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, settings: Settings) -> None:
    settings.STUDIO_DATA = tmp_path


@pytest.fixture
def row(team: Team) -> Connection:
    return connections.save(team=team, user=None, name="A", provider="openai", key=KEY)


def test_the_key_file_is_made_once_for_its_owner_alone(row: Connection) -> None:
    file = vault.key_file()
    first = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert vault.unseal(row) == KEY
    assert file.read_bytes() == first
    assert [path.name for path in file.parent.iterdir()] == ["connections"]


def test_two_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "connections"
    vault._make(file)
    first = file.read_bytes()
    vault._make(file)
    assert file.read_bytes() == first


def test_a_ciphertext_does_not_open_in_another_row(row: Connection, team: Team, other_team: Team) -> None:
    other = connections.save(team=team, user=None, name="B", provider="openai", key="another-key-1234")
    other.key_ciphertext = row.key_ciphertext
    with pytest.raises(Unreadable, match="another connection"):
        vault.unseal(other)
    row.team = other_team
    with pytest.raises(Unreadable, match="another connection"):
        vault.unseal(row)


def test_no_column_of_the_database_holds_the_key(row: Connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM studio_connection")
        assert KEY not in repr(cursor.fetchall())


def test_keys_rotate_with_the_old_one_behind_and_then_without_it(row: Connection, settings: Settings) -> None:
    old, new = vault.key_file().read_text(), Fernet.generate_key().decode()
    settings.STUDIO_KEYS = (new, old)
    assert vault.rotate() == vault.Rotation(rotated=1, unreadable=0)
    settings.STUDIO_KEYS = (new,)
    assert vault.unseal(Connection.objects.get(pk=row.pk)) == KEY


def test_a_lost_key_is_told_with_a_next_step_and_not_as_a_fault(row: Connection, settings: Settings) -> None:
    settings.STUDIO_KEYS = (Fernet.generate_key().decode(),)
    with pytest.raises(Unreadable, match="Enter the key again"):
        vault.unseal(row)
    result = connections.test(row)
    assert not result.passed
    assert "Enter the key again" in result.message


@pytest.mark.parametrize("word", ["short", "!" * 44])
def test_a_setting_that_is_no_key_names_itself(word: str, row: Connection, settings: Settings) -> None:
    settings.STUDIO_KEYS = (word,)
    with pytest.raises(Unreadable, match="STUDIO_KEYS must hold keys of 44 characters"):
        vault.unseal(row)


def test_a_row_without_a_key_has_an_empty_one(connection: Connection) -> None:
    assert vault.unseal(connection) == ""
