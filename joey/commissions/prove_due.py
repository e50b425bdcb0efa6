"""A part of rule 33: what is due becomes available, whatever the job that does it says of itself."""

from joey.commissions.queries import DUE
from joey.kit.prove import Check
from joey.orders.not_installed import not_installed
from joey.orders.queries import ANSWERED_UNTIL, IS_WAITED_FOR

AGE = "interval '1 hour'"  # since when a commission was ready; the job runs every minute

# Up to when the reports of a marketplace were read that long ago: after an outage its commissions become due late.
_READ = f"""
    SELECT marketplace, min(until) AS until FROM (
        SELECT s.marketplace, least({ANSWERED_UNTIL.format(cursor="s")}, coalesce(max(p.until), '-infinity'),
                   CASE WHEN s.gap_ended_at > now() - {AGE} THEN s.gap_since END) AS until
        FROM orders_synccursor s LEFT JOIN orders_poll p
          ON (p.marketplace, p.account, p.question) = (s.marketplace, s.account, s.question)
         AND p.recorded_at < now() - {AGE}
        WHERE {IS_WAITED_FOR.format(cursor="s")} GROUP BY s.id
    ) AS questions GROUP BY 1
"""


def _due() -> str:
    """A day of grace covers every zone. Nothing is due while the package of its marketplace is gone."""
    gone = ", ".join(f"'{code}'" for code in not_installed())
    return f"""
        SELECT c.id AS commission, c.payable_on, greatest(r.booked_at, ended.at) AS ready_since
        FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
        JOIN commissions_revision r ON (r.commission_id, r.number) = (c.id, c.revision)
        LEFT JOIN ({_READ}) AS read ON read.marketplace = c.marketplace
        LEFT JOIN (SELECT h.commission_id, max(e.recorded_at) AS at FROM commissions_hold h
                   JOIN commissions_holdclosing e ON e.hold_id = h.id GROUP BY 1) AS ended ON ended.commission_id = c.id
        WHERE c.settled AND {DUE} AND c.payable_on < least(now(), read.until)::date - 1
          AND greatest(r.booked_at, ended.at) < now() - {AGE} AND c.marketplace <> ALL(ARRAY[{gone}]::text[])
    """


CHECKS = [Check("33. No commission that is due waits longer than an hour to be available", _due)]
