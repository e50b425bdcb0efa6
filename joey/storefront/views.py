"""What buyers see: the front page, shops, listings, the public rules."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from joey.catalog.pictures.keep_pictures import picture_bytes
from joey.catalog.price_now import earliest
from joey.catalog.same_item.queries import elsewhere
from joey.commissions.plan_now import plan_shares
from joey.insight.public_earnings import PublicEarnings, public_earnings
from joey.kit import clock
from joey.marketplaces import registry
from joey.orders.settled_shops import has_settled
from joey.rules.pack import PACK_VERSION, rules
from joey.sharing.file_position import may_have_to_file
from joey.sharing.own_code import own_code
from joey.sharing.public_link import known_copy_code, public_link
from joey.sharing.share import Poster, poster_of, url_of
from joey.shops.connected import can
from joey.shops.front_page import front_page
from joey.shops.listing_page import listing_page
from joey.storefront.asked_language import asked_language, page_language
from joey.storefront.cache_control import how_long, set_cache_control
from joey.storefront.chart import chart_of
from joey.storefront.from_link import from_link
from joey.storefront.shop_html import shop_html
from joey.storefront.structured_data import product_of

_START = re.compile(r"[0-9]{1,6}")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    page = front_page(language=page_language(), now=now, has_settled=has_settled())
    facts = {"page": page, "now": now, "site": settings.JOEY_URL, "asked": asked_language(request)}
    return _page(request, "front.html", facts, now=now, expires=page.expires_at)


@require_safe
def shop(request: HttpRequest, slug: str) -> HttpResponse:
    start = request.GET.get("start", "")
    start_at = int(start) if _START.fullmatch(start) else 0
    page = shop_html(slug, language=page_language(), start=start_at, asked=asked_language(request))
    return set_cache_control(HttpResponse(page.text), now=page.now, expires=page.expires_at)


@require_safe
def listing(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    """Opened inside the shop, or handed on by the counted link with the click's id."""
    now = clock.now()
    page = listing_page(slug, listing_id, language=page_language(), now=now, shares_ppm=plan_shares(now))
    same = elsewhere([page.card.offer_id], language=page_language(), now=now).get(page.card.offer_id, ())
    click, code = from_link(request)
    token = click or own_code(slug, listing_id, now=now)
    facts = {
        "page": page,
        "now": now,
        "same": same,
        # Asked of the marketplaces alone whose positions are filed, and where there is something to earn.
        "step_left": bool(page.earning and page.earning.rate_ppm)
        and may_have_to_file(page.shop.id, registry.manifest_of(page.card.marketplace)),
        "token": token,
        "chart": chart_of(page.history) if page.history and page.history.can_be_drawn else None,
        "copy_code": known_copy_code(listing_id),
        "gives_copy_code": can(page.card.marketplace).copy_codes,
        "address": f"{settings.JOEY_URL}/s/{slug}/{listing_id}",
        "shared": url_of(code) if code else "",
        "asked": asked_language(request),
        "structured": product_of(page, settings.JOEY_URL),
    }
    expires = earliest((page.expires_at, *(each.until for each in same)))
    return _page(request, "listing.html", facts, now=now, expires=expires, private=bool(click))


@require_safe
def rule_pages(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    facts = {"rules": rules(), "version": PACK_VERSION, "now": now}
    addresses = {"site": settings.JOEY_URL, "address": f"{settings.JOEY_URL}/rules", "asked": asked_language(request)}
    return _page(request, "rules.html", facts | addresses, now=now)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What this instance keeps of people, with its own numbers of days."""
    return _page(request, "privacy.html", {"limits": settings}, now=clock.now())


@require_safe
def earnings(request: HttpRequest) -> HttpResponse:
    """What shops really earn; read from the ledger at most every ten minutes."""
    now = clock.now()
    facts = {
        "earnings": _earnings(int(now.timestamp()) // 600),
        "needed": settings.JOEY_EARNINGS_FROM_SHOPS,
        "now": now,
    }
    return _page(request, "earnings.html", facts, now=now)


@lru_cache(maxsize=1)
def _earnings(_ten_minutes: int) -> PublicEarnings | None:
    return public_earnings(now=clock.now())


@require_safe
def picture(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    found = picture_bytes(offer_id)
    if found is None:
        raise Http404
    return HttpResponse(
        found,
        content_type="image/webp",
        headers={"Cache-Control": "public, max-age=86400"},
    )


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """The poster of a share link, for the API and for long presses. Drawn at most once a minute for one price."""
    now = clock.now()
    asked = (code, page_language(), request.GET.get("layout") or "full", int(now.timestamp()) // 60)
    made = _poster(*asked)
    if made.until is not None and made.until <= now:  # its price ended within this minute
        _poster.cache_clear()
        made = _poster(*asked)
    response = HttpResponse(made.png, content_type="image/png")
    response.headers["Cache-Control"] = how_long(now=now, expires=made.until)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@lru_cache(maxsize=24)
def _poster(code: str, language: str, layout: str, _minute: int) -> Poster:
    return poster_of(public_link(code), language=language, now=clock.now(), layout=layout)


def _page(
    request: HttpRequest,
    template: str,
    facts: dict[str, Any],
    *,
    now: datetime,
    expires: datetime | None = None,
    private: bool = False,
) -> HttpResponse:
    response = render(request, template, facts, using="jinja2")
    return set_cache_control(response, now=now, expires=expires, private=private)
