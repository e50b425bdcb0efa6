"""Send approved payouts: put them in a bank file, keep the file, hand it over.

The order is what keeps money from being paid twice. First everything is written down and committed: attempts,
the journal that moves the money to the rail, and the very bytes of the file. Only then does the file go to the
bank. Whatever dies in between, the next run finds the file and hands over the same bytes under the same id.
"""

import logging
from dataclasses import dataclass
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
from joey.payouts.models import BankFile, PayoutAttempt
from joey.payouts.pause import sending_allowed
from joey.payouts.rails.bank_file.client import BankAway, FileRefused, hand_over
from joey.payouts.rails.bank_file.instruction import Instruction
from joey.payouts.rails.bank_file.our_bank import OurBank, our_bank
from joey.payouts.rails.bank_file.write_csv import write_csv
from joey.payouts.rails.bank_file.write_pain001 import write_pain001
from joey.record.append import append_set

log = logging.getLogger(__name__)

SILENCES_MAX = 2  # one file that the bank chokes on must not hold up the others; two mean that the bank is away
FILE_SIZE_MAX = 500  # transfers in one file; the rest goes into the next


@dataclass(frozen=True)
class Sent:
    """`payouts` newly put into `files`; `handed_over` files the bank took now, `waiting` files it has not yet."""

    payouts: int
    files: int
    handed_over: int
    waiting: int


def send_due(*, now: datetime) -> Sent:
    """Send every approved payout without an open hold, and every file that is still here.

    Safe to run at any time, twice, and beside itself: payouts are claimed with SKIP LOCKED, and the bank knows a
    file by its message id. While payouts are paused nothing leaves. Raises NoBank when something is due and no bank
    is set up.
    """
    if not sending_allowed():
        return Sent(0, 0, 0, BankFile.objects.filter(handed_over_at=None).count())
    payouts = files = 0
    while prepared := _prepare(now):
        payouts, files = payouts + sum(prepared), files + len(prepared)
    handed_over, waiting = _hand_over_all(now)
    return Sent(payouts, files, handed_over, waiting)


@transaction.atomic(durable=True)
def _prepare(now: datetime) -> list[int]:
    """Claim up to FILE_SIZE_MAX payouts and write them down with their files; the sizes of the files made."""
    if not sending_allowed() or not _claim(now):
        return []
    bank = our_bank()
    due = sql.rows("SELECT * FROM due ORDER BY currency, payout_id")
    sizes = []
    for currency, group in groupby(due, key=lambda row: str(row["currency"])):
        rows = list(group)
        file_id = _keep_file(bank, currency, rows, now)
        sql.execute("UPDATE due SET file_id = %s WHERE currency = %s", [file_id, currency])
        sizes.append(len(rows))
    _write_down(now)
    return sizes


def _claim(now: datetime) -> int:
    """Fill the temporary table `due` with approved payouts, locked; how many."""
    sql.execute("DROP TABLE IF EXISTS due")
    sql.execute(
        """
        CREATE TEMP TABLE due ON COMMIT DROP AS
        WITH claimed AS (
            SELECT p.* FROM payouts_payout p
            WHERE p.state = 'approved' AND p.rail = 'bank' AND NOT EXISTS (
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
        [FILE_SIZE_MAX],
    )
    # A hold placed while we took the locks is not in the snapshot of the statement above; it is in this one's.
    sql.execute(
        """
        DELETE FROM due USING payouts_payouthold h
        WHERE h.shop_id = due.shop_id AND h.released_at IS NULL
          AND (h.payout_id IS NULL OR h.payout_id = due.payout_id)
        """
    )
    return int(sql.value("SELECT count(*) FROM due"))


def _keep_file(bank: OurBank, currency: str, rows: list[dict[str, Any]], now: datetime) -> UUID:
    """Write the file and keep its bytes; its id."""
    file_id = new_id()
    message_id = f"JB{file_id.hex.upper()}"
    instructions = [
        Instruction(
            end_to_end_id=row["rail_key"],
            amount=Money(row["amount_minor"], currency),
            creditor_name=row["holder_name"],
            creditor_account=row["account_number"],
            creditor_bank=row["bank_code"],
            reference=f"Joey {row['rail_key']}",
        )
        for row in rows
    ]
    if bank.form == "csv":
        content = write_csv(instructions)
    else:
        content = write_pain001(message_id, instructions, bank, made_at=now)
    BankFile.objects.create(
        id=file_id, message_id=message_id, form=bank.form, currency=currency, content=content, made_at=now
    )
    return file_id


def _write_down(now: datetime) -> None:
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
    sql.execute("DROP TABLE IF EXISTS due_moves")
    sql.execute(f"CREATE TEMP TABLE due_moves ({MOVES_COLUMNS}) ON COMMIT DROP")
    sql.execute(
        """
        INSERT INTO due_moves (shop_id, kind, reference, happened_at, debit_kind, credit_kind, credit_party,
                               currency, amount_minor)
        SELECT shop_id, 'payout.sent', payout_id || ':' || number, %s, %s, %s, 'bank', currency, amount_minor
        FROM due
        """,
        [now, AccountKind.SHOP_RESERVED, AccountKind.RAIL_IN_TRANSIT],
    )
    post_set("due_moves")
    append_set(
        """
        (SELECT due.shop_id, 'payout.sent' AS kind, 'payout:' || due.payout_id AS subject_key,
                jsonb_build_object('rail_key', due.rail_key, 'message_id', f.message_id, 'number', due.number) AS facts,
                f.made_at AS happened_at
         FROM due JOIN payouts_bankfile f ON f.id = due.file_id)
        """
    )


def _hand_over_all(now: datetime) -> tuple[int, int]:
    """Give the bank every file that it has not confirmed; how many it took, how many still wait."""
    waiting = list(BankFile.objects.filter(handed_over_at=None).order_by("id"))
    taken = silences = 0
    for file in waiting:
        try:
            hand_over(our_bank(), file.message_id, file.form, bytes(file.content))
        except BankAway as trouble:
            log.warning("bank file %s waits: %s", file.message_id, trouble)
            silences += 1
            if silences == SILENCES_MAX:
                break  # the next file would meet the same silence
            continue
        except FileRefused as trouble:
            log.error("bank file %s: %s", file.message_id, trouble)
            BankFile.objects.filter(pk=file.pk).update(trouble=f"file_refused: {trouble}")
            continue
        _mark_handed_over(file.id, now)
        taken += 1
    return taken, len(waiting) - taken


@transaction.atomic(durable=True)
def _mark_handed_over(file_id: UUID, now: datetime) -> None:
    BankFile.objects.filter(pk=file_id, handed_over_at=None).update(handed_over_at=now, trouble="")
    PayoutAttempt.objects.filter(file_id=file_id, state=PayoutAttempt.State.PREPARED).update(
        state=PayoutAttempt.State.SENT
    )
