"""The page between a listing and its marketplace, for browsers inside other apps: copy-code, or another browser."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from joey.catalog.same_item.queries import Elsewhere, elsewhere
from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.money.money import Money
from joey.sharing.own_code import own_code
from joey.sharing.public_link import known_copy_code
from joey.shops.listing_page import ListingPage, listing_page
from joey.storefront.asked_language import page_language
from joey.storefront.cache_control import set_cache_control
from joey.storefront.from_link import from_link
from joey.storefront.in_app import app_of, opens_here, refusal_of


@dataclass(frozen=True)
class OutboundItem:
    """What the visitor is on the way to. `address` is the same for a button here and for another browser."""

    offer_id: UUID
    marketplace: str
    title: str
    title_language: str
    has_picture: bool
    price: Money | None
    with_coupon: bool
    as_of: datetime
    path: str  # where the button leads
    address: str  # the same, to copy
    short_address: str  # the same, to read and type


@require_safe
def outbound_page(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    """The fast path has asked the marketplace before it leads here. Opened by itself the page calls no marketplace and
    leases nothing: anyone may open it, as often as they like.
    """
    now = clock.now()
    page = _listing_page(slug, listing_id, now)
    own = own_code(slug, listing_id, now=now)
    path = f"/go/{from_link(request)[0] or own}"  # none from the address: it could be another shop's
    card = page.card
    item = OutboundItem(
        card.offer_id, card.marketplace, card.title, card.title_language, card.has_picture, card.price.pays,
        card.price.without_coupon is not None, card.price.as_of,
        path, settings.JOEY_URL + path, f"{settings.JOEY_URL}/go/{own}",
    )  # fmt: skip
    return _page(request, page, item, now, copy_code=known_copy_code(listing_id))


@require_safe
def see_elsewhere(request: HttpRequest, slug: str, listing_id: UUID, offer_id: UUID) -> HttpResponse:
    """On to the same item at another marketplace, untracked: straight there, or by the page where the app refuses."""
    now = clock.now()
    page = _listing_page(slug, listing_id, now)
    found = elsewhere([page.card.offer_id], language=page_language(), now=now).get(page.card.offer_id, ())
    there = next((each for each in found if each.offer.id == offer_id and each.address), None)
    if there is None:  # its price ended meanwhile, or it is no longer thought to be the same
        return HttpResponseRedirect(f"/s/{slug}/{listing_id}")
    if not opens_here(_agent(request), there.offer.marketplace):
        return _page(request, page, _item_there(there), now)
    response = HttpResponseRedirect(there.address)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return set_cache_control(response, now=now, private=True)


def _item_there(there: Elsewhere) -> OutboundItem:
    offer, address = there.offer, there.address
    return OutboundItem(
        offer.id, offer.marketplace, offer.title, offer.title_language, offer.has_picture, there.price,
        offer.without_coupon is not None, offer.as_of, address, address, address,
    )  # fmt: skip


def _page(
    request: HttpRequest, page: ListingPage, item: OutboundItem, now: datetime, *, copy_code: str = ""
) -> HttpResponse:
    refusal = refusal_of(_agent(request), item.marketplace)
    by_code = refusal is None or refusal.offer_instead == "copy_code"
    facts = {
        "page": page,
        "now": now,
        "item": item,
        "app": app_of(_agent(request)),
        "copy_code": copy_code if by_code else "",
        "opens_here": refusal is None,
    }
    response = render(request, "outbound.html", facts, using="jinja2")
    response.headers["Referrer-Policy"] = "no-referrer"
    return set_cache_control(response, now=now, private=True)


def _listing_page(slug: str, listing_id: UUID, now: datetime) -> ListingPage:
    return listing_page(slug, listing_id, language=page_language(), now=now, shares_ppm=plan_shares(now))


def _agent(request: HttpRequest) -> str:
    return request.headers.get("user-agent", "")
