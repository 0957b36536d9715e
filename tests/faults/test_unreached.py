"""R6: nothing left this machine. It is tried again, it costs nothing, and a person is told what to look at."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.egress.tls import TlsServer
from tests.faults.house import KINDS, House, told_in
from tests.worker.conftest import PACE


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names and what they are found to be."""
    found: dict[str, str] = {}

    def lookup(host: str, port: int) -> list[Any]:
        if host not in found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found[host], port))]

    monkeypatch.setattr("studio.egress.network._getaddrinfo", lookup)
    return found


CASES: list[tuple[str, str, int, tuple[str, ...]]] = [
    (
        "http://127.0.0.1:9",
        "unreachable",
        PACE.tries,
        ("Provider not reached", "Nothing was charged.", "Check the connection's address, then try again."),
    ),
    (
        "https://no-such-name.example",
        "name_unknown",
        PACE.tries,
        ("The name in the connection's address could not be found.", "Check its spelling, then try again."),
    ),
    (
        "https://inside.example",
        "blocked_address",
        0,
        ("This address is inside a private network", "the operator can list its host:port"),
    ),
]


@pytest.mark.parametrize(
    ("base_url", "code", "tries", "says", "kind"),
    [(*case, kind) for kind in KINDS for case in (CASES if kind == "pictures" else CASES[:1])],
)
def test_a_provider_that_is_not_reached(
    base_url: str, code: str, tries: int, says: tuple[str, ...], kind: str, house: House, addresses: dict[str, str]
) -> None:
    house.settings.STUDIO_EGRESS_ALLOW = (house.provider.address, "127.0.0.1:9")
    connection = house.connect(kind)
    addresses["inside.example"] = "10.0.0.5"
    type(connection).objects.filter(pk=connection.pk).update(base_url=base_url)
    connection.refresh_from_db()
    attempt = house.ask(kind, connection=connection)
    # Where a reference goes to the provider's storage first, that is what is not reached: with three tries for each.
    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("failed", code, "released")
    assert (attempt.tries, house.paid(attempt), attempt.submitted_at) == (tries, 0, None)
    shown, reported = house.shown(attempt), house.reported(attempt)
    assert [words for words in (*says, "Nothing was charged.", "Retry", "Open connections") if words not in shown] == []
    assert reported["error"]["code"] == code
    assert says[-1] in reported["error"]["message"]
    assert house.lines() == [f"Attempt {attempt.pk} ends as failed: {code}."]
    assert house.tracebacks() == []
    again = [record.getMessage() for record in house.log.records if "is tried again in" in record.getMessage()]
    assert len(again) == tries
    assert told_in(f"{shown} {reported} {house.log.text}") == []


@pytest.mark.parametrize("kind", ["pictures", "jobs"])
def test_a_certificate_that_nobody_signed(kind: str, house: House, tmp_path: Path) -> None:
    with TlsServer(tmp_path, "localhost") as server:
        house.settings.STUDIO_EGRESS_ALLOW = (house.provider.address, f"127.0.0.1:{server.port}")
        connection = house.connect(kind)
        type(connection).objects.filter(pk=connection.pk).update(base_url=f"https://127.0.0.1:{server.port}")
        connection.refresh_from_db()
        attempt = house.ask(kind, connection=connection)
        house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("failed", "tls_failed", "released")
    assert server.received == []
    shown, reported = house.shown(attempt), house.reported(attempt)
    sentence = "The provider's certificate could not be verified, so nothing was sent."
    assert sentence in shown
    assert "Check the connection's address; behind a company proxy, ask your operator." in shown
    assert sentence in reported["error"]["message"]
    connection.refresh_from_db()
    assert connection.paused_at is not None
    assert house.lines() == [f"Attempt {attempt.pk} ends as failed: tls_failed."]
    assert house.tracebacks() == []
