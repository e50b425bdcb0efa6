"""The catalogue: what marketplaces sell, what it costs there, and what a sale may earn."""

from typing import Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Query

from joey.api.caller import caller_of
from joey.api.offer_shapes import (
    FoundOfferOut,
    NearestOut,
    OfferOut,
    OfferPageOut,
    OffersIn,
    OffersOut,
    PasteIn,
    PricePointOut,
    SameOut,
    SearchedMarketplaceOut,
    SuggestIn,
    SuggestionOut,
    SuggestionsOut,
)
from joey.api.once import once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import money, money_or_none, seal, unseal
from joey.catalog import paste_offer as pasted
from joey.catalog.cards import OfferCard, earning_marketplaces, keepers_part
from joey.catalog.queries import FoundOffers, NearestOffers, offer_by_id, price_history, search_offers
from joey.catalog.same_item.queries import Elsewhere, elsewhere
from joey.catalog.search.search_marketplaces import SearchedMarketplace
from joey.catalog.search.suggest import suggest
from joey.commissions.plan_now import plan_shares
from joey.kit.clock import now
from joey.marketplaces.pasted import is_pasted

router = ScopedRouter(tags=["offers"])


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
        nearest=_nearest_out(found.nearest, shares),
        by_sound=found.by_sound,
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
    offer = pasted.paste_offer(body.text, person_id=caller_of(request).person.id, now=moment)
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


def _nearest_out(nearest: NearestOffers | None, shares: tuple[int, int]) -> NearestOut | None:
    if nearest is None:
        return None
    return NearestOut(
        items=[offer_out(card, shares) for card in nearest.items],
        dropped=list(nearest.dropped),
        kept=nearest.kept,
        by_sound=nearest.by_sound,
        narrowed=nearest.narrowed,
    )


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
