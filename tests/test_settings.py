"""Settings: every variable is documented, unreadable ones are errors, and the tables match the models."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from studio import env

ROOT = Path(__file__).resolve().parent.parent
READERS = {"text", "flag", "number", "words", "one_of", "secret", "mail_server"}


def variables() -> set[str]:
    """Every name that the code reads from the environment through studio.env."""
    found = set()
    for path in (ROOT / "studio").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS:
                owner, first = node.func.value, node.args[0] if node.args else None
                if isinstance(owner, ast.Name) and owner.id == "env" and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))


def test_documentation_lists_exactly_the_variables_that_are_read() -> None:
    assert documented() == variables()


def test_an_unreadable_variable_is_an_error_and_not_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_DEBUG", "maybe")
    with pytest.raises(env.Unreadable, match="STUDIO_DEBUG"):
        env.flag("STUDIO_DEBUG")
    monkeypatch.setenv("STUDIO_IN_FLIGHT", "many")
    with pytest.raises(env.Unreadable, match="whole number"):
        env.number("STUDIO_IN_FLIGHT", 5)
    monkeypatch.setenv("STUDIO_LOG_LEVEL", "loud")
    with pytest.raises(env.Unreadable, match="STUDIO_LOG_LEVEL"):
        env.one_of("STUDIO_LOG_LEVEL", "INFO", "DEBUG")


def test_the_secret_key_is_made_once_and_kept_to_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    file = tmp_path / "keys" / "secret-key"
    first = env.secret("SECRET_KEY", kept_in=file)
    assert env.secret("SECRET_KEY", kept_in=file) == first
    assert len(first) >= 50
    assert file.stat().st_mode & 0o077 == 0


def test_a_database_address_is_read_with_its_escapes(tmp_path: Path) -> None:
    found = env.database("postgres://us%40er:p%2Fw@db.example:5433/na%20me", sqlite_file=tmp_path / "x")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "us@er",
        "p/w",
        "db.example",
        "5433",
        "na me",
    )
    with pytest.raises(env.Unreadable):
        env.database("mysql://x/y", sqlite_file=tmp_path / "x")


def settings_with(folder: Path, names: list[str], **variables: str) -> dict[str, Any]:
    """These settings, as a studio that is started with these variables reads them."""
    code = f"import json; from studio import settings as s; print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    environment = kept | {"STUDIO_DATA": str(folder)} | variables
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(("flag", "count", "header"), [("1", 1, ["HTTP_X_FORWARDED_PROTO", "https"]), ("", 0, None)])
def test_a_proxy_is_believed_only_where_there_is_one(flag: str, count: int, header: Any, tmp_path: Path) -> None:
    wanted = {"ALLAUTH_TRUSTED_PROXY_COUNT": count, "SECURE_PROXY_SSL_HEADER": header}
    assert settings_with(tmp_path, [*wanted], STUDIO_BEHIND_PROXY=flag) == wanted


def test_mail_goes_where_it_is_said(tmp_path: Path) -> None:
    wanted = {
        "STUDIO_MAIL": True,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "studio@example.com",
        "EMAIL_HOST_PASSWORD": "p/w",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
        "DEFAULT_FROM_EMAIL": "studio@example.com",
    }
    url = "smtp://studio%40example.com:p%2Fw@mail.example"
    assert settings_with(tmp_path, [*wanted], EMAIL_URL=url, STUDIO_MAIL_FROM="studio@example.com") == wanted


def test_mail_goes_nowhere_unless_it_is_said_and_never_into_the_log(tmp_path: Path) -> None:
    wanted = {"STUDIO_MAIL": False, "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    assert settings_with(tmp_path, [*wanted], EMAIL_URL="") == wanted


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://relay", 25, False, False),
        ("smtp://me:secret@mail.example", 587, True, False),
        ("smtp://me:secret@mail.example:2525/", 2525, True, False),
        ("smtps://me:secret@mail.example", 465, False, True),
    ],
)
def test_a_password_is_never_sent_in_the_open(
    url: str, port: int, starttls: bool, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    found = env.mail_server("EMAIL_URL")
    assert found is not None
    assert (found.port, found.starttls, found.tls) == (port, starttls, tls)


@pytest.mark.parametrize(
    "url", ["a:secret@b", "http://a:secret@b", "smtp://a:secret@", "smtp://a:secret@b:port", "smtp://a:secret@b/x"]
)
def test_an_unreadable_mail_server_is_an_error_that_keeps_the_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    with pytest.raises(env.Unreadable, match="EMAIL_URL must be") as fault:
        env.mail_server("EMAIL_URL")
    assert "secret" not in str(fault.value)


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", "studio", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Studio.example:8443/path", ("studio.example",)),
        ("http://[2001:db8::1]:8000", ("[2001:db8::1]",)),
        ("studio.example", ()),
        ("http://[", ()),
        ("", ()),
    ],
)
def test_the_host_of_the_public_address(address: str, host: tuple[str, ...]) -> None:
    assert env.host_of(address) == host


def test_the_studio_answers_to_its_public_address(tmp_path: Path) -> None:
    code = "from studio import settings; print(*settings.ALLOWED_HOSTS)"
    environment = {
        "STUDIO_DATA": str(tmp_path),
        "STUDIO_PUBLIC_URL": "https://studio.example",
        "STUDIO_HOSTS": "inside",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["inside", "studio.example"]
