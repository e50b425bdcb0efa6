"""A listing that its shop no longer shows: what may still be said of it, and the goods that are nearest to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.catalog.models import Offer
from joey.catalog.price_now import earliest
from joey.kit.refusals import Gone, NotFound
from joey.record.queries import events_of
from joey.shops.ask_rules import judge
from joey.shops.discoverable import is_discoverable
from joey.shops.listing_card import Card, cards_of
from joey.shops.models import Listing, Shop
from joey.shops.shop_page import ShopCard, shop_card

NEAREST = 3
LOOKED_THROUGH = 400  # of the newest listings, as on the front page


@dataclass(frozen=True)
class GoneListing:
    """`card` is None where the item may not be shown: an operator hid it, or the rules refuse it."""

    shop: ShopCard
    card: Card | None
    nearest: tuple[Card, ...]
    expires_at: datetime | None  # the earliest end of a price on the page


def no_longer_shown(shop: Shop, listing_id: UUID) -> NotFound:
    """Gone where the shop has the listing, but does not show it; else NotFound, for there was never any."""
    text = _("This item is no longer shown in the shop. The shop itself is still there.")
    kind = Gone if Listing.objects.filter(shop=shop, id=listing_id).exists() else NotFound
    return kind(text, shop=shop.slug, listing=str(listing_id))


def gone_listing(slug: str, listing_id: UUID, *, language: str, now: datetime, has_settled: Any) -> GoneListing:
    """What a buyer sees in place of a listing that is there and not shown.

    `has_settled`: as `is_discoverable` takes it, for other shops are shown here as on the front page.
    """
    gone = Listing.objects.select_related("offer", "shop__owner").get(shop__slug=slug, id=listing_id)
    shown = [gone] if _may_be_shown(gone) else []
    cards = cards_of([*shown, *_nearest(gone, is_discoverable(now=now, has_settled=has_settled))], None, language, now)
    nearest = cards[len(shown) :]
    return GoneListing(
        shop=shop_card(gone.shop),
        card=cards[0] if shown else None,
        nearest=tuple(nearest),
        expires_at=earliest(each.price.until for each in nearest),
    )


def _may_be_shown(gone: Listing) -> bool:
    """Whether its keeper hid it and the rules of today allow it.

    The record has whether an operator gave a reason, even when the reason itself was erased.
    """
    if gone.state != Listing.State.HIDDEN:
        return False
    hidings = [event for event in events_of([f"listing:{gone.id}"]) if event.kind == "listing.hidden"]
    by_operator = bool(gone.reason) or (bool(hidings) and "reason" in hidings[-1].facts)
    return not by_operator and judge(gone, gone.shop, gone.offer).publish


def _nearest(gone: Listing, discoverable: Q) -> list[Listing]:
    """What the shop has that is most like it; where that is too little, what other shops have."""
    for_sale = Listing.objects.select_related("offer", "shop__owner").filter(
        state=Listing.State.PUBLISHED, shop__closed_at=None, offer__withdrawn_at=None, offer__in_stock=True
    )
    found: list[Listing] = []
    others = for_sale.exclude(shop=gone.shop).filter(shop__in=Shop.objects.filter(discoverable))
    for place in (for_sale.filter(shop=gone.shop), others):
        if len(found) < NEAREST:
            known = {each.offer_id for each in found}
            found += _most_like(gone.offer, place.order_by("-id")[:LOOKED_THROUGH], known)[: NEAREST - len(found)]
    return found


def _most_like(offer: Offer, listings: Iterable[Listing], known: set[UUID]) -> list[Listing]:
    """Of the same category first, then by how much of the title they share; each offer once, the newest first."""
    pairs = _pairs(offer.title)

    def likeness(listing: Listing) -> tuple[bool, float]:
        theirs = _pairs(listing.offer.title)
        return listing.offer.category == offer.category, len(pairs & theirs) / max(len(pairs | theirs), 1)

    once = {each.offer_id: each for each in listings if each.offer_id not in known}
    return sorted(once.values(), key=likeness, reverse=True)


def _pairs(title: str) -> set[str]:
    """Its pairs of neighbouring characters: words of any script, without knowing where they end."""
    text = title.casefold()
    return {text[at : at + 2] for at in range(len(text) - 1)}
