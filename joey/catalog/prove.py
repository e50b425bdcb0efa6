"""What must hold between offers and their prices over time."""

from joey.catalog.price_now import sql_price_at
from joey.kit.prove import Check, is_ahead
from joey.marketplaces.registry import without_price_history


def _price_is_not_the_latest_point() -> str:
    """Offers of a marketplace that lets no price be kept have no point, or old ones from before it forbade them."""
    without = ", ".join(f"'{name}'" for name in without_price_history())
    return f"""
        SELECT o.id AS offer, o.now_minor, o.coupon_minor, last.price_minor
        FROM catalog_offer o
        JOIN LATERAL (
            SELECT price_minor, currency FROM catalog_pricepoint p WHERE p.offer_id = o.id ORDER BY at DESC LIMIT 1
        ) last ON true
        WHERE o.now_minor IS NOT NULL AND o.marketplace <> ALL(ARRAY[{without}]::text[])
          AND (last.currency <> o.currency OR last.price_minor <> {sql_price_at("o", "o.as_of")})
        """


CHECKS = [
    Check(
        "The last rate of an offer's history is the one that it shows, and moments never go back",
        """
        SELECT o.id AS offer, o.commission_ppm FROM catalog_offer o
        WHERE o.rates_ppm <> '{}' AND (
            o.rates_ppm[cardinality(o.rates_ppm)] <> o.commission_ppm
            OR cardinality(o.rates_ppm) <> cardinality(o.rates_since)
            OR EXISTS (SELECT FROM unnest(o.rates_since, o.rates_since[2:]) AS next (since, until) WHERE until < since))
        """,
    ),
    Check("An offer's price, as last read, is its latest price point", _price_is_not_the_latest_point),
    Check(
        "No price point is later than the time at which its offer was last read",
        """
        SELECT p.offer_id AS offer, p.at FROM catalog_pricepoint p JOIN catalog_offer o ON o.id = p.offer_id
        WHERE p.at > o.as_of
        """,
    ),
    Check(
        "A coupon makes an offer cheaper, and none was read, looked for or withdrawn in the future",
        "SELECT id AS offer FROM catalog_offer WHERE coupon_minor >= now_minor"
        f" OR {is_ahead('as_of, looked_at, withdrawn_at')}",
    ),
    Check(
        "An offer's current id is not among its former ones, of which at most twenty are kept",
        """
        SELECT id AS offer FROM catalog_offer WHERE external_id = ANY (former_ids) OR cardinality(former_ids) > 20
        """,
    ),
    Check(
        "A pair that is the same item is so from both sides, on one evidence that suffices",
        """
        SELECT a.offer_id AS offer, a.other_id AS other, a.evidence FROM catalog_alike a
        LEFT JOIN catalog_alike b ON (b.offer_id, b.other_id) = (a.other_id, a.offer_id)
        WHERE (b.is_same, b.evidence, b.score) IS DISTINCT FROM (a.is_same, a.evidence, a.score)
           OR (a.is_same AND a.evidence NOT IN ('barcode', 'brand_model', 'brand_words'))
        """,
    ),
    Check(
        "An offer is the same item as at most one of another marketplace, and no rival is better",
        """
        SELECT a.offer_id AS offer, a.other_id AS other FROM catalog_alike a JOIN catalog_alike r
          ON r.offer_id = a.offer_id AND r.other_marketplace = a.other_marketplace AND r.other_id <> a.other_id
        WHERE a.is_same AND (r.is_same OR (r.score > a.score AND r.evidence <> 'none'))
        """,
    ),
    Check(
        "Alike pairs match the offers as compared: one barcode, and none of a withdrawn offer",
        """
        SELECT o.id AS offer, p.id AS other FROM catalog_alike a
        JOIN catalog_offer o ON o.id = a.offer_id JOIN catalog_offer p ON p.id = a.other_id
        JOIN catalog_samecursor c ON c.marketplace = o.marketplace AND c.compared_seq >= o.seq
        JOIN catalog_samecursor d ON d.marketplace = p.marketplace AND d.compared_seq >= p.seq
        WHERE o.withdrawn_at IS NOT NULL OR (a.evidence = 'barcode' AND (o.gtin <> p.gtin OR o.gtin = ''))
        """,
    ),
    Check(
        "As many tokens are counted as the counted offers have",
        """
        SELECT counted.offers, held.offers AS held, counted.tokens, held.tokens AS tokens_held FROM (
            SELECT coalesce(sum(offers), 0) AS tokens, coalesce(sum(offers) FILTER (WHERE token = 0), 0) AS offers
            FROM catalog_sametoken
        ) counted CROSS JOIN (
            SELECT coalesce(sum(cardinality(tokens)), 0) AS tokens, count(*) AS offers FROM catalog_samecount
        ) held WHERE (counted.tokens, counted.offers) <> (held.tokens, held.offers)
        UNION ALL
        SELECT offers, NULL, NULL, token FROM catalog_sametoken WHERE offers < 0
        """,
    ),
]
