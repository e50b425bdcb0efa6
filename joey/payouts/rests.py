"""Where payouts, transfers, files, holds and pauses rest, and what moves them on."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.payouts.by_rule import LEFT_TO_THE_RULE, TO_DECIDE
from joey.payouts.file_problems import NAMES_STRANGERS
from joey.payouts.kept_back import KEPT_BACK
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
PAY_IN_TIME = Job("joey.payouts.pay_due", sure=True)  # what is not answered in its time becomes unknown
APPROVE = Verb("payouts approve", "payouts_payout:approve")
REFUSE = Verb("payouts refuse", "payouts_payout:refuse")
RELEASE = Verb("payouts release", "payouts_payouthold:release")
RESUME = Verb("payouts resume", "payouts_payoutpause:resume")
RESOLVE = Verb("payouts resolve", "payouts_payouthold:resolve")
RESOLVE_LEFT_OUT = Verb("payouts resolve", "payouts_payoutpause:resolve")
ASK = Verb("files ask", "payouts_payoutfile:ask", sure=False)
WITHDRAW = Verb("files withdraw", "payouts_payoutfile:withdraw")
MARK_REFUSED = Verb("files mark-refused", "payouts_payoutfile:mark_refused", sure=False)
GIVE_UP = Verb("files give-up", "payouts_payoutfile:give_up")
DISMISS = Verb("files dismiss", "payouts_payoutfile:dismiss")

STARTS = [
    Verb("payouts pause", "page:pause_payouts"),
    Verb("payouts hold", "shops_shop:hold_payouts"),
    Verb("payouts hold", "payouts_payout:hold"),
    Verb("payouts resolve", "payouts_payout:resolve"),
    Verb("payouts set-limits", "page:publish_limits"),
]

_P, _A, _C = Payout.State, PayoutAttempt.State, PayoutHold.Cause

PAYOUT = Subject("payout", Payout, "requested_at", "state", frozenset({_P.PAID, _P.FAILED, _P.RETURNED, _P.REFUSED}))
TRANSFER = Subject(
    "transfer", PayoutAttempt, "made_at", "state",
    frozenset({_A.WITHDRAWN, _A.SETTLED, _A.REJECTED, _A.RETURNED, _A.NOT_PAID}),
)  # fmt: skip
_HOLD_ENDED = Exists(PayoutHoldClosing.objects.filter(hold=OuterRef("pk")))
_PAUSE_ENDED = Exists(PayoutPauseEnding.objects.filter(pause=OuterRef("pk")))
_OVER = (Q(withdrawn_at__isnull=False) | Q(answered_at__isnull=False)) & ~NAMES_STRANGERS
FILE = Subject("payout file", PayoutFile, "made_at", over=_OVER)
HOLD = Subject("payout hold", PayoutHold, "placed_at", over=_HOLD_ENDED)
PAUSE = Subject("pause of all payouts", PayoutPause, "placed_at", over=_PAUSE_ENDED)
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

_SUBMITTED = Exists(PayoutSubmission.objects.filter(file=OuterRef("pk")))
_NOT_FINAL = Q(_SUBMITTED, withdrawn_at=None, answered_at=None)
_ANSWERED = "when the rail answers, asked every minute; unknown once its time for that is over (14 days at a bank)"
_BY_FILE = "listed by its payout file or hold"

RESTS = [
    Rest(
        PAYOUT, _P.REQUESTED, (APPROVE, REFUSE), "when operators decide", AT_ONCE,
        label=_("Payouts to decide"), rows=TO_DECIDE, query="?waits=to-decide",
    ),
    Rest(
        PAYOUT, "requested, left to the rule", (PAY, APPROVE, REFUSE), "within a minute", timedelta(hours=1),
        label=_("Small payouts that the rule has not approved"), rows=LEFT_TO_THE_RULE, query="?waits=rule",
    ),
    Rest(
        PAYOUT, _P.APPROVED, (PAY, APPROVE, REFUSE),
        "within a minute it leaves or is released with its reason, unless held, paused, short of an approval,"
        " without its licensed channel, or left out by a restore (then two operators ask the bank and resolve it)",
        timedelta(hours=1), label=_("Approved payouts that have not left"), query="?state__exact=approved",
        since="decided_at",
    ),
    Rest(PAYOUT, _P.SENT, (PAY,), "when the rail answers, asked every minute", unlisted=_BY_FILE),
    Rest(TRANSFER, _A.PREPARED, (PAY, WITHDRAW), "within a minute, unless paused", unlisted=_BY_FILE),
    Rest(TRANSFER, _A.SUBMITTED, (PAY_IN_TIME, ASK, GIVE_UP), _ANSWERED, unlisted=_BY_FILE),
    Rest(TRANSFER, _A.ACCEPTED, (PAY_IN_TIME, ASK, GIVE_UP), _ANSWERED, unlisted=_BY_FILE),
    Rest(
        TRANSFER, _A.UNKNOWN, (PAY, RESOLVE, MARK_REFUSED),
        "when the rail answers, asked every minute, or two operators agree", unlisted="listed by its payout hold",
    ),
    Rest(
        FILE, "not submitted yet", (PAY, WITHDRAW), "within a minute, once the settings name its rail account",
        timedelta(hours=1), label=_("Payout files that have not left"),
        rows=~_SUBMITTED & Q(withdrawn_at=None, answered_at=None), query="?waits=to-leave", trouble=True,
    ),
    Rest(
        FILE, "not answered yet", (PAY_IN_TIME, ASK, GIVE_UP), _ANSWERED, timedelta(days=2),
        label=_("Payout files without a final answer from the bank"),
        rows=_NOT_FINAL & ~KEPT_BACK, query="?waits=for-answers", trouble=True,
    ),
    Rest(
        FILE, "kept back", (PAY_IN_TIME, RELEASE, RESOLVE, RESUME, ASK, GIVE_UP),
        "within a minute after nothing stops it: no hold or pause, enough approvals, its licensed channel named, each"
        " shop open and not below zero; its rail does not know it, so it goes again; unknown once its time for an"
        " answer is over (14 days at a bank)",
        timedelta(hours=1), label=_("Payout files that the bank does not know, kept back"),
        rows=_NOT_FINAL & KEPT_BACK, query="?waits=kept-back", trouble=True,
    ),
    Rest(
        FILE, "names a transfer that is not ours", (DISMISS,), "when an operator has looked into it", AT_ONCE,
        label=_("Answers of a bank about transfers that are not ours"), rows=NAMES_STRANGERS,
        query="?waits=strangers",
    ),
    Rest(
        HOLD, "open", (RELEASE, RESOLVE),
        "when an operator releases it; where a restore left a transfer out, when two operators agree", AT_ONCE,
        label=_("Payouts on hold"), rows=~_HOLD_ENDED & Q(cause=_C.OPERATOR), query="?ended=no&cause__exact=operator",
    ),
    Rest(
        HOLD, "returned", (RELEASE,), "when an operator has seen why the money came back", AT_ONCE,
        label=_("Payouts that came back"), rows=~_HOLD_ENDED & Q(cause=_C.RETURNED),
        query="?ended=no&cause__exact=returned",
    ),
    Rest(
        HOLD, "unknown", (PAY, RESOLVE, MARK_REFUSED), "when an answer fits, or two operators agree", AT_ONCE,
        label=_("Payouts to resolve: unknown"), rows=~_HOLD_ENDED & Q(cause=_C.UNKNOWN),
        query="?ended=no&cause__exact=unknown", trouble=True,
    ),
    Rest(
        HOLD, "contradiction", (PAY, RESOLVE),
        "when an answer fits, unless an operator began it, or two operators agree", AT_ONCE,
        label=_("Payouts to resolve: contradicted"), rows=~_HOLD_ENDED & Q(cause=_C.CONTRADICTION),
        query="?ended=no&cause__exact=contradiction", trouble=True,
    ),
    Rest(
        PAUSE, "open", (RESUME, RESOLVE_LEFT_OUT),
        "when an operator resumes payouts; where a restore left a transfer out, when two operators agree", AT_ONCE,
        label=_("Pauses of all payouts"), rows=~_PAUSE_ENDED, query="?ended=no",
    ),
]  # fmt: skip
