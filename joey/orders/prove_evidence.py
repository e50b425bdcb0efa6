"""Each line has the shop that its evidence names, or a reason for having none that is still true."""

from joey.kit.prove import Check

AGE = "interval '2 hours'"  # after which the hourly retry of suspense is late

_MADE_AT = "to_timestamp(('x' || left(replace({id}::text, '-', ''), 12))::bit(48)::bigint / 1000.0)"  # of a UUIDv7
_COVERED = f"""{_MADE_AT.format(id="h.id")} < now() - {AGE} AND NOT EXISTS (
            SELECT FROM sharing_leasechange c  -- prolonged only now
            WHERE c.lease_id = h.id AND c.until IS NOT NULL AND c.recorded_at >= now() - {AGE})"""

CLAIMS = Check(
    "10. Each order line of a shop is claimed by that shop",
    """
    SELECT coalesce(l.id::text, c.external_line) AS order_line FROM orders_orderline l
    FULL JOIN orders_orderclaim c USING (marketplace, external_order, external_line)
    WHERE l.shop_id IS DISTINCT FROM c.shop_id
    """,
)

# A position that changed hands: its tenant had a link by then to what was ordered, as the line has it now or as some
# report of it had it, for an item may get another name or id after the report that decided.
_LINKED = """EXISTS (
                SELECT FROM sharing_trackedurl t
                WHERE t.lease_id = h.id AND date_trunc('second', t.made_at) <= l.evidence_at AND ({same}))"""
_AS_IT_IS = "t.item <> '' AND t.item = l.external_item OR t.title <> '' AND t.title = l.title"
_AS_REPORTED = """ARRAY[t.item, t.title]::text[] && ARRAY(
                    SELECT left(btrim(part.value #>> '{}'), 300)
                    FROM orders_report r CROSS JOIN jsonb_path_query(r.payload::jsonb, '$.**') AS part (value)
                    WHERE (r.marketplace, r.external_order, r.external_line)
                        = (l.marketplace, l.external_order, l.external_line) AND r.kind = 'order' AND r.problem = ''
                      AND jsonb_typeof(part.value) IN ('string', 'number') AND btrim(part.value #>> '{}') <> '')"""

EVIDENCE = Check(
    "10. The evidence that decided an order line names its shop; where an operator decided, that was recorded",
    f"""
    SELECT l.id AS order_line, l.evidence_kind, l.evidence_key FROM orders_orderline l
    LEFT JOIN sharing_link k ON l.evidence_kind = 'sub_id' AND k.code = l.evidence_key
    LEFT JOIN sharing_positionlease h ON h.id = l.lease_id
    LEFT JOIN sharing_position p ON p.id = h.position_id
    LEFT JOIN orders_operatorattribution o ON l.evidence_kind = 'operator' AND o.line_id = l.id
    LEFT JOIN record_event e ON e.kind = 'order_line.given' AND e.subject_key = 'order_line:' || o.line_id
    WHERE l.shop_id IS NOT NULL AND CASE
        WHEN l.evidence_kind = 'sub_id' THEN k.shop_id IS DISTINCT FROM l.shop_id
        WHEN l.evidence_kind = 'operator' THEN
            (o.shop_id, e.shop_id, e.facts ->> 'by', e.facts ->> 'reason', e.happened_at) IS DISTINCT FROM
            (l.shop_id, l.shop_id, coalesce(o.by::text, 'terminal'),
             o.reason_id || ':' || encode(o.reason_sha256, 'hex'), o.at)
        WHEN starts_with(l.evidence_kind, 'position') THEN
            h.shop_id IS DISTINCT FROM l.shop_id OR p.key IS DISTINCT FROM l.evidence_key
            OR l.evidence_at < h.leased_from OR l.evidence_at >= h.until OR l.evidence_at IS NULL
            OR h.is_reuse AND NOT {_LINKED.replace("{same}", _AS_IT_IS)}
                          AND NOT {_LINKED.replace("{same}", _AS_REPORTED)}
        ELSE true END
    """,
)

REPORTED = Check(
    "10. The evidence that decided an order line is in a report of it",
    """
    SELECT l.id AS order_line, l.evidence_kind, l.evidence_key FROM orders_orderline l
    LEFT JOIN orders_report r
      ON (r.marketplace, r.external_order, r.external_line) = (l.marketplace, l.external_order, l.external_line)
     AND r.kind = 'order' AND r.problem = ''
    WHERE l.evidence_kind NOT IN ('', 'operator')
    GROUP BY l.id
    HAVING NOT coalesce(bool_or(
        r.evidence @> jsonb_build_array(jsonb_build_object('kind', l.evidence_kind, 'key', l.evidence_key))
        AND CASE l.evidence_kind WHEN 'position_at_click' THEN r.clicked_at = l.evidence_at
                                 WHEN 'position_at_order' THEN r.placed_at = l.evidence_at ELSE true END), false)
    """,
)

SUSPENSE = Check(
    "11. A line is in suspense for what its newest report names, and for a reason that still holds",
    f"""
    SELECT l.id AS order_line, l.suspense FROM orders_orderline l
    JOIN orders_report r
      ON (r.marketplace, r.external_order, r.external_line) = (l.marketplace, l.external_order, l.external_line)
     AND (r.reported_at, coalesce(r.poll_id, 0), r.payload_sha256) = (l.reported_at, l.reported_poll, l.report_digest)
     AND r.kind = 'order' AND r.problem = ''
    WHERE l.suspense <> ''
    GROUP BY l.id
    HAVING NOT bool_or(jsonb_path_query_array(r.evidence, '$[*].key')
                     = jsonb_path_query_array(l.failed_evidence, '$[*].key'))
    UNION ALL
    SELECT l.id, l.suspense FROM orders_orderline l
    CROSS JOIN LATERAL jsonb_to_record(l.failed_evidence -> 0) AS piece (kind text, key text, at timestamptz)
    LEFT JOIN sharing_position p ON piece.kind <> 'sub_id' AND (p.marketplace, p.key) = (l.marketplace, piece.key)
    LEFT JOIN sharing_positionlease h
      ON h.position_id = p.id AND piece.at >= h.leased_from AND (h.until IS NULL OR piece.at < h.until)
    LEFT JOIN sharing_link k ON piece.kind = 'sub_id' AND k.code = piece.key
    WHERE CASE l.suspense
        WHEN 'unknown_position' THEN
            p.registered_at < now() - {AGE} AND jsonb_array_length(l.failed_evidence) = 1
        WHEN 'unknown_sub_id' THEN k.made_at < now() - {AGE}
        WHEN 'not_leased_at_click' THEN {_COVERED}
        WHEN 'not_leased_at_order' THEN {_COVERED}
        WHEN 'no_evidence' THEN l.failed_evidence <> '[]'
        ELSE false END
    """,
)

CHECKS = [CLAIMS, EVIDENCE, REPORTED, SUSPENSE]
