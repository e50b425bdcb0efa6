"""Puts approved payouts into files for their rail and commits them, before anything is submitted.

The commit holds the attempts, the journals that move the money to the rail, and the very bytes of each file. After
it a payout can no longer be stopped; a process killed before it has sent nothing.
"""

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.ids import new_id
from joey.ledger.chart import AccountKind
from joey.ledger.post import MOVES_COLUMNS, post_set
from joey.money.money import Money
from joey.payouts.models import PayoutFile
from joey.payouts.pause import sending_allowed
from joey.payouts.rails.port import Rail, RailManifest, Transfer
from joey.payouts.rails.registry import connect_rail
from joey.record.append import append_set

# One row for each payout that is claimed.
DUE_COLUMNS = (
    "payout_id uuid, shop_id uuid, currency text, amount_minor bigint, holder_name text, account_number text,"
    " bank_code text, number int, rail_key text, file_id uuid"
)


@transaction.atomic(durable=True)
def prepare_files(manifest: RailManifest, *, now: datetime) -> list[int]:
    """Claim up to one batch of payouts for this rail and keep their files; the sizes of the files made.

    Raises RailNotConnected when payouts are due and the rail has no account.
    """
    if not sending_allowed() or not _claim(manifest):
        return []
    rail = connect_rail(manifest.code)
    due = sql.rows("SELECT * FROM due ORDER BY currency, payout_id")
    sizes = []
    for currency, group in groupby(due, key=lambda row: str(row["currency"])):
        rows = list(group)
        file_id = _keep_file(manifest.code, rail, currency, rows, now)
        sql.execute("UPDATE due SET file_id = %s WHERE currency = %s", [file_id, currency])
        sizes.append(len(rows))
    _write_down(manifest.code, now)
    return sizes


def _claim(manifest: RailManifest) -> int:
    """Fill the temporary table `due` with approved payouts of the rail, locked; how many."""
    sql.fresh_temp_table("due", DUE_COLUMNS)
    sql.execute(
        """
        INSERT INTO due
        WITH claimed AS (
            SELECT p.* FROM payouts_payout p
            WHERE p.state = 'approved' AND p.rail = %s AND NOT EXISTS (
                SELECT FROM payouts_payouthold h
                WHERE h.shop_id = p.shop_id AND h.released_at IS NULL
                  AND (h.payout_id IS NULL OR h.payout_id = p.id))
            ORDER BY p.id LIMIT %s FOR UPDATE OF p SKIP LOCKED
        ), numbered AS (
            SELECT c.*, 1 + (SELECT count(*) FROM payouts_payoutattempt a WHERE a.payout_id = c.id) AS number
            FROM claimed c
        )
        SELECT id AS payout_id, shop_id, currency, amount_minor, holder_name, account_number, bank_code, number,
               upper(replace(id::text, '-', '')) || lpad(number::text, 3, '0') AS rail_key, NULL::uuid AS file_id
        FROM numbered
        """,
        [manifest.code, manifest.batch_size],
    )
    # A hold placed while the locks were taken is not in the snapshot of the statement above; this one sees it.
    sql.execute(
        """
        DELETE FROM due USING payouts_payouthold h
        WHERE h.shop_id = due.shop_id AND h.released_at IS NULL
          AND (h.payout_id IS NULL OR h.payout_id = due.payout_id)
        """
    )
    return int(sql.value("SELECT count(*) FROM due"))


def _keep_file(rail_code: str, rail: Rail, currency: str, rows: list[dict[str, Any]], now: datetime) -> UUID:
    """Prepare the file and keep its bytes; its id."""
    file_id = new_id()
    message_id = f"JB{file_id.hex.upper()}"
    transfers = [
        Transfer(
            key=row["rail_key"],
            amount=Money(row["amount_minor"], currency),
            holder_name=row["holder_name"],
            account_number=row["account_number"],
            bank_code=row["bank_code"],
            reference=f"Joey {row['rail_key']}",
        )
        for row in rows
    ]
    prepared = rail.prepare(message_id, transfers, made_at=now)
    PayoutFile.objects.create(
        id=file_id,
        rail=rail_code,
        rail_account=rail.account,
        message_id=message_id,
        file_format=prepared.file_format,
        currency=currency,
        content=prepared.content,
        made_at=now,
    )
    return file_id


def _write_down(rail_code: str, now: datetime) -> None:
    """Attempts, states, journals and events of everything in `due`."""
    sql.execute(
        """
        INSERT INTO payouts_payoutattempt (id, shop_id, payout_id, number, rail_key, file_id, state, reason, made_at)
        SELECT joey_uuid7(), shop_id, payout_id, number, rail_key, file_id, 'prepared', '', %s FROM due
        """,
        [now],
    )
    sql.execute(
        "UPDATE payouts_payout p SET state = 'sent' FROM due WHERE p.id = due.payout_id AND p.state = 'approved'"
    )
    sql.fresh_temp_table("due_moves", MOVES_COLUMNS)
    sql.execute(
        """
        INSERT INTO due_moves (shop_id, kind, reference, happened_at, debit_kind, credit_kind, credit_party,
                               currency, amount_minor)
        SELECT shop_id, 'payout.sent', payout_id || ':' || number, %s, %s, %s, %s, currency, amount_minor
        FROM due
        """,
        [now, AccountKind.SHOP_RESERVED, AccountKind.RAIL_IN_TRANSIT, rail_code],
    )
    post_set("due_moves")
    append_set(
        """
        (SELECT due.shop_id, 'payout.sent' AS kind, 'payout:' || due.payout_id AS subject_key,
                jsonb_build_object('rail_key', due.rail_key, 'message_id', f.message_id, 'number', due.number) AS facts,
                f.made_at AS happened_at
         FROM due JOIN payouts_payoutfile f ON f.id = due.file_id)
        """
    )
