"""Where order reports and order lines rest, and what moves them on."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.orders.models import OrderLine, UnreadReport

SYNC = Job("joey.orders.jobs.sync_orders")
RETRY = Job("joey.orders.jobs.retry_suspended_lines")
READ_AGAIN = Job("joey.orders.jobs.retry_unread_reports")
RETRY_SUSPENSE = Verb("lines retry-suspense", "orders_orderline:retry_suspense")
ATTRIBUTE = Verb("lines attribute", "orders_orderline:attribute")
RELEASE = Verb("lines release", "commissions_hold:release")
RETRY_REPORT = Verb("reports retry", "orders_unreadreport:retry")

LINE = Subject(
    "line", OrderLine, "first_seen_at", "state", frozenset({OrderLine.State.CLOSED, OrderLine.State.SETTLED})
)
SUSPENSE = Subject("line in suspense", OrderLine, "first_seen_at", "suspense", frozenset({OrderLine.Suspense.NONE}))
HELD = Subject("line held by its reports", OrderLine, "held_at", "held", frozenset({OrderLine.Held.NO}))
UNREAD = Subject("unreadable report", UnreadReport, "received_at")
SUBJECTS = [LINE, SUSPENSE, HELD, UNREAD]

NEVER_REST = {
    "Poll": "append-only",
    "Report": "append-only; one that cannot be read is an UnreadReport as well",
    "Report.kind": "what the report is about, no state",
    "ReportDigest": "append-only",
    "RefundCase": "counts or not, as its most recent report says",
    "OrderClaim": "for ever",
    "OperatorAttribution": "append-only",
    "SyncCursor": "read every three minutes; its trouble is in /readyz",
}

_NEXT_REPORT = "with the marketplace’s next report, read every 3 minutes"
_S, _R, _H = OrderLine.State, OrderLine.Suspense, OrderLine.Held

RESTS = [
    Rest(LINE, _S.PLACED, (SYNC,), _NEXT_REPORT),
    Rest(LINE, _S.PAID, (SYNC,), _NEXT_REPORT),
    Rest(LINE, _S.RECEIVED, (SYNC,), _NEXT_REPORT),
    Rest(LINE, _S.UNKNOWN, (SYNC,), _NEXT_REPORT),
    *(
        Rest(
            SUSPENSE, reason, (RETRY, SYNC, RETRY_SUSPENSE, ATTRIBUTE),
            "within the hour after its position is registered, with another report, or by an operator", AT_ONCE,
            label=_("Order lines without a shop"), query="?suspended=yes",
        )
        for reason in _R
        if reason
    ),
    *(
        Rest(
            HELD, held, (SYNC, READ_AGAIN, RELEASE) if held == _H.UNKNOWN_CODE else (SYNC, RELEASE),
            _NEXT_REPORT + "; an operator can release the hold of its commission",
        )
        for held in _H
        if held
    ),
    Rest(
        UNREAD, "unreadable", (READ_AGAIN, RETRY_REPORT), "tried every hour, until the connector can read it", AT_ONCE,
        label=_("Order reports that cannot be read"), rows=Q(),
    ),
]  # fmt: skip
