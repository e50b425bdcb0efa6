"""Retry lines that no shop could be named for: a position may have been registered or leased since."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.record.append import append_set
from joey.sharing.attribute import Attribution, EvidencePiece, attribute_set


@dataclass(frozen=True)
class SuspendedLine:
    """A line in suspense; `report` numbers it for its evidence."""

    report: int
    line_id: UUID


@transaction.atomic(durable=True)
def retry_suspense(marketplace: str, *, now: datetime) -> int:
    """Attribute this marketplace's suspense lines again; how many found their shop. The rest keep a reason."""
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"orders:{marketplace}"])
    lines = SetTable("suspended_line", SuspendedLine).create()
    pieces = SetTable("retried_evidence", EvidencePiece).create()
    verdicts = SetTable("retried_verdict", Attribution).create()
    lines.insert(
        "SELECT row_number() OVER (ORDER BY id) AS report, id AS line_id FROM orders_orderline"
        " WHERE suspense <> '' AND marketplace = %s",
        [marketplace],
    )
    pieces.insert(
        f"""
        SELECT s.report, (piece.number - 1)::int AS place, piece.facts ->> 'kind' AS kind,
               piece.facts ->> 'key' AS key, (piece.facts ->> 'at')::timestamptz AS at
        FROM {lines} s JOIN orders_orderline l ON l.id = s.line_id
        CROSS JOIN LATERAL jsonb_array_elements(l.failed_evidence) WITH ORDINALITY AS piece (facts, number)
        """
    )
    attribute_set(marketplace, pieces, verdicts)
    sql.execute(
        f"""
        WITH claimed AS (
            INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)
            SELECT l.marketplace, l.external_order, l.external_line, v.shop_id
            FROM {verdicts} v JOIN {lines} s USING (report) JOIN orders_orderline l ON l.id = s.line_id
            WHERE v.shop_id IS NOT NULL
        )
        UPDATE orders_orderline l
        SET shop_id = v.shop_id, lease_id = v.lease_id, suspense = '', failed_evidence = '[]',
            evidence_kind = v.evidence_kind, evidence_key = v.evidence_key, evidence_at = v.evidence_at,
            revision = nextval('orders_revision')
        FROM {verdicts} v JOIN {lines} s USING (report) WHERE s.line_id = l.id AND v.shop_id IS NOT NULL
        """
    )
    return append_set(
        f"""
        SELECT v.shop_id, 'order_line.attributed' AS kind, 'order_line:' || s.line_id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object('evidence', v.evidence_kind, 'evidence_key', v.evidence_key,
                                                    'evidence_at', v.evidence_at)) AS facts,
               %(now)s AS happened_at
        FROM {verdicts} v JOIN {lines} s USING (report) WHERE v.shop_id IS NOT NULL
        """,
        {"now": now},
    )
