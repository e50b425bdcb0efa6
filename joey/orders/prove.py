"""What must hold between polls, reports, lines, claims and cursors."""

from joey.kit.prove import Check, is_ahead
from joey.marketplaces import registry
from joey.orders import prove_evidence, prove_reports
from joey.orders.prove_contradictions import CONTRADICTIONS, CURRENCIES
from joey.record.erasable import texts_match

CURSORS = Check(
    "33. No cursor is ahead of what was asked, and nothing was asked of the future",
    """
    SELECT c.marketplace, c.account, c.question, c.read_until FROM orders_synccursor c
    LEFT JOIN (
        SELECT marketplace, account, question, max(until) AS until, max(asked_at) AS asked_at
        FROM orders_poll GROUP BY 1, 2, 3
    ) p USING (marketplace, account, question)
    WHERE c.read_until > p.until OR (p.until IS NULL AND c.last_success_at IS NOT NULL)
       OR greatest(c.rechecked_at, c.last_success_at) > p.asked_at
       OR c.rescanned_on > (p.asked_at + interval '1 day')::date
    UNION ALL
    SELECT marketplace, account, question, until FROM orders_poll WHERE until > asked_at + interval '1 second'
    """,
)

# A poll is asked and then written down, both by the database's clock. What a job notes as done lately it does not do
# again, so of the time to come nothing is noted.
CLOCK = Check(
    "33. No cursor is ahead of the clock, and nothing was asked or tried in the future",
    f"""
    SELECT marketplace, account, question, read_until AS until FROM orders_synccursor
    WHERE {is_ahead("read_until, rechecked_at, last_success_at")} OR rescanned_on > (now() + interval '1 day')::date
    UNION ALL
    SELECT marketplace, external_order, report_id::text, tried_at FROM orders_unreadreport WHERE {is_ahead("tried_at")}
    UNION ALL
    SELECT marketplace, account, question, asked_at FROM orders_poll
    WHERE asked_at > recorded_at + interval '1 minute' OR {is_ahead("recorded_at")}
    """,
)


def _late() -> str:
    """Only a connected marketplace's reports can be read again."""
    connected = ", ".join(f"'{each.code}'" for each in registry.connectors()) or "''"
    return f"""
        SELECT report_id AS report, tried_at FROM orders_unreadreport
        WHERE marketplace IN ({connected}) AND tried_at < now() - interval '1 day'
    """


WAITING = Check("33. What could not be read was tried again within a day", _late)

CHECKS = [
    *prove_reports.CHECKS,
    CONTRADICTIONS,
    CURRENCIES,
    *prove_evidence.CHECKS,
    CURSORS,
    CLOCK,
    WAITING,
    texts_match("orders_operatorattribution", "reason_id", "reason_sha256"),
    texts_match("orders_reportdismissal", "reason_id", "reason_sha256"),
    texts_match("orders_dispute", "text_id", "text_sha256"),
    texts_match("orders_dispute", "answer_id", "answer_sha256"),
]
