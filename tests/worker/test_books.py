"""A machine that does to attempts whatever can happen to them, in any order: the ledger balances always, no budget is
passed, and nothing that a provider charged is called free."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio.models import Attempt, Budget, Connection, LedgerEntry
from studio.models.generations import ENDED, HELD, OPEN, State
from studio.models.money import Entry
from studio.providers import failures
from studio.providers.output import Output
from studio.providers.values import Billed, Failure
from studio.services import generations, halts
from studio.services.generations import Refused
from studio.worker import claim, recover, settle
from studio.worker.claim import Claimed
from studio.worker.deciding import Unclear
from studio.worker.hold import HeldBack, Hold, Lost
from studio.worker.pace import Pace
from studio.worker.receipts import Receipt
from tests import factories
from tests.worker.at_once import REFUSED, TAKEN, UNTAKEN, AtOnce, run

PACE = Pace(wait_least=0.0, wait_most=0.0, wait_unreached=0.0, tries=2)
PRICE = 40_000
LIMIT = 6 * PRICE
# Nothing here beats, so that every holder is a dead engine; those that deliver all the same only slept.
STALE = 5.0


@dataclass
class Call:
    """One claim of one attempt, as its driver holds it."""

    hold: Hold
    sent: bool = False


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.team = factories.make_team()
        self.prompt = factories.make_prompt(project=factories.make_project(team=self.team))
        self.version = factories.make_version(prompt=self.prompt)
        self.connections = {
            name: factories.make_connection(team=self.team, provider=name, base_url="http://127.0.0.1:9/v1")
            for name in ("slow", "slow-without-key")
        }
        Budget.objects.create(team=self.team, limit=LIMIT)
        self.calls: list[Call] = []
        self.taken_on: Counter[int] = Counter()  # calls that the provider took on, by attempt
        self.charged: set[int] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    # What people do

    @initialize()
    def begin(self) -> None:
        for name in self.connections:
            self.submit(name, 1)

    @rule(name=st.sampled_from(["slow", "slow-without-key"]), takes=st.integers(1, 3))
    def submit(self, name: str, takes: int) -> None:
        before = self._used()
        output = Output(model="slow", ratio="1:1", tier="1K", takes=takes)
        try:
            generations.submit(
                project=self.prompt.project,
                user=None,
                version=self.version,
                connection=Connection.objects.get(provider=name),
                output=output,
                client_token=uuid.uuid4(),
            )
        except Refused as refusal:
            assert before + takes * PRICE > LIMIT or "paused" in str(refusal) or "stopped" in str(refusal)
        else:
            assert self._used() == before + takes * PRICE <= LIMIT

    @precondition(lambda self: self._is_any(ENDED))
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        if (attempt := self._any(data, ENDED)) is None:
            return
        before = self._used()
        try:
            generations.retry(attempt=attempt, user=None)
        except Refused:
            assert self._used() == before
        else:
            assert self._used() == before + PRICE <= LIMIT

    @precondition(lambda self: self._is_any(OPEN))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if (attempt := self._any(data, OPEN)) is not None:
            generations.cancel(attempt=attempt)

    @precondition(lambda self: self._is_any((State.UNKNOWN,)))
    @rule(data=st.data(), checks=st.booleans())
    def give_up_or_check_again(self, data: st.DataObject, checks: bool) -> None:
        if (attempt := self._any(data, (State.UNKNOWN,))) is not None:
            (generations.check_again if checks else generations.give_up)(attempt=attempt)

    @rule(stops=st.sampled_from([False, False, True]))
    def halt_or_resume(self, stops: bool) -> None:
        if stops:
            halts.stop(team=self.team, user=None)
            return
        halts.resume(team=self.team)
        for each in Connection.objects.filter(team=self.team):
            each.resume()

    # What engines do

    @precondition(lambda self: self._is_any((State.QUEUED, State.RUNNING)))
    @rule(data=st.data(), sends=st.sampled_from([True, True, False]))
    def claim(self, data: st.DataObject, sends: bool) -> None:
        owner = uuid.uuid4()
        Attempt.objects.filter(state=State.QUEUED).update(not_before=None)  # time passes
        self._take(claim.fresh(owner, 3))
        self._take(claim.orphans(owner, 3, stale=STALE))
        for call in [call for call in self.calls if call.hold.claimed.owner == owner and not call.sent]:
            if sends:
                self._send(call, data, taken=data.draw(st.sampled_from([True, True, False])))

    @precondition(lambda self: self._is_any(HELD))
    @rule()
    def crash(self) -> None:
        recover.recover(stale=STALE, tries=PACE.tries)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), taken=st.booleans())
    def send(self, data: st.DataObject, taken: bool) -> None:
        """Mark it, send it, and hear something or nothing."""
        call = self._call(data)
        if not call.sent:
            self._send(call, data, taken=taken)

    @precondition(lambda self: any(call.sent for call in self.calls))
    @rule(data=st.data(), cost=st.none() | st.sampled_from([0, 25_000, PRICE, 90_000]))
    def answer(self, data: st.DataObject, cost: int | None) -> None:
        call = self._call(data, sent=True)
        receipt = Receipt(attempt=call.hold.claimed.pk, epoch=call.hold.claimed.epoch, cost=cost)
        self.calls.remove(call)
        try:
            run(call.hold.finish(receipt))
        except Lost:
            return
        if cost == 0:
            self.charged.discard(call.hold.claimed.pk)

    @precondition(lambda self: any(call.sent for call in self.calls))
    @rule(data=st.data())
    def answer_badly(self, data: st.DataObject) -> None:
        self._end(self._call(data, sent=True), data.draw(st.sampled_from(TAKEN)))

    @precondition(lambda self: any(call.sent for call in self.calls))
    @rule(data=st.data())
    def take_a_job_on(self, data: st.DataObject) -> None:
        call = self._call(data, sent=True)
        try:
            run(call.hold.save_job(f"job-{call.hold.claimed.pk}", None))
        except Lost:
            self.calls.remove(call)

    @precondition(lambda self: any(call.hold.remote_id for call in self.calls))
    @rule(
        data=st.data(), code=st.sampled_from([failures.JOB_FAILED, failures.CANCELLED]), billed=st.sampled_from(Billed)
    )
    def end_a_job(self, data: st.DataObject, code: str, billed: Billed) -> None:
        jobs = [call for call in self.calls if call.hold.remote_id]
        call = data.draw(st.sampled_from(jobs))
        if billed is Billed.NO:  # it gives back what it took
            self.charged.discard(call.hold.claimed.pk)
        self._end(call, Failure(code=code, billed=billed))

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), by_accident=st.booleans())
    def let_go(self, data: st.DataObject, by_accident: bool) -> None:
        call = self._call(data)
        self.calls.remove(call)
        run((settle.accident if by_accident else settle.leave)(call.hold, sent=call.sent))

    # What must be true

    @invariant()
    def the_ledger_balances(self) -> None:
        sums = dict(LedgerEntry.objects.order_by().values_list("attempt").annotate(total=Sum("amount")))
        reserved = dict(LedgerEntry.objects.filter(kind=Entry.RESERVED).values_list("attempt", "amount"))
        for attempt in Attempt.objects.all():
            left = sums.get(attempt.pk, 0)
            assert reserved[attempt.pk] == PRICE
            if attempt.state in OPEN or attempt.state == State.UNKNOWN:
                assert left == PRICE
            elif attempt.state == State.DONE:
                assert left == (PRICE if attempt.cost is None else attempt.cost)
            else:
                assert left in {0, PRICE}
                assert left == 0 or attempt.cost is None
                # What came to nothing and was charged, whenever it was, never looks free.
                assert left or attempt.pk not in self.charged

    @invariant()
    def nothing_is_sent_twice_without_a_key(self) -> None:
        keyless = set(
            Attempt.objects.filter(generation__connection__provider="slow-without-key").values_list("pk", flat=True)
        )
        assert all(count == 1 for pk, count in self.taken_on.items() if pk in keyless)

    # Steps of the rules

    def _used(self) -> int:
        return LedgerEntry.objects.filter(team=self.team).aggregate(total=Sum("amount", default=0))["total"]

    def _is_any(self, states: tuple[State, ...]) -> bool:
        return Attempt.objects.filter(state__in=states).exists()

    def _any(self, data: st.DataObject, states: tuple[State, ...]) -> Attempt | None:
        found = list(Attempt.objects.filter(state__in=states).order_by("pk"))
        return data.draw(st.sampled_from(found)) if found else None

    def _call(self, data: st.DataObject, *, sent: bool | None = None) -> Call:
        return data.draw(st.sampled_from([call for call in self.calls if sent in {None, call.sent}]))

    def _take(self, claimed: list[Claimed]) -> None:
        for each in claimed:
            hold = Hold(each, AtOnce())  # type: ignore[arg-type]
            self.calls.append(Call(hold, sent=each.state is not State.LEASED))

    def _send(self, call: Call, data: st.DataObject, *, taken: bool) -> None:
        pk = call.hold.claimed.pk
        try:
            run(call.hold.mark_sent())
        except HeldBack:
            run(settle.leave(call.hold, sent=False))
            self.calls.remove(call)
            return
        call.sent = True
        if taken:
            self.taken_on[pk] += 1
            self.charged.add(pk)
        else:
            self._end(call, data.draw(st.sampled_from(UNTAKEN if pk in self.charged else UNTAKEN + REFUSED)))

    def _end(self, call: Call, outcome: Failure | Unclear) -> None:
        self.calls.remove(call)
        try:
            run(settle.settle(call.hold, outcome, PACE))
        except Lost:
            return


@pytest.mark.usefixtures("slow")
def test_the_books_balance_whatever_happens(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.queue.ring", lambda: None)
    run_state_machine_as_test(Books, settings=settings(settings.default, max_examples=100, stateful_step_count=30))
