"""The page of a listing that its shop no longer shows: what it was, and what is nearest to it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from joey.kit import clock
from joey.kit.refusals import Gone
from joey.orders.settled_shops import has_settled
from joey.sharing.public_link import gone_listing_behind
from joey.shops.gone_listing import gone_listing, no_longer_shown
from joey.storefront.asked_language import page_language
from joey.storefront.cache_control import set_cache_control


def gone_page(request: HttpRequest, gone: Gone) -> HttpResponse:
    """410, whichever way it was asked for: its address, a share link, a poster, an outbound click."""
    now = clock.now()
    slug, listing_id = str(gone.facts["shop"]), UUID(gone.facts["listing"])
    language = page_language()
    page = gone_listing(slug, listing_id, language=language, now=now, has_settled=has_settled())
    response = render(request, "gone.html", {"page": page, "now": now}, status=410, using="jinja2")
    return set_cache_control(response, now=now, expires=page.expires_at, private=True)


@require_safe
def outbound_of_gone(_request: HttpRequest, token: str) -> HttpResponse:
    """/go/<token> comes here when the fast path finds nothing that is shown. Raises Gone, NotFound."""
    shop, listing_id = gone_listing_behind(token)
    raise no_longer_shown(shop, listing_id)
