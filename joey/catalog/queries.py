"""Read the catalogue: search it, one offer of it, what an offer cost over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.catalog.cards import OfferCard, offer_cards
from joey.catalog.models import Offer
from joey.catalog.search.find_offers import FindOffers
from joey.kit import clock, sql
from joey.kit.page import Page
from joey.kit.refusals import NotFound
from joey.marketplaces import registry
from joey.money.money import Money

__all__ = [
    "FoundOffers",
    "OfferCard",
    "PricePointRow",
    "offer_by_id",
    "price_history",
    "price_points_since",
    "search_offers",
]


@dataclass(frozen=True)
class PricePointRow:
    """What an offer cost from `at` on, with its coupon where one ran."""

    at: datetime
    price: Money


@dataclass(frozen=True)
class FoundOffers(Page[OfferCard]):
    """`cut` is the part of the question beyond the limit, which is ignored; "" for none."""

    cut: str = ""


def search_offers(
    q: str = "",
    *,
    language: str,
    marketplace: str | None = None,
    category: str | None = None,
    currency: str | None = None,
    min_minor: int | None = None,
    max_minor: int | None = None,
    sort: str = "relevance",
    in_stock: bool = False,
    coupon: bool = False,
    limit: int = 30,
    cursor: str | None = None,
    now: datetime | None = None,
) -> FoundOffers:
    """Offers that contain every word of `q`, a page at a time, from this host's index; one query for the cards.

    `sort` is relevance (the words together first, then what sells most), price, earning (what a sale leaves after the
    marketplace's fee), sales or newest. Amounts in different currencies cannot be compared: sorted by price or earning,
    each currency is listed by itself, and `min_minor` and `max_minor` need a `currency`. A page may have fewer than
    `limit` offers if some were withdrawn since. Raises Invalid naming marketplace, currency, min_price, max_price,
    sort, limit or cursor, and NoIndex while there is no index.
    """
    now = now or clock.now()
    question = FindOffers.read(
        q=q, marketplace=marketplace, category=category, currency=currency, min_minor=min_minor, max_minor=max_minor,
        sort=sort, in_stock=in_stock, coupon=coupon, limit=limit,
    )  # fmt: skip
    ids, following = question.run(cursor, now=now)
    by_id = Offer.objects.filter(withdrawn_at=None, now_minor__isnull=False).in_bulk(ids)
    offers = [by_id[each] for each in ids if each in by_id]
    return FoundOffers(tuple(offer_cards(offers, language=language, now=now)), following, question.words.cut)


def offer_by_id(offer_id: UUID, *, language: str = "zh-hans", now: datetime | None = None) -> OfferCard:
    """One offer, withdrawn ones too. Raises NotFound."""
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise NotFound(_("There is no such offer. Search for it again."), field="offer_id")
    return offer_cards([offer], language=language, now=now or clock.now())[0]


def price_history(offer_id: UUID, days: int = 60, *, now: datetime | None = None) -> list[PricePointRow]:
    """What the offer cost in the last `days`, oldest first, beginning with the price in force when they began.

    One query.
    """
    since = (now or clock.now()) - timedelta(days=days)
    without_history = registry.without_price_history()
    kept = _kept_prices(without_history)
    found = sql.rows(
        f"""
        (SELECT at, price_minor, currency FROM {kept}
         WHERE offer_id = %(offer)s AND at < %(since)s ORDER BY at DESC LIMIT 1)
        UNION ALL
        SELECT at, price_minor, currency FROM {kept} WHERE offer_id = %(offer)s AND at >= %(since)s
        ORDER BY at
        """,
        {"offer": offer_id, "since": since, "without_history": without_history},
    )
    return [PricePointRow(max(row["at"], since), Money(row["price_minor"], row["currency"])) for row in found]


def price_points_since(offer_ids: Sequence[UUID], *, since: datetime) -> dict[UUID, list[tuple[datetime, int]]]:
    """By offer, oldest first: its price points from `since` on, and the one in force before. One query, or none."""
    found: dict[UUID, list[tuple[datetime, int]]] = {}
    if not offer_ids:
        return found
    without_history = registry.without_price_history()
    kept = _kept_prices(without_history)
    for row in sql.rows(
        f"""
        (SELECT DISTINCT ON (offer_id) offer_id, at, price_minor FROM {kept}
         WHERE offer_id = ANY(%(offers)s) AND at < %(since)s ORDER BY offer_id, at DESC)
        UNION ALL
        SELECT offer_id, at, price_minor FROM {kept}
        WHERE offer_id = ANY(%(offers)s) AND at >= %(since)s
        ORDER BY offer_id, at
        """,
        {"offers": list(offer_ids), "since": since, "without_history": without_history},
    ):
        found.setdefault(row["offer_id"], []).append((row["at"], row["price_minor"]))
    return found


def _kept_prices(without_history: list[str]) -> str:
    """What to read prices over time from: points of before a marketplace forbade them cannot be deleted."""
    if not without_history:
        return "catalog_pricepoint"
    return (
        "(SELECT p.* FROM catalog_pricepoint p JOIN catalog_offer o ON o.id = p.offer_id"
        " WHERE o.marketplace <> ALL(%(without_history)s)) AS kept"
    )
