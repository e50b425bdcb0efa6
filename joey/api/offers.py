"""The catalogue: what marketplaces sell, what it costs there, and what a sale may earn."""

from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from joey.api.caller import caller_of
from joey.api.once import once
from joey.api.shapes import In, ListOf, MoneyOut, Out, PageIn, Time, money, money_or_none, seal, unseal
from joey.catalog.cards import OfferCard, earning_marketplaces, keepers_part
from joey.catalog.paste_offer import offer_from_text
from joey.catalog.queries import FoundOffers, offer_by_id, price_history, search_offers
from joey.catalog.same_item.queries import Elsewhere, elsewhere
from joey.catalog.search.find_offers import MOST_MINOR
from joey.catalog.search.search_marketplaces import AskState, SearchedMarketplace
from joey.catalog.search.suggest import suggest
from joey.commissions.plan_now import plan_shares
from joey.kit.clock import now
from joey.marketplaces.pasted import is_pasted

router = Router(tags=["offers"])


Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]


class OffersIn(PageIn):
    """`q`: words that an offer must have, all of them. Text beyond the limit is ignored and comes back as
    `query_truncated`. A link or copy-code finds nothing here, and `to_paste` says so: it goes to /offers/paste.

    `min_price` and `max_price` are in minor units of `currency`; different currencies are never compared.
    """

    q: str = ""
    marketplace: Annotated[str, Field(max_length=64)] | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    currency: Annotated[str, Field(min_length=3, max_length=3)] | None = None
    min_price: Minor | None = None
    max_price: Minor | None = None
    sort: Literal["relevance", "price", "earning", "sales", "newest"] = "relevance"
    in_stock: bool = False
    coupon: bool = False


class SuggestIn(In):
    """What was typed so far."""

    q: str = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 10


class PasteIn(In):
    text: Annotated[str, Field(max_length=10_000)]


class OfferOut(Out):
    """`price` is what a buyer pays now, with the coupon while one runs; null when it is not known any more.

    `earning` is the shopkeeper's part of one sale at that price by the plan; the marketplace pays all of it to a
    keeper whose shop goes there by an account of its own (`paid_by` of its links). `earns` false: a share earns
    nothing, and `no_earning_reason` says why.
    """

    id: UUID
    marketplace: str
    external_id: str
    title: str
    url: str
    picture_url: str | None
    price: MoneyOut | None
    without_coupon: MoneyOut | None
    coupon_until: Time | None
    commission_ppm: int
    earning: MoneyOut | None
    earns: bool
    no_earning_reason: str
    seller: str
    seller_kind: str
    ships_from: str
    category: str
    in_stock: bool
    as_of: Time
    expires_at: Time
    fresh: bool


class PricePointOut(Out):
    at: Time
    price: MoneyOut


class SameOut(Out):
    """The same item at another marketplace, as far as its price is known now.

    `evidence` is barcode, brand_model or brand_words; `earning` null where a share of it earns nothing.
    """

    id: UUID
    marketplace: str
    title: str
    url: str
    price: MoneyOut
    earning: MoneyOut | None
    in_stock: bool
    as_of: Time
    expires_at: Time
    evidence: str


class OfferPageOut(OfferOut):
    """With what it cost in the last 60 days, oldest first, and with the same item elsewhere, the cheapest first."""

    history: list[PricePointOut]
    same: list[SameOut]


class FoundOfferOut(OfferOut):
    """`source`: "catalogue", or "marketplace" for what its marketplace has named for these words just now."""

    source: Literal["catalogue", "marketplace"]


class SearchedMarketplaceOut(Out):
    """What a marketplace said to the words of this search, at `answered_at`.

    `state` is answered, late, unavailable, refused or used_up; but for the first `message` says what that means. Of its
    `hits` those `without_link` cannot be offered until someone pastes a link to them; then `message` says that.
    """

    marketplace: str
    state: AskState
    answered_at: Time | None
    hits: int
    without_link: int
    message: str


class OffersOut(ListOf[FoundOfferOut]):
    """One page of a search. `query_truncated` is the end of `q` that was beyond the limit and ignored, mostly "".
    `to_paste`: `q` is a link or copy-code, whose offer POST /offers/paste finds.

    `searched` are the marketplaces that were asked for the words because the catalogue has less than a page, and those
    that were asked the same lately.
    """

    query_truncated: str
    to_paste: bool
    searched: list[SearchedMarketplaceOut]


class SuggestionOut(Out):
    """`text` is a query to search for; of kind "category" it is a category to filter by."""

    text: str
    kind: Literal["word", "brand", "category"]


class SuggestionsOut(Out):
    items: list[SuggestionOut]


