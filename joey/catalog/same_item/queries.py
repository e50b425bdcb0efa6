"""The same item elsewhere: what it costs there now, why we think that it is the same, and a link to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from joey.catalog.cards import OfferCard, offer_cards
from joey.catalog.same_item.evidence import Evidence
from joey.catalog.same_item.models import Alike
from joey.kit.refusals import Unavailable
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.registry import manifest_of
from joey.money.money import Money

REASONS: Mapping[Evidence, Promise] = {
    Evidence.BARCODE: _("same barcode"),
    Evidence.BRAND_MODEL: _("same brand and model number"),
    Evidence.BRAND_WORDS: _("same brand and name"),
}


@dataclass(frozen=True)
class Elsewhere:
    """The same item at another marketplace, with a price that is known now.

    `address` leads straight to it, untracked; "" where it is not on the marketplace's own hosts.
    """

    offer: OfferCard
    price: Money
    evidence: Evidence
    address: str

    @property
    def reason(self) -> Promise:
        return REASONS[self.evidence]

    @property
    def until(self) -> datetime:
        """When the price may no longer be shown."""
        return self.offer.expires_at

    def than(self, price: Money | None) -> Literal["cheaper", "dearer", "equal", ""]:
        """How the price there compares with `price` here; "" where that is unknown or in another currency."""
        if price is None or price.currency != self.price.currency:
            return ""
        if self.price.minor == price.minor:
            return "equal"
        return "cheaper" if self.price.minor < price.minor else "dearer"

    def difference(self, price: Money) -> Money:
        """The difference between the two, in one currency."""
        return Money(abs(self.price.minor - price.minor), price.currency)


def elsewhere(offer_ids: Iterable[UUID], *, language: str, now: datetime) -> Mapping[UUID, tuple[Elsewhere, ...]]:
    """By offer, the same item at other marketplaces, the cheapest of a currency first.

    Offers whose price is unknown or too old are left out. One query, however many offers.
    """
    rows = list(
        Alike.objects.select_related("other").filter(
            offer_id__in=list(offer_ids), is_same=True, other__withdrawn_at=None
        )
    )
    found: dict[UUID, list[Elsewhere]] = {}
    for row, card in zip(rows, offer_cards([row.other for row in rows], language=language, now=now), strict=True):
        if card.price is not None:
            there = Elsewhere(card, card.price, Evidence(row.evidence), _address(card))
            found.setdefault(row.offer_id, []).append(there)
    return {
        offer_id: tuple(
            sorted(there, key=lambda each: (not each.offer.in_stock, each.price.currency, each.price.minor))
        )
        for offer_id, there in found.items()
    }


def _address(card: OfferCard) -> str:
    """A buyer is only given an address on the marketplace's own hosts."""
    try:
        hosts = manifest_of(card.marketplace).hosts
    except Unavailable:  # imported from a file, of a marketplace that is not connected
        return ""
    return card.url if leads_to(card.url, hosts) else ""
