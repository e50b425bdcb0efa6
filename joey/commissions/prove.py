"""What must hold between order lines, commissions and the ledger."""

from joey.kit.prove import Check
from joey.marketplaces.registry import paying_shops_themselves
from joey.record.erasable import texts_match


def _line_without_its_commission() -> str:
    """What a marketplace pays shops itself is not booked here."""
    not_booked = ", ".join(f"'{code}'" for code in paying_shops_themselves())
    return f"""
        SELECT l.id AS order_line, l.revision, c.earned_revision FROM orders_orderline l
        JOIN commissions_earncursor e ON e.marketplace = l.marketplace AND l.revision <= e.revision
        LEFT JOIN commissions_commission c ON c.order_line_id = l.id
        WHERE l.shop_id IS NOT NULL AND l.revision IS DISTINCT FROM c.earned_revision
          AND l.marketplace <> ALL(ARRAY[{not_booked}]::text[])
        """


CHECKS = [
    Check(
        "Each attributed order line up to the cursor has a commission that answers to its newest revision",
        _line_without_its_commission,
    ),
    Check(
        "No order line waits longer than an hour to be booked",
        """
        SELECT l.id AS order_line, l.first_seen_at FROM orders_orderline l
        LEFT JOIN commissions_earncursor e ON e.marketplace = l.marketplace
        WHERE l.shop_id IS NOT NULL AND l.revision > coalesce(e.revision, 0)
          AND l.first_seen_at < now() - interval '1 hour'
        """,
    ),
    Check(
        "A commission belongs to the shop of its order line",
        """
        SELECT c.id AS commission FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
        WHERE c.shop_id IS DISTINCT FROM l.shop_id OR c.currency <> l.currency OR c.marketplace <> l.marketplace
        """,
    ),
    Check(
        "A commission's base is what the marketplace owes for its line, and nothing for a closed one",
        """
        SELECT c.id AS commission, c.base_minor FROM commissions_commission c
        JOIN orders_orderline l ON l.id = c.order_line_id AND l.revision = c.earned_revision
        WHERE c.base_minor <> CASE WHEN l.state IN ('placed', 'closed') THEN 0 ELSE
            greatest(0, l.commission_minor - l.service_fee_minor - l.returned_commission_minor) END
        """,
    ),
    Check(
        "Pending in the ledger is the sum of earned commissions, shop by shop",
        """
        SELECT coalesce(a.shop_id, c.shop_id) AS shop, coalesce(a.minor, 0) AS ledger,
               coalesce(c.minor, 0) AS commissions
        FROM (SELECT book_id AS shop_id, currency, sum(balance_minor) AS minor FROM ledger_account
              WHERE kind = 'shop:pending' GROUP BY 1, 2) a
        FULL JOIN (SELECT shop_id, currency, sum(amount_minor) AS minor FROM commissions_commission
                   WHERE state = 'earned' GROUP BY 1, 2) c USING (shop_id, currency)
        WHERE coalesce(a.minor, 0) <> coalesce(c.minor, 0)
        """,
    ),
    Check(
        "What marketplaces owe in the ledger is the sum of all bases, shop by shop and marketplace by marketplace",
        """
        SELECT coalesce(a.shop_id, c.shop_id) AS shop, coalesce(a.minor, 0) AS ledger,
               coalesce(c.minor, 0) AS commissions
        FROM (SELECT book_id AS shop_id, party AS marketplace, currency, kind, -sum(balance_minor) AS minor
              FROM ledger_account
              WHERE kind IN ('market:expected', 'market:receivable') GROUP BY 1, 2, 3, 4) a
        FULL JOIN (SELECT shop_id, marketplace, currency,
                          CASE WHEN settled THEN 'market:receivable' ELSE 'market:expected' END AS kind,
                          sum(base_minor) AS minor FROM commissions_commission GROUP BY 1, 2, 3, 4) c
        USING (shop_id, marketplace, currency, kind)
        WHERE coalesce(a.minor, 0) <> coalesce(c.minor, 0)
        """,
    ),
    Check(
        "What shops can have, with the bank, or were paid, is the sum of confirmed commissions",
        """
        SELECT coalesce(a.shop_id, c.shop_id) AS shop, coalesce(a.minor, 0) AS ledger,
               coalesce(c.minor, 0) AS commissions
        FROM (SELECT book_id AS shop_id, currency, sum(balance_minor) AS minor FROM ledger_account
              WHERE kind IN ('shop:available', 'shop:held', 'shop:reserved', 'rail:in_transit', 'paid', 'platform:loss')
              GROUP BY 1, 2) a
        FULL JOIN (SELECT shop_id, currency, sum(amount_minor) AS minor FROM commissions_commission
                   WHERE state = 'confirmed' GROUP BY 1, 2) c USING (shop_id, currency)
        WHERE coalesce(a.minor, 0) <> coalesce(c.minor, 0)
        """,
    ),
    texts_match("commissions_commissionhold", "reason_id", "reason_sha256"),
]
