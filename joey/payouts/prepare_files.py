"""Puts approved payouts into files for their rail and commits the files, before anything is submitted.

The commit holds the attempts and the very bytes of each file. It books nothing: until the file is submitted each of its
payouts can still be stopped, and the file is withdrawn then.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.sets import Int, SetTable
from joey.money.money import Money
from joey.payouts.gate import release_unpayable, sendable
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile
from joey.payouts.pause import sending_allowed
from joey.payouts.payee_details import PayeeDetails, read_details
from joey.payouts.rail_key import rail_key
from joey.payouts.rails.port import Rail, RailManifest, Transfer
from joey.payouts.rails.registry import connect_rail
from joey.record.append import append_set
from joey.record.erasable import keep_text, texts_of
from joey.record.kept_texts import refer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DuePayout:
    """A claimed payout in its file."""

    payout_id: UUID
    shop_id: UUID
    number: Int
    rail_key: str
    file_id: UUID
    message_id: str


@transaction.atomic(durable=True)
def prepare_files(manifest: RailManifest, *, now: datetime) -> list[int]:
    """Claim up to one batch of payouts for this rail and keep their files; the sizes of the files made.

    Raises RailNotConnected when payouts are due and the rail has no account.
    """
    if not sending_allowed():
        return []
    claimed = _with_details(release_unpayable(_claim(manifest), now=now))
    if not claimed:
        return []
    rail = connect_rail(manifest.code)
    due: list[DuePayout] = []
    sizes = []
    for currency, group in groupby(claimed, key=lambda pair: pair[0].currency):
        payouts = list(group)
        file = _keep_file(manifest.code, rail, currency, payouts, now)
        due += [_due(payout, file) for payout, _details in payouts]
        sizes.append(len(payouts))
    _write_down(SetTable("due_payout", DuePayout).create().fill(due), now)
    return sizes


def _claim(manifest: RailManifest) -> list[Payout]:
    """Approved payouts of the rail that nothing stops and no file holds, locked, by currency."""
    held_by_file = PayoutAttempt.objects.filter(payout=OuterRef("pk")).exclude(state=PayoutAttempt.State.WITHDRAWN)
    due = sendable(Payout.objects.filter(rail=manifest.code)).exclude(Exists(held_by_file)).order_by("id")
    claimed = list(due.select_for_update(of=("self",), skip_locked=True)[: manifest.batch_size])
    # What was committed while the locks were taken is not in the snapshot of the statement above; this one sees it.
    still = sendable(Payout.objects.filter(pk__in=[payout.pk for payout in claimed])).exclude(Exists(held_by_file))
    found = still.select_related("shop__owner")
    return sorted(found, key=lambda payout: (payout.currency, payout.id))


def _with_details(claimed: list[Payout]) -> list[tuple[Payout, PayeeDetails]]:
    """Each with where its money goes. A payout whose details were erased cannot be sent: an operator refuses it."""
    texts = texts_of([payout.details_id for payout in claimed])
    known = [(payout, details) for payout in claimed if (details := read_details(texts[payout.details_id]))]
    for payout in claimed:
        if texts[payout.details_id] is None:
            log.error("payout %s cannot be sent: its details were erased", payout.id)
    return known


def _due(payout: Payout, file: PayoutFile) -> DuePayout:
    earlier = PayoutAttempt.objects.filter(payout=payout).count()
    return DuePayout(payout.id, payout.shop_id, earlier + 1, rail_key(payout), file.id, file.message_id)


def _keep_file(
    rail_code: str, rail: Rail, currency: str, payouts: list[tuple[Payout, PayeeDetails]], now: datetime
) -> PayoutFile:
    """Prepare the file and keep its bytes."""
    file_id = new_id()
    message_id = f"JB{file_id.hex.upper()}"
    transfers = [
        Transfer(
            key=rail_key(payout),
            amount=Money(payout.amount_minor, currency),
            holder_name=details.holder_name,
            account_number=details.account_number,
            bank_code=details.bank_code,
            reference=f"Joey {rail_key(payout)}",
        )
        for payout, details in payouts
    ]
    prepared = rail.prepare(message_id, transfers, made_at=now)
    return PayoutFile.objects.create(
        id=file_id,
        rail=rail_code,
        rail_account=rail.account,
        message_id=message_id,
        file_format=prepared.file_format,
        currency=currency,
        **refer("content", keep_text(prepared.content, shop_id=None)),
        made_at=now,
    )


def _write_down(due: SetTable[DuePayout], now: datetime) -> None:
    """The attempts and their events."""
    sql.execute(
        f"""
        INSERT INTO payouts_payoutattempt (id, shop_id, payout_id, number, rail_key, file_id, state, made_at)
        SELECT joey_uuid7(), shop_id, payout_id, number, rail_key, file_id, 'prepared', %s FROM {due}
        """,
        [now],
    )
    append_set(
        f"""
        SELECT shop_id, 'payout.prepared' AS kind, 'payout:' || payout_id AS subject_key,
               jsonb_build_object('rail_key', rail_key, 'message_id', message_id, 'number', number) AS facts,
               %s AS happened_at
        FROM {due}
        """,
        [now],
    )
