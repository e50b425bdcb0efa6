"""What is not known about transfers, as the operators who resolve it have to see it; and files that are not over."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, NotFound
from joey.money.money import Money
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.kept_back import with_kept_back
from joey.payouts.left_out import LeftOutPayout, left_out_payouts
from joey.payouts.models import (
    Payout,
    PayoutAnswer,
    PayoutAttempt,
    PayoutDecision,
    PayoutFile,
    PayoutHold,
    PayoutSubmission,
)
from joey.payouts.named_amount import named_amount
from joey.payouts.office_lists import naming_strangers, not_over, with_left_at
from joey.people.models import Person
from joey.record.erasable import TextRef, texts_of
from joey.record.kept_texts import kept_text, with_texts
from joey.shops.models import Shop

LIST_MOST = 200


@dataclass(frozen=True)
class OpenQuestion:
    """A transfer that is unknown or contradicted, or that a restore left out; `transfer` is its key at the rail.

    Of what was left out neither its file nor, at times, its shop is known: `message_id` and `shop_slug` are "" then.
    """

    cause: str
    transfer: str
    state: str
    message_id: str
    shop_slug: str
    amount: Money
    since: datetime
    facts: "tuple[Fact, ...]"


@dataclass(frozen=True)
class Fact:
    """One thing that is known about a transfer: an answer of the rail, or what an operator wrote down."""

    at: datetime
    who: str  # "" for the rail
    outcome: str
    amount: str  # as the rail named it, or ""
    reason: str


@dataclass(frozen=True)
class OpenFile:
    """A file that waits for something; `left_at` None: it has not been submitted. `is_kept_back`: see kept_back.py."""

    message_id: str
    made_at: datetime
    left_at: datetime | None
    asked_at: datetime | None
    is_kept_back: bool
    problems: tuple[str, ...]


def open_questions() -> list[OpenQuestion]:
    """Of all shops, what a restore left out first, then the oldest."""
    asked = open_holds().filter(cause__in=QUESTIONS).select_related("shop", "attempt__file", "attempt__payout")
    left_out = [_left_out(each) for each in left_out_payouts() if each.is_open]
    return left_out + [_question(hold, hold.attempt) for hold in asked.order_by("id")[:LIST_MOST] if hold.attempt]


def facts_about(attempt: PayoutAttempt) -> list[Fact]:
    """What the rail answered for the transfer and its file and what operators wrote down, oldest first. Two queries."""
    answers = PayoutAnswer.objects.filter(file_id=attempt.file_id).order_by("id")
    decisions = with_texts(PayoutDecision.objects.filter(attempt=attempt).select_related("operator"), "reason")
    facts = [
        Fact(answer.asked_at, "", answer.outcome, named_amount(answer.amount_minor, answer.currency), "")
        for answer in answers
        if answer.attempt_id in (None, attempt.pk)
    ]
    facts += [
        Fact(each.at, each.operator.contact, each.outcome, "", kept_text(each, "reason"))
        for each in decisions.order_by("id")
    ]
    return sorted(facts, key=lambda fact: fact.at)


def facts_left_out(left_out: LeftOutPayout) -> list[Fact]:
    """What operators wrote down about what a restore left out, oldest first. Two queries."""
    people = Person.objects.in_bulk([each.by for each in left_out.findings])
    texts = texts_of([TextRef.from_fact(each.reason).id for each in left_out.findings])
    return [
        Fact(
            each.at,
            people[each.by].contact if each.by in people else str(each.by),
            each.outcome,
            "",
            texts[TextRef.from_fact(each.reason).id] or "",
        )
        for each in left_out.findings
    ]


def open_files() -> list[OpenFile]:
    """Files whose transfers are not all final or that name strangers, oldest first. One query."""
    every = PayoutFile.objects.all()
    files = with_kept_back(with_left_at(not_over(every) | naming_strangers(every)))
    return [
        OpenFile(
            file.message_id,
            file.made_at,
            file.left_at,
            file.asked_at,
            file.is_kept_back,
            tuple(file.problems.splitlines()),
        )
        for file in files.order_by("id")[:LIST_MOST]
    ]


def transfer_by_key(key: str) -> PayoutAttempt:
    """The transfer with this key at the rail that may have left. Raises NotFound ("transfer")."""
    found = _that_left().filter(rail_key=key).first()
    if found is None:
        raise NotFound(
            _("There is no such transfer. `joey payouts transfers` lists those to resolve."), field="transfer"
        )
    return found


def transfer_of(payout: Payout) -> PayoutAttempt:
    """The transfer of this payout that may have left. Raises Conflict."""
    found = _that_left().filter(payout=payout).first()
    if found is None:
        raise Conflict(_("This payout has not left, so there is nothing to find out about it."))
    return found


def _that_left() -> "QuerySet[PayoutAttempt]":
    submitted = Exists(PayoutSubmission.objects.filter(file=OuterRef("file")))
    return PayoutAttempt.objects.filter(submitted).exclude(state=PayoutAttempt.State.WITHDRAWN)


def file_by_message_id(message_id: str) -> PayoutFile:
    """The payout file with this message id. Raises NotFound ("file")."""
    found = PayoutFile.objects.filter(message_id=message_id).first()
    if found is None:
        raise NotFound(_("There is no such payout file. `joey files list` lists those that wait."), field="file")
    return found


def _left_out(left_out: LeftOutPayout) -> OpenQuestion:
    shop = Shop.objects.filter(pk=left_out.shop_id).first()
    return OpenQuestion(
        cause="left_out",
        transfer=left_out.transfer,
        state=left_out.found.outcome if left_out.found else PayoutAttempt.State.UNKNOWN.value,
        message_id="",
        shop_slug=shop.slug if shop else "",
        amount=left_out.amount,
        since=left_out.since,
        facts=tuple(facts_left_out(left_out)),
    )


def _question(hold: PayoutHold, attempt: PayoutAttempt) -> OpenQuestion:
    return OpenQuestion(
        cause=hold.cause,
        transfer=attempt.rail_key,
        state=attempt.state,
        message_id=attempt.file.message_id,
        shop_slug=hold.shop.slug,
        amount=Money(attempt.payout.amount_minor, attempt.payout.currency),
        since=hold.placed_at,
        facts=tuple(facts_about(attempt)),
    )
