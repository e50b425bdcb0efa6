"""Puts approved payouts into files for their rail and commits them, before anything is submitted.

The commit holds the attempts, the journals that move the money to the rail, and the very bytes of each file. After
it a payout can no longer be stopped; a process killed before it has sent nothing.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.sets import Int, SetTable
from joey.ledger.chart import AccountKind
from joey.ledger.post import post_set
from joey.money.money import Money
from joey.payouts.models import PayoutFile
from joey.payouts.pause import sending_allowed
from joey.payouts.payee_details import PayeeDetails, read_details
from joey.payouts.rails.port import Rail, RailManifest, Transfer
from joey.payouts.rails.registry import connect_rail
from joey.record.append import append_set
from joey.record.erasable import keep_text, texts_of
from joey.record.kept_texts import refer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DuePayout:
    """A claimed payout on its way into a file."""

    payout_id: UUID
    shop_id: UUID
    currency: str
    amount_minor: int
    details_id: UUID
    number: Int
    rail_key: str
    file_id: UUID | None = None
    message_id: str | None = None


@transaction.atomic(durable=True)
def prepare_files(manifest: RailManifest, *, now: datetime) -> list[int]:
    """Claim up to one batch of payouts for this rail and keep their files; the sizes of the files made.

    Raises RailNotConnected when payouts are due and the rail has no account.
    """
    if not sending_allowed() or not (claimed := _with_details(_claim(manifest))):
        return []
    rail = connect_rail(manifest.code)
    due: list[DuePayout] = []
    sizes = []
    for currency, group in groupby(claimed, key=lambda pair: pair[0].currency):
        payouts = list(group)
        file = _keep_file(manifest.code, rail, currency, payouts, now)
        due += [replace(row, file_id=file.id, message_id=file.message_id) for row, _details in payouts]
        sizes.append(len(payouts))
    _write_down(SetTable("due", DuePayout).create().fill(due), rail.account, now)
    return sizes


def _claim(manifest: RailManifest) -> list[DuePayout]:
    """Approved payouts of the rail, locked, by currency."""
    due = SetTable("due", DuePayout).create()
    due.insert(
        """
        WITH claimed AS (
            SELECT p.* FROM payouts_payout p
            WHERE p.state = 'approved' AND p.rail = %s AND NOT EXISTS (
                SELECT FROM payouts_payouthold h
                WHERE h.shop_id = p.shop_id AND h.released_at IS NULL
                  AND (h.payout_id IS NULL OR h.payout_id = p.id))
            ORDER BY p.id LIMIT %s FOR UPDATE OF p SKIP LOCKED
        ), numbered AS (
            SELECT c.*, 1 + (SELECT count(*) FROM payouts_payoutattempt a WHERE a.payout_id = c.id)::int AS number
            FROM claimed c
        )
        SELECT id AS payout_id, shop_id, currency, amount_minor, details_id, number,
               upper(replace(id::text, '-', '')) || lpad(number::text, 3, '0') AS rail_key,
               NULL::uuid AS file_id, NULL AS message_id
        FROM numbered
        """,
        [manifest.code, manifest.batch_size],
    )
    # A hold placed while the locks were taken is not in the snapshot of the statement above; this one sees it.
    sql.execute(
        f"""
        DELETE FROM {due} due USING payouts_payouthold h
        WHERE h.shop_id = due.shop_id AND h.released_at IS NULL
          AND (h.payout_id IS NULL OR h.payout_id = due.payout_id)
        """
    )
    return [DuePayout(**row) for row in sql.rows(f"SELECT * FROM {due} ORDER BY currency, payout_id")]


def _with_details(claimed: list[DuePayout]) -> list[tuple[DuePayout, PayeeDetails]]:
    """Each with where its money goes. A payout whose details were erased cannot be sent: an operator refuses it."""
    texts = texts_of([row.details_id for row in claimed])
    known = [(row, details) for row in claimed if (details := read_details(texts[row.details_id]))]
    for row in claimed:
        if texts[row.details_id] is None:
            log.error("payout %s cannot be sent: its details were erased", row.payout_id)
    return known


def _keep_file(
    rail_code: str, rail: Rail, currency: str, payouts: list[tuple[DuePayout, PayeeDetails]], now: datetime
) -> PayoutFile:
    """Prepare the file and keep its bytes."""
    file_id = new_id()
    message_id = f"JB{file_id.hex.upper()}"
    transfers = [
        Transfer(
            key=row.rail_key,
            amount=Money(row.amount_minor, currency),
            holder_name=details.holder_name,
            account_number=details.account_number,
            bank_code=details.bank_code,
            reference=f"Joey {row.rail_key}",
        )
        for row, details in payouts
    ]
    prepared = rail.prepare(message_id, transfers, made_at=now)
    return PayoutFile.objects.create(
        id=file_id,
        rail=rail_code,
        rail_account=rail.account,
        message_id=message_id,
        file_format=prepared.file_format,
        currency=currency,
        **refer("content", keep_text(prepared.content)),
        made_at=now,
    )


def _write_down(due: SetTable[DuePayout], rail_account: str, now: datetime) -> None:
    """Attempts, states, journals and events of everything that is due."""
    sql.execute(
        f"""
        INSERT INTO payouts_payoutattempt (id, shop_id, payout_id, number, rail_key, file_id, state, made_at)
        SELECT joey_uuid7(), shop_id, payout_id, number, rail_key, file_id, 'prepared', %s FROM {due}
        """,
        [now],
    )
    sql.execute(
        f"UPDATE payouts_payout p SET state = 'sent' FROM {due} due WHERE p.id = due.payout_id AND p.state = 'approved'"
    )
    post_set(
        f"""
        SELECT shop_id AS book_id, 'payout.submitted' AS kind, payout_id || ':' || number AS reference,
               %(now)s AS happened_at, %(reserved)s AS debit_kind, '' AS debit_party,
               %(in_transit)s AS credit_kind, %(rail)s AS credit_party,
               currency, amount_minor
        FROM {due}
        """,
        {
            "now": now,
            "reserved": AccountKind.SHOP_RESERVED,
            "in_transit": AccountKind.RAIL_IN_TRANSIT,
            "rail": rail_account,
        },
    )
    append_set(
        f"""
        SELECT shop_id, 'payout.sent' AS kind, 'payout:' || payout_id AS subject_key,
               jsonb_build_object('rail_key', rail_key, 'message_id', message_id, 'number', number) AS facts,
               %s AS happened_at
        FROM {due}
        """,
        [now],
    )
