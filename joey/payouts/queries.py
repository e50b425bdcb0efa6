"""Payouts as the shopkeeper's page, the API and the deciding operator read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.money.money import Money
from joey.payouts.by_rule import to_decide, with_rule, with_together
from joey.payouts.cancel_payout import with_cancellable
from joey.payouts.gate import holds_on_payout
from joey.payouts.holds import QUESTIONS, open_holds
from joey.payouts.kept_back import with_file_kept_back
from joey.payouts.licensed_channels import why_off, without_channel
from joey.payouts.limits import approvals_for, limits_now
from joey.payouts.models import (
    Payee,
    Payout,
    PayoutApproval,
    PayoutAttempt,
    PayoutDecision,
    PayoutFile,
    PayoutSubmission,
)
from joey.payouts.pause import pauses_in_force
from joey.payouts.payee_details import PayeeDetails, read_details
from joey.payouts.questions import being_checked
from joey.payouts.rails.registry import default_rail
from joey.payouts.states import IN_PROGRESS
from joey.record.kept_texts import content_of, kept_text, with_texts
from joey.shops.models import Shop

CHECKING = "checking"  # shown instead of the state while it is open what became of the transfer


class PayeeErased(NotFound):
    """The shop had payout details, and a person asked for them to be erased."""

    code = "payee_erased"


@dataclass(frozen=True)
class PayoutRow:
    """One payout as its shopkeeper and an operator see it. `account` is masked; `held` says why it waits, or is "".

    `bank` is the name of the bank, "" where it is not known. `state` is the payout's, or CHECKING. `left_to_the_rule`:
    it is requested, and no operator has to approve it.
    """

    id: UUID
    amount: Money
    state: str
    left_to_the_rule: bool
    reason: str
    rail: str
    holder_name: str
    account: str
    bank: str
    held: str
    cancellable: bool
    requested_at: datetime
    decided_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class ToDecide:
    """A requested payout for an operator. `approved_once_by` is set when a second operator is still needed."""

    row: PayoutRow
    shop_slug: str
    shop_name: str
    needs_two: bool
    approved_once_by: UUID | None


@dataclass(frozen=True)
class PayeeRow:
    """Where a shop's money goes, the account masked. Payouts are possible from `usable_from` on."""

    rail: str
    holder_name: str
    account: str
    bank: str
    bank_code: str
    changed_at: datetime
    usable_from: datetime


@dataclass(frozen=True)
class DecisionRow:
    """One operator's finding about an attempt."""

    outcome: str
    operator: str
    reason: str
    at: datetime
    carried_out: bool


@dataclass(frozen=True)
class AttemptRow:
    """One attempt; `reason` is the rail's own, when it was rejected or came back. `is_kept_back`: see kept_back.py."""

    id: UUID
    number: int
    state: str
    made_at: datetime
    rail_key: str
    reason: str
    file: PayoutFile
    is_kept_back: bool
    submitted: tuple[datetime, ...]
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True)
class NextPayout:
    """The first payout after a moment that was not refused, rejected or returned. `paid_at` None: it is on its way."""

    amount: Money
    requested_at: datetime
    paid_at: datetime | None


def first_payout_since(shop_id: UUID, currency: str, since: datetime) -> NextPayout | None:
    """One query."""
    lost = (Payout.State.REFUSED, Payout.State.FAILED, Payout.State.RETURNED)
    of_shop = Payout.objects.filter(shop_id=shop_id, currency=currency, requested_at__gte=since)
    found = of_shop.exclude(state__in=lost).order_by("requested_at", "id").first()
    if found is None:
        return None
    paid_at = found.finished_at if found.state == Payout.State.PAID else None
    return NextPayout(Money(found.amount_minor, currency), found.requested_at, paid_at)


def payouts_of(shop: Shop, *, limit: int = 100, before: UUID | None = None) -> list[PayoutRow]:
    """The shop's payouts, newest first, those older than `before`. One query."""
    found = _with_hold(Payout.objects.filter(shop=shop)).order_by("-id")
    return [_row(payout) for payout in (found.filter(id__lt=before) if before else found)[:limit]]


def payout_of(shop: Shop, payout_id: UUID) -> PayoutRow:
    """One payout of this shop. Raises NotFound, for another shop's too."""
    found = _with_hold(Payout.objects.filter(shop=shop, pk=payout_id)).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    return _row(found)


def currencies_in_progress(shop: Shop) -> frozenset[str]:
    """The currencies in which the next payout has to wait until an earlier one is finished. One query."""
    unfinished = Payout.objects.filter(shop=shop, state__in=IN_PROGRESS)
    return frozenset(unfinished.values_list("currency", flat=True))


def payout_by_id(payout_id: UUID) -> Payout:
    """Any shop's payout, for an operator. Raises NotFound. One query."""
    found = Payout.objects.filter(pk=payout_id).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    return found


def payee_of(shop: Shop, rail: str | None = None) -> PayeeRow | None:
    """The payout details of one rail, the default one if none is named; None without any, or once they were erased."""
    try:
        return payout_details(shop, rail)
    except NotFound:
        return None