@router.get("/offers", response=OffersOut)
def list_offers(request: HttpRequest, response: HttpResponse, page: Query[OffersIn]) -> HttpResponse:
    """Search the catalogue, and the connected marketplaces for what it lacks: that takes two seconds at most."""
    moment = now()
    found = search_offers(
        page.q,
        language=_language(),
        marketplace=page.marketplace,
        category=page.category,
        currency=page.currency,
        min_minor=page.min_price,
        max_minor=page.max_price,
        sort=page.sort,
        in_stock=page.in_stock,
        coupon=page.coupon,
        limit=page.limit,
        cursor=unseal("offers", page.cursor),
        asker=str(caller_of(request).person.id),
        now=moment,
    )
    shares = plan_shares(moment)
    # Written by pydantic itself: ninja would validate and convert all of it once more.
    body = OffersOut(
        items=[_found_out(card, shares, found) for card in found.items],
        next=seal("offers", found.next),
        query_truncated=found.cut,
        to_paste=is_pasted(page.q),
        searched=[_searched_out(each) for each in found.searched],
    )
    response.content = body.model_dump_json()
    return response


@router.get("/offers/suggest", response=SuggestionsOut)
def suggest_offers(request: HttpRequest, typed: Query[SuggestIn]) -> SuggestionsOut:
    """Completions of a query that is being typed, with misspelt words corrected. A link or copy-code has none."""
    return SuggestionsOut(
        items=[SuggestionOut(text=each.text, kind=each.kind) for each in suggest(typed.q, most=typed.limit)]
    )


@router.post("/offers/paste", response=OfferOut)
@once(200, calls_outside=True)
def paste_offer(request: HttpRequest, body: PasteIn) -> OfferOut:
    """Find the offer behind a link or copy-code from a marketplace's app, or say why there is none."""
    moment = now()
    offer = offer_from_text(body.text, now=moment)
    return offer_out(offer_by_id(offer.id, language=_language(), now=moment), plan_shares(moment))


@router.get("/offers/{uuid:offer_id}", response=OfferPageOut)
def get_offer(request: HttpRequest, offer_id: UUID) -> OfferPageOut:
    """One offer with its price history, and the same item at other marketplaces."""
    moment = now()
    card = offer_by_id(offer_id, language=_language(), now=moment)
    history = [PricePointOut(at=point.at, price=money(point.price)) for point in price_history(offer_id, now=moment)]
    shares = plan_shares(moment)
    found = elsewhere([offer_id], language=_language(), now=moment).get(offer_id, ())
    same = [_same_out(there, shares) for there in found]
    return OfferPageOut(**dict(offer_out(card, shares)), history=history, same=same)


def offer_out(card: OfferCard, shares: tuple[int, int]) -> OfferOut:
    """`shares` are the plan's parts (shopkeeper, platform) in parts per million."""
    why_not = _why_not(card)
    return OfferOut(
        id=card.id,
        marketplace=card.marketplace,
        external_id=card.external_id,
        title=card.title,
        url=card.url,
        picture_url=f"{settings.JOEY_URL}/pictures/{card.id}.webp" if card.has_picture else None,
        price=money_or_none(card.price),
        without_coupon=money_or_none(card.without_coupon),
        coupon_until=card.coupon_until,
        commission_ppm=card.commission_ppm,
        earning=money_or_none(keepers_part(card, shares)),
        earns=not why_not,
        no_earning_reason=why_not,
        seller=card.seller,
        seller_kind=card.seller_kind,
        ships_from=card.ships_from,
        category=card.category,
        in_stock=card.in_stock,
        as_of=card.as_of,
        expires_at=card.expires_at,
        fresh=card.fresh,
    )


def _found_out(card: OfferCard, shares: tuple[int, int], found: FoundOffers) -> FoundOfferOut:
    source: Literal["catalogue", "marketplace"] = "marketplace" if card.id in found.found_now else "catalogue"
    return FoundOfferOut(**dict(offer_out(card, shares)), source=source)


def _searched_out(each: SearchedMarketplace) -> SearchedMarketplaceOut:
    return SearchedMarketplaceOut(
        marketplace=each.code,
        state=each.state,
        answered_at=each.answered_at,
        hits=each.hits,
        without_link=each.without_id,
        message=each.trouble or each.without_link,
    )


def _same_out(there: Elsewhere, shares: tuple[int, int]) -> SameOut:
    return SameOut(
        id=there.offer.id,
        marketplace=there.offer.marketplace,
        title=there.offer.title,
        url=there.offer.url,
        price=money(there.price),
        earning=money_or_none(keepers_part(there.offer, shares)),
        in_stock=there.offer.in_stock,
        as_of=there.offer.as_of,
        expires_at=there.until,
        evidence=there.evidence.value,
    )


def _why_not(card: OfferCard) -> str:
    if card.marketplace not in earning_marketplaces():
        return _("This marketplace reports no orders to this instance, so a share earns nothing here.")
    if not card.commission_ppm:
        return _("The marketplace pays no commission on this item.")
    if card.price is None:
        return _("Its price is not known now, so what a sale earns is not known either.")
    return ""


def _language() -> str:
    return get_language() or "en"
