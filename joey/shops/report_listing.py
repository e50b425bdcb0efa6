"""Someone says that something about a listing or a shop is wrong, or its keeper asks for another look at it.

Operators answer (answer_report.py); who reported it reads the answer by a reference, without an account.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit import limits
from joey.kit.rate_limit import hit
from joey.kit.refusals import Conflict, NotFound
from joey.kit.text import read_line
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import BuyerReport, Listing, Shop

WORDS_MOST = 300
APPEAL = "appeal"  # the reason of one by the keeper
_CHARACTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another


@transaction.atomic(durable=True)
def report_listing(
    shop_id: UUID, listing_id: UUID | None, *, reason: str, words: str, client: str, now: datetime
) -> BuyerReport:
    """Put it into the operators' queue; `listing_id` None: about the whole shop. `client` is a
    `caller_key`.

    Raises Invalid ("words"), TooMany.
    """
    said = read_line(words, field="words", at_most=WORDS_MOST)
    hit(
        (limits.REPORTS_OF_ITEM, f"{client} {listing_id or shop_id}"), (limits.REPORTS, client),
        now=now,
        text=_("Several reports came from your network just now, and operators have them. Try again later."),
    )  # fmt: skip
    return _report(shop_id, listing_id, reason, said, now)


@transaction.atomic(durable=True)
def appeal_hidden(shop: Shop, listing_id: UUID, *, words: str, now: datetime) -> BuyerReport:
    """Its keeper asks for another look at a listing that an operator hid; once while an appeal is open.

    Raises Invalid ("words"), NotFound, Conflict.
    """
    said = read_line(words, field="words", at_most=WORDS_MOST, needed=True)
    listing = Listing.objects.select_for_update().filter(shop=shop, pk=listing_id).first()
    if listing is None:
        raise NotFound(_("Your shop has no such item."), field="listing_id")
    if not listing.hidden_by_operator:
        raise Conflict(_("No operator hid this item. You can show it again yourself."))
    if open_appeals(shop).filter(listing=listing).exists():
        raise Conflict(_("You have asked already. The answer is shown here."))
    return _report(shop.id, listing_id, APPEAL, said, now)


def open_appeals(shop: Shop) -> QuerySet[BuyerReport]:
    """The appeals of its keeper that wait for an answer."""
    return BuyerReport.objects.filter(shop=shop, reason=APPEAL, answered_at=None)


def _report(shop_id: UUID, listing_id: UUID | None, reason: str, said: str, now: datetime) -> BuyerReport:
    kept = keep_text(said, shop_id=shop_id) if said else None
    report = BuyerReport.objects.create(
        reference=_new_reference(),
        shop_id=shop_id,
        listing_id=listing_id,
        reason=reason,
        reported_at=now,
        answer_by=now + timedelta(hours=settings.JOEY_REPORT_HOURS),
        **(refer("words", kept) if kept else {}),
    )
    facts = {"reason": reason} | ({"words": kept.fact} if kept else {})
    facts |= {"listing": str(listing_id)} if listing_id else {}
    kind = "listing.reported" if listing_id else "shop.reported"
    append(kind, f"report:{report.id}", facts, shop_id=shop_id, happened_at=now)
    return report


def _new_reference() -> str:
    """Ten characters by chance, in two groups: too many to guess one, short enough to note down."""
    drawn = "".join(secrets.choice(_CHARACTERS) for _each in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"