def payout_details(shop: Shop, rail: str | None = None) -> PayeeRow:
    """The same. Raises NotFound before anyone gave them, and PayeeErased."""
    versions = Payee.objects.filter(shop=shop, rail=rail or default_rail()).order_by("-version")
    found = with_texts(versions, "details").first()
    if found is None:
        raise NotFound(_("This shop has no payout details yet."))
    details = read_details(kept_text(found, "details"))
    if details is None:
        raise PayeeErased(_("The payout details of this shop were erased. Add them again before the next payout."))
    return PayeeRow(
        rail=found.rail,
        holder_name=details.holder_name,
        account=details.masked_account,
        bank=str(details.bank),
        bank_code=details.bank_code,
        changed_at=found.changed_at,
        usable_from=found.usable_from,
    )


def payouts_to_decide(*, limit: int = 200, after: UUID | None = None) -> list[ToDecide]:
    """Requested payouts of all shops that wait for an operator, oldest first, those newer than `after`."""
    waiting = with_together(_with_hold(to_decide(Payout.objects.all()))).select_related("shop")
    if after:
        waiting = waiting.filter(id__gt=after)
    found = list(waiting.order_by("id")[:limit])
    limits = limits_now({payout.currency for payout in found})
    approvals = PayoutApproval.objects.filter(payout__in=found, operator__is_active=True, operator__is_staff=True)
    approved = dict(approvals.values_list("payout", "operator"))
    return [
        ToDecide(
            row=_row(payout),
            shop_slug=payout.shop.slug,
            shop_name=payout.shop.name,
            needs_two=payout.currency in limits and approvals_for(payout.together_minor, limits[payout.currency]) == 2,
            approved_once_by=approved.get(payout.pk),
        )
        for payout in found
    ]


def attempts_of(payout: Payout) -> list[AttemptRow]:
    """Every attempt to pay it, in order, with the file that carried it and what operators found about it."""
    attempts = with_file_kept_back(PayoutAttempt.objects.select_related("file").filter(payout=payout))
    found = with_texts(attempts, "reason")
    written = PayoutDecision.objects.select_related("operator").filter(attempt__payout=payout)
    decisions = list(with_texts(written, "reason").order_by("id"))
    submitted = list(PayoutSubmission.objects.filter(file__in=[attempt.file_id for attempt in found]).order_by("id"))
    return [
        AttemptRow(
            id=attempt.id,
            number=attempt.number,
            state=attempt.state,
            made_at=attempt.made_at,
            rail_key=attempt.rail_key,
            reason=kept_text(attempt, "reason"),
            file=attempt.file,
            is_kept_back=attempt.is_kept_back,
            submitted=tuple(each.started_at for each in submitted if each.file_id == attempt.file_id),
            decisions=tuple(
                DecisionRow(each.outcome, each.operator.contact, kept_text(each, "reason"), each.at, each.carried_out)
                for each in decisions
                if each.attempt_id == attempt.id
            ),
        )
        for attempt in found.order_by("number")
    ]


def details_of(payout: Payout) -> PayeeDetails | None:
    """Where a payout read by `with_texts(…, "details")` goes; None once that was erased."""
    return read_details(kept_text(payout, "details"))


def _with_hold(payouts: "QuerySet[Payout]") -> "QuerySet[Any]":
    hold_reason = (
        holds_on_payout().order_by("placed_at").annotate(content=content_of("reason_id")).values("content")[:1]
    )
    asked = open_holds().filter(attempt__payout=OuterRef("pk"), cause__in=QUESTIONS)
    found: QuerySet[Any] = with_texts(with_cancellable(with_rule(payouts)), "details", "reason").annotate(
        hold_content=hold_reason,
        paused=Exists(pauses_in_force()),
        checking=Exists(asked),
    )
    return found


def _row(payout: Payout) -> PayoutRow:
    details = details_of(payout)
    can_wait = payout.state in (Payout.State.REQUESTED, Payout.State.APPROVED)
    checking = getattr(payout, "checking", False)
    amount = Money(payout.amount_minor, payout.currency)
    return PayoutRow(
        id=payout.id,
        amount=amount,
        state=CHECKING if checking else payout.state,
        left_to_the_rule=getattr(payout, "left_to_the_rule", False),
        reason=str(being_checked(amount)) if checking else kept_text(payout, "reason"),
        rail=payout.rail,
        holder_name=details.holder_name if details else str(_("erased")),
        account=details.masked_account if details else "••••",
        bank=str(details.bank) if details else "",
        held=_held(payout) if can_wait else "",
        cancellable=getattr(payout, "cancellable", False),
        requested_at=payout.requested_at,
        decided_at=payout.decided_at,
        finished_at=payout.finished_at,
    )


def _held(payout: Payout) -> str:
    if reason := kept_text(payout, "hold"):
        return reason
    if payout.currency in without_channel():
        return str(why_off(payout.currency))
    paused = _("Payouts are paused while the books are compared with the bank. Your money is safe.")
    return str(paused) if getattr(payout, "paused", False) else ""
