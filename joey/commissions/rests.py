"""Where commissions and the holds on them rest, and what moves them on."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.commissions.follow_report_holds import BY_REPORT
from joey.commissions.holds_in_force import IS_CLOSED, OF_QUARANTINE, OF_UNREADABLE, OF_VIOLATION
from joey.commissions.models import Commission, Hold, QuarantinedLine
from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.orders.rests import ANSWER_DISPUTE, DISMISS_POLL, DISMISS_REPORT, READ_AGAIN, RETRY_REPORT

BOOK = Job("joey.commissions.jobs.book_commissions")
CONFIRM = Job("joey.commissions.jobs.confirm_commissions")
RETRY = Verb("lines retry", "commissions_quarantinedline:retry", sure=False)
RELEASE = Verb("lines release", "commissions_hold:release")

STARTS = [
    Verb("lines hold", "commissions_commission:hold"),
    Verb(
        "plan publish", "",
        terminal_only="a plan is a file that was agreed on and checked against the rules; nothing waits for it,"
        " and fifteen days pass before it counts",
    ),
]  # fmt: skip

COMMISSION = Subject("commission", Commission, "earned_at", "state", frozenset({Commission.State.CONFIRMED}))
HOLD = Subject("commission hold", Hold, "opened_at", over=IS_CLOSED)
QUARANTINED = Subject("line in quarantine", QuarantinedLine, "since")
SUBJECTS = [COMMISSION, HOLD, QUARANTINED]

NEVER_REST = {
    "PlanVersion": "in force until the next one begins",
    "Revision": "append-only",
    "HoldClosing": "append-only",
    "Hold.hold_class": "why it is held, no state",
    "EarnCursor": "moved on every minute",
}

RESTS = [
    Rest(
        COMMISSION, Commission.State.EARNED, (CONFIRM,),
        "the minute after it is settled, its waiting days are over and nothing holds it",
        unlisted="its waiting is as agreed; what is overdue is in /readyz",
    ),
    Rest(
        HOLD, "placed by an operator", (RELEASE,), "when an operator releases it", AT_ONCE,
        label=_("Commissions on hold"), rows=Q(reason_id__isnull=False) & ~IS_CLOSED, query="?open=alone",
    ),
    Rest(
        HOLD, "opened by a report", (BOOK, RELEASE),
        "when a later report no longer holds the line or leaves nothing to hold, or an operator releases it", AT_ONCE,
        label=_("Commissions on hold"), rows=Q(opened_by=BY_REPORT) & ~OF_UNREADABLE & ~OF_VIOLATION & ~IS_CLOSED,
        query="?open=alone",
    ),
    Rest(
        HOLD, "of an unreadable report", (READ_AGAIN, RETRY_REPORT, DISMISS_REPORT, DISMISS_POLL, RELEASE),
        "when the report is read, replaced or given up, nothing is left to hold, or an operator releases it",
        rows=OF_UNREADABLE & ~IS_CLOSED, unlisted="listed by its unreadable report",
    ),
    Rest(
        HOLD, "of a violation", (BOOK, ANSWER_DISPUTE, RELEASE),
        "the minute after an operator answers the dispute, when nothing is left to hold, or an operator releases it",
        rows=OF_VIOLATION & ~IS_CLOSED, unlisted="listed by its dispute",
    ),
    Rest(
        HOLD, "placed by quarantine", (BOOK, RETRY, RELEASE), "when its line is booked, or an operator releases it",
        rows=OF_QUARANTINE & ~IS_CLOSED, unlisted="listed by its line in quarantine",
    ),
    Rest(
        QUARANTINED, "quarantined", (BOOK, RETRY), "with the line’s next report, or when an operator retries it",
        AT_ONCE, label=_("Order lines that cannot be booked"), rows=Q(), trouble=True,
        endless="a line is not given up: its next report or a corrected program ends it",
    ),
]  # fmt: skip
