"""The page instead of an untracked redirect: why the visitor was not led on, and the choice how to continue."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.sharing.note_stopped import note_stopped
from joey.shops.listing_page import listing_page
from joey.storefront.cache_control import set_cache_control


@require_safe
def not_tracked(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    """The fast path renders it and says why (edge/ask_marketplace.py); opened by itself it leads to the listing.

    That a person was stopped is kept with the click, for the keeper who reads what came of it.
    """
    state = getattr(request, "scope", {}).get("state", {})
    why, click = str(state.get("why") or ""), str(state.get("click") or "")
    if not why or not click:
        return HttpResponseRedirect(f"/s/{slug}/{listing_id}")
    now = clock.now()
    page = listing_page(slug, listing_id, language=get_language() or "en", now=now, shares_ppm=plan_shares(now))
    if why != "no_person":
        note_stopped(UUID(click), shop_id=page.shop.id, marketplace=page.card.marketplace, why=why, now=now)
    ways = "ways=1" if "ways" in request.GET else ""
    response = render(
        request, "not_tracked.html", {"page": page, "why": why, "token": click, "ways": ways}, using="jinja2"
    )
    return set_cache_control(response, now=now, private=True)
