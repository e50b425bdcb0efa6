"""Payouts as the shopkeeper's page, the API and the deciding operator read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.money.money import Money
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile, PayoutHold, PayoutPause
from joey.payouts.policy import needs_two
from joey.payouts.rails.registry import default_rail
from joey.shops.models import Shop


@dataclass(frozen=True)
class PayoutRow:
    """One payout as its shopkeeper and an operator see it. `account` is masked; `held` says why it waits, or is ""."""

    id: UUID
    amount: Money
    state: str
    reason: str
    rail: str
    holder_name: str
    account: str
    held: str
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
    bank_code: str
    changed_at: datetime
    usable_from: datetime


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


def payout_by_id(payout_id: UUID) -> Payout:
    """Any shop's payout, for an operator. Raises NotFound. One query."""
    found = Payout.objects.filter(pk=payout_id).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    return found


def attempts_of(payout: Payout) -> list[PayoutAttempt]:
    """Its attempts with the files that carried them, in their order. One query."""
    found = PayoutAttempt.objects.select_related("file").defer("file__content").filter(payout=payout)
    return list(found.order_by("number"))


def without_content(files: "QuerySet[PayoutFile]") -> "QuerySet[PayoutFile]":
    """The files for a list: their bytes stay in the database."""
    return files.defer("content")


def payee_of(shop: Shop, rail: str | None = None) -> PayeeRow | None:
    """The payout details of one rail (the default one if none is named); None when there are none yet."""
    payee = Payee.objects.filter(shop=shop, rail=rail or default_rail()).first()
    if payee is None:
        return None
    return PayeeRow(
        rail=payee.rail,
        holder_name=payee.holder_name,
        account=payee.masked_account,
        bank_code=payee.bank_code,
        changed_at=payee.changed_at,
        usable_from=payee.usable_from,
    )


def payouts_to_decide(*, limit: int = 200, after: UUID | None = None) -> list[ToDecide]:
    """Requested payouts of all shops, oldest first, those newer than `after`. For operators."""
    waiting = _with_hold(Payout.objects.filter(state=Payout.State.REQUESTED)).select_related("shop")
    if after:
        waiting = waiting.filter(id__gt=after)
    return [
        ToDecide(
            row=_row(payout),
            shop_slug=payout.shop.slug,
            shop_name=payout.shop.name,
            needs_two=needs_two(Money(payout.amount_minor, payout.currency)),
            approved_once_by=payout.first_approved_by_id,
        )
        for payout in waiting.order_by("id")[:limit]
    ]


def _with_hold(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    blocking = PayoutHold.objects.filter(
        Q(payout=None) | Q(payout=OuterRef("pk")), shop=OuterRef("shop"), released_at=None
    ).order_by("placed_at")
    paused = Exists(PayoutPause.objects.filter(ended_at=None))
    return payouts.annotate(hold_reason=blocking.values("reason")[:1], paused=paused)


def _row(payout: Payout) -> PayoutRow:
    can_wait = payout.state in (Payout.State.REQUESTED, Payout.State.APPROVED)
    return PayoutRow(
        id=payout.id,
        amount=Money(payout.amount_minor, payout.currency),
        state=payout.state,
        reason=payout.reason,
        rail=payout.rail,
        holder_name=payout.holder_name,
        account="•••• " + payout.account_number[-4:],
        held=_held(payout) if can_wait else "",
        requested_at=payout.requested_at,
        decided_at=payout.decided_at,
        finished_at=payout.finished_at,
    )


def _held(payout: Payout) -> str:
    if reason := getattr(payout, "hold_reason", None):
        return str(reason)
    paused = _("Payouts are paused while the books are compared with the bank. Your money is safe.")
    return str(paused) if getattr(payout, "paused", False) else ""
