"""Where payouts, transfers, files, holds and pauses rest, and what moves them on."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutHold, PayoutPause

PAY = Job("joey.payouts.pay_due")
APPROVE = Verb("payouts approve", "payouts_payout:approve")
REFUSE = Verb("payouts refuse", "payouts_payout:refuse")
RELEASE = Verb("payouts release", "payouts_payouthold:release")
RESUME = Verb("payouts resume", "payouts_payoutpause:resume")

_P, _A = Payout.State, PayoutAttempt.State

PAYOUT = Subject("payout", Payout, "requested_at", "state", frozenset({_P.PAID, _P.FAILED, _P.REFUSED}))
TRANSFER = Subject("transfer", PayoutAttempt, "made_at", "state", frozenset({_A.SETTLED, _A.REJECTED}))
FILE = Subject("payout file", PayoutFile, "made_at")
HOLD = Subject("payout hold", PayoutHold, "placed_at")
PAUSE = Subject("pause of all payouts", PayoutPause, "placed_at")
SUBJECTS = [PAYOUT, TRANSFER, FILE, HOLD, PAUSE]

NEVER_REST = {"Payee": "usable by itself 72 hours after a change"}

RESTS = [
    Rest(
        PAYOUT, _P.REQUESTED, (PAY, APPROVE, REFUSE),
        "below 1,000.00 within a minute by rule, else when an operator decides", AT_ONCE,
        label=_("Payouts to decide"), query="?state__exact=requested",
    ),
    Rest(PAYOUT, _P.APPROVED, (PAY, REFUSE), "within a minute, unless held or paused"),
    Rest(PAYOUT, _P.SENT, (PAY,), "when the rail answers, asked every minute"),
    Rest(TRANSFER, _A.PREPARED, (PAY,), "within a minute"),
    Rest(TRANSFER, _A.SENT, (PAY,), "when the rail answers, asked every minute"),
    Rest(
        FILE, "not accepted yet", (PAY,), "within a minute, once the rail can be reached", timedelta(hours=1),
        label=_("Payout files that the bank has not accepted"), rows=Q(handed_over_at=None),
        query="?handed_over_at__isempty=1", trouble=True,
    ),
    Rest(
        FILE, "not answered yet", (PAY,), "when the rail answers, asked every minute", timedelta(days=2),
        label=_("Payout files that the bank has not answered"), rows=Q(answered_at=None) & ~Q(handed_over_at=None),
        query="?handed_over_at__isempty=0", trouble=True,
    ),
    Rest(
        HOLD, "open", (RELEASE,), "when an operator releases it", AT_ONCE,
        label=_("Payouts on hold"), rows=Q(released_at=None), query="?released_at__isempty=1",
    ),
    Rest(
        PAUSE, "open", (RESUME,), "when an operator resumes payouts", AT_ONCE,
        label=_("Pauses of all payouts"), rows=Q(ended_at=None), query="?ended_at__isempty=1",
    ),
]  # fmt: skip
