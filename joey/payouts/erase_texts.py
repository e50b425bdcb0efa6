"""Erases what people and banks wrote about payouts that are over: names, accounts, reasons, the bytes of files.

The rows stay, with the digests of what was erased, so amounts, states and journals can still be proved.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.commissions.holds import erase_reasons
from joey.kit.refusals import Conflict, Forbidden, NotFound
from joey.payouts.holds import open_holds
from joey.payouts.models import (
    Payee,
    Payout,
    PayoutAnswer,
    PayoutAttempt,
    PayoutDecision,
    PayoutFile,
    PayoutHold,
    PayoutHoldClosing,
)
from joey.payouts.operators import name_of
from joey.payouts.payee import lock_payees
from joey.payouts.states import IN_PROGRESS, NOT_FINAL
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import erase_set
from joey.shops.models import Shop


class PayoutNotFinished(Conflict):
    """The payout, or another one in its file, may still need the texts."""

    code = "payout_not_finished"


@dataclass(frozen=True)
class ErasedTexts:
    """How many texts were erased, and a line for each payout that was refused."""

    texts: int
    refused: tuple[str, ...]


def erase_shop(slug: str, *, now: datetime, by: Person | None = None) -> ErasedTexts:
    """Erase the payout details of a shop, open or closed, the texts of its finished payouts and of released holds.

    Raises NotFound, Forbidden.
    """
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        raise NotFound(_("There is no shop at this address."))
    _check_operator(by)
    texts = erase_reasons(shop.id, by=name_of(by), now=now)
    texts += sum(erase_payee(payee, now=now, by=by) for payee in Payee.objects.filter(shop=shop))
    refused = []
    for payout in Payout.objects.filter(shop=shop).order_by("id"):
        try:
            texts += erase_payout(payout, now=now, by=by)
        except PayoutNotFinished as refusal:
            refused.append(f"payout {payout.id}: {refusal}")
    return ErasedTexts(texts, tuple(refused))


@transaction.atomic
def erase_payout(payout: Payout, *, now: datetime, by: Person | None = None) -> int:
    """Erase every text of a finished payout, and its file's bytes; how many texts. `by` is None in a terminal.

    A file holds the transfers of many payouts and is erased as a whole. Raises PayoutNotFinished while the payout or
    another one in its file is in progress, and Forbidden.
    """
    _check_operator(by)
    payout = Payout.objects.select_for_update().get(pk=payout.pk)
    attempts = PayoutAttempt.objects.filter(payout=payout)
    files = PayoutFile.objects.filter(pk__in=attempts.values("file"))
    if payout.state in IN_PROGRESS:
        raise PayoutNotFinished(_("This payout is in progress. Its details can be erased once it is finished."))
    if PayoutAttempt.objects.filter(file__in=files, state__in=NOT_FINAL).exists():
        raise PayoutNotFinished(_("Other payouts in the same file are in progress. Erase it once they are finished."))
    if open_holds().filter(attempt__file__in=files).exists():
        raise PayoutNotFinished(_("What became of a transfer in the same file is not known yet. Resolve that first."))
    holds = _ended_holds().filter(Q(payout=payout) | Q(attempt__payout=payout))
    ids = [payout.details_id, payout.reason_id]
    for texts in (
        attempts.values_list("reason_id"),
        holds.values_list("reason_id"),
        PayoutHoldClosing.objects.filter(hold__in=holds).values_list("reason_id"),
        PayoutDecision.objects.filter(attempt__payout=payout).values_list("reason_id"),
        files.values_list("content_id"),
        PayoutAnswer.objects.filter(file__in=files).values_list("content_id"),
    ):
        ids += [text_id for (text_id,) in texts]
    erased = erase_set("SELECT unnest(%s::uuid[])", [[text_id for text_id in ids if text_id]])
    files.update(problems="")
    if erased:
        facts = {"by": name_of(by), "texts": erased}
        append("payout.erased", f"payout:{payout.id}", facts, shop_id=payout.shop_id, happened_at=now)
    return erased


@transaction.atomic
def erase_payee(payee: Payee, *, now: datetime, by: Person | None = None) -> int:
    """Erase one version of payout details and the reasons of ended holds on the whole shop; how many texts.

    Payouts keep the copies of the details that were made for them. Raises Forbidden.
    """
    _check_operator(by)
    lock_payees(payee.shop)
    holds = _ended_holds().filter(shop=payee.shop_id, payout=None, attempt=None)
    closings = PayoutHoldClosing.objects.filter(hold__in=holds)
    ids = [payee.details_id, *holds.values_list("reason_id", flat=True), *closings.values_list("reason_id", flat=True)]
    erased = erase_set("SELECT unnest(%s::uuid[])", [[text_id for text_id in ids if text_id]])
    if erased:
        facts = {"by": name_of(by), "texts": erased}
        append("payee.erased", f"payee:{payee.id}", facts, shop_id=payee.shop_id, happened_at=now)
    return erased


def _ended_holds() -> "QuerySet[PayoutHold]":
    return PayoutHold.objects.exclude(pk__in=open_holds().values("pk"))


def _check_operator(by: Person | None) -> None:
    if by is not None and not (by.is_staff and by.is_active):
        raise Forbidden(_("Only an operator can erase payout details."))
