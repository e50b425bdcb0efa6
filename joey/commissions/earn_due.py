"""Turn what marketplaces reported into commission: each changed order line's difference is booked, once.

The plan, its shares and the rate are frozen when a line first earns. Later reports (settled, returned, closed,
re-opened) move the booked parts to what they should be now; the paid past is never edited, a new journal is.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from joey.commissions import queries
from joey.kit import sql
from joey.kit.sets import SetTable
from joey.ledger.post import post_set
from joey.marketplaces import registry
from joey.orders.queries import ChangedLine, changed_lines_into, marketplaces_with_lines
from joey.record.append import append_set

BATCH = 20_000


@dataclass(frozen=True)
class Earned:
    """How many order lines were read, and how many journals they made."""

    lines: int
    journals: int


def earn_due(*, now: datetime, batch: int = BATCH) -> Earned:
    """Book everything that changed since the last time, marketplace by marketplace, in batches.

    Safe to run at any time, twice, and beside itself: the cursor row is locked, a journal's reference holds the
    line's revision, and a batch that is cut off is simply read again.
    """
    lines = journals = 0
    for marketplace in marketplaces_with_lines():
        while done := _earn_batch(marketplace, now=now, batch=batch):
            lines, journals = lines + done.lines, journals + done.journals
    return Earned(lines, journals)


@transaction.atomic(durable=True)
def _earn_batch(marketplace: str, *, now: datetime, batch: int) -> Earned | None:
    """Book the next batch of changed lines; None when there is none."""
    read_until = queries.lock_earn_cursor(marketplace)
    changed = SetTable("changed_line", ChangedLine).create()
    last = changed_lines_into(changed, marketplace, after=read_until, limit=batch)
    if last == read_until:
        return None
    manifest = registry.manifest_of(marketplace)
    journals = 0
    if manifest.paid_by == "operator":
        _work_out(now, zone=manifest.zone, usual_settle_days=manifest.usual_settle_days)
        _write_commissions(now)
        journals = _book()
        _record(now)
    queries.advance_earn_cursor(marketplace, last)
    return Earned(int(sql.value(f"SELECT count(*) FROM {changed}")), journals)


def _work_out(now: datetime, *, zone: str, usual_settle_days: int) -> None:
    """What each line has booked (old_*) and what it should have (new_*), its commission row locked.

    base = what the marketplace gives, less its service fee, less what it took back; nothing for a line that is
    only placed or is closed. The split floors to both sides; the remainder goes to rounding.
    """
    sql.execute("DROP TABLE IF EXISTS pg_temp.worked_out")
    sql.execute(
        """
        CREATE TEMP TABLE worked_out ON COMMIT DROP AS
        WITH held AS (
            SELECT c.* FROM commissions_commission c JOIN changed_line x ON x.line_id = c.order_line_id
            ORDER BY c.id FOR UPDATE OF c
        ), plan_now AS (
            SELECT id FROM commissions_planversion WHERE from_at <= %(now)s ORDER BY from_at DESC, id DESC LIMIT 1
        ), based AS (
            SELECT x.*, coalesce(c.id, joey_uuid7()) AS commission_id, c.id IS NULL AS is_new,
                   coalesce(c.plan_id, plan_now.id) AS plan_id, coalesce(c.state, 'earned') AS held_state,
                   coalesce(c.settled, false) AS was_settled,
                   coalesce(c.settled, false) OR x.state = 'settled' AS is_settled,
                   coalesce(c.amount_minor, 0) AS old_amount, coalesce(c.platform_minor, 0) AS old_platform,
                   coalesce(c.rounding_minor, 0) AS old_rounding, coalesce(c.base_minor, 0) AS old_base,
                   CASE WHEN x.state IN ('placed', 'closed') THEN 0
                        ELSE greatest(0, x.commission_minor - x.service_fee_minor - x.returned_commission_minor)
                   END AS new_base
            FROM changed_line x LEFT JOIN held c ON c.order_line_id = x.line_id CROSS JOIN plan_now
        )
        SELECT b.*, p.waiting_days,
               div(b.new_base::numeric * p.shopkeeper_ppm, 1000000)::bigint AS new_amount,
               div(b.new_base::numeric * p.platform_ppm, 1000000)::bigint AS new_platform,
               b.new_base - div(b.new_base::numeric * p.shopkeeper_ppm, 1000000)::bigint
                          - div(b.new_base::numeric * p.platform_ppm, 1000000)::bigint AS new_rounding,
               CASE WHEN b.is_settled
                    THEN (coalesce(b.settled_at, b.reported_at) AT TIME ZONE %(zone)s)::date + p.waiting_days
                    ELSE (coalesce(b.paid_at, b.reported_at) AT TIME ZONE %(zone)s)::date
                         + %(usual_settle_days)s + p.waiting_days
               END AS payable_on
        FROM based b JOIN commissions_planversion p ON p.id = b.plan_id
        """,
        {"now": now, "zone": zone, "usual_settle_days": usual_settle_days},
    )
    sql.execute("ANALYZE worked_out")


def _write_commissions(now: datetime) -> None:
    sql.execute(
        """
        INSERT INTO commissions_commission (id, shop_id, order_line_id, marketplace, plan_id, rate_ppm, currency,
            base_minor, amount_minor, platform_minor, rounding_minor, settled, state, payable_on, earned_revision,
            earned_at)
        SELECT commission_id, shop_id, line_id, marketplace, plan_id, rate_ppm, currency, new_base, new_amount,
               new_platform, new_rounding, is_settled, 'earned', payable_on, revision, %(now)s
        FROM worked_out WHERE is_new
        """,
        {"now": now},
    )
    sql.execute(
        """
        UPDATE commissions_commission c
        SET base_minor = w.new_base, amount_minor = w.new_amount, platform_minor = w.new_platform,
            rounding_minor = w.new_rounding, settled = w.is_settled, earned_revision = w.revision,
            payable_on = CASE WHEN c.state = 'confirmed' OR (w.was_settled AND c.payable_on IS NOT NULL)
                              THEN c.payable_on ELSE w.payable_on END
        FROM worked_out w WHERE NOT w.is_new AND c.id = w.commission_id
        """
    )


def _book() -> int:
    """The difference of each part against the marketplace's account; then what became owed, out of expected.

    How many journals that made.
    """
    return post_set(
        """
        SELECT shop_id AS book_id, CASE WHEN is_new THEN 'commission.earned' ELSE 'commission.adjusted' END AS kind,
               commission_id || ':' || revision AS reference, reported_at AS happened_at,
               CASE WHEN delta > 0 THEN market ELSE side END AS debit_kind,
               CASE WHEN delta > 0 THEN marketplace ELSE '' END AS debit_party,
               CASE WHEN delta > 0 THEN side ELSE market END AS credit_kind,
               CASE WHEN delta > 0 THEN '' ELSE marketplace END AS credit_party,
               currency, abs(delta) AS amount_minor
        FROM (
            SELECT w.*, part.side, part.delta,
                   CASE WHEN w.was_settled THEN 'market:receivable' ELSE 'market:expected' END AS market
            FROM worked_out w CROSS JOIN LATERAL (VALUES
                (CASE WHEN held_state = 'confirmed' THEN 'shop:available' ELSE 'shop:pending' END,
                 new_amount - old_amount),
                (CASE WHEN held_state = 'confirmed' THEN 'platform:revenue' ELSE 'platform:pending' END,
                 new_platform - old_platform),
                ('rounding', new_rounding - old_rounding)
            ) AS part (side, delta)
        ) AS parts WHERE delta <> 0
        UNION ALL
        SELECT shop_id, 'commission.settled', commission_id::text, coalesce(settled_at, reported_at),
               'market:receivable', marketplace, 'market:expected', marketplace, currency, new_base
        FROM worked_out WHERE is_settled AND NOT was_settled AND new_base > 0
        """
    )


def _record(now: datetime) -> None:
    append_set(
        """
        SELECT shop_id,
               CASE WHEN is_new THEN 'commission.earned' ELSE 'commission.adjusted' END AS kind,
               'order_line:' || line_id AS subject_key,
               jsonb_build_object('amount_minor', new_amount, 'before_minor', old_amount, 'base_minor', new_base,
                   'rate_ppm', rate_ppm, 'plan', plan_id, 'currency', currency, 'settled', is_settled,
                   'line_state', state, 'payable_on', payable_on) AS facts,
               %(now)s AS happened_at
        FROM worked_out WHERE is_new OR new_base <> old_base OR is_settled <> was_settled
        """,
        {"now": now},
    )
