"""Where payouts, transfers, files, holds and pauses rest, and what moves them on."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.payouts.models import (
    Payout,
    PayoutAttempt,
    PayoutFile,
    PayoutHold,
    PayoutHoldClosing,
    PayoutPause,
    PayoutPauseEnding,
    PayoutSubmission,
)

PAY = Job("joey.payouts.pay_due")
APPROVE = Verb("payouts approve", "payouts_payout:approve")
REFUSE = Verb("payouts refuse", "payouts_payout:refuse")
RELEASE = Verb("payouts release", "payouts_payouthold:release")
RESUME = Verb("payouts resume", "payouts_payoutpause:resume")
RESOLVE = Verb("payouts resolve", "payouts_payouthold:resolve")
ASK = Verb("payouts ask", "payouts_payoutfile:ask")
WITHDRAW = Verb("payouts withdraw", "payouts_payoutfile:withdraw")
MARK_REFUSED = Verb("payouts mark-refused", "payouts_payoutfile:mark_refused")

_P, _A, _C = Payout.State, PayoutAttempt.State, PayoutHold.Cause

PAYOUT = Subject("payout", Payout, "requested_at", "state", frozenset({_P.PAID, _P.FAILED, _P.RETURNED, _P.REFUSED}))
TRANSFER = Subject(
    "transfer", PayoutAttempt, "made_at", "state",
    frozenset({_A.WITHDRAWN, _A.SETTLED, _A.REJECTED, _A.RETURNED, _A.NOT_PAID}),
)  # fmt: skip
FILE = Subject("payout file", PayoutFile, "made_at")
HOLD = Subject("payout hold", PayoutHold, "placed_at")
PAUSE = Subject("pause of all payouts", PayoutPause, "placed_at")
SUBJECTS = [PAYOUT, TRANSFER, FILE, HOLD, PAUSE]

NEVER_REST = {
    "Payee": "usable by itself 72 hours after a change",
    "PayoutLimits": "a version for ever",
    "PayoutApproval": "append-only",
    "PayoutSubmission": "append-only; what it waits for is its file",
    "PayoutAnswer": "append-only",
    "PayoutAnswer.outcome": "what the rail said, no state",
    "PayoutHold.cause": "why it was placed, no state; each cause has a row here",
    "PayoutHoldClosing": "append-only",
    "PayoutDecision": "append-only; what it waits for is its hold",
    "PayoutDecision.outcome": "what an operator found, no state",
    "PayoutDecision.borne_by": "who bears an overpayment, no state",
    "PayoutPauseEnding": "append-only",
}

_OPEN = ~Exists(PayoutHoldClosing.objects.filter(hold=OuterRef("pk")))
_SUBMITTED = Exists(PayoutSubmission.objects.filter(file=OuterRef("pk")))
_ANSWERED = "when the rail answers, asked every minute; unknown once its time for that is over (14 days at a bank)"

RESTS = [
    Rest(
        PAYOUT, _P.REQUESTED, (PAY, APPROVE, REFUSE),
        "below the limit of its currency within a minute by rule, else when operators decide", AT_ONCE,
        label=_("Payouts to decide"), query="?state__exact=requested",
    ),
    Rest(PAYOUT, _P.APPROVED, (PAY, REFUSE), "within a minute, unless held or paused"),
    Rest(PAYOUT, _P.SENT, (PAY,), "when the rail answers, asked every minute"),
    Rest(TRANSFER, _A.PREPARED, (PAY, WITHDRAW), "within a minute, unless paused"),
    Rest(TRANSFER, _A.SUBMITTED, (PAY, ASK), _ANSWERED),
    Rest(TRANSFER, _A.ACCEPTED, (PAY, ASK), _ANSWERED),
    Rest(
        TRANSFER, _A.UNKNOWN, (PAY, RESOLVE, MARK_REFUSED),
        "when the rail answers, asked every minute, or two operators agree; listed by its hold",
    ),
    Rest(
        FILE, "not submitted yet", (PAY, WITHDRAW), "within a minute, once the settings name its rail account",
        timedelta(hours=1), label=_("Payout files that have not left"),
        rows=~_SUBMITTED & Q(withdrawn_at=None), query="?waits=to-leave", trouble=True,
    ),
    Rest(
        FILE, "not answered yet", (PAY, ASK), "when the rail answers, asked every minute", timedelta(days=2),
        label=_("Payout files that the bank has not answered"), rows=_SUBMITTED & Q(answered_at=None),
        query="?waits=for-answers", trouble=True,
    ),
    Rest(
        HOLD, "open", (RELEASE,), "when an operator releases it", AT_ONCE,
        label=_("Payouts on hold"), rows=_OPEN & Q(cause=_C.OPERATOR), query="?ended=no&cause__exact=operator",
    ),
    Rest(
        HOLD, "returned", (RELEASE,), "when an operator has seen why the money came back", AT_ONCE,
        label=_("Payouts that came back"), rows=_OPEN & Q(cause=_C.RETURNED), query="?ended=no&cause__exact=returned",
    ),
    Rest(
        HOLD, "unknown", (PAY, RESOLVE, MARK_REFUSED), "when an answer fits, or two operators agree", AT_ONCE,
        label=_("Payouts to resolve: unknown"), rows=_OPEN & Q(cause=_C.UNKNOWN),
        query="?ended=no&cause__exact=unknown", trouble=True,
    ),
    Rest(
        HOLD, "contradiction", (PAY, RESOLVE), "when an answer fits, or two operators agree", AT_ONCE,
        label=_("Payouts to resolve: contradicted"), rows=_OPEN & Q(cause=_C.CONTRADICTION),
        query="?ended=no&cause__exact=contradiction", trouble=True,
    ),
    Rest(
        PAUSE, "open", (RESUME,), "when an operator resumes payouts", AT_ONCE,
        label=_("Pauses of all payouts"), rows=~Exists(PayoutPauseEnding.objects.filter(pause=OuterRef("pk"))),
        query="?ended=no",
    ),
]  # fmt: skip
