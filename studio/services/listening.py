"""Choosing where the web server listens: a free port, and the host names that it then answers to."""

from __future__ import annotations

import errno
import http.client
import socket
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_PORT = 8000
PORTS_TRIED = 50
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (named, not bound to)


class Taken(Exception):
    """The wanted port cannot be used; the message says so to a person."""


def choose_port(host: str, wanted: int | None) -> int:
    """The wanted port or, where none was named, the first free one from 8000 on."""
    if wanted is not None:
        if not is_free(host, wanted):
            raise Taken(
                _("Port %(port)d on %(host)s is taken. Stop what uses it, or choose another: make run PORT=8080")
                % {"port": wanted, "host": host}
            )
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(host, port):
            return port
    raise Taken(
        _("No port from %(first)d to %(last)d is free on %(host)s. Choose one: make run PORT=9000")
        % {"first": FIRST_PORT, "last": FIRST_PORT + PORTS_TRIED - 1, "host": host}
    )


def is_free(host: str, port: int) -> bool:
    """Raises Taken where the address itself cannot be listened on."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise Taken(
            _("Cannot listen on %(host)s, port %(port)d: %(why)s.")
            % {"host": host, "port": port, "why": error.strerror or error}
        ) from None
    return True


def hosts_for(host: str, allowed: Sequence[str]) -> list[str]:
    """The names to answer to: those allowed already, the address itself and, for every address, this machine's."""
    names = [host] if host not in ANY_ADDRESS else [socket.gethostname(), *_own_addresses()]
    return list(dict.fromkeys([*allowed, *(f"[{name}]" if ":" in name else name for name in names)]))


def _own_addresses() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(entry[4][0]).partition("%")[0] for entry in found]


def url_of(host: str, port: int) -> str:
    """The address to open on this machine."""
    name = "127.0.0.1" if host in ANY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def is_up(host: str, port: int) -> bool:
    """Whether the web server answers."""
    name = "127.0.0.1" if host in ANY_ADDRESS else host
    connection = http.client.HTTPConnection(name, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
