"""Take in what a marketplace reported: every report is kept, the newest one moves the order line.

Reports come late, twice and out of order. A line is what its newest report says, by the marketplace's own time of
change and within one second by how far the line is, so any order of arrival leads to the same lines. One set, one
transaction, one lock per marketplace.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from joey.kit import sql
from joey.kit.text import storable, storable_json
from joey.marketplaces.port import AnyReport, ByPosition, OrderReport, RefundReport, UnreadableReport
from joey.orders.models import OrderLine
from joey.orders.storable import fitting
from joey.record.append import append_set
from joey.sharing.attribute import attribute_set
from joey.sharing.lease_position import keep_for_orders

ORDER_COLUMNS = """
    external_order text, external_line text, reported_at timestamptz, payload jsonb, digest bytea,
    state text, reason text, position_key text, clicked_at timestamptz, quantity int, currency text,
    paid_minor bigint, commission_minor bigint, service_fee_minor bigint, rate_ppm int, title text,
    external_item text, placed_at timestamptz, paid_at timestamptz, settled_at timestamptz
"""
REFUND_COLUMNS = """
    case_id text, external_order text, external_line text, reported_at timestamptz, payload jsonb, digest bytea,
    counts boolean, refund_minor bigint, commission_back_minor bigint
"""
# Which of two reports is the newer. A marketplace tells its times in whole seconds, and an order may be paid and
# settled in one: of such reports the one that is further on counts, for a line does not go back, and a refund case
# counts only after it was opened. What they still have in common the digest decides, so that it is always the same.
PROGRESS = f"array_position(ARRAY{OrderLine.State.values}, {{state}}::text)"
OLDEST_FIRST = f"reported_at, {PROGRESS.format(state='state')}, digest"
NEWEST_FIRST = f"reported_at DESC, {PROGRESS.format(state='state')} DESC, digest DESC"
NAMED_COLUMNS = "shop_id uuid, lease_id uuid, suspense text"  # what attribution says of each order report
UNREADABLE_COLUMNS = "kind text, external_order text, reported_at timestamptz, payload jsonb, digest bytea"


@dataclass(frozen=True)
class Recorded:
    """What one set of reports came to."""

    reports: int  # reports not seen before
    lines: int  # order lines made or moved
    unreadable: int


@transaction.atomic
def take_order_reports(marketplace: str, reports: Iterable[AnyReport], *, now: datetime) -> Recorded:
    """Keep the reports and move the lines they speak of. The same set twice changes nothing."""
    # Revisions are given out under this lock and become visible before the next holder gives out larger ones:
    # whoever follows by revision never misses one.
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"orders:{marketplace}"])
    unreadable = _stage(reports)
    kept = _keep_reports(marketplace)
    _take_refund_cases(marketplace)
    _attribute_and_claim(marketplace)
    _move_lines(marketplace)
    _fill_in_who(marketplace)
    _tell_contradictions(marketplace)
    _apply_refunds(marketplace)
    lines = int(sql.value("SELECT count(*) FROM (SELECT DISTINCT id FROM moved_line) AS lines"))
    _tell(now)
    return Recorded(reports=kept, lines=lines, unreadable=unreadable)


def _stage(reports: Iterable[AnyReport]) -> int:
    """Spread the reports over temporary tables; how many could not be read."""
    orders: list[tuple[object, ...]] = []
    refunds: list[tuple[object, ...]] = []
    unreadable: list[tuple[object, ...]] = []
    for seen in map(fitting, reports):
        text = json.dumps(storable_json(seen.payload), ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode()).digest()
        if isinstance(seen, OrderReport):
            orders.append(
                (
                    seen.external_order, seen.external_line, seen.reported_at, text, digest, seen.state,
                    seen.reason[:40],
                    _position_of(seen), seen.clicked_at, seen.quantity, seen.currency, seen.paid_minor,
                    seen.commission_minor, seen.service_fee_minor, seen.rate_ppm, seen.title[:300],
                    seen.external_item[:120], seen.placed_at, seen.paid_at, seen.settled_at,
                )
            )  # fmt: skip
        elif isinstance(seen, RefundReport):
            refunds.append(
                (
                    seen.case_id, seen.external_order, seen.external_line, seen.reported_at, text, digest,
                    seen.counts, seen.refund_minor, seen.commission_back_minor,
                )
            )  # fmt: skip
        else:
            assert isinstance(seen, UnreadableReport)
            unreadable.append((seen.kind, seen.external_order, seen.reported_at, text, digest))
    for name, columns, rows in (
        ("order_in", ORDER_COLUMNS, orders),
        ("refund_in", REFUND_COLUMNS, refunds),
        ("unreadable_in", UNREADABLE_COLUMNS, unreadable),
    ):
        sql.fresh_temp_table(name, columns)
        if rows:
            kept = ([storable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
            sql.copy_rows(name, [part.split()[0] for part in columns.split(",")], kept)
        sql.execute(f"ANALYZE {name}")
    sql.execute(f"ALTER TABLE order_in {', '.join('ADD ' + column for column in NAMED_COLUMNS.split(', '))}")
    sql.fresh_temp_table("moved_line", "id uuid, shop_id uuid, told text")
    return len(unreadable)


def _position_of(report: OrderReport) -> str:
    return next((piece.key for piece in report.evidence if isinstance(piece, ByPosition)), "")


def _keep_reports(marketplace: str) -> int:
    sql.fresh_temp_table("new_report", "external_order text, external_line text, digest bytea")
    return sql.execute(
        """
        WITH kept AS (
            INSERT INTO orders_report
                (marketplace, kind, external_order, external_line, version, payload, payload_sha256)
            SELECT %(marketplace)s, 'order', external_order, external_line, reported_at::text, payload, digest
            FROM order_in
            UNION ALL
            SELECT %(marketplace)s, 'refund', external_order, external_line, left(case_id || '@' || reported_at, 64),
                   payload, digest
            FROM refund_in
            UNION ALL
            SELECT %(marketplace)s, kind, external_order, 'unreadable', reported_at::text, payload, digest
            FROM unreadable_in
            ON CONFLICT DO NOTHING
            RETURNING external_order, external_line, payload_sha256
        )
        INSERT INTO new_report SELECT * FROM kept
        """,
        {"marketplace": marketplace},
    )


def _take_refund_cases(marketplace: str) -> None:
    sql.execute(
        """
        INSERT INTO orders_refundcase (marketplace, case_id, external_order, external_line, counts, refund_minor,
                                       commission_back_minor, reported_at, report_digest)
        SELECT DISTINCT ON (case_id) %(marketplace)s, case_id, external_order, external_line, counts, refund_minor,
               commission_back_minor, reported_at, digest
        FROM refund_in ORDER BY case_id, reported_at DESC, counts DESC, digest DESC
        ON CONFLICT (marketplace, case_id) DO UPDATE
        SET counts = excluded.counts, refund_minor = excluded.refund_minor,
            commission_back_minor = excluded.commission_back_minor, reported_at = excluded.reported_at,
            report_digest = excluded.report_digest
        WHERE (excluded.reported_at, excluded.counts, excluded.report_digest)
            > (orders_refundcase.reported_at, orders_refundcase.counts, orders_refundcase.report_digest)
        """,
        {"marketplace": marketplace},
    )


def _attribute_and_claim(marketplace: str) -> None:
    """The newest report of each line in this set that does not name another shop than the one with the claim.

    A line belongs for ever to the shop that a report of it named first. A later report that names another is kept
    and told, and moves nothing. One that names nobody speaks of the same line all the same: it moves the line of
    the shop that has it, so that the order in which reports come does not decide what a line is.
    """
    attribute_set(marketplace, "order_in")
    sql.execute("ANALYZE order_in")
    keep_for_orders(marketplace, "order_in")
    sql.execute(
        f"""
        INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)
        SELECT DISTINCT ON (external_order, external_line) %(marketplace)s, external_order, external_line, shop_id
        FROM order_in WHERE shop_id IS NOT NULL ORDER BY external_order, external_line, {OLDEST_FIRST}
        ON CONFLICT (marketplace, external_order, external_line) DO NOTHING
        """,
        {"marketplace": marketplace},
    )
    sql.fresh_temp_table("contradiction", "external_order text, external_line text, digest bytea")
    sql.execute(
        """
        WITH contradicted AS (
            DELETE FROM order_in USING orders_orderclaim c
            WHERE (c.marketplace, c.external_order, c.external_line)
                = (%(marketplace)s, order_in.external_order, order_in.external_line)
              AND order_in.shop_id <> c.shop_id
            RETURNING order_in.external_order, order_in.external_line, order_in.digest
        )
        INSERT INTO contradiction SELECT * FROM contradicted
        """,
        {"marketplace": marketplace},
    )
    sql.execute(
        """
        UPDATE order_in SET shop_id = c.shop_id, suspense = '' FROM orders_orderclaim c
        WHERE order_in.shop_id IS NULL
          AND (c.marketplace, c.external_order, c.external_line)
            = (%(marketplace)s, order_in.external_order, order_in.external_line)
        """,
        {"marketplace": marketplace},
    )
    sql.fresh_temp_table("newest", f"{ORDER_COLUMNS}, {NAMED_COLUMNS}")
    sql.execute(
        f"""
        INSERT INTO newest SELECT DISTINCT ON (external_order, external_line) *
        FROM order_in ORDER BY external_order, external_line, {NEWEST_FIRST}
        """
    )
    sql.execute("ANALYZE newest")


def _move_lines(marketplace: str) -> None:
    here, there = PROGRESS.format(state="excluded.state"), PROGRESS.format(state="line.state")
    sql.execute(
        f"""
        WITH moved AS (
            INSERT INTO orders_orderline AS line (
                id, marketplace, external_order, external_line, shop_id, suspense, lease_id, position_key, state,
                reason, title, external_item, quantity, currency, paid_minor, commission_minor, service_fee_minor,
                returned_paid_minor, returned_commission_minor, rate_ppm, clicked_at, placed_at, paid_at, settled_at,
                reported_at, report_digest, revision
            )
            SELECT joey_uuid7(), %(marketplace)s, external_order, external_line, shop_id, suspense, lease_id,
                   position_key, state, reason, title, external_item, quantity, currency, paid_minor, commission_minor,
                   service_fee_minor, 0, 0, rate_ppm, clicked_at, placed_at, paid_at, settled_at, reported_at, digest,
                   nextval('orders_revision')
            FROM newest
            ON CONFLICT (marketplace, external_order, external_line) DO UPDATE SET
                shop_id = excluded.shop_id, suspense = excluded.suspense,
                lease_id = coalesce(excluded.lease_id, line.lease_id),
                position_key = CASE WHEN excluded.lease_id IS NULL AND line.lease_id IS NOT NULL
                                    THEN line.position_key ELSE excluded.position_key END,
                clicked_at = CASE WHEN excluded.lease_id IS NULL AND line.lease_id IS NOT NULL
                                  THEN line.clicked_at ELSE excluded.clicked_at END,
                state = excluded.state, reason = excluded.reason,
                title = excluded.title, external_item = excluded.external_item, quantity = excluded.quantity,
                currency = excluded.currency, paid_minor = excluded.paid_minor,
                commission_minor = excluded.commission_minor, service_fee_minor = excluded.service_fee_minor,
                rate_ppm = excluded.rate_ppm, placed_at = excluded.placed_at, paid_at = excluded.paid_at,
                settled_at = excluded.settled_at, reported_at = excluded.reported_at,
                report_digest = excluded.report_digest, revision = excluded.revision
            WHERE (excluded.reported_at, {here}, excluded.report_digest)
                > (line.reported_at, {there}, line.report_digest)
            RETURNING line.id, line.shop_id
        )
        INSERT INTO moved_line SELECT id, shop_id, 'order_line.reported' FROM moved
        """,
        {"marketplace": marketplace},
    )


def _fill_in_who(marketplace: str) -> None:
    """Lines whose newest report named nobody learn whose they are from an older one that came late or beside it."""
    sql.execute(
        f"""
        WITH named AS (
            SELECT DISTINCT ON (external_order, external_line) *
            FROM order_in WHERE lease_id IS NOT NULL ORDER BY external_order, external_line, {OLDEST_FIRST}
        ), waiting AS (
            SELECT line.id, line.suspense AS was, named.* FROM named
            JOIN orders_orderline line ON (line.marketplace, line.external_order, line.external_line)
                                        = (%(marketplace)s, named.external_order, named.external_line)
            WHERE line.lease_id IS NULL
        ), filled AS (
            UPDATE orders_orderline line
            SET shop_id = waiting.shop_id, lease_id = waiting.lease_id, position_key = waiting.position_key,
                clicked_at = waiting.clicked_at, suspense = '', revision = nextval('orders_revision')
            FROM waiting WHERE line.id = waiting.id
            RETURNING line.id, line.shop_id, waiting.was
        )
        INSERT INTO moved_line SELECT id, shop_id, 'order_line.attributed' FROM filled WHERE was <> ''
        """,
        {"marketplace": marketplace},
    )


def _tell_contradictions(marketplace: str) -> None:
    """Each contradicting report once, however often it comes."""
    sql.execute(
        """
        INSERT INTO moved_line SELECT DISTINCT line.id, line.shop_id, 'order_line.contradicted' FROM contradiction
        JOIN new_report USING (external_order, external_line, digest)
        JOIN orders_orderline line ON (line.marketplace, line.external_order, line.external_line)
                                    = (%(marketplace)s, contradiction.external_order, contradiction.external_line)
        """,
        {"marketplace": marketplace},
    )


def _apply_refunds(marketplace: str) -> None:
    """Bring each touched line's returned amounts up to the sum of its counting cases."""
    sql.execute(
        """
        WITH touched AS (
            SELECT external_order, external_line FROM refund_in
            UNION SELECT external_order, external_line FROM newest
        ), returned AS (
            SELECT line.id, coalesce(sum(c.refund_minor) FILTER (WHERE c.counts), 0) AS paid,
                   coalesce(sum(c.commission_back_minor) FILTER (WHERE c.counts), 0) AS commission
            FROM touched
            JOIN orders_orderline line ON (line.marketplace, line.external_order, line.external_line)
                                        = (%(marketplace)s, touched.external_order, touched.external_line)
            LEFT JOIN orders_refundcase c ON (c.marketplace, c.external_order, c.external_line)
                                           = (line.marketplace, line.external_order, line.external_line)
            GROUP BY line.id
        ), moved AS (
            UPDATE orders_orderline line
            SET returned_paid_minor = returned.paid, returned_commission_minor = returned.commission,
                revision = nextval('orders_revision')
            FROM returned
            WHERE line.id = returned.id
              AND (line.returned_paid_minor, line.returned_commission_minor) <> (returned.paid, returned.commission)
            RETURNING line.id, line.shop_id
        )
        INSERT INTO moved_line SELECT id, shop_id, 'order_line.returned' FROM moved
        """,
        {"marketplace": marketplace},
    )


def _tell(now: datetime) -> None:
    sql.execute("ANALYZE moved_line")
    append_set(
        f"""(
        SELECT m.shop_id, m.told AS kind, 'order_line:' || m.id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'state', l.state, 'reason', nullif(l.reason, ''), 'suspense', nullif(l.suspense, ''),
                   'position', l.position_key, 'clicked_at', l.clicked_at, 'paid_minor', l.paid_minor,
                   'commission_minor', l.commission_minor, 'service_fee_minor', l.service_fee_minor,
                   'returned_commission_minor', nullif(l.returned_commission_minor, 0),
                   'returned_paid_minor', nullif(l.returned_paid_minor, 0), 'quantity', l.quantity,
                   'rate_ppm', l.rate_ppm, 'currency', l.currency)) AS facts,
               CASE WHEN m.told = 'order_line.reported' THEN l.reported_at ELSE '{now.isoformat()}'::timestamptz END
                   AS happened_at
        FROM moved_line m JOIN orders_orderline l USING (id))"""
    )
