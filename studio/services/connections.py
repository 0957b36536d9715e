"""A team's accounts at providers: save them with their key encrypted, open them for a call, test and pause them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from studio import providers
from studio.egress import addresses, client
from studio.egress.allowed import allowed
from studio.models import Connection, Team, User
from studio.providers import catalogue, failures
from studio.providers.capabilities import Confidence, Price, PriceKind
from studio.providers.values import Account, Reply, TestResult
from studio.services import diagnosis, quotes, throttles, vault
from studio.services.vault import Unreadable
from studio.storage import files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.providers.capabilities import Model, Provider

__all__ = [
    "Invalid",
    "Unreadable",
    "account",
    "address",
    "delete",
    "key_was_erased",
    "model",
    "pause",
    "resume",
    "save",
    "test",
]

MAX_CALLS_AT_ONCE = 200
# A shorter key would be half told by its last four characters.
LEAST_FOR_LAST4 = 12
# What a test finds, and what saving writes.
TESTED = ("tested_at", "test_passed", "test_message", "found_models", "balance", "found_prices")
WRITTEN = ("name", "concurrency", "base_url", "key_ciphertext", "key_last4", *TESTED)


class Invalid(ValueError):
    """What was filled in cannot be saved: a sentence by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


@sensitive_variables("key")
def save(
    *,
    team: Team,
    user: User | None,
    name: str,
    provider: str,
    base_url: str = "",
    key: str = "",
    concurrency: int = 8,
    connection: Connection | None = None,
) -> Connection:
    """Create or change a connection. An empty ``key`` keeps the one that is stored, unless the address moves to
    another host, port or scheme: then the stored key is erased, or anybody could have it sent to themselves.

    Raises Invalid.
    """
    name, base_url, key = name.strip(), base_url.strip(), key.strip()
    known = _checked(team, name, provider, base_url, key, concurrency, connection)
    try:
        with transaction.atomic():
            row = _fresh(connection) or Connection(team=team, provider=provider, created_by=user)
            _fill(row, known, base_url, key)
            row.name, row.concurrency = name, concurrency
            # First, because the ciphertext names its row; and without the pause, which somebody may end or begin now.
            row.save(update_fields=WRITTEN if row.pk else None)
            if key:
                row.key_ciphertext, row.key_last4 = vault.seal(key, row), _last4(key)
                row.save(update_fields=["key_ciphertext", "key_last4"])
    except IntegrityError:
        raise Invalid({"name": _taken()}) from None
    return row


def _fresh(connection: Connection | None) -> Connection | None:
    """The row as it is now, held until the end of the transaction: whether its key may stay is told by where it goes
    now, and not by where it went when somebody opened the form."""
    if connection is None:
        return None
    row = Connection.objects.select_for_update().filter(pk=connection.pk).first()
    if row is None:
        raise Invalid({"name": _("Somebody deleted this connection meanwhile. Make a new one.")})
    return row


def _fill(row: Connection, known: Provider, base_url: str, key: str) -> None:
    """The address, and what must go with the old one."""
    moved = _origin(row.base_url, known) != _origin(base_url, known)
    if not key and (moved or not row.key_ciphertext) and known.key_required(base_url):
        raise Invalid({"key": _("This provider needs a key at this address. Paste it here.")})
    erased = moved and not key and bool(row.key_ciphertext or key_was_erased(row))
    row.base_url = base_url if known.base_url and base_url.rstrip("/") != known.base_url.rstrip("/") else ""
    if moved or key:
        row.key_ciphertext = row.key_last4 = row.test_message = ""
        row.tested_at, row.test_passed, row.found_models = None, False, []
        row.balance, row.found_prices = None, {}
    if erased:  # until it is tested, or has a key again
        row.test_message = diagnosis.KEY_ERASED


def key_was_erased(connection: Connection) -> bool:
    """Because its address moved to another host; since then no other key came, and nobody tested it."""
    return connection.test_message == diagnosis.KEY_ERASED


@sensitive_variables("key")
def _checked(
    team: Team, name: str, provider: str, base_url: str, key: str, concurrency: int, connection: Connection | None
) -> Provider:
    errors: dict[str, str] = {}
    known = catalogue.providers().get(provider)
    if known is None or (connection is not None and connection.provider != provider):
        raise Invalid({"provider": _wrong_provider(provider, connection)})
    others = Connection.objects.for_team(team)
    if connection is not None:
        others = others.exclude(pk=connection.pk)
    if not name or len(name) > 80:
        errors["name"] = _("Give it a name of up to 80 characters.")
    elif others.filter(name=name).exists():
        errors["name"] = _taken()
    if base_url and (problem := _problem(base_url, known)):
        errors["base_url"] = problem
    if not key.isascii() or not key.isprintable() or " " in key or len(key) > 500:
        errors["key"] = _("A key has no spaces and only plain letters, digits and signs. Paste it again.")
    if not 1 <= concurrency <= MAX_CALLS_AT_ONCE:
        message = _("Allow between 1 and %(most)s calls at once.")
        errors["concurrency"] = message % {"most": MAX_CALLS_AT_ONCE}
    if errors:
        raise Invalid(errors)
    return known


