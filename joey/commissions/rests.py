"""Where commissions and the holds on them rest, and what moves them on."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.commissions.models import Commission, CommissionHold
from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb

BOOK = Job("joey.commissions.jobs.book_commissions")
RELEASE = Verb("lines release", "commissions_commissionhold:release")

COMMISSION = Subject("commission", Commission, "earned_at", "state", frozenset({Commission.State.CONFIRMED}))
HOLD = Subject("commission hold", CommissionHold, "placed_at")
SUBJECTS = [COMMISSION, HOLD]

NEVER_REST = {
    "PlanVersion": "in force until the next one begins",
    "EarnCursor": "moved on every minute",
}

RESTS = [
    Rest(
        COMMISSION, Commission.State.EARNED, (BOOK,),
        "the minute after it is settled, its waiting days are over and nothing holds it",
    ),
    Rest(
        HOLD, "open", (RELEASE,), "when an operator releases it", AT_ONCE,
        label=_("Commissions on hold"), rows=Q(released_at=None), query="?released_at__isempty=1",
    ),
]  # fmt: skip
