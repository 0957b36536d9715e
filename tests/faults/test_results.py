"""R14, R16, R29: the work was paid for, and its picture, or the question about it, goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doubles.behaviour import Behaviour
from tests.faults.house import ECHO, KINDS, House, told_in
from tests.faults.table import CHECK_FIRST, status
from tests.worker.conftest import PACE

JOBS = [kind for kind in KINDS if kind != "pictures"]
GONE = "The finished picture is no longer at the address that the provider gave."
UNKNOWN_THERE = "The provider took this job on, and now says that it does not know it."
USELESS = "The provider's answer held no usable picture."


WAYS = [
    ({"status": 404}, "result_gone", GONE),
    ({"fault": "html200"}, "unusable_reply", USELESS),
    ({"status": 403}, "result_gone", GONE),
    ({"status": 410}, "result_gone", GONE),
    ({"status": 302, "headers": {"Location": "/files/again.png"}}, "result_gone", GONE),
    ({"fault": "gzip"}, "result_gone", GONE),
    ({"fault": "zero_bytes"}, "unusable_reply", USELESS),
]


# A link is fetched alike for every kind: each kind meets two ways in which it fails, and one kind meets them all.
@pytest.mark.parametrize(
    ("behaviour", "code", "sentence", "kind"),
    [(*lost, kind) for kind in KINDS for lost in (WAYS if kind == "pictures" else WAYS[:2])],
)
def test_a_picture_that_cannot_be_had(
    behaviour: dict[str, Any], code: str, sentence: str, kind: str, house: House
) -> None:
    house.provider.next(match="files", times=0, **behaviour)
    house.provider.next(by_url=True)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("failed", code, "disputed")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    shown, reported = house.shown(attempt), house.reported(attempt)
    says = (sentence, "It may have been charged.", CHECK_FIRST, "Retry")
    assert [words for words in says if words not in shown] == []
    assert sentence in reported["error"]["message"]
    assert house.lines() == [f"Attempt {attempt.pk} ends as failed: {code}."]
    assert house.tracebacks() == []


INSIDE = {
    "http://169.254.169.254/latest/meta-data/": ("http_not_allowed", "Over plain http"),
    "https://169.254.169.254/latest/meta-data/": ("blocked_address", "inside a private network"),
    "https://127.0.0.1/files/a.png": ("blocked_address", "inside a private network"),
}


@pytest.mark.parametrize(
    ("target", "kind"), [*((target, "pictures") for target in INSIDE), *((next(iter(INSIDE)), kind) for kind in JOBS)]
)
def test_a_picture_at_a_private_address_is_not_fetched(target: str, kind: str, house: House) -> None:
    """It is not called gone: at home the operator may list the address, and then it is asked for again."""
    code, sentence = INSIDE[target]
    house.provider.next(match="files", times=0, status=302, headers={"Location": target})
    house.provider.next(by_url=True)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", code, "held")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    shown, reported = house.shown(attempt), house.reported(attempt)
    says = (sentence, "the operator can list its host:port in STUDIO_EGRESS_ALLOW", "Check again", "may have been")
    assert [words for words in says if words not in shown] == []
    assert "Open connections" not in shown
    assert sentence in reported["error"]["message"]
    assert house.lines() == [f"Attempt {attempt.pk} ends as unknown: {code}."]
    assert house.tracebacks() == []


@pytest.mark.parametrize(
    ("kind", "behaviour"),
    [
        *(("pictures", each) for each in ({"status": 503}, {"fault": "short_body"}, {"fault": "reset_after_body"})),
        *((kind, {"status": 503}) for kind in JOBS),
    ],
)
def test_a_download_is_free_and_made_again(kind: str, behaviour: dict[str, Any], house: House) -> None:
    house.provider.next(match="files", **behaviour)
    house.provider.next(by_url=True)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.images.count(), house.money(attempt)) == ("done", 1, "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    assert house.lines() == house.tracebacks() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_is_down_for_long_loses_no_picture(kind: str, house: House) -> None:
    house.provider.next(match="files", times=PACE.tries + 1, status=503)
    house.provider.next(by_url=True)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", "connection_lost", "held")
    shown = house.shown(attempt)
    says = ("Outcome unknown", "may have been charged", "Check again", "Retry anyway", "Give up")
    assert [words for words in says if words not in shown] == []
    assert house.lines() == [f"Attempt {attempt.pk} ends as unknown: connection_lost."]

    house.check_again(attempt)

    assert (attempt.state, attempt.images.count(), house.money(attempt)) == ("done", 1, "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)


def test_a_link_to_a_strange_host_waits_for_the_operator(house: House) -> None:
    house.provider.next(body={"data": [{"url": "https://eu.pictures.example/a.png?signature=s3cret"}]})
    attempt = house.ask("pictures")

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", "result_host", "held")
    shown, reported = house.shown(attempt), house.reported(attempt)
    says = ("not known to use, so it was not fetched", "eu.pictures.example", "STUDIO_RESULT_HOSTS", "Check again")
    assert [words for words in says if words not in shown] == []
    assert "no answer came back" not in shown
    assert "STUDIO_RESULT_HOSTS" in reported["error"]["message"]
    assert "s3cret" not in f"{shown} {reported} {house.log.text}"
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)


def ask_wrongly(house: House, kind: str, behaviour: dict[str, Any]) -> None:
    """The first question about the job is answered like this."""
    if kind == "cancelable":
        house.provider.next(match="result", **behaviour)
        house.provider.next()
    else:
        flavour: Any = house.provider.flavours["runbase" if kind == "jobs" else "runapi"]
        flavour.checks = [Behaviour(**behaviour)]


NOT_FOUND = {
    "jobs": {"error": {"message": ECHO, "code": "run_not_found"}},
    "keyed": {"error": ECHO, "code": "not_found"},
    "cancelable": {"error_code": 404001, "error_message": ECHO},
}


@pytest.mark.parametrize("kind", JOBS)
@pytest.mark.parametrize("behaviour", [status(500), {"fault": "html200"}, {"fault": "close_after_body"}])
def test_a_question_is_free_and_asked_again(behaviour: dict[str, Any], kind: str, house: House) -> None:
    ask_wrongly(house, kind, behaviour if behaviour.get("fault") != "html200" else behaviour | {"body": {}})
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, house.money(attempt)) == ("done", "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
    assert house.lines() == house.tracebacks() == []


@pytest.mark.parametrize("kind", JOBS)
@pytest.mark.parametrize(
    ("code", "says"),
    [("job_gone", UNKNOWN_THERE), ("bad_key", "The provider did not accept the key.")],
)
def test_a_job_that_is_denied_keeps_its_id_and_its_money(code: str, says: str, kind: str, house: House) -> None:
    said = status(404, NOT_FOUND[kind]) if code == "job_gone" else status(401)
    ask_wrongly(house, kind, said)
    attempt = house.ask(kind)

    house.run(attempt)

    assert (attempt.state, attempt.error_code, house.money(attempt)) == ("unknown", code, "held")
    assert attempt.remote_id
    shown, reported = house.shown(attempt), house.reported(attempt)
    assert [words for words in (says, "It may have been charged.", "Check again") if words not in shown] == []
    assert "no answer came back" not in shown
    assert says in reported["error"]["message"]
    assert told_in(f"{shown} {reported} {house.log.text}") == []

    type(attempt.generation.connection).objects.update(paused_at=None, paused_reason="")
    house.check_again(attempt)

    assert (attempt.state, house.money(attempt)) == ("done", "settled")
    assert (house.paid(attempt), house.billed(attempt)) == (1, 1)
