"""Where order reports and order lines rest, and what moves them on."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.orders.models import HELD_BY_READING, Dispute, LostOrder, OrderLine, RefundCase, SyncCursor, UnreadReport
from joey.orders.queries import OPEN_GAPS

SYNC = Job("joey.orders.jobs.sync_orders")
RETRY = Job("joey.orders.jobs.retry_suspended_lines")
READ_AGAIN = Job("joey.orders.jobs.retry_unread_reports")
LOOK_FOR = Job("joey.orders.jobs.look_for_lost_orders")
RETRY_SUSPENSE = Verb("lines retry-suspense", "orders_orderline:retry_suspense", sure=False)
ATTRIBUTE = Verb("lines attribute", "orders_orderline:attribute")
RELEASE = Verb("lines release", "commissions_hold:release")
RETRY_REPORT = Verb("reports retry", "orders_unreadreport:retry", sure=False)
DISMISS_REPORT = Verb("reports dismiss", "orders_unreadreport:dismiss")
DISMISS_POLL = Verb("reports dismiss-poll", "orders_unreadreport:dismiss_poll")
END_GAP = Verb("reports end-gap", "orders_synccursor:end_gap")
ASK_LOST = Verb("lines ask-lost", "orders_lostorder:ask_again", sure=False)
ANSWER_DISPUTE = Verb("lines answer-dispute", "orders_dispute:answer")
STARTS: list[Verb] = []

LINE = Subject(
    "line", OrderLine, "first_seen_at", "state", frozenset({OrderLine.State.CLOSED, OrderLine.State.SETTLED})
)
SUSPENSE = Subject("line in suspense", OrderLine, "first_seen_at", "suspense", frozenset({OrderLine.Suspense.NONE}))
HELD = Subject("line held by its reports", OrderLine, "held_at", "held", frozenset({OrderLine.Held.NO}))
_HAS_LINE = Exists(
    OrderLine.objects.filter(
        marketplace=OuterRef("marketplace"), external_order=OuterRef("external_order"),
        external_line=OuterRef("external_line"),
    )
)  # fmt: skip
REFUND = Subject("refund case", RefundCase, "reported_at", over=_HAS_LINE)
UNREAD = Subject("unreadable report", UnreadReport, "received_at")
GAP = Subject("gap in the reports", SyncCursor, "gap_until", over=~OPEN_GAPS)
LOST = Subject(
    "lost order", LostOrder, "requested_at", "state",
    frozenset({LostOrder.State.FOUND, LostOrder.State.OTHER_ID, LostOrder.State.NOT_FOUND}),
)  # fmt: skip
DISPUTE = Subject("dispute", Dispute, "opened_at", over=Q(closed_at__isnull=False))
SUBJECTS = [LINE, SUSPENSE, HELD, REFUND, UNREAD, GAP, LOST, DISPUTE]

NEVER_REST = {
    "Poll": "append-only",
    "Report": "append-only; one that cannot be read is an UnreadReport as well",
    "Report.kind": "what the report is about, no state",
    "ReportDigest": "append-only",
    "OtherNumber": "append-only",
    "TradeHold": "holds the lines that it is about, each by a hold of its commission; its question is asked every day",
    "ReportDismissal": "append-only",
    "OrderClaim": "for ever",
    "OperatorAttribution": "append-only",
    "Dispute.cause": "what opened it, no state",
}

_NEXT_REPORT = "with the marketplace’s next report, read every 3 minutes"
_MARKETPLACES = "the marketplace’s to end; when it is silent, that is in /readyz"
_S, _R, _H, _L = OrderLine.State, OrderLine.Suspense, OrderLine.Held, LostOrder.State

RESTS = [
    Rest(LINE, _S.PLACED, (SYNC,), _NEXT_REPORT, unlisted=_MARKETPLACES),
    Rest(LINE, _S.PAID, (SYNC,), _NEXT_REPORT, unlisted=_MARKETPLACES),
    Rest(LINE, _S.RECEIVED, (SYNC,), _NEXT_REPORT, unlisted=_MARKETPLACES),
    Rest(LINE, _S.UNKNOWN, (SYNC,), _NEXT_REPORT, unlisted=_MARKETPLACES),
    *(
        Rest(
            SUSPENSE, reason, (RETRY, SYNC, RETRY_SUSPENSE, ATTRIBUTE),
            "within the hour after its connector learnt to read whose it is, with another report, or by an operator",
            AT_ONCE,
            label=_("Order lines without a shop"), query="?suspended=yes",
        )
        for reason in _R
        if reason
    ),
    *(
        Rest(
            HELD, held, (SYNC, READ_AGAIN, RELEASE) if held in HELD_BY_READING else (SYNC, RELEASE),
            _NEXT_REPORT + "; an operator can release the hold of its commission",
            unlisted="listed by its commission hold or as in suspense, unless nothing is left to hold",
        )
        for held in _H
        if held
    ),
    Rest(
        REFUND, "without a line", (SYNC,), "when its order line is reported, which takes up to a day",
        rows=~_HAS_LINE, unlisted="it moves no money until then",
    ),
    Rest(
        UNREAD, "unreadable", (READ_AGAIN, RETRY_REPORT, DISMISS_REPORT, DISMISS_POLL),
        "tried every hour, until the connector can read it, a later report of its line or case was read, or it is given"
        " up; until then each line that it may be about is held",
        AT_ONCE,
        label=_("Order reports that cannot be read"), rows=Q(),
    ),
    Rest(
        GAP, "open", (END_GAP,), "when an operator says that what is missing was imported, or is done without", AT_ONCE,
        label=_("Gaps in the reports"), rows=OPEN_GAPS,
    ),
    Rest(
        LOST, _L.ASKING, (LOOK_FOR, ASK_LOST),
        "when the marketplace answers, which is asked every 5 minutes; listed once 72 hours are over in which it could"
        " be asked",
        AT_ONCE,
        since="answer_by", label=_("Lost orders without an answer in time"), query="?unanswered=yes",
        endless="only the marketplace knows; while it does not answer, the answer is due later",
    ),
    Rest(
        LOST, _L.UNDECIDED, (LOOK_FOR, RETRY, READ_AGAIN),
        "within a minute after its line has a shop, or its report was read or given up",
        unlisted="listed by its line in suspense or its unreadable report",
    ),
    Rest(
        LOST, _L.UNKNOWN, (LOOK_FOR, ASK_LOST),
        "with the marketplace’s next report of it, or after 7 days in which it could be asked",
        unlisted="it is answered, and asked for again by itself",
    ),
    Rest(
        LOST, _L.NOT_ASKED, (LOOK_FOR,),
        "within a minute after a report of it was imported, or its marketplace can be asked again",
        unlisted="it is answered: it cannot be asked for",
    ),
    Rest(
        DISPUTE, "open", (ANSWER_DISPUTE,), "when an operator answers it", AT_ONCE,
        label=_("Disputes about orders"), rows=Q(closed_at__isnull=True), query="?open=yes",
    ),
]  # fmt: skip
