"""A part of rule 15: what was taken back in another currency than its line's is in the shop's book, by its plan."""

from joey.commissions.prove_reported import COPIED
from joey.kit.prove import Check

# Of each entry in another currency: what the marketplace took by it, and how much of that was the shop's; below zero
# what it gave back. Its reference names the commission, a revision and the currency; anything else names nothing.
ENTRIES = """
    SELECT j.id AS journal, j.book_id AS book, j.reference, j.commission, j.number, p.currency, side.party,
           sum(side.sign * p.amount_minor) AS whole,
           coalesce(sum(side.sign * p.amount_minor) FILTER (WHERE 'shop:available' IN (d.kind, c.kind)), 0) AS shop
    FROM (
        SELECT id, book_id, reference, CASE WHEN is_named THEN split_part(reference, ':', 1)::uuid END AS commission,
               CASE WHEN is_named THEN split_part(reference, ':', 2)::int END AS number
        FROM (SELECT *, reference ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,9}:' AS is_named
              FROM ledger_journal WHERE kind = 'entry.other_currency') AS each
    ) AS j JOIN ledger_posting p ON p.journal_id = j.id
    JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
    CROSS JOIN LATERAL (SELECT CASE c.kind WHEN 'market:receivable' THEN 1 ELSE -1 END AS sign,
                               CASE c.kind WHEN 'market:receivable' THEN c.party ELSE d.party END AS party) AS side
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

# Up to each entry the shop's part is split off from all that was taken in its currency; all of it is what the
# commission says. That a refund took it is proved of each revision (prove_taken_back.py).
_ELSEWHERE = f"""
    WITH entry AS MATERIALIZED (
        SELECT e.*, sum(whole) OVER so_far AS whole_so_far, sum(shop) OVER so_far AS shop_so_far FROM ({ENTRIES}) AS e
        WINDOW so_far AS (PARTITION BY commission, currency ORDER BY number)
    )
    SELECT e.journal, e.book, e.commission, e.currency, e.shop_so_far AS journals, right_one.shop AS should_be
    FROM entry e
    LEFT JOIN commissions_commission c ON c.id = e.commission
    LEFT JOIN commissions_revision r
           ON (r.commission_id, r.number) = (e.commission, e.number) AND r.because NOT IN {COPIED}
    LEFT JOIN commissions_planversion p ON p.id = c.plan_id
    CROSS JOIN LATERAL (SELECT div(e.whole_so_far * p.shopkeeper_ppm, 1000000) AS shop) AS right_one
    WHERE ((e.reference, e.book, e.party, e.shop_so_far)
         = (r.commission_id || ':' || r.number || ':' || e.currency, c.shop_id, c.marketplace, right_one.shop)
           AND e.currency <> c.currency) IS NOT TRUE
    UNION ALL
    SELECT NULL, NULL, commission, currency, e.whole, s.whole
    FROM (SELECT commission, currency, sum(whole) AS whole FROM entry GROUP BY 1, 2) AS e
    FULL JOIN (
        SELECT c.id AS commission, other.key AS currency, other.value::bigint AS whole
        FROM commissions_commission c CROSS JOIN LATERAL jsonb_each_text(c.elsewhere) AS other
        WHERE c.elsewhere <> '{{}}'
    ) AS s USING (commission, currency)
    WHERE coalesce(e.whole, 0) <> coalesce(s.whole, 0)
"""

CHECKS = [
    Check(
        "15. What was taken in another currency is booked there, in its shop's book, by the plan of its line",
        _ELSEWHERE,
    ),
]
