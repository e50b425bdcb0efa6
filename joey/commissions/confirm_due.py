"""Confirm commissions whose order the marketplace has settled and whose waiting time is over."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from joey.commissions.queries import DueCommission, claim_due
from joey.kit import sql
from joey.kit.sets import SetTable
from joey.ledger.post import post_set
from joey.marketplaces import registry
from joey.orders.queries import marketplaces_with_lines
from joey.record.append import append_set

BATCH = 20_000


@dataclass(frozen=True)
class Confirmed:
    """How many commissions became available."""

    commissions: int


def confirm_due(*, now: datetime, batch: int = BATCH) -> Confirmed:
    """Move every due commission from pending to available, in batches.

    Safe to run at any time, twice, and beside itself: rows are claimed with SKIP LOCKED and a commission's
    confirming journal exists at most once. The day is the marketplace's day.
    """
    confirmed = 0
    for marketplace in marketplaces_with_lines():
        while done := _confirm_batch(marketplace, now=now, batch=batch):
            confirmed += done
    return Confirmed(confirmed)


@transaction.atomic(durable=True)
def _confirm_batch(marketplace: str, *, now: datetime, batch: int) -> int:
    today = now.astimezone(ZoneInfo(registry.manifest_of(marketplace).zone)).date()
    due = SetTable("due", DueCommission).create()
    count = claim_due(due, marketplace, today=today, limit=batch)
    if not count:
        return 0
    sql.execute(
        "UPDATE commissions_commission c SET state = 'confirmed', confirmed_at = %s"
        f" FROM {due} AS due WHERE c.id = due.commission_id",
        [now],
    )
    post_set(
        f"""
        SELECT shop_id AS book_id, 'commission.confirmed' AS kind, commission_id::text AS reference,
               %(now)s AS happened_at, pending AS debit_kind, '' AS debit_party,
               free AS credit_kind, '' AS credit_party, currency, amount AS amount_minor
        FROM {due} CROSS JOIN LATERAL (VALUES
            ('shop:pending', 'shop:available', amount_minor), ('platform:pending', 'platform:revenue', platform_minor)
        ) AS part (pending, free, amount) WHERE amount > 0
        """,
        {"now": now},
    )
    append_set(
        f"""
        SELECT shop_id, 'commission.confirmed' AS kind, 'order_line:' || line_id AS subject_key,
               jsonb_build_object('amount_minor', amount_minor, 'currency', currency) AS facts, %(now)s AS happened_at
        FROM {due}
        """,
        {"now": now},
    )
    return count
