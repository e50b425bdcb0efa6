"""Give each reported order line its shop, by the evidence of its reports, once and for ever; and find what holds it.

The one rule of what holds a line: its most recent report of all does. It is held as

- "currency" when that report is in another currency than the line, which keeps the one its commission is booked in,
  and gives anything in it (joey/orders/other_currency.py);
- "unknown_code" when it has a code that is new to us;
- "contradiction" when any piece of its evidence names another shop than the line's, also beside one that names it;
- "frozen" or "risk" when the marketplace says so;

and not held when it is none of these, whatever an earlier report said. The first two move nothing but the hold. A
contradicting report moves state and amounts like any other, also to "closed"; the shop stays.
"""

from datetime import datetime

from joey.kit import sql
from joey.kit.sets import columns_of
from joey.orders.newest_report import newest_first, oldest_first
from joey.orders.other_currency import AMOUNTS, gives_nothing
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import CONTRADICTIONS, EVIDENCE, NAMED, NEWEST, ORDERS, VERDICTS, OrderFacts
from joey.sharing.attribute import attribute_set
from joey.sharing.queries import slug_of
from joey.sharing.rest_positions import keep_for_orders

BY_OPERATOR = "operator"  # the kind of evidence of a line that an operator gave to its shop


def attribute_and_claim(marketplace: str, staged: StagedReports, *, now: datetime) -> bool:
    """Fill NAMED with the set's reports, each with its line's shop if it has one, and NEWEST with the newest of each
    line that may move it; whether any report holds its line.

    A line belongs for ever to the shop that a report of it named first. A report that names no shop is about the same
    line all the same: it moves the line of the shop that has it, so that the order in which reports arrive does not
    decide what a line is.
    """
    attribute_set(marketplace, EVIDENCE, VERDICTS)
    facts = ", ".join(f"o.{column.name}" for column in columns_of(OrderFacts))
    NAMED.insert(
        f"""
        SELECT {facts}, v.shop_id, v.lease_id, coalesce(v.suspense, 'no_evidence') AS suspense,
               coalesce(v.evidence_kind, '') AS evidence_kind, coalesce(v.evidence_key, '') AS evidence_key,
               v.evidence_at, coalesce(v.failed_evidence, '[]') AS failed_evidence
        FROM {ORDERS} o LEFT JOIN {VERDICTS} v USING (report)
        """
    )
    keep_for_orders(marketplace, str(NAMED), str(EVIDENCE), now=now)
    sql.execute(
        f"""
        INSERT INTO orders_orderclaim (marketplace, external_order, external_line, external_part, shop_id)
        SELECT DISTINCT ON (external_order, external_line, external_part)
               %(marketplace)s, external_order, external_line, external_part, shop_id
        FROM {NAMED} n WHERE shop_id IS NOT NULL
        ORDER BY external_order, external_line, external_part, {oldest_first("n")}
        ON CONFLICT (marketplace, external_order, external_line, external_part) DO NOTHING
        """,
        {"marketplace": marketplace},
    )
    contradictions = _hold_contradictions(marketplace)
    sql.execute(
        f"""
        UPDATE {NAMED} n SET shop_id = c.shop_id, suspense = '', failed_evidence = '[]' FROM orders_orderclaim c
        WHERE n.shop_id IS NULL
          AND (c.marketplace, c.external_order, c.external_line, c.external_part)
            = (%(marketplace)s, n.external_order, n.external_line, n.external_part)
        """,
        {"marketplace": marketplace},
    )
    other_currency = _hold_other_currency(marketplace, several=staged.several_currencies)
    NEWEST.insert(
        f"""
        SELECT DISTINCT ON (external_order, external_line, external_part)
               n.*, n.reported_at AS held_at, n.poll AS held_poll, n.digest AS held_digest
        FROM {NAMED} n WHERE held <> 'currency'
        ORDER BY external_order, external_line, external_part, {newest_first("n")}
        """
    )
    return staged.any_held or contradictions or other_currency


# Of a report `n` whose evidence decides nothing, and the claim `c` of its line.
_NAMES_ANOTHER = f"""
    EXISTS (SELECT FROM jsonb_to_recordset(n.failed_evidence) AS piece (problem text, shop text)
            WHERE piece.problem = '' AND piece.shop <> {slug_of("c.shop_id")})
"""


def _hold_contradictions(marketplace: str) -> bool:
    """A report that names another shop than its line's: its evidence is none of the line's. Evidence that names several
    is no news to an operator who gave the line to one of them.
    """
    return bool(
        sql.execute(
            f"""
            WITH contradicting AS (
                UPDATE {NAMED} n
                SET shop_id = c.shop_id, suspense = '', failed_evidence = '[]', lease_id = NULL, evidence_kind = '',
                    evidence_key = '', evidence_at = NULL,
                    held = CASE WHEN n.held = 'unknown_code' THEN n.held ELSE 'contradiction' END
                FROM orders_orderclaim c
                LEFT JOIN orders_orderline line USING (marketplace, external_order, external_line, external_part)
                WHERE (c.marketplace, c.external_order, c.external_line, c.external_part)
                    = (%(marketplace)s, n.external_order, n.external_line, n.external_part)
                  AND (n.shop_id <> c.shop_id OR {_NAMES_ANOTHER}
                       AND NOT EXISTS (SELECT FROM orders_operatorattribution o WHERE o.line_id = line.id))
                RETURNING n.report
            )
            INSERT INTO {CONTRADICTIONS} (report) SELECT report FROM contradicting
            """,
            {"marketplace": marketplace},
        )
    )


def _hold_other_currency(marketplace: str, *, several: bool) -> bool:
    """A report in another currency than its line's, whose amounts nothing is made of. A line that is new has the
    currency of its oldest report.
    """
    own = f"""
        SELECT DISTINCT ON (external_order, external_line, external_part) external_order, external_line, external_part,
               coalesce(line.currency, n.currency) AS currency
        FROM {NAMED} n
        LEFT JOIN (SELECT * FROM orders_orderline WHERE marketplace = %(marketplace)s) line
        USING (external_order, external_line, external_part)
        ORDER BY external_order, external_line, external_part, {oldest_first("n")}
    """
    if not several:  # then none of the new lines has two
        own = """
            SELECT external_order, external_line, external_part, currency FROM orders_orderline
            WHERE marketplace = %(marketplace)s
        """
    return bool(
        sql.execute(
            f"""
            UPDATE {NAMED} n SET held = CASE WHEN {gives_nothing("n")} THEN n.held ELSE 'currency' END,
                   currency = own.currency, {", ".join(f"{name} = 0" for name in AMOUNTS)}
            FROM ({own}) AS own
            WHERE (own.external_order, own.external_line, own.external_part)
                = (n.external_order, n.external_line, n.external_part)
              AND own.currency <> n.currency
            """,
            {"marketplace": marketplace},
        )
    )
