"""Where the web server listens: the wanted port or a plain word, and the names that it answers to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from studio.services import listening


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_named_port_that_is_taken_is_said_plainly(taken_port: int) -> None:
    with pytest.raises(listening.Taken, match=str(taken_port)):
        listening.choose_port("127.0.0.1", taken_port)


def test_without_a_named_port_the_next_free_one_is_used(taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "FIRST_PORT", taken_port)
    assert taken_port < listening.choose_port("127.0.0.1", None) < taken_port + listening.PORTS_TRIED


def test_an_address_of_another_machine_is_said_plainly() -> None:
    with pytest.raises(listening.Taken, match="Cannot listen"):
        listening.choose_port("192.0.2.1", 8000)


def test_listening_on_an_address_adds_it_to_the_names_answered_to() -> None:
    assert listening.hosts_for("192.0.2.7", ["localhost"]) == ["localhost", "192.0.2.7"]
    assert listening.hosts_for("::1", []) == ["[::1]"]
    assert socket.gethostname() in listening.hosts_for("0.0.0.0", [])


def test_the_address_to_open_is_one_that_a_browser_can_open() -> None:
    assert listening.url_of("0.0.0.0", 8000) == "http://127.0.0.1:8000"
    assert listening.url_of("::1", 8001) == "http://[::1]:8001"


def test_a_silent_port_is_not_up(taken_port: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert not listening.is_up("127.0.0.1", port)
