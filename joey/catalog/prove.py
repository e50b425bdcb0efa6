"""What must hold between offers and their prices over time."""

from joey.catalog.price_now import sql_price_at
from joey.kit.prove import Check

CHECKS = [
    Check(
        "An offer's price, as it was last read, is its latest price point",
        f"""
        SELECT o.id AS offer, o.now_minor, o.coupon_minor, last.price_minor
        FROM catalog_offer o
        JOIN LATERAL (
            SELECT price_minor, currency FROM catalog_pricepoint p WHERE p.offer_id = o.id ORDER BY at DESC LIMIT 1
        ) last ON true
        WHERE o.now_minor IS NOT NULL
          AND (last.currency <> o.currency OR last.price_minor <> {sql_price_at("o", "o.as_of")})
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
    Check(
        "What is told as the same item is told from both sides, on one evidence, and that is one to be told",
        """
        SELECT a.offer_id AS offer, a.other_id AS other, a.evidence FROM catalog_alike a
        LEFT JOIN catalog_alike b ON (b.offer_id, b.other_id) = (a.other_id, a.offer_id)
        WHERE (b.told, b.evidence, b.score) IS DISTINCT FROM (a.told, a.evidence, a.score)
           OR (a.told AND a.evidence NOT IN ('barcode', 'brand_model', 'brand_words'))
        """,
    ),
    Check(
        "An offer is told to be the same as at most one of another marketplace, and never as a better rival's",
        """
        SELECT a.offer_id AS offer, a.other_id AS other FROM catalog_alike a JOIN catalog_alike r
          ON r.offer_id = a.offer_id AND r.other_marketplace = a.other_marketplace AND r.other_id <> a.other_id
        WHERE a.told AND (r.told OR (r.score > a.score AND r.evidence <> 'none'))
        """,
    ),
    Check(
        "What was compared last is compared as it is: the same barcode is one, and what was withdrawn is like nothing",
        """
        SELECT o.id AS offer, p.id AS other FROM catalog_alike a
        JOIN catalog_offer o ON o.id = a.offer_id JOIN catalog_offer p ON p.id = a.other_id
        JOIN catalog_samecursor c ON c.marketplace = o.marketplace AND c.compared_seq >= o.seq
        JOIN catalog_samecursor d ON d.marketplace = p.marketplace AND d.compared_seq >= p.seq
        WHERE o.withdrawn_at IS NOT NULL OR (a.evidence = 'barcode' AND (o.gtin <> p.gtin OR o.gtin = ''))
        """,
    ),
    Check(
        "As many words are counted as the counted offers hold",
        """
        SELECT counted.offers, held.offers AS held, counted.words, held.words AS words_held FROM (
            SELECT coalesce(sum(offers), 0) AS words, coalesce(sum(offers) FILTER (WHERE word = 0), 0) AS offers
            FROM catalog_sameword
        ) counted CROSS JOIN (
            SELECT coalesce(sum(cardinality(words)), 0) AS words, count(*) AS offers FROM catalog_samecount
        ) held WHERE (counted.words, counted.offers) <> (held.words, held.offers)
        UNION ALL
        SELECT offers, NULL, NULL, word FROM catalog_sameword WHERE offers < 0
        """,
    ),
]
