"""What must hold between reports, lines and claims."""

from joey.kit.prove import Check

CHECKS = [
    Check(
        "Each order line of a shop is claimed by that shop",
        """
        SELECT l.id AS order_line FROM orders_orderline l
        LEFT JOIN orders_orderclaim c USING (marketplace, external_order, external_line)
        WHERE l.shop_id IS DISTINCT FROM c.shop_id
        """,
    ),
    Check(
        "The evidence that decided an order line names its shop",
        """
        SELECT l.id AS order_line, l.evidence_kind, l.evidence_key FROM orders_orderline l
        LEFT JOIN sharing_link k ON l.evidence_kind = 'sub_id' AND k.code = l.evidence_key
        LEFT JOIN sharing_positionlease h ON h.id = l.lease_id
        LEFT JOIN sharing_position p ON p.id = h.position_id
        WHERE k.shop_id <> l.shop_id
           OR starts_with(l.evidence_kind, 'position') AND (
               h.shop_id IS DISTINCT FROM l.shop_id OR p.key IS DISTINCT FROM l.evidence_key
               OR l.evidence_at < h.leased_from OR l.evidence_at >= h.until OR l.evidence_at IS NULL)
        """,
    ),
    Check(
        "Each order line was seen at least once",
        """
        SELECT l.id AS order_line FROM orders_orderline l WHERE NOT EXISTS (
            SELECT FROM orders_report s WHERE (s.marketplace, s.kind, s.external_order, s.external_line)
                 = (l.marketplace, 'order', l.external_order, l.external_line))
        """,
    ),
    Check(
        "Each order line has back what its counting refund cases say",
        """
        SELECT l.id AS order_line FROM orders_orderline l LEFT JOIN (
            SELECT marketplace, external_order, external_line, sum(commission_back_minor) AS back
            FROM orders_refundcase WHERE counts GROUP BY 1, 2, 3) r USING (marketplace, external_order, external_line)
        WHERE l.returned_commission_minor <> coalesce(r.back, 0)
        """,
    ),
]
