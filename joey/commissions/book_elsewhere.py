"""Book what a marketplace took back in another currency than its line's: an entry of its own, in that currency.

Nothing is converted. The shop's part, by the line's plan, comes out of what is available in that currency, and may
leave it below zero; the rest is ours.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sets import Int, SetTable
from joey.ledger.post import post_set
from joey.record.append import append_set


@dataclass(frozen=True)
class TakenElsewhere:
    """The difference of one line in one other currency; below zero when it was given back."""

    commission_id: UUID
    shop_id: UUID
    line_id: UUID
    marketplace: str
    number: Int
    changed_at: datetime
    held: str  # the line, by its reports
    currency: str
    shop_minor: int
    platform_minor: int


def book_elsewhere(now: datetime) -> int:
    """Book the differences of the lines in `worked_out`; how many journals that made."""
    if not sql.value("SELECT EXISTS (SELECT FROM worked_out WHERE returned_elsewhere <> old_elsewhere)"):
        return 0
    taken = SetTable("taken_elsewhere", TakenElsewhere).create()
    taken.insert(_DIFFERENCES)
    sql.execute(
        "UPDATE commissions_commission c SET elsewhere = w.returned_elsewhere FROM worked_out w"
        " WHERE c.id = w.commission_id AND w.returned_elsewhere <> w.old_elsewhere"
    )
    append_set(
        f"""
        SELECT shop_id, 'commission.other_currency' AS kind, 'order_line:' || line_id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'amount_minor', -shop_minor, 'currency', currency, 'held', nullif(held, ''))) AS facts,
               %(now)s AS happened_at
        FROM {taken} WHERE shop_minor <> 0
        """,
        {"now": now},
    )
    return post_set(
        f"""
        SELECT shop_id AS book_id, 'entry.other_currency' AS kind,
               commission_id || ':' || number || ':' || currency AS reference,
               changed_at AS happened_at, CASE WHEN minor > 0 THEN ours ELSE 'market:receivable' END AS debit_kind,
               CASE WHEN minor > 0 THEN '' ELSE marketplace END AS debit_party,
               CASE WHEN minor > 0 THEN 'market:receivable' ELSE ours END AS credit_kind,
               CASE WHEN minor > 0 THEN marketplace ELSE '' END AS credit_party, currency, abs(minor) AS amount_minor
        FROM {taken} CROSS JOIN LATERAL (VALUES
            ('shop:available', shop_minor), ('platform:revenue', platform_minor)) AS part (ours, minor)
        WHERE minor <> 0
        """
    )


_DIFFERENCES = """
    SELECT commission_id, shop_id, line_id, marketplace, number, changed_at, held, currency, shop_minor,
           whole - shop_minor AS platform_minor
    FROM (
        SELECT w.commission_id, w.shop_id, w.line_id, w.marketplace, w.number, w.changed_at, w.held, other.currency,
               other.now_minor - other.then_minor AS whole,
               (div(other.now_minor::numeric * w.shopkeeper_ppm, 1000000)
                - div(other.then_minor::numeric * w.shopkeeper_ppm, 1000000))::bigint AS shop_minor
        FROM worked_out w CROSS JOIN LATERAL (
            SELECT key AS currency, coalesce((w.returned_elsewhere ->> key)::bigint, 0) AS now_minor,
                   coalesce((w.old_elsewhere ->> key)::bigint, 0) AS then_minor
            FROM jsonb_object_keys(w.returned_elsewhere || w.old_elsewhere) AS key
        ) AS other WHERE w.returned_elsewhere <> w.old_elsewhere AND other.now_minor <> other.then_minor
    ) AS split
"""
