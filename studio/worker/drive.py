"""Drives one attempt from its claim to its end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from studio import providers
from studio.egress import client
from studio.imaging.inspect import BadPicture
from studio.models.generations import State
from studio.providers import failures
from studio.providers.events import is_stream
from studio.providers.values import Billed, Call, Drawing, Failure, Outcome, Picture, Pictures, RemoteJob
from studio.worker import deciding, drawing, failpoints, preparing, receipts, receive, settle
from studio.worker.deciding import Unclear
from studio.worker.follow import Follower
from studio.worker.hold import HeldBack, Hold, Lost
from studio.worker.lanes import Lane
from studio.worker.partials import Partials
from studio.worker.receipts import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio.providers.protocols import Adapter
    from studio.worker.claim import Claimed
    from studio.worker.floor import BeforeSend, Floor, OnHeaders

log = logging.getLogger(__name__)

# Past this, what was committed may be out of date because the machine slept: ask again before paying.
STILL_OURS = 5.0


@dataclass(slots=True)
class Driver:
    claimed: Claimed
    floor: Floor
    hold: Hold = field(init=False)
    lane: Lane = field(init=False)
    partials: Partials = field(init=False)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    # Whether the paid call may have left this machine.
    sent: bool = field(init=False)
    evidence: str = ""

    def __post_init__(self) -> None:
        self.hold = Hold(self.claimed, self.floor.writer)
        self.floor = self.floor.towards(self.claimed.provider, self.claimed.account)
        self.lane = Lane(self.floor.lanes)
        self.partials = Partials(self.hold, self.floor, self.claimed.request.partials)
        self.sent = self.claimed.state is not State.LEASED

    @property
    def adapter(self) -> Adapter:
        return providers.adapter(self.claimed.provider)

    @property
    def droppable(self) -> bool:
        """Whether stopping here loses nothing: it was not sent, or its provider can be asked again."""
        return not self.sent or self.hold.state is State.RUNNING

    async def run(self) -> None:
        try:
            await self._run()
        except Lost:
            log.info("Attempt %s was decided elsewhere.", self.claimed.pk)
        except HeldBack:
            log.info("Attempt %s waits: nothing may be sent now.", self.claimed.pk)
            await settle.leave(self.hold, sent=False)
        except asyncio.CancelledError:
            await settle.leave(self.hold, sent=self.sent)
            raise
        except Exception:  # one attempt's accident must not stop the others, and it must end in a known state
            log.exception("Attempt %s ended in an accident.", self.claimed.pk)
            await settle.accident(self.hold, sent=self.sent)
        finally:
            self.partials.clear()

    async def _run(self) -> None:
        outcome = await self._outcome()
        problem = await self._finish(outcome) if isinstance(outcome, Pictures) else outcome
        if problem is not None:
            await settle.settle(self.hold, problem, self.floor.pace, evidence=self.evidence)
        failpoints.reach("done")

    async def _outcome(self) -> Pictures | Failure | Unclear:
        if (refusal := self.claimed.refusal) is not None:
            # A job that cannot be asked for is not a job that came to nothing.
            return Unclear(code=refusal.code) if self.sent else refusal
        if self.claimed.state is State.LEASED:
            outcome = await self._submit()
        else:
            outcome = RemoteJob(id=self.claimed.remote_id, poll_after=0.0)
        if not isinstance(outcome, RemoteJob):
            return outcome
        follower = Follower(
            self.adapter, self.claimed.account, self.floor, self.cancelled, self._save_job, self.hold.tell
        )
        if self.claimed.state is not State.LEASED:  # taken up again
            follower.is_silent = None
        ended = await follower.follow(outcome)
        self.evidence = follower.last_text
        if isinstance(ended, RemoteJob):
            raise TypeError("A followed job has an end.")
        return ended

    async def _submit(self) -> Outcome | Unclear:
        failpoints.reach("claimed")
        request = await preparing.prepared(self.hold, self.adapter, self.floor)
        if isinstance(request, Failure):
            return request
        work = self.adapter.submit(request, self.claimed.account, key=self.claimed.key)
        if isinstance(work, Drawing):
            await self.hold.mark_drawing()
            return await drawing.draw(work.request, self.floor)
        if not self.adapter.makes_jobs:
            return await self._pay(work, before_send=self._mark_within_gate, on_headers=self._receiving)
        await self.floor.approach()
        # A job's whole submission is inside: the gate is the bound on what a crash leaves unknown.
        async with self.floor.gate:
            outcome = await self._pay(work, before_send=self._mark)
            failpoints.reach("answered")
            if isinstance(outcome, RemoteJob):
                await self._save_job(outcome)
                failpoints.reach("job-saved")
        return outcome

    async def _mark(self) -> None:
        """The connection stands and nothing has left: only now is it marked as sent, and then it is sent at once."""
        asked = monotonic()
        await self.hold.mark_sent()
        while monotonic() - asked > STILL_OURS:
            asked = monotonic()
            await self.hold.confirm()
        failpoints.reach("marked")
        self.sent = True

    async def _mark_within_gate(self) -> None:
        async with self.floor.gate:
            await self._mark()

    async def _receiving(self, status: int, headers: Mapping[str, str]) -> None:
        if status < 300 and not is_stream(headers):  # whose headers come long before its picture
            await self.hold.mark_receiving()
            failpoints.reach("headers")
            await self.lane.enter()

    async def _pay(
        self, call: Call, *, before_send: BeforeSend, on_headers: OnHeaders | None = None
    ) -> Outcome | Unclear:
        try:
            reply = await self.floor.send(
                call, before_send=before_send, on_headers=on_headers, on_event=self.partials.take
            )
        except client.BlockedCall as error:
            return Failure(code=error.code)
        except client.NotSent as error:
            return Failure(code=error.code, not_accepted=error.code in deciding.UNREACHED)
        except client.TooLarge as error:
            return Failure(code=error.code, billed=Billed.YES)
        except client.Ambiguous as error:
            return Unclear(code=error.code)
        finally:
            self.lane.leave()
            await self.partials.stop()
        self.evidence = reply.text
        return self.adapter.read(reply, self.claimed.request)

    async def _save_job(self, job: RemoteJob) -> None:
        await self.hold.save_job(job.id, job.percent)

    async def _finish(self, outcome: Pictures) -> Failure | Unclear | None:
        """Files first, rows second: a row never names a file that is not there."""
        if self.hold.remote_id:
            await self.hold.mark_receiving()
        note = Receipt(
            attempt=self.claimed.pk,
            epoch=self.claimed.epoch,
            cost=outcome.cost,
            revised_prompt=outcome.revised_prompt,
            urls=tuple(picture.url for picture in outcome.pictures if picture.url),
        )
        if note.urls and not self.hold.remote_id:  # a job tells its addresses as often as it is asked
            await self._note(note)
        arrived, problem = await self._receive(outcome.pictures)
        if not arrived and problem and problem.code == failures.RESULT_GONE and (again := await self._named_again()):
            arrived, problem = await self._receive(again)
        if not arrived:
            return problem or Failure(code=failures.UNUSABLE_REPLY, billed=Billed.YES)
        if problem is not None:
            log.error("A picture of attempt %s is missing beside the others: %s", self.claimed.pk, problem.code)
        return await self._record(replace(note, kept=tuple(arrived), urls=()))

    async def _named_again(self) -> tuple[Picture, ...]:
        """A job names its pictures as often as it is asked, perhaps by fresh links for those that are over."""
        if not self.hold.remote_id:
            return ()
        job = RemoteJob(id=self.hold.remote_id)
        try:
            found = self.adapter.read_check(await self.floor.send(self.adapter.check(job, self.claimed.account)), job)
        except client.EgressError:
            return ()
        return found.pictures if isinstance(found, Pictures) else ()

    async def _receive(self, pictures: Iterable[Picture]) -> tuple[list[receive.Kept], Failure | Unclear | None]:
        """Those that are whole part files now, and why one is not."""
        arrived: list[receive.Kept] = []
        problem: Failure | Unclear | None = None
        for picture in pictures:
            try:
                arrived.append(await self._arrive(picture))
            except BadPicture as error:
                problem = problem or Failure(code=failures.UNUSABLE_REPLY, words=str(error), billed=Billed.YES)
            except client.ResultGone as error:
                problem = problem or Failure(code=error.code, words=str(error), billed=Billed.YES)
            except client.StrangeHost as error:
                problem = Unclear(code=error.code, words=error.host)
            except client.EgressError as error:  # it may be there another time, so nobody may say that it failed
                problem = Unclear(code=error.code)
            except OSError:
                log.exception("A picture of attempt %s could not be written.", self.claimed.pk)
                problem = Unclear(code=failures.NOT_STORED)
        return arrived, problem

    async def _arrive(self, picture: Picture) -> receive.Kept:
        if picture.url:
            picture = Picture(spilled=await self.floor.fetch(picture.url))
        path, sha256 = await self.floor.thread(lambda: receive.to_part(picture))
        try:
            return await self.floor.thread(lambda: receive.look(path, sha256))
        except BadPicture:
            path.unlink(missing_ok=True)
            raise

    async def _note(self, receipt: Receipt) -> None:
        """Only what was paid for is worth one; a disk that is full already may still take the picture."""
        if not self.sent:
            return
        try:
            await self.floor.thread(lambda: receipts.write(receipt))
        except OSError:
            log.exception("What came back for attempt %s could not be noted.", receipt.attempt)

    async def _record(self, receipt: Receipt) -> Failure | Unclear | None:
        await self._note(receipt)
        failpoints.reach("received")
        try:
            await self._keep(receipt.kept)
        except OSError:
            log.exception("The pictures of attempt %s wait in part files.", receipt.attempt)
            return Unclear(code=failures.NOT_STORED) if self.sent else Failure(code=failures.NOT_STORED)
        failpoints.reach("kept")
        try:
            await self.hold.finish(receipt)
        except Lost:
            # Unless it was saved all the same: by a commit whose answer got lost, or by somebody with the note.
            await self.floor.writer.call(partial(receipts.discard, receipt))
            raise
        if self.sent:
            await self.floor.thread(lambda: receipts.remove(receipt.attempt, receipt.epoch))
        return None

    async def _keep(self, pictures: Iterable[receive.Kept]) -> None:
        """A disk that is full or away for a moment is waited for."""
        for picture in pictures:
            for tries in range(1, self.floor.pace.tries + 1):
                try:
                    await self.floor.thread(partial(receive.keep, picture))
                    break
                except OSError:
                    if tries == self.floor.pace.tries:
                        raise
                    await asyncio.sleep(min(self.floor.pace.wait_most, self.floor.pace.wait_least * 2**tries))
