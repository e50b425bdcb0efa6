"""Each line has the shop that its evidence names, or a reason for having none that is still true.

The evidence of the reports is weighed again, all pieces of each, by the rule that weighed it first (attribute.py). What
a report came to stays what it comes to: positions, leases and links to items are only added to, and what is added is of
later clicks. A lease that is prolonged, or copied by a restore, can name the shop of a line in suspense: within an hour
that is found by a retry.
"""

from joey.kit.prove import Check
from joey.orders.kept_evidence import pieces_of
from joey.orders.move_lines import EVIDENCE_RANK
from joey.sharing.attribute import verdicts_on

AGE = "interval '2 hours'"  # after which the hourly retry of suspense is late

CLAIMS = Check(
    "10. Each order line of a shop is claimed by that shop",
    """
    SELECT coalesce(l.id::text, c.external_line) AS order_line FROM orders_orderline l
    FULL JOIN orders_orderclaim c USING (marketplace, external_order, external_line, external_part)
    WHERE l.shop_id IS DISTINCT FROM c.shop_id
    """,
)


def _weighed(lines: str) -> str:
    """The order reports of these lines `l`, as they were read last or before, each with what its evidence comes to."""
    return f"""
        report AS MATERIALIZED (
            SELECT r.id AS report, l.id AS order_line, r.marketplace, r.evidence, r.clicked_at, r.placed_at, r.title,
                   r.external_item, r.received_at,
                   (r.reported_at, r.poll_id, r.payload_sha256)
                 = (l.reported_at, l.reported_poll, l.report_digest) AS is_newest,
                   r.id NOT IN (SELECT rereads FROM orders_report WHERE rereads IS NOT NULL) AS is_last_reading
            FROM orders_orderline l JOIN orders_report r
              ON (r.marketplace, r.external_order, r.external_line, r.external_part)
               = (l.marketplace, l.external_order, l.external_line, l.external_part)
             AND r.kind = 'order' AND r.problem = ''
            WHERE {lines}
        ), weighed AS (
            SELECT r.report, r.order_line, r.clicked_at, r.is_newest, r.is_last_reading, v.shop_id, v.lease_id,
                   v.evidence_kind, v.evidence_key, v.evidence_at, coalesce(v.suspense, 'no_evidence') AS suspense,
                   coalesce(v.failed_evidence, '[]') AS failed_evidence
            FROM report r LEFT JOIN ({verdicts_on(_PIECES)}) v USING (report)
        )
    """


_PIECES = f"SELECT given.*, r.marketplace FROM ({pieces_of('report')}) given JOIN report r USING (report)"

# Of several reports that name the shop, the one with the earliest click or order decides.
EVIDENCE = Check(
    "10. The evidence that decided an order line is the earliest in its reports that names its shop",
    f"""
    WITH {_weighed("l.shop_id IS NOT NULL AND l.evidence_kind <> 'operator'")}
    SELECT l.id AS order_line, l.evidence_kind, l.evidence_key FROM orders_orderline l
    LEFT JOIN weighed w ON w.order_line = l.id AND w.shop_id = l.shop_id
    WHERE l.shop_id IS NOT NULL AND l.evidence_kind <> 'operator'
    GROUP BY l.id
    HAVING bool_or(w.is_last_reading AND {EVIDENCE_RANK.format("w")} < {EVIDENCE_RANK.format("l")})
        OR NOT coalesce(bool_or(
            (w.lease_id, w.evidence_kind, w.evidence_key, w.evidence_at, w.clicked_at)
            IS NOT DISTINCT FROM (l.lease_id, l.evidence_kind, l.evidence_key, l.evidence_at, l.clicked_at)), false)
    """,
)

GIVEN = Check(
    "10. Where an operator decided about an order line, that was recorded",
    """
    SELECT l.id AS order_line, o.by, o.shop_id FROM orders_orderline l
    LEFT JOIN orders_operatorattribution o ON o.line_id = l.id
    LEFT JOIN record_event e ON e.kind = 'order_line.given' AND e.subject_key = 'order_line:' || o.line_id
    WHERE l.evidence_kind = 'operator' AND (
        (o.shop_id, e.shop_id, e.facts ->> 'by', e.facts ->> 'reason', e.happened_at) IS DISTINCT FROM
        (l.shop_id, l.shop_id, coalesce(o.by::text, 'terminal'),
         o.reason_id || ':' || encode(o.reason_sha256, 'hex'), o.at)
        OR NOT EXISTS (
            SELECT FROM orders_report r
            WHERE (r.marketplace, r.external_order, r.external_line, r.external_part)
                = (l.marketplace, l.external_order, l.external_line, l.external_part)
              AND r.kind = 'order' AND r.problem = ''
              AND r.clicked_at IS NOT DISTINCT FROM l.clicked_at))
    """,
)

# What the newest report of a line in suspense named, piece by piece, without the addresses of shops, which may change.
_NAMED = """ARRAY(
            SELECT piece::text FROM jsonb_to_recordset({}.failed_evidence)
                AS piece (kind text, key text, at timestamptz, problem text) ORDER BY 1)"""

SUSPENSE = Check(
    "11. A line is in suspense for what its newest report names, and as long as none of its reports names a shop",
    f"""
    WITH {_weighed("l.suspense <> ''")}
    SELECT l.id AS order_line, l.suspense FROM orders_orderline l
    LEFT JOIN weighed w ON w.order_line = l.id AND w.is_last_reading
    WHERE l.suspense <> '' AND NOT EXISTS (  -- something that a retry still has to find
        SELECT FROM report r CROSS JOIN LATERAL jsonb_to_recordset(r.evidence) AS piece (key text)
        JOIN sharing_position p ON (p.marketplace, p.key) = (r.marketplace, piece.key)
        LEFT JOIN sharing_leasechange c ON c.position_id = p.id
        WHERE r.order_line = l.id
          AND greatest(p.registered_at, c.recorded_at) >= greatest(l.first_seen_at, now() - {AGE}))
    GROUP BY l.id
    HAVING l.evidence_kind <> '' OR bool_or(w.shop_id IS NOT NULL)
        OR NOT coalesce(bool_or(w.is_newest AND w.clicked_at IS NOT DISTINCT FROM l.clicked_at
                                AND w.suspense = l.suspense AND {_NAMED.format("w")} = {_NAMED.format("l")}), false)
    """,
)

# By the codes that an order of the same marketplace may have come in under: an index finds the line under each.
ONE_SALE = Check(
    "10. No order line has a shop by two accounts of one marketplace",
    """
    WITH own AS (SELECT code, marketplace FROM marketplaces_ownaccount),
    code AS (SELECT * FROM own UNION SELECT marketplace, marketplace FROM own)
    SELECT line.id AS order_line, other.id AS other_line FROM own
    JOIN code ON code.marketplace = own.marketplace AND code.code <> own.code
    JOIN orders_orderline line ON line.marketplace = own.code AND line.shop_id IS NOT NULL
    JOIN orders_orderline other
      ON (other.marketplace, other.external_order, other.external_line, other.external_part)
       = (code.code, line.external_order, line.external_line, line.external_part)
    WHERE other.shop_id IS NOT NULL
    """,
)

CHECKS = [CLAIMS, ONE_SALE, EVIDENCE, GIVEN, SUSPENSE]
