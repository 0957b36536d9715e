"""Cancelling what is open: the provider is asked, and a picture that comes all the same is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection as database
from django.utils import timezone

from studio.models import Attempt, Connection
from studio.models.generations import State
from studio.services import generations
from tests.doubles.provider import Provider
from tests.worker.waiting import until

Pump = Callable[..., None]
Ask = Callable[..., Attempt]


def test_cancelling_a_job_asks_the_provider(
    job_maker: Connection, provider: Provider, ask: Ask, engine: Callable[..., object]
) -> None:
    provider.always(checks=10_000)
    attempt = ask(job_maker)
    engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.RUNNING)

    generations.cancel(attempt=attempt)

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.CANCELLED)
    assert any(request.path.endswith("/cancel") for request in provider.requests)


def test_a_picture_that_comes_after_the_cancel_is_kept(
    paid: Connection, provider: Provider, ask: Ask, engine: Callable[..., object]
) -> None:
    provider.always(delay=0.5)
    attempt = ask(paid)
    engine()
    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.SUBMITTING)

    generations.cancel(attempt=attempt)

    until(lambda: Attempt.objects.get(pk=attempt.pk).state == State.DONE)
    assert attempt.images.count() == 1


def test_cancelling_what_was_put_back_ends_it(paid: Connection, provider: Provider, ask: Ask, pump: Pump) -> None:
    """Asked for while it was open, honoured when it turns out that nothing was accepted."""
    provider.always(status=429, body={"error": {"message": "Slow down."}}, delay=0.3)
    attempt = ask(paid)

    def ask_for_it() -> None:
        open_one = Attempt.objects.filter(pk=attempt.pk, state=State.SUBMITTING)
        until(lambda: open_one.update(cancel_requested_at=timezone.now()))
        database.close()

    timer = threading.Thread(target=ask_for_it)
    timer.start()

    pump(attempt)
    timer.join()

    assert (attempt.state, attempt.submitted_at) == ("cancelled", None)
