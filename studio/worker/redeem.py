"""Finishes what a note tells of: an answer that came back whole, for an attempt whose row does not say so yet."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from studio.egress import client
from studio.egress.allowed import allowed, result_hosts
from studio.imaging.inspect import BadPicture
from studio.models.generations import LATE, State
from studio.worker import receipts, receive

if TYPE_CHECKING:
    from studio.egress.hosts import Hosts
    from studio.models.generations import AttemptQuerySet
    from studio.worker.receipts import Receipt
    from studio.worker.receive import Kept

log = logging.getLogger(__name__)


def redeem(rows: AttemptQuerySet, *, seconds: float = 0.0) -> int:
    """How many of these attempts, sent and without an outcome, are done now. With ``seconds`` pictures that are still
    behind a link are fetched, each within that time."""
    if not (found := receipts.notes()):
        return 0
    late = rows.filter(pk__in={pk for pk, _ in found}, state__in=LATE)
    each = late.values_list("pk", "epoch", "generation__connection__provider", "base_url")
    return sum(
        _redeemed(rows, pk, epoch, seconds, result_hosts(provider, base_url))
        for pk, epoch, provider, base_url in list(each)
    )


def askable(rows: AttemptQuerySet) -> set[int]:
    """Which of these attempts with an unknown outcome leave something to ask after: a note, or a job with its id."""
    unknown = list(rows.filter(state=State.UNKNOWN).values_list("pk", "epoch", "remote_id"))
    found = receipts.notes() if unknown else set()
    return {pk for pk, epoch, remote_id in unknown if remote_id or (pk, epoch) in found}


def _redeemed(rows: AttemptQuerySet, pk: int, epoch: int, seconds: float, hosts: Hosts) -> bool:
    try:
        receipt = receipts.read(pk, epoch)
        if receipt is None or (receipt.urls and not seconds):
            return False
        receipt = _kept(_fetched(receipt, seconds, hosts))
    except OSError:  # one note must not keep the others from being redeemed
        log.exception("The note of attempt %s cannot be redeemed.", pk)
        return False
    if receipt.urls:
        return False
    done = False
    if receipt.kept:
        with transaction.atomic():
            done = receipts.record(rows.filter(pk=pk, epoch=epoch), receipt)
    receipts.discard(receipt)
    return done


def _fetched(receipt: Receipt, seconds: float, hosts: Hosts) -> Receipt:
    """What cannot be fetched now stays in the note; what is gone does not."""
    if not receipt.urls:
        return receipt
    kept, left = list(receipt.kept), []
    for url in receipt.urls:
        try:
            kept.append(_fetch(url, seconds, hosts))
        except (client.ResultGone, BadPicture) as error:
            log.warning("A picture of attempt %s is lost: %s", receipt.attempt, error)
        except client.EgressError:
            left.append(url)
    receipt = replace(receipt, kept=tuple(kept), urls=tuple(left))
    receipts.write(receipt)
    return receipt


def _fetch(url: str, seconds: float, hosts: Hosts) -> Kept:
    found = asyncio.run(client.fetch(url, receive.part(), hosts=hosts, allow=allowed(), seconds=seconds))
    return receive.look(found.path, found.sha256)


def _kept(receipt: Receipt) -> Receipt:
    kept = []
    for picture in receipt.kept:
        try:
            receive.keep(picture)
            kept.append(picture)
        except FileNotFoundError:
            log.exception("A picture of attempt %s is in neither of its places.", receipt.attempt)
    return replace(receipt, kept=tuple(kept))
