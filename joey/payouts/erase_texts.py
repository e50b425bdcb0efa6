"""Erases what people and banks wrote about shops, payouts and pauses: names, accounts, reasons, the bytes of files.

The rows stay, with the digests of what was erased, so amounts, states and journals can still be proved. What is still
needed is refused or kept: a payout in progress, a pause and a hold in force.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.idempotency import erase_answers
from joey.kit.refusals import Conflict
from joey.payouts.file_problems import clear_notes
from joey.payouts.holds import open_holds
from joey.payouts.left_out import left_out_payouts
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
from joey.payouts.pause import pauses_in_force
from joey.payouts.payee import lock_payees
from joey.payouts.states import IN_PROGRESS, NOT_FINAL
from joey.record.erase_texts import Erasure, erase_kept, erase_texts_about, id_in, nothing_about
from joey.record.queries import texts_about
from joey.shops.erase_words import name_by_address
from joey.shops.models import Shop


class StillNeeded(Conflict):
    """What it is about is not over yet."""

    code = "still_needed"


class PayoutNotFinished(StillNeeded):
    """The payout, or another one in its file, may still need the texts."""

    code = "payout_not_finished"


@transaction.atomic
def erase_payout(subject_key: str, erasure: Erasure) -> int:
    """Erase every text of a finished payout, `payout:ID`, and its file's bytes; how many texts.

    A file holds the transfers of many payouts and is erased as a whole. Raises NotFound ("subject"), and
    PayoutNotFinished while the payout or another one in its file is in progress.
    """
    payout = Payout.objects.select_for_update().filter(pk=id_in(subject_key)).first()
    if payout is None:
        return _erase_left_out(subject_key, erasure)
    attempts = PayoutAttempt.objects.filter(payout=payout)
    files = PayoutFile.objects.filter(pk__in=attempts.values("file"))
    if payout.state in IN_PROGRESS:
        raise PayoutNotFinished(_("This payout is in progress. Its details can be erased once it is finished."))
    if PayoutAttempt.objects.filter(file__in=files, state__in=NOT_FINAL).exists():
        raise PayoutNotFinished(_("Other payouts in the same file are in progress. Erase it once they are finished."))
    if open_holds().filter(attempt__file__in=files).exists():
        raise PayoutNotFinished(_("What became of a transfer in the same file is not known yet. Resolve that first."))
    texts = _texts_of(payout, attempts, files) | texts_about(subject_key).keys()
    texts -= set(open_holds().filter(shop=payout.shop_id).values_list("reason_id", flat=True))
    for file in files.order_by("pk").select_for_update():  # two at once lock in one order
        clear_notes(file)
    erase_answers(about=[payout.pk])
    return erase_kept(subject_key, texts, erasure, shop_id=payout.shop_id)


def _erase_left_out(subject_key: str, erasure: Erasure) -> int:
    """What operators wrote about a payout that a restore left out: it has no row here."""
    left_out = next((each for each in left_out_payouts() if subject_key == f"payout:{each.payout_id}"), None)
    if left_out is not None and left_out.is_open:
        raise PayoutNotFinished(_("What became of this payout is not known yet. Resolve that first."))
    return erase_texts_about(subject_key, erasure)


def payouts_and_payees_of(shop_id: UUID) -> list[str]:
    """The subjects for `erase_payout` and `erase_payee`: no event names the texts of files, answers and attempts."""
    kinds: dict[str, type[Payout] | type[Payee]] = {"payout": Payout, "payee": Payee}
    here = [
        f"{kind}:{key}"
        for kind, model in kinds.items()
        for key in model._default_manager.filter(shop=shop_id).values_list("pk", flat=True)
    ]
    found = [f"payout:{each.payout_id}" for each in left_out_payouts() if each.shop_id == shop_id and each.findings]
    return here + [subject for subject in found if subject not in here]


@transaction.atomic
def erase_payee(subject_key: str, erasure: Erasure) -> int:
    """Erase one version of payout details, `payee:ID`; how many texts. Raises NotFound ("subject").

    Payouts keep the copies of the details that were made for them.
    """
    payee = Payee.objects.filter(pk=id_in(subject_key)).select_related("shop").first()
    if payee is None:
        raise nothing_about(subject_key)
    lock_payees(payee.shop)
    _erase_answers_of(payee.shop)
    return erase_kept(subject_key, [payee.details_id], erasure, shop_id=payee.shop_id)


@transaction.atomic
def erase_shop_texts(subject_key: str, erasure: Erasure) -> int:
    """Erase how `shop:ID` was named and why all of its payouts were once held; how many texts.

    From then on it is named by its address. A hold in force keeps its reason. Raises NotFound ("subject").
    """
    shop = Shop.objects.filter(pk=id_in(subject_key)).first()
    if shop is None:
        raise nothing_about(subject_key)
    lock_payees(shop)  # the row that a new name is written to, too
    found = texts_about(subject_key)
    # Read after the events: a hold that is placed in between has none among them.
    kept = set(open_holds().filter(shop=shop).values_list("reason_id", flat=True))
    _erase_answers_of(shop)
    erased = erase_kept(subject_key, found.keys() - kept, erasure, shop_id=shop.pk)
    if erased:
        name_by_address(shop.pk)
    return erased


@transaction.atomic
def erase_pause(subject_key: str, erasure: Erasure) -> int:
    """Erase why all payouts were paused, `pause:ID`; how many texts. Raises NotFound ("subject"), StillNeeded."""
    if pauses_in_force().filter(pk=id_in(subject_key)).exists():
        raise StillNeeded(_("This pause is in force. Its reason can be erased once payouts are resumed."))
    return erase_texts_about(subject_key, erasure)


def _erase_answers_of(shop: Shop) -> None:
    """What its owner was answered, and operators about its payouts, to repeat it on demand."""
    erase_answers(person_id=shop.owner_id, about=Payout.objects.filter(shop=shop).values_list("pk", flat=True))


def _texts_of(payout: Payout, attempts: "QuerySet[PayoutAttempt]", files: "QuerySet[PayoutFile]") -> "set[UUID | None]":
    ended = PayoutHold.objects.exclude(pk__in=open_holds().values("pk"))
    holds = ended.filter(Q(payout=payout) | Q(attempt__payout=payout))
    found: set[UUID | None] = {payout.details_id, payout.reason_id}
    found.update(attempts.values_list("reason_id", flat=True))
    found.update(holds.values_list("reason_id", flat=True))
    found.update(PayoutHoldClosing.objects.filter(hold__in=holds).values_list("reason_id", flat=True))
    found.update(PayoutDecision.objects.filter(attempt__payout=payout).values_list("reason_id", flat=True))
    found.update(files.values_list("content_id", flat=True))
    answers = PayoutAnswer.objects.filter(file__in=files)
    for column in ("content_id", "words_id"):
        found.update(answers.values_list(column, flat=True))
    return found
