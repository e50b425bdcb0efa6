"""Reading payouts: for the shopkeeper's page and API, and for the operator who decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.money.money import Money
from joey.payouts.models import BankFile, Payee, Payout, PayoutHold, PayoutPause
from joey.payouts.policy import needs_two
from joey.payouts.states import ON_ITS_WAY
from joey.shops.models import Shop


@dataclass(frozen=True)
class PayoutRow:
    """One payout as its shopkeeper and an operator see it. `account` is masked; `held` says why it waits, or ""."""

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
    """A requested payout before an operator. `approved_once_by` is set when a second operator is still needed."""

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


@dataclass(frozen=True)
class FileTrouble:
    """A bank file that needs an operator's eye."""

    message_id: str
    made_at: datetime
    handed_over_at: datetime | None
    trouble: str


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


def payout_in_progress(shop: Shop, currency: str) -> PayoutRow | None:
    """The one payout in this currency that is not finished, if any."""
    found = _with_hold(Payout.objects.filter(shop=shop, currency=currency, state__in=ON_ITS_WAY)).first()
    return _row(found) if found else None


def paid_total(shop: Shop) -> Mapping[str, Money]:
    """What arrived, all time, by currency."""
    paid = Payout.objects.filter(shop=shop, state=Payout.State.PAID).values("currency")
    return {
        line["currency"]: Money(int(line["total"]), line["currency"])
        for line in paid.annotate(total=Sum("amount_minor")).order_by("currency")
    }


def payee_of(shop: Shop, rail: str = "bank") -> PayeeRow | None:
    """The payout details of one rail; None when there are none yet."""
    payee = Payee.objects.filter(shop=shop, rail=rail).first()
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
    """Requested payouts of all shops, the longest waiting first, those newer than `after`. For operators."""
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


def troubled_files(*, waiting_since: datetime) -> list[FileTrouble]:
    """Files in trouble, and files made before `waiting_since` that the bank has not taken. For operators."""
    stuck = Q(handed_over_at=None, made_at__lt=waiting_since)
    return [
        FileTrouble(file.message_id, file.made_at, file.handed_over_at, file.trouble)
        for file in BankFile.objects.filter(stuck | ~Q(trouble="")).defer("content").order_by("id")
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
    paused = _("Payouts are paused while the books are compared with the bank. Nothing of yours is lost.")
    return str(paused) if getattr(payout, "paused", False) else ""
