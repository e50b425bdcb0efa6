"""Take in what a marketplace reported: every report is kept, the most recent one moves the order line.

Reports come late, twice and out of order. A line is what its most recent report says, by the marketplace's own time of
change and within one second by how far the line is, so any order of arrival leads to the same lines. One set, one
transaction, one lock per marketplace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from joey.kit import sql
from joey.kit.ids import CODE_ALPHABET
from joey.marketplaces.port import AnyReport
from joey.marketplaces.registry import manifest_of
from joey.orders.claim_lines import attribute_and_claim
from joey.orders.move_lines import move_lines
from joey.orders.stage_reports import MOVED, NEW_REPORTS, ORDERS, REFUNDS, UNREADABLE, stage_reports
from joey.record.append import append_set
from joey.sharing.attribute import SUB_ID

CODE_PATTERN = f"^[{CODE_ALPHABET}]{{8,16}}$"

# A sub-id is whatever the person who made the link put there. In an event, which is kept for ever, it is written only
# if it could be one of our codes; the line keeps it while it is in suspense.
FAILED_KEY = f"""
    CASE WHEN l.failed_evidence -> 0 ->> 'kind' <> '{SUB_ID}' OR l.failed_evidence -> 0 ->> 'key' ~ '{CODE_PATTERN}'
         THEN l.failed_evidence -> 0 ->> 'key' END
"""


@dataclass(frozen=True)
class Recorded:
    """What one set of reports came to."""

    reports: int  # reports not seen before
    lines: int  # order lines made or moved
    unreadable: int


@transaction.atomic
def take_order_reports(marketplace: str, reports: Iterable[AnyReport], *, now: datetime) -> Recorded:
    """Keep the reports and move the lines they are about. The same set twice changes nothing."""
    # Revisions are given out under this lock and become visible before the next holder gives out larger ones, so a
    # process that follows lines by their revision never misses one.
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"orders:{marketplace}"])
    staged = stage_reports(reports, is_net=manifest_of(marketplace).reported_commission == "after_fee")
    kept = _keep_reports(marketplace)
    _take_refund_cases(marketplace)
    other_currency = attribute_and_claim(marketplace, now=now)
    move_lines(marketplace, any_held=staged.any_held or other_currency)
    lines = int(sql.value(f"SELECT count(*) FROM (SELECT DISTINCT id FROM {MOVED}) AS lines"))
    _append_events(now)
    return Recorded(reports=kept, lines=lines, unreadable=staged.unreadable)


def _keep_reports(marketplace: str) -> int:
    """Write the reports that are not here yet, on whatever day they first came; how many."""
    return sql.execute(
        f"""
        WITH given AS MATERIALIZED (
            SELECT *, row_number() OVER () AS place,
                   sha256(convert_to(concat_ws(E'\\n', %(marketplace)s, kind, external_order, external_line, version),
                                     'UTF8') || digest) AS own_digest
            FROM (
                SELECT 'order' AS kind, external_order, external_line, reported_at::text AS version, payload, digest
                FROM {ORDERS}
                UNION ALL
                SELECT 'refund', external_order, external_line, left(case_id || '@' || reported_at, 64), payload, digest
                FROM {REFUNDS}
                UNION ALL
                SELECT kind, external_order, 'unreadable', reported_at::text, payload, digest FROM {UNREADABLE}
            ) AS reports
        ), once AS (
            SELECT own_digest, min(place) AS place FROM given GROUP BY own_digest
        ), new AS (
            INSERT INTO orders_reportdigest (digest, report_id) SELECT own_digest, joey_row_id() FROM once
            ON CONFLICT DO NOTHING RETURNING digest, report_id
        ), kept AS (
            INSERT INTO orders_report
                (id, marketplace, kind, external_order, external_line, version, payload, payload_sha256)
            SELECT new.report_id, %(marketplace)s, kind, external_order, external_line, version, payload, given.digest
            FROM new JOIN once ON once.own_digest = new.digest JOIN given ON given.place = once.place
            RETURNING external_order, external_line, payload_sha256
        )
        INSERT INTO {NEW_REPORTS} (external_order, external_line, digest) SELECT * FROM kept
        """,
        {"marketplace": marketplace},
    )


def _take_refund_cases(marketplace: str) -> None:
    sql.execute(
        f"""
        INSERT INTO orders_refundcase (marketplace, case_id, external_order, external_line, counts, refund_minor,
                                       commission_back_minor, reported_at, report_digest)
        SELECT DISTINCT ON (case_id) %(marketplace)s, case_id, external_order, external_line, counts, refund_minor,
               commission_back_minor, reported_at, digest
        FROM {REFUNDS} ORDER BY case_id, reported_at DESC, counts DESC, digest DESC
        ON CONFLICT (marketplace, case_id) DO UPDATE
        SET counts = excluded.counts, refund_minor = excluded.refund_minor,
            commission_back_minor = excluded.commission_back_minor, reported_at = excluded.reported_at,
            report_digest = excluded.report_digest
        WHERE (excluded.reported_at, excluded.counts, excluded.report_digest)
            > (orders_refundcase.reported_at, orders_refundcase.counts, orders_refundcase.report_digest)
        """,
        {"marketplace": marketplace},
    )


def _append_events(now: datetime) -> None:
    MOVED.analyze()
    append_set(
        f"""
        SELECT m.shop_id, m.event AS kind, 'order_line:' || m.id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'state', l.state, 'reason', CASE WHEN l.reason ~ '^[!-~]+$' THEN l.reason END,
                   'held', nullif(l.held, ''), 'suspense', nullif(l.suspense, ''),
                   'evidence', coalesce(nullif(l.evidence_kind, ''), l.failed_evidence -> 0 ->> 'kind'),
                   'evidence_key', coalesce(nullif(l.evidence_key, ''), {FAILED_KEY}),
                   'evidence_at', coalesce(to_jsonb(l.evidence_at), l.failed_evidence -> 0 -> 'at'),
                   'paid_minor', l.paid_minor, 'commission_minor', l.commission_minor,
                   'service_fee_minor', l.service_fee_minor,
                   'returned_commission_minor', nullif(l.returned_commission_minor, 0),
                   'returned_paid_minor', nullif(l.returned_paid_minor, 0), 'quantity', l.quantity,
                   'rate_ppm', l.rate_ppm, 'currency', l.currency)) AS facts,
               CASE WHEN m.event = 'order_line.reported' THEN l.reported_at ELSE %(now)s END AS happened_at
        FROM {MOVED} m JOIN orders_orderline l USING (id)
        """,
        {"now": now},
    )
