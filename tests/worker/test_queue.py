"""The doorbell: a message only when nobody listens, and every name in it leads somewhere."""

from __future__ import annotations

import pydoc
from collections.abc import Callable

import pytest
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from studio import queue
from studio.worker import slot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.undo()  # the real bell again
    return queue.ring


def test_without_an_engine_one_is_asked_for_once(ring: Callable[[], None]) -> None:
    for _ in range(5):
        ring()

    [message] = OrmQ.objects.all()
    assert message.task["func"] == "studio.tasks.pump"
    assert message.task["timeout"] == -1


def test_with_a_living_engine_no_message_is_written(ring: Callable[[], None]) -> None:
    slot.take(stale=60)

    ring()

    assert not OrmQ.objects.exists()


@pytest.mark.parametrize("name", ["studio.tasks.pump", "studio.tasks.look", "studio.tasks.sweep"])
def test_every_task_that_is_named_is_there(name: str) -> None:
    assert callable(pydoc.locate(name))


def test_messages_carry_ids_alone() -> None:
    queue.enqueue_look(7)

    [message] = OrmQ.objects.all()
    assert (message.task["args"], message.task["kwargs"]) == ((7,), {})


def test_the_pump_goes_before_all_pictures_that_wait(ring: Callable[[], None]) -> None:
    for number in range(5):
        queue.enqueue_look(number)
    ring()
    broker = get_broker()

    taken = [SignedPackage.loads(broker.dequeue()[0][1]) for _ in range(3)]

    assert [message["func"] for message in taken] == ["studio.tasks.pump", "studio.tasks.look", "studio.tasks.look"]
    assert [message["args"] for message in taken] == [(), (0,), (1,)]
    assert queue.waiting() == 3


def test_a_message_is_taken_once(ring: Callable[[], None]) -> None:
    queue.enqueue_look(1)
    broker = get_broker()

    assert broker.dequeue()
    assert broker.dequeue() is None
