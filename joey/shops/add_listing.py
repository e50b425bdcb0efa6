"""List an offer in a shop. The rules check it first; a refused listing is kept with the reason and not shown to buyers.

A listing has no price: it refers to the offer, which costs what its marketplace says.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from joey.catalog.models import Offer
from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.kit.text import read_line
from joey.record.append import append
from joey.shops.ask_rules import judge, refuse_words
from joey.shops.connected import is_connected
from joey.shops.models import Listing, Shelf, Shop

NOTE_MOST = 200
SHELF_NAME_MOST = 30


class ListedAlready(Conflict):
    """The shop has this offer; `listing_id` and `state` are in the facts."""

    code = "listed_already"


class NotListable(Invalid):
    """The offer cannot be listed: no known price, withdrawn, or from a marketplace that is not connected."""

    code = "not_listable"


@transaction.atomic
def add_listing(
    shop: Shop,
    *,
    offer_id: UUID,
    shelf_id: UUID | None = None,
    shelf_name: str | None = None,
    note: str = "",
    now: datetime,
) -> Listing:
    """List the offer on a shelf of the shop: PUBLISHED, or REFUSED with rule id and reason by the rules.

    A shelf may be given by name, and is created if the shop has none of that name.
    Raises NotFound (offer_id, shelf_id), NotListable, Invalid (note, shelf), ListedAlready.
    """
    note = read_line(note, field="note", at_most=NOTE_MOST)
    offer = listable_offer(offer_id)
    shelf = _shelf(shop, shelf_id, shelf_name)
    listing = Listing(shop=shop, offer=offer, shelf=shelf, note=note, added_at=now)
    judge(listing, shop, offer)
    last = Listing.objects.filter(shop=shop, shelf=shelf).aggregate(last=Max("position"))["last"]
    listing.position = 0 if last is None else last + 1
    try:
        with transaction.atomic():
            listing.save(force_insert=True)
    except IntegrityError as there:
        raise _listed_already(shop, offer) from there
    facts = {"offer": str(offer.id), "marketplace": offer.marketplace}
    facts |= {"rule": listing.rule_id} if listing.rule_id else {}
    append(f"listing.{listing.state}", f"listing:{listing.id}", facts, shop_id=shop.id, happened_at=now)
    return listing


def listable_offer(offer_id: UUID) -> Offer:
    """The offer, if it may be listed; raises NotFound or NotListable naming offer_id."""
    offer = Offer.objects.filter(id=offer_id).first()
    if offer is None:
        raise NotFound(_("This offer is not in the catalogue. Search for it again."), field="offer_id")
    if offer.now_minor is None:
        raise NotListable(
            _("Its marketplace gives no price for this item, so it cannot be listed. Choose another offer."),
            field="offer_id",
        )
    if offer.withdrawn_at is not None:
        raise NotListable(
            _("Its marketplace does not sell this item any more. Choose another offer."), field="offer_id"
        )
    if not is_connected(offer.marketplace):
        raise NotListable(
            _("The marketplace that sells this item is not connected here. Choose another offer."),
            field="offer_id",
        )
    return offer


def _shelf(shop: Shop, shelf_id: UUID | None, shelf_name: str | None) -> Shelf | None:
    if shelf_id is not None:
        shelf = Shelf.objects.filter(shop=shop, id=shelf_id).first()
        if shelf is None:
            raise NotFound(_("Your shop has no such shelf."), field="shelf_id")
        return shelf
    if shelf_name is None or not shelf_name.strip():
        return None
    return shelf_named(shop, shelf_name)


def shelf_named(shop: Shop, name: str) -> Shelf:
    """The shop's shelf of that name, created at the end if there is none. Refuses like `read_shelf_name`."""
    name = read_shelf_name(name)
    last = Shelf.objects.filter(shop=shop).aggregate(last=Max("position"))["last"]
    shelf, _made = Shelf.objects.get_or_create(
        shop=shop, name=name, defaults={"position": 0 if last is None else last + 1}
    )
    return shelf


def read_shelf_name(text: str) -> str:
    """A shelf's name, read and audited: buyers see it. Raises Invalid or WordsRefused naming "shelf"."""
    name = read_line(text, field="shelf", at_most=SHELF_NAME_MOST, needed=True)
    refuse_words("shelf", name)
    return name


def _listed_already(shop: Shop, offer: Offer) -> ListedAlready:
    there = Listing.objects.get(shop=shop, offer=offer)
    texts = {
        Listing.State.PUBLISHED: _("This item is in your shop already."),
        Listing.State.HIDDEN: _("This item is in your shop already, hidden. Show it again on your shelves page."),
        Listing.State.REFUSED: _("This item was refused before. Your shelves page says why."),
    }
    return ListedAlready(
        texts[Listing.State(there.state)], field="offer_id", listing_id=str(there.id), state=there.state
    )
