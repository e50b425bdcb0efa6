"""Ends what no answer ends: two distinct operators write down what became of a transfer, each with a reason.

Where the rail's answers leave nothing open but the world knows better, as a statement that has a transfer twice, the
first finding opens the question.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from joey.kit.refusals import Conflict, Invalid
from joey.kit.sentences import Sentence, Words
from joey.kit.text import read_reason
from joey.payouts.file_problems import ABOUT_THE_WHOLE_FILE, clear_problems
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.journals import OVERPAID, RECOVERED, PayoutJournal, book
from joey.payouts.keep_answers import KnownAnswers
from joey.payouts.models import Payout, PayoutAnswer, PayoutAttempt, PayoutDecision, PayoutFile, PayoutHold
from joey.payouts.move_attempts import AttemptMove, move_attempts
from joey.payouts.overpaid import Overpayments, next_overpayment, overpayments
from joey.payouts.questions import end_questions, open_question
from joey.payouts.record_decision import append_decided
from joey.payouts.sending_lock import wait_until_nothing_is_sent
from joey.payouts.states import IN_TRANSIT, NOT_FINAL
from joey.people.models import Person
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.operators import check_operator

_A = PayoutAttempt.State
_O = PayoutDecision.Outcome
# What can be found about an attempt in each state. The outcome that equals the state confirms what is booked.
FINDINGS = {
    **dict.fromkeys(IN_TRANSIT, (_O.SETTLED, _O.REJECTED)),
    _A.SETTLED: (_O.SETTLED, _O.NOT_PAID, _O.OVERPAID),
    _A.REJECTED: (_O.REJECTED, _O.OVERPAID),
    _A.RETURNED: (_O.RETURNED, _O.OVERPAID),
    _A.NOT_PAID: (_O.NOT_PAID, _O.OVERPAID),
}
OVERPAYMENTS = (_O.OVERPAID, _O.OVERPAID_AGAIN)


class NothingToResolve(Conflict):
    """What became of the transfer is neither unknown nor contradicted, and nothing else is found than is booked."""

    code = "nothing_to_resolve"


class AnotherOperatorNeeded(Conflict):
    """This operator has written this finding already; a second one has to agree."""

    code = "another_operator_needed"


@transaction.atomic(durable=True)
def resolve(
    attempt: PayoutAttempt,
    *,
    outcome: str,
    by: Person,
    reason: str,
    now: datetime,
    borne_by: str = "shop",
) -> PayoutDecision:
    """Write down what became of a transfer; the second operator who agrees carries it out.

    Of one that is neither unknown nor contradicted the first finding of something else than is booked is what asks.
    `outcome` is settled, rejected, overpaid (it was paid although it was booked back, or paid twice; `borne_by` the
    shop, or the platform), overpaid_again (once more than that is booked), returned (what was overpaid last came back,
    or never left), not_paid (booked as paid, never left) or the state that it has, which confirms it.
    `carried_out` of the result says whether it was. Raises Invalid ("outcome", "borne_by", "reason"), Forbidden,
    NothingToResolve, AnotherOperatorNeeded, BeingSent.
    """
    reason = read_reason(reason)
    asked = open_holds().filter(attempt=attempt, cause__in=QUESTIONS).order_by("id")
    if not asked.exists():
        wait_until_nothing_is_sent()  # this finding stops the shop's payouts
    PayoutFile.objects.select_for_update().get(pk=attempt.file_id)
    attempt = PayoutAttempt.objects.select_related("file", "payout__shop__owner").get(pk=attempt.pk)
    check_operator(by, attempt.payout.shop)
    out = overpayments(attempt)
    question = asked.first()
    if question is None and (attempt.state in NOT_FINAL or _is_booked(attempt, outcome, out)):
        raise NothingToResolve(_("It is clear what became of this transfer; there is nothing to resolve."))
    _check_finding(attempt, outcome, borne_by, out)
    question = question or open_question(attempt, PayoutHold.Cause.CONTRADICTION, by=by, now=now)
    agreeing = {
        each.operator_id for each in _last_findings(question) if (each.outcome, each.borne_by) == (outcome, borne_by)
    }
    if by.id in agreeing:
        raise AnotherOperatorNeeded(gettext_lazy("You have written this down. A second operator has to agree."))
    carried_out = Person.objects.filter(pk__in=agreeing, is_active=True, is_staff=True).exists()
    kept = keep_text(reason, shop_id=attempt.shop_id)
    decision = PayoutDecision.objects.create(
        hold=question,
        attempt=attempt,
        outcome=outcome,
        borne_by=borne_by,
        operator=by,
        **refer("reason", kept),
        at=now,
        carried_out=carried_out,
        overpayment=_overpayment(attempt, outcome, out) if carried_out else None,
    )
    append_decided(decision, attempt)
    if decision.carried_out:
        _carry_out(attempt, decision, out, reason, now)
    return decision


def mark_refused(file: PayoutFile, *, by: Person, reason: str, now: datetime) -> list[PayoutDecision]:
    """Resolve every transfer of a file that its rail refused, or never knew, as rejected: none of them was paid.

    It takes two operators, as each transfer does; what `by` has written about some of them already stays. Raises
    NothingToResolve when the rail did neither or no transfer is unknown, AnotherOperatorNeeded when `by` has written
    all of it, Forbidden (before anything is written) when one is the own shop's, and what resolve raises.
    """
    reason = read_reason(reason)
    refused = PayoutAnswer.objects.filter(file=file, outcome=PayoutAnswer.Outcome.FILE_REFUSED).exists()
    unknown = PayoutAttempt.objects.filter(file=file, state=_A.UNKNOWN).select_related("payout__shop")
    open_ones = list(unknown.order_by("id"))
    if not open_ones or not (refused or KnownAnswers(file).may_go_again):
        raise NothingToResolve(
            _("The bank did not refuse this file, nor says that it never knew it; or nothing of it is unknown.")
        )
    for attempt in open_ones:
        check_operator(by, attempt.payout.shop)
    questions = open_holds().filter(attempt__in=open_ones, cause__in=QUESTIONS)
    written = {
        each.attempt_id
        for question in questions
        for each in _last_findings(question)
        if (each.operator_id, each.outcome) == (by.id, _O.REJECTED)
    }
    missing = [attempt for attempt in open_ones if attempt.id not in written] or open_ones[:1]  # resolve says why not
    return [resolve(attempt, outcome=_O.REJECTED, by=by, reason=reason, now=now) for attempt in missing]


def _last_findings(question: PayoutHold) -> list[PayoutDecision]:
    """The last finding of each operator: who changed their mind agrees with the earlier one no more."""
    found = PayoutDecision.objects.filter(hold=question).order_by("operator", "-id")
    return list(found.distinct("operator"))


def _is_booked(attempt: PayoutAttempt, outcome: str, out: Overpayments) -> bool:
    """Whether the books say so already."""
    return outcome in (_O.SETTLED, _O.OVERPAID) if out else outcome == attempt.state


def check_possible(outcome: str, possible: Sequence[str]) -> None:
    """Raises Invalid ("outcome"), which names no state by its code: the office shows them in words."""
    if outcome not in possible:
        raise Invalid(
            _("That cannot have become of this transfer, by what is booked of it."),
            field="outcome",
            possible=list(possible),
        )


def _check_finding(attempt: PayoutAttempt, outcome: str, borne_by: str, out: Overpayments) -> None:
    possible = FINDINGS.get(_A(attempt.state), ())
    if out:
        confirms = (_O.SETTLED,) if attempt.state == _A.SETTLED else ()
        possible = (*confirms, _O.OVERPAID, _O.OVERPAID_AGAIN, _O.RETURNED)
    check_possible(outcome, [each.value for each in possible])
    if borne_by not in ("shop", "platform") or (borne_by == "platform" and outcome not in OVERPAYMENTS):
        raise Invalid(_("Only an overpayment can be borne by the platform."), field="borne_by")
    if out and outcome == _O.OVERPAID and borne_by != _newest(out).borne_by:
        raise Invalid(
            _("This overpayment is booked already, and who bears it stays as it was found."), field="borne_by"
        )


def _overpayment(attempt: PayoutAttempt, outcome: str, out: Overpayments) -> int | None:
    """The number of the overpayment that this finding books or ends; None where it is about the transfer itself."""
    if outcome == _O.OVERPAID_AGAIN or (outcome == _O.OVERPAID and not out):
        return next_overpayment(attempt)
    return _newest(out).overpayment if outcome == _O.RETURNED and out else None


def _newest(out: Overpayments) -> PayoutDecision:
    return next(reversed(out.values()))


def _carry_out(attempt: PayoutAttempt, decision: PayoutDecision, out: Overpayments, reason: str, now: datetime) -> None:
    borne_by = _newest(out).borne_by if out and decision.outcome != _O.OVERPAID_AGAIN else decision.borne_by
    words = (Sentence(_words(decision.outcome, borne_by)),)
    if decision.overpayment is not None:
        kind = RECOVERED if decision.outcome == _O.RETURNED else OVERPAID
        _book_beside(kind, attempt, decision.overpayment, borne_by, words, now)
    elif decision.outcome != attempt.state and decision.outcome not in OVERPAYMENTS:
        is_back = decision.outcome in (_O.REJECTED, _O.NOT_PAID)
        move = (
            AttemptMove(attempt, decision.outcome, reason, words) if is_back else AttemptMove(attempt, decision.outcome)
        )
        move_attempts([move], now=now)
    end_questions([attempt], by=decision.operator, now=now)
    if not PayoutAttempt.objects.filter(file=attempt.file, state__in=NOT_FINAL).exists():
        PayoutFile.objects.filter(pk=attempt.file_id, answered_at=None).update(answered_at=now)
        clear_problems(attempt.file, *ABOUT_THE_WHOLE_FILE)


def _book_beside(
    kind: str, attempt: PayoutAttempt, overpayment: int, borne_by: str, words: Words, now: datetime
) -> None:
    """Book what the bank paid beside the transfer's state, or that it came back."""
    payout = attempt.payout
    book(
        [
            PayoutJournal(
                kind=kind,
                payout_id=payout.id,
                number=attempt.number,
                shop_id=payout.shop_id,
                rail_account=attempt.file.rail_account,
                currency=payout.currency,
                amount_minor=payout.amount_minor,
                happened_at=now,
                borne_by=borne_by,
                overpayment=overpayment,
            )
        ]
    )
    Payout.objects.filter(pk=payout.pk).update(**refer("reason", keep_text(words, shop_id=payout.shop_id)))


def _words(outcome: str, borne_by: str) -> str:
    """What the shopkeeper reads, in English."""
    if outcome in OVERPAYMENTS:
        if borne_by == "platform":
            return gettext_noop("The bank paid it although it was booked back. Nothing changes for you.")
        return gettext_noop(
            "The bank paid it twice, or although it was booked back. It is set off against new earnings."
        )
    if outcome == _O.RETURNED:
        if borne_by == "platform":
            return gettext_noop("The bank had paid it after all, and that money came back. Nothing changes for you.")
        return gettext_noop("The bank had paid it after all, and that money came back. It is available again.")
    if outcome == _O.NOT_PAID:
        return gettext_noop("It did not arrive. The money is available again.")
    return gettext_noop("The bank did not pay it. The money is available again; you can request it again.")
