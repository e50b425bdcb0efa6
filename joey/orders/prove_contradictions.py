"""What contradicts a line: a report of another shop, or in another currency. Derived from reports, not from notes."""

from joey.kit.prove import Check
from joey.orders.kept_evidence import at_latest
from joey.orders.other_currency import can_move

# Whose a position was at the time in question, as far as that was known when the report came: a lease may be prolonged
# later. A position that another shop had before names a shop only with a link to the item; that, and evidence of which
# a piece names no shop, is left out: what it came to then cannot be known for certain now. Of a minute it is the shop's
# that had it from its beginning to its end.
_KNOWN_THEN = """(
    SELECT c.until IS NULL OR piece.at_latest < c.until FROM sharing_leasechange c
    WHERE c.lease_id = h.id AND c.recorded_at <= o.received_at ORDER BY c.id DESC LIMIT 1)"""

CONTRADICTIONS = Check(
    "8. A line whose newest report names another shop is held as contradicted",
    f"""
    WITH odd AS MATERIALIZED (
        SELECT l.id, l.marketplace, l.shop_id, l.held, r.evidence, r.clicked_at, r.placed_at, r.received_at,
               l.id IN (SELECT line_id FROM orders_operatorattribution) AS is_given
        FROM orders_orderline l JOIN orders_report r
          ON (r.marketplace, r.external_order, r.external_line, r.external_part)
           = (l.marketplace, l.external_order, l.external_line, l.external_part)
         AND (r.reported_at, r.poll_id, r.payload_sha256) = (l.held_at, l.held_poll, l.held_digest)
        WHERE r.kind = 'order' AND r.problem = '' AND l.shop_id IS NOT NULL AND {can_move("r", "l")}
          AND l.held NOT IN ('contradiction', 'unknown_code')
          AND r.evidence <> jsonb_build_array(jsonb_build_object('kind', l.evidence_kind, 'key', l.evidence_key))
    ), named AS (
        SELECT o.id AS order_line, o.shop_id, o.held, o.is_given, piece.kind, piece.key,
               max(CASE WHEN piece.kind = 'sub_id' THEN k.shop_id WHEN {_KNOWN_THEN} THEN h.shop_id END::text) AS names
        FROM odd o CROSS JOIN LATERAL (
            SELECT kind, key, at, {at_latest("at", "to_the_minute")} AS at_latest FROM (
                SELECT kind, key, to_the_minute,
                       CASE kind WHEN 'position_at_click' THEN o.clicked_at ELSE o.placed_at END AS at
                FROM jsonb_to_recordset(o.evidence) AS given (kind text, key text, to_the_minute boolean)
            ) AS given
        ) AS piece
        LEFT JOIN sharing_link k ON piece.kind = 'sub_id' AND k.code = piece.key
        LEFT JOIN sharing_position p ON piece.kind <> 'sub_id' AND (p.marketplace, p.key) = (o.marketplace, piece.key)
        LEFT JOIN sharing_positionlease h ON h.position_id = p.id AND NOT h.is_reuse AND h.leased_from <= piece.at
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT order_line, held, array_agg(names) AS names FROM named GROUP BY order_line, shop_id, held, is_given
    HAVING bool_and(names IS NOT NULL) AND bool_or(names <> shop_id::text)
       AND (count(DISTINCT names) = 1 OR NOT is_given)  -- an operator decided between several
    """,
)

# The first report that was taken in decides; of those that came together, the oldest.
CURRENCIES = Check(
    "8. A line is in the currency in which it was first reported",
    """
    SELECT l.id AS order_line, l.currency, r.currency AS reported FROM orders_orderline l JOIN orders_report r
      ON (r.marketplace, r.external_order, r.external_line, r.external_part)
       = (l.marketplace, l.external_order, l.external_line, l.external_part)
     AND r.kind = 'order' AND r.problem = '' AND r.currency <> l.currency
    WHERE NOT EXISTS (
        SELECT FROM orders_report o
        WHERE (o.marketplace, o.external_order, o.external_line, o.external_part)
            = (l.marketplace, l.external_order, l.external_line, l.external_part)
          AND o.kind = 'order' AND o.problem = '' AND o.currency = l.currency
          AND (o.received_at, o.reported_at, o.poll_id)
           <= (r.received_at, r.reported_at, r.poll_id))
    """,
)
