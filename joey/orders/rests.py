"""Where order reports and order lines rest, and what moves them on."""

from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.orders.models import OrderLine

SYNC = Job("joey.orders.jobs.sync_orders")
ATTRIBUTE = Verb("lines attribute", "orders_orderline:attribute")

LINE = Subject(
    "line", OrderLine, "first_seen_at", "state", frozenset({OrderLine.State.CLOSED, OrderLine.State.SETTLED})
)
SUSPENSE = Subject("line in suspense", OrderLine, "first_seen_at", "suspense", frozenset({OrderLine.Suspense.NONE}))
HELD = Subject("line held by its reports", OrderLine, "held_at", "held", frozenset({OrderLine.Held.NO}))
SUBJECTS = [LINE, SUSPENSE, HELD]

NEVER_REST = {
    "Report": "append-only; a report that cannot be read is refused whole today",
    "Report.kind": "what the report is about, no state",
    "ReportDigest": "append-only",
    "RefundCase": "counts or not, as its most recent report says",
    "OrderClaim": "for ever",
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
            SUSPENSE, reason, (ATTRIBUTE, SYNC), "with the next report, or when an operator retries it", AT_ONCE,
            label=_("Order lines without a shop"), query="?suspended=yes",
        )
        for reason in _R
        if reason
    ),
    *(Rest(HELD, held, (SYNC,), _NEXT_REPORT) for held in _H if held),
]  # fmt: skip
