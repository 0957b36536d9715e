"""Between the claim and the paid call: references are made to fit and brought onto the provider's road.

Nothing here is paid for, so it is repeated; nothing here is written down before the mark, so a crash forgets it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils import timezone

from studio.imaging.inspect import BadPicture
from studio.imaging.sandbox import SandboxFailed
from studio.models.references import SentReference
from studio.providers import catalogue, failures, roads
from studio.providers.capabilities import Road
from studio.providers.values import Failure, ImageRequest
from studio.services import links
from studio.storage import files
from studio.worker import fitting, uploading
from studio.worker.fitting import Limit

if TYPE_CHECKING:
    from studio.providers.protocols import Adapter
    from studio.providers.values import ReferenceFile
    from studio.worker.claim import Claimed
    from studio.worker.floor import Floor
    from studio.worker.hold import Hold

log = logging.getLogger(__name__)

# A storage was seen to keep what was uploaded for one hour; the task that names it has to begin before that.
UPLOAD_SECONDS = 1800.0


async def prepared(hold: Hold, adapter: Adapter, floor: Floor) -> ImageRequest | Failure:
    """The request with its references ready to be sent, and ``hold`` told what they are; or why it cannot be sent."""
    claimed = hold.claimed
    if not claimed.request.references:
        return claimed.request
    try:
        outcome = await _Preparation(claimed, adapter, floor).run()
    except BadPicture:
        outcome = Failure(code=failures.REFERENCE_MISSING)
    except (SandboxFailed, OSError):
        log.exception("The references of attempt %s could not be made ready.", claimed.pk)
        outcome = Failure(code=failures.UNEXPECTED)
    if isinstance(outcome, Failure):
        # What was sent before, and may be taken on already, has not failed by this: only this try came to nothing.
        return replace(outcome, not_accepted=True) if claimed.submitted_at else outcome
    hold.references = tuple(sent for _file, sent in outcome)
    return replace(claimed.request, references=tuple(file for file, _sent in outcome))


@dataclass(slots=True)
class _Preparation:
    claimed: Claimed
    adapter: Adapter
    floor: Floor

    async def run(self) -> list[tuple[ReferenceFile, SentReference]] | Failure:
        references = self.claimed.request.references
        try:
            model = catalogue.model(self.claimed.provider, self.claimed.request.model)
        except (catalogue.UnknownModel, catalogue.UnknownProvider):
            return Failure(code=failures.MODEL_UNKNOWN)
        road = roads.road(model, public=links.public())
        if road is None:
            return Failure(code=failures.NO_ROAD)
        most = roads.allowance(model, road, [each.bytes for each in references])
        limit = Limit(bytes=most, formats=model.reference_formats)
        ready = []
        for number, reference in enumerate(references, start=1):
            outcome = await self._one(number, reference, road, limit)
            if isinstance(outcome, Failure):
                return outcome
            ready.append(outcome)
        return ready

    async def _one(
        self, number: int, reference: ReferenceFile, road: Road, limit: Limit
    ) -> tuple[ReferenceFile, SentReference] | Failure:
        before = self._before(number, road)
        if before is None:
            file = await fitting.fitted(reference, limit, self.floor)
        else:
            file = await self.floor.thread(lambda: fitting.described(reference, files.path(before.name)))
        sent = _sent(file, road)
        if road is Road.LINK:
            url = links.address(self.claimed.key, number, sent.format)
            return replace(file, url=url), replace(sent, until=links.expiry())
        if road is not Road.UPLOAD:
            return file, sent
        if before is not None:
            return replace(file, url=before.url), before
        outcome = await uploading.upload(file, self.adapter, self.claimed.account, self.floor)
        if isinstance(outcome, Failure):
            return outcome
        until = timezone.now().timestamp() + UPLOAD_SECONDS
        return replace(file, url=outcome), replace(sent, url=outcome, until=until)

    def _before(self, number: int, road: Road) -> SentReference | None:
        """As it was sent the last time: a key promises that a call which is sent again has the same bytes."""
        told = self.claimed.sent_references
        if len(told) < number or told[number - 1].road != road:
            return None
        before = told[number - 1]
        is_wanted = self.claimed.submitted_at is not None or timezone.now().timestamp() < before.until
        return before if is_wanted and files.path(before.name).exists() else None


def _sent(file: ReferenceFile, road: Road) -> SentReference:
    return SentReference(
        name=file.path.relative_to(files.root().resolve()).as_posix(),
        format=file.media_type.removeprefix("image/"),
        width=file.width,
        height=file.height,
        bytes=file.bytes,
        road=road.value,
    )
