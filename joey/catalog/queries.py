"""Read the catalogue: search it, one offer of it, what an offer cost over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.catalog.cards import OfferCard, offer_cards
from joey.catalog.models import Offer
from joey.catalog.search.changes import offers_with
from joey.catalog.search.find_offers import BY_SOUND, FindOffers, ListStart
from joey.catalog.search.in_order import ListPlace
from joey.catalog.search.nearest import nearest_places
from joey.catalog.search.search_marketplaces import MarketplaceSearch, SearchedMarketplace
from joey.kit import clock, sql
from joey.kit.page import Page
from joey.kit.refusals import NotFound
from joey.marketplaces import registry
from joey.marketplaces.pasted import is_pasted
from joey.money.money import Money

__all__ = [
    "FoundOffers",
    "NearestOffers",
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
class NearestOffers:
    """What comes nearest to a question that found nothing.

    `dropped` are its words that `items` need not have, and `kept` a question for the others; "" where `items` are what
    sells most. `by_sound`: `items` sound like the question. `narrowed`: they pass its filters.
    """

    items: tuple[OfferCard, ...]
    dropped: tuple[str, ...]
    kept: str
    by_sound: bool
    narrowed: bool


@dataclass(frozen=True)
class FoundOffers(Page[OfferCard]):
    """`cut` is the part of the question beyond the limit, which is ignored; "" for none.

    `searched` are the marketplaces that were asked for these words. `found_now` are the offers that one of them has
    just named and that this host's index does not find for them. `nearest` is there where nothing was found on the
    first page. `sort` is the order of the list, which is by price for a question that asks for the cheapest.
    `by_sound`: the question was taken for Chinese as it is read, or its initials.
    """

    cut: str = ""
    searched: tuple[SearchedMarketplace, ...] = ()
    found_now: frozenset[UUID] = frozenset()
    nearest: NearestOffers | None = None
    sort: str = "relevance"
    by_sound: bool = False


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
    asker: str | None = None,
    now: datetime | None = None,
) -> FoundOffers:
    """Offers that contain every word of `q`, a page at a time, from this host's index; one query for the cards.

    Where there is none, `nearest` has what comes nearest, so that there is always something while anything is offered.

    With an `asker`, the id of a person, the connected marketplaces are asked for the words too, in bounded time, if the
    index has fewer offers than the first page holds; what they named for these words in the last days is in the list
    at its place, for one query more and one to read it.

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
    start = question.start(cursor, now=now)
    if asker is None or not question.words.words:
        places, searched, found_now = question.places(start), list[SearchedMarketplace](), frozenset[UUID]()
    else:
        search = MarketplaceSearch(q, marketplace=question.marketplace, asker=asker, now=now)
        places, searched, found_now = _with_marketplaces(question, start, search)
    ids, following = question.page(start, places)
    cards = _cards(ids, language=language, now=now)
    nearest = None
    if not ids and cursor is None and not is_pasted(q):
        near = nearest_places(question, start)
        near_ids, _more = question.page(start, near.places)
        near_cards = _cards(near_ids, language=language, now=now)
        nearest = NearestOffers(near_cards, near.dropped, near.kept, near.by_sound, near.narrowed)
    by_sound = bool(places) and places[0].tier == BY_SOUND
    return FoundOffers(
        cards, following, question.words.cut, tuple(searched), found_now, nearest, question.sort, by_sound
    )  # fmt: skip


def _cards(ids: Sequence[UUID], *, language: str, now: datetime) -> tuple[OfferCard, ...]:
    """The cards of these that are shown. One query, or none."""
    if not ids:
        return ()
    by_id = Offer.objects.filter(withdrawn_at=None, now_minor__isnull=False).in_bulk(ids)
    return tuple(offer_cards([by_id[each] for each in ids if each in by_id], language=language, now=now))


def _with_marketplaces(
    question: FindOffers, start: ListStart, search: MarketplaceSearch
) -> tuple[list[ListPlace], list[SearchedMarketplace], frozenset[UUID]]:
    """The places from `start` on with those that marketplaces named, which are the same before the index knows them."""
    own = question.places(start, more=len(search.offer_ids))
    searched = search.answered()
    if start.after is None and len(own) < question.limit:
        search.ask()
        searched = search.outcome()
    named = search.offer_ids
    if not named:
        return own, searched, frozenset()
    among = set(named)
    there = question.places_of(offers_with(named), start)
    known = {place.id for place in own}
    just_named = {each for one in searched if one.is_fresh(start.moment) for each in one.offer_ids}
    places = sorted([*(place for place in own if place.id not in among), *there])
    return places, searched, frozenset(just_named - known)


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