def _wrong_provider(provider: str, connection: Connection | None) -> str:
    if provider not in catalogue.providers():
        words = _("There is no provider “%(id)s”. There are: %(ids)s.")
        return words % {"id": provider, "ids": ", ".join(catalogue.providers())}
    kept = connection.provider if connection else ""
    return _("This connection is one to %(id)s, and stays so. Make a new one.") % {"id": kept}


def _taken() -> str:
    return _("This team already has a connection of that name. Choose another.")


def _problem(base_url: str, known: Provider) -> str:
    """Why this address cannot be a connection's, or nothing. Where it leads is checked again at each call."""
    if not known.own_address and base_url.rstrip("/") != known.base_url.rstrip("/"):
        return _("This provider has one address only. Leave the field empty.")
    try:
        found = addresses.target(base_url, allowed())
    except addresses.Blocked as error:
        return _told(error.code)
    if "?" in found.path or len(base_url) > 300:
        return _told(failures.ADDRESS_UNREADABLE)
    return ""


def _told(code: str) -> str:
    explanation = failures.explain(code)
    return f"{_(explanation.sentence)} {_(explanation.step)}"


def _origin(base_url: str, known: Provider) -> tuple[str, str, int]:
    """Scheme, host and port: what a key is bound to."""
    parts = urlsplit(base_url or known.base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def _last4(key: str) -> str:
    return key[-4:] if len(key) >= LEAST_FOR_LAST4 else "…"


def account(connection: Connection) -> Account:
    """What an adapter may know of it, the key opened. Raises Unreadable."""
    return Account(base_url=address(connection), key=vault.unseal(connection))


def address(connection: Connection) -> str:
    """Where its calls go: its own address, or the provider's; empty where nothing is called."""
    known = catalogue.providers().get(connection.provider)
    return connection.base_url or (known.base_url if known else "")


def model(connection: Connection, id: str) -> Model:
    """The catalogue's model, at the prices that the provider quoted when the connection was tested. Where the catalogue
    knows none, at the one that it told then, which says nothing of sizes and references. Raises UnknownProvider and
    UnknownModel."""
    known = quotes.applied(catalogue.model(connection.provider, id), connection.found_prices)
    told = connection.found_prices.get(id)
    if known.price is not None or not isinstance(told, int) or told <= 0:
        return known
    return replace(known, price=Price(kind=PriceKind.FLAT, confidence=Confidence.ROUGH, each=told))


def model_ids(connection: Connection) -> list[str]:
    """The models that it can be asked for, best first: those of the catalogue that the server named when it was tested,
    what else it named where the provider takes any name, and the others of the catalogue. Raises UnknownProvider."""
    provider = catalogue.provider(connection.provider)
    named = [str(each) for each in connection.found_models if each]
    others = named if provider.fallback is not None else []
    return list(dict.fromkeys([*(each for each in provider.models if each in named), *others, *provider.models]))


def test(connection: Connection) -> TestResult:
    """Ask the provider something that costs nothing, and store what came of it. It pauses nothing."""
    # What is stored is read by the whole team: as message ids, one to a line, which pages translate for each reader.
    with translation.override("en"):
        result = _tested(connection)
    connection.tested_at = timezone.now()
    connection.test_passed = result.passed
    connection.test_message = result.message[: diagnosis.LONGEST]
    connection.found_models = list(result.models)
    if result.passed:  # a test that failed tells nothing of either: what was told last stays
        connection.balance, connection.found_prices = result.balance, dict(result.prices)
    # Only where it is still true: somebody may have changed the address or the key while the provider answered.
    asked = Connection.objects.filter(
        pk=connection.pk, base_url=connection.base_url, key_ciphertext=connection.key_ciphertext
    )
    asked.update(**{name: getattr(connection, name) for name in TESTED})
    return result


def _tested(connection: Connection) -> TestResult:
    try:
        adapter = providers.adapter(connection.provider)
        opened = account(connection)
        call = adapter.test(opened)
        reply = Reply(status=200, headers={})
        if call is not None:
            send = partial(client.send, call, spill_to=files.parts(), allow=allowed())
            key = throttles.throttled(connection.provider, opened)
            reply = throttles.in_turn(key, lambda come: send(before_send=come))
        result = adapter.read_test(reply)
        if result.passed:
            result = replace(result, prices={**result.prices, **quotes.read(adapter, opened)})
        if not result.passed and result.code:
            result = replace(result, message=diagnosis.lines(result, connection))
    except client.EgressError as error:
        result = TestResult(passed=False, message="", code=error.code)
        return replace(result, message=diagnosis.lines(result, connection))
    except Unreadable as error:
        return TestResult(passed=False, message=str(error), code=failures.BAD_KEY)
    except catalogue.UnknownProvider:
        return TestResult(passed=False, message=_("The studio no longer knows this provider."))
    return result


def pause(*, connection: Connection, reason: str) -> bool:
    """Stop new calls; whether this call did it. The first reason stays."""
    return connection.pause(reason)


def resume(*, connection: Connection) -> bool:
    return connection.resume()


def delete(*, connection: Connection) -> bool:
    """Remove it and its key; False where a generation names it, because what was made must stay explained."""
    try:
        with transaction.atomic():
            connection.delete()
    except (ProtectedError, IntegrityError):  # the second from a generation that is submitted in the same moment
        return False
    return True
