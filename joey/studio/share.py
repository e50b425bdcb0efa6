"""Share a listing: a link per channel, its poster and caption, and what each brought."""

import re
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.kit.days import clock_text
from joey.kit.http import status_of
from joey.kit.refusals import Refusal
from joey.sharing.make_link import CHANNELS, OWN, make_link
from joey.sharing.queries import links_of
from joey.sharing.share import EARNING, ShareEarns, link_by_code, no_earning_reason, share_by_keeper
from joey.shops.connected import can, locks_rate, own_purchases_count, own_purchases_marked, reports_orders
from joey.shops.listing_card import card_of
from joey.shops.models import Listing
from joey.shops.own_account import paid_directly
from joey.shops.queries import listing_of
from joey.shops.stock import stock_of
from joey.studio.access import keeper_only, language, own_shop, page
from joey.studio.forms import ChannelForm
from joey.studio.qr import qr_svg

SHOWN = tuple(channel for channel in CHANNELS if channel != OWN)
GOODS_PER_PAGE = 24
WORDS_MOST = 100
_START = re.compile(r"[0-9]{1,6}")


@keeper_only
@require_safe
def links(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be shared, page by page in the order of the shelves or by words, and every link with what it brought."""
    shop = own_shop(request, slug)
    now = clock.now()
    stock = stock_of(shop, language=language(), now=now)
    words = request.GET.get("q", "").strip()[:WORDS_MOST]
    goods = stock.published(words)
    asked = request.GET.get("start", "")
    start = int(asked) if _START.fullmatch(asked) and int(asked) < len(goods) else 0
    end = start + GOODS_PER_PAGE
    facts = {
        "shop": shop,
        "tab": "share",
        "now": now,
        "cards": goods[start:end],
        "words": words,
        "is_empty": not any(shelf.cards for shelf in stock.shelves),
        "more": urlencode({"q": words, "start": end} if words else {"start": end}) if end < len(goods) else "",
        "links": links_of(shop, limit=40, cursor=request.GET.get("cursor") or None),
    }
    return page(request, "links.html", facts)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, slug: str, listing_id: UUID) -> HttpResponse:
    """Choose a channel; its link, poster and caption are ready to copy."""
    shop = own_shop(request, slug)
    now = clock.now()
    listing = listing_of(shop, listing_id)
    problem, status = "", 200
    if request.method == "POST":
        form = ChannelForm(request.POST)
        try:
            if form.is_valid():
                made = make_link(shop, listing_id=listing_id, channel=form.cleaned_data["channel"], now=now)
                return HttpResponseRedirect(f"/studio/{slug}/share/{listing_id}?link={made.code}#link")
            problem, status = str(next(iter(form.errors.values()))[0]), form.status
        except Refusal as refusal:
            problem, status = str(refusal.text), status_of(refusal)
    facts: dict[str, object] = {
        "shop": shop,
        "tab": "share",
        "now": now,
        "card": card_of(listing, shop, language=language(), now=now),
        "channels": SHOWN,
        "problem": problem,
        "earns": reports_orders(listing.offer.marketplace) and listing.offer.commission_ppm > 0,
        "rate_may_change": not locks_rate(listing.offer.marketplace),
        "own_purchases_marked": own_purchases_marked(listing.offer.marketplace),
        "own_purchases_count": own_purchases_count(listing.offer.marketplace),
        "direct": paid_directly(shop),
        "shares": plan_shares(now),
        "why_not": "",
        "from_first_click": False,
        "from_now": False,
        "not_filed": False,
        "has_copy_code": can(listing.offer.marketplace).copy_codes,
        "can_share": listing.state == Listing.State.PUBLISHED,
        "link": None,
    }
    code = request.GET.get("link", "")
    if facts["can_share"] and (code or can(listing.offer.marketplace).positions.filed):
        # What the marketplace wants first is not for one channel, so it is shown before one is chosen.
        link = link_by_code(shop, code or make_link(shop, listing_id=listing_id, channel=OWN, now=now).code)
        taken = share_by_keeper(link, language=language(), now=now)
        facts |= {
            "link": link if code else None,
            "taken": taken,
            "earns": taken.earns in EARNING,
            "not_filed": taken.earns is ShareEarns.NOT_FILED,
            "filing_code": qr_svg(taken.filing_url),
            "checked_at": clock_text(now, seconds=True),  # so that two answers in one minute differ
            "why_not": no_earning_reason(taken.earns),
            "from_now": taken.earns is ShareEarns.FROM_NOW,
            "from_first_click": taken.earns is ShareEarns.FROM_FIRST_CLICK,
        }
    return page(request, "share.html", facts, status=status)
