"""Write what offers cost over time: a point in `catalog_pricepoint` wherever a price changed. Used by merge_offers.

Nothing is written for a marketplace that does not let an instance keep its prices.
"""

from joey.catalog.price_now import sql_price_at
from joey.kit import sql
from joey.marketplaces.registry import without_price_history

_LAST = "SELECT at, price_minor FROM catalog_pricepoint p WHERE p.offer_id = {offer} ORDER BY at DESC LIMIT 1"
_PAID_IN = sql_price_at("s", "s.as_of")  # what a row of offer_in reports
_PAID = sql_price_at("o", "o.as_of")  # what the offer cost when it was last read
_MAY_BE_KEPT = "{row}.marketplace <> ALL(%(without_history)s)"


def write_remembered_prices() -> None:
    """Write a point wherever the price in the source's own history differs from the one before.

    Only what is later than our own last point counts: what we read ourselves is kept.
    """
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT offer_id, at, price_minor, currency FROM (
            SELECT k.offer_id, h.at, h.price_minor, s.currency,
                   lag(h.price_minor, 1, last.price_minor) OVER (PARTITION BY s.ordinal ORDER BY h.at) AS before
            FROM offer_in s JOIN offer_key k USING (ordinal)
            CROSS JOIN LATERAL unnest(s.history_at, s.history_minor) AS h (at, price_minor)
            LEFT JOIN LATERAL ({_LAST.format(offer="k.offer_id")}) last ON true
            WHERE k.counts AND s.history_at <> '{{}}' AND (last.at IS NULL OR h.at > last.at)
              AND {_MAY_BE_KEPT.format(row="k")}
        ) remembered
        WHERE before IS DISTINCT FROM price_minor
        ON CONFLICT (offer_id, at) DO NOTHING
        """,
        {"without_history": without_price_history()},
    )


def write_prices() -> None:
    """Write a point where the price, with the coupon while it runs, differs from the last point.

    An offer whose price did not change since its last reading has that price as its last point already.
    """
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT s.offer_id, s.as_of, s.pays, s.currency
        FROM (
            SELECT k.offer_id, k.is_new AND s.history_at = '{{}}' AS has_none, s.as_of, s.currency,
                   {_PAID_IN} AS pays
            FROM offer_key k JOIN offer_in s USING (ordinal)
            WHERE k.counts AND (s.history_at <> '{{}}' OR k.paid IS DISTINCT FROM {_PAID_IN})
              AND {_MAY_BE_KEPT.format(row="k")}
        ) s LEFT JOIN LATERAL ({_LAST.format(offer="s.offer_id AND NOT s.has_none")}) last ON true
        WHERE s.pays IS NOT NULL AND s.pays IS DISTINCT FROM last.price_minor
        """,
        {"without_history": without_price_history()},
    )


def write_every_price(before: int) -> int:
    """Write a point for each dated row, older ones too, so that files in any order give the same prices over time.

    Of two rows of one moment the later one in the set counts. If an older point is now the last one, though the offer
    was read later at another price, that reading gets a point too. Returns how many rows made a difference.
    """
    without_history = without_price_history()
    affected = sql.value(
        f"""
        WITH added AS (
            INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
            SELECT DISTINCT ON (k.offer_id, s.as_of) k.offer_id, s.as_of, {_PAID_IN}, s.currency
            FROM offer_key k JOIN offer_in s USING (ordinal) JOIN catalog_offer o ON o.id = k.offer_id
            WHERE {_PAID_IN} IS NOT NULL AND (k.counts OR s.as_of < o.as_of) AND {_MAY_BE_KEPT.format(row="o")}
            ORDER BY k.offer_id, s.as_of, s.ordinal DESC
            ON CONFLICT (offer_id, at) DO NOTHING
            RETURNING offer_id, at
        )
        SELECT count(*) FROM (
            SELECT offer_id, at FROM added
            UNION
            SELECT k.offer_id, k.as_of FROM offer_key k JOIN catalog_offer o ON o.id = k.offer_id
            WHERE k.counts AND o.seq > %(before)s
        ) rows
        """,
        {"before": before, "without_history": without_history},
    )
    sql.execute(
        f"""
        INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
        SELECT o.id, o.as_of, {_PAID}, o.currency
        FROM catalog_offer o CROSS JOIN LATERAL ({_LAST.format(offer="o.id")}) last
        WHERE o.id IN (SELECT offer_id FROM offer_key) AND o.now_minor IS NOT NULL
          AND last.price_minor <> {_PAID} AND {_MAY_BE_KEPT.format(row="o")}
        ON CONFLICT (offer_id, at) DO NOTHING
        """,
        {"without_history": without_history},
    )
    return int(affected)
