"""What must hold between offers and their prices over time."""

from joey.kit.prove import Check

CHECKS = [
    Check(
        "An offer's price, as it was last read, is its latest price point",
        """
        SELECT o.id AS offer, o.now_minor, o.coupon_minor, last.price_minor
        FROM catalog_offer o
        JOIN LATERAL (
            SELECT price_minor, currency FROM catalog_pricepoint p WHERE p.offer_id = o.id ORDER BY at DESC LIMIT 1
        ) last ON true
        WHERE o.now_minor IS NOT NULL AND (last.currency <> o.currency OR last.price_minor <>
            CASE WHEN o.coupon_minor IS NOT NULL AND (o.coupon_until IS NULL OR o.coupon_until > o.as_of)
                 THEN o.coupon_minor ELSE o.now_minor END)
        """,
    ),
    Check(
        "No price point lies after the time at which its offer was last read",
        """
        SELECT p.offer_id AS offer, p.at FROM catalog_pricepoint p JOIN catalog_offer o ON o.id = p.offer_id
        WHERE p.at > o.as_of
        """,
    ),
    Check(
        "A coupon makes an offer cheaper",
        "SELECT id AS offer FROM catalog_offer WHERE coupon_minor IS NOT NULL AND coupon_minor >= now_minor",
    ),
    Check(
        "An offer's id of today is not among its former ones, of which at most twenty are kept",
        """
        SELECT id AS offer FROM catalog_offer WHERE external_id = ANY (former_ids) OR cardinality(former_ids) > 20
        """,
    ),
]
